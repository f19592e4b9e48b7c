"""How far the numbers of a report may be trusted, in one strip below its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from amoeboid.report.document import mark
from amoeboid.report.numbers import Cited
from amoeboid.report.quantities import counted


def standing(material: Cited, before: Sequence[object], after: Sequence[object] = ()) -> Markup:
    """Give the strip of facts: what was run, how many numbers were used and how they stand, and a warning.

    Parameters
    ----------
    material : Cited
        What the report is made from.
    before, after : sequence of text or Markup
        Facts around those of the numbers.
    """
    statuses = Counter(str(record["status"]) for record in material.used.values())
    facts = [
        *before,
        Markup('<a href="#numbers">{} used</a>').format(counted(len(material.used), "number")),
        *(
            Markup("{} {}").format(statuses[word], mark(word))
            for word in ("assumed", "disputed", "entered", "reviewed")
        ),
        *after,
        _dates(material),
    ]
    strip = Markup('<ul class="facts">{}</ul>').format(Markup("").join(Markup("<li>{}</li>").format(f) for f in facts))
    unread = sum(count for status, count in statuses.items() if status != "reviewed")
    if unread:
        have = "number has" if unread == 1 else "numbers have"
        strip += Markup(
            '<p class="warning"><strong>Not for publication:</strong> {} {} not been read by a second person.</p>'
        ).format(unread, have)
    return strip


def _dates(material: Cited) -> str:
    known = [material.catalogue.values[id] for id in material.used if id in material.catalogue.values]
    reviews = [value.reviewed_on for value in known if value.reviewed_on]
    if reviews:
        return f"oldest review: {min(reviews)}"
    return f"no review yet; oldest entry: {min((value.entered_on for value in known), default='unknown')}"
