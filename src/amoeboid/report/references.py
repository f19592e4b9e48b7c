"""Numbered references: every number of a document leads to its study, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from amoeboid.evidence import Catalogue, Citation, Source, Value


@dataclass
class Reference:
    """One entry of the list: its number, text, link, and the places in the document that use it."""

    number: int
    text: Markup
    url: str
    link: str
    backs: list[str] = field(default_factory=list)


def link_words(source: Source) -> str:
    """Give the words of a link to a study: DOI first, then PubMed, then the page.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> link_words(catalogue().sources["wolf-2013"])
    'doi:10.1083/jcb.201210152'
    """
    if source.doi:
        return f"doi:{source.doi}"
    if source.pubmed:
        return f"PubMed {source.pubmed}"
    return source.url.removeprefix("https://").removeprefix("http://")


def _text(source: Source) -> Markup:
    authors = f"{source.authors.rstrip('.')} ({source.year})" if source.year else source.authors.rstrip(".")
    parts = [authors, source.title.rstrip("."), source.journal.rstrip(".")]
    shown = escape(". ".join(part for part in parts if part) + ".")
    if not source.link:
        shown += Markup(" <em>No address of this study has been entered.</em>")
    return shown + (Markup(" <small>{}</small>").format(source.note) if source.note else Markup(""))


class References:
    """Numbers sources in order of first use and remembers every place that cites them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries: dict[str, Reference] = {}
        self._n_places = 0
        self.shown: dict[str, Value] = {}
        """Values written by `value`, by id: the appendix must hold them all."""

    def cite(self, keys: Iterable[str]) -> Markup:
        """Give bracketed links for source keys, such as ``[1][4]``."""
        marks = []
        for key in dict.fromkeys(keys):
            entry = self._entry(key)
            self._n_places += 1
            place = f"cite-{self._n_places}"
            entry.backs.append(place)
            number = entry.number
            marks.append(Markup('<a class="cite" id="{}" href="#ref-{}">[{}]</a>').format(place, number, number))
        return Markup("").join(marks)

    def citations(self, citations: Iterable[Citation]) -> Markup:
        """Give bracketed links with the place in each study, such as ``[1] (abstract), [4] (table 2)``."""
        marks = [
            self.cite([one.key]) + (Markup(" <small>({})</small>").format(one.place) if one.place else "")
            for one in citations
        ]
        return Markup(", ").join(marks)

    def value(self, value: Value) -> Markup:
        """Give a value with its unit, its mark when it is assumed or disputed, and its references.

        The number leads to its row in the appendix.
        """
        self.shown[value.id] = value
        shown = Markup('<a class="value" href="#value-{}">{}</a>').format(value.id, show(value.value, value.unit))
        if value.status in ("assumed", "disputed"):
            shown += Markup(' <span class="mark {0}">{0}</span>').format(value.status)
        cited = self.cite(citation.key for citation in value.sources)
        return shown + (Markup(" ") + cited if cited else Markup(""))

    def entries(self) -> list[Reference]:
        """Give all references in order of number."""
        return list(self._entries.values())

    def _entry(self, key: str) -> Reference:
        if key not in self._entries:
            number, source = len(self._entries) + 1, self._catalogue.sources.get(key)
            if source is None:  # an old run may cite what the catalogue has since let go
                text = Markup("<code>{}</code>, no longer in the bibliography.").format(key)
                self._entries[key] = Reference(number, text, "", "")
            else:
                self._entries[key] = Reference(number, _text(source), source.link, link_words(source))
        return self._entries[key]


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def show_number(value: object) -> str:
    """Give a number, or several, with at most four significant digits.

    Examples
    --------
    >>> show_number(0.0166667), show_number(25000.0), show_number((0.2, 1.6)), show_number(2e-5)
    ('0.01667', '25,000', '0.2, 1.6', '2×10⁻⁵')
    """
    if isinstance(value, (list, tuple)):
        return ", ".join(show_number(item) for item in value)
    if isinstance(value, (int, float)):
        text = f"{value:.4g}"
        if 1e4 <= abs(value) < 1e6:
            return f"{float(text):,.0f}"
        mantissa, e, power = text.partition("e")
        text = f"{mantissa}×10{str(int(power)).translate(_RAISED)}" if e else text
        return text.replace("-", "−")
    return str(value)


def show_unit(unit: str) -> str:
    """Give a unit as it is printed, empty for plain numbers.

    Examples
    --------
    >>> show_unit("nN*s/um"), show_unit("um^2"), show_unit("1")
    ('nN·s/µm', 'µm²', '')
    """
    if unit in ("1", "dimensionless", ""):
        return ""
    printed = re.sub(r"\bu(?=[mMgls])", "µ", unit).replace("*", "·")
    return re.sub(r"\^(-?\d)", lambda power: power[1].translate(_RAISED), printed)


def show(value: object, unit: str) -> str:
    """Give a number with its unit.

    Examples
    --------
    >>> show(0.2, "nN/um")
    '0.2 nN/µm'
    """
    return f"{show_number(value)} {show_unit(unit)}".strip()
