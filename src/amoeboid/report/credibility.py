"""The credibility table of a trial: question, context of use, risk, evidence by layer, gaps.

Its parts are those that ASME V&V 40 names and that FDA's guidance of 2023 on computational models asks for. The counts
come from the validation of this version; nothing is written by hand but the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from amoeboid.evidence import LAYERS, Verdict, gaps, verdicts
from amoeboid.report.document import Section, mark, paragraph, table
from amoeboid.report.quantities import counted

CONTEXT = (
    "To compare ideas, to plan experiments and trials, and to see which unknown number decides an answer. Not to "
    "decide about a patient, a dose or an approval."
)
RISK = (
    "Influence: low, if other evidence is weighed beside it. Consequence of a wrong answer: high, were a trial or a "
    "dose chosen by it alone. So it must not be used alone."
)


def credibility_section(question: str, numbers: Markup | str) -> Section:
    """Give the credibility table of one question.

    Parameters
    ----------
    question : str
        The question of the document.
    numbers : Markup or str
        How many numbers were used and how far they are known.
    """
    rows: list[list[object]] = [
        ["question of interest", question],
        ["context of use", CONTEXT],
        ["model risk", RISK],
        ["numbers", numbers],
        ["verification", "Closed forms, measured orders, equal bytes for any number of threads: run on every change."],
    ]
    words = paragraph(
        "In the form of ASME V&V 40. A band counts as met when it was fixed before the run and holds the result; "
        "calibration says so in its title. “Absent” are quantities whose data were not at hand."
    )
    body = words + table(["factor", "what is claimed"], rows) + _by_layer() + _experiments()
    return Section("credibility", "Credibility", body)


def _by_layer() -> Markup:
    rows = []
    for layer, name in LAYERS.items():
        of_layer = [entry for entry in verdicts() if entry.layer == layer]
        named = Markup("").join(Markup("<li>{}</li>").format(gap.text) for gap in gaps() if gap.layer == layer)
        rows.append([name, *_sums(of_layer), Markup("<ul>{}</ul>").format(named) if named else "none named"])
    return table(["layer", "met", "missed", "absent", "gaps"], rows, frozenset({1, 2, 3}))


def _sums(entries: Iterable[Verdict]) -> tuple[int, int, int]:
    found = tuple(entries)
    return sum(one.inside for one in found), sum(one.missed for one in found), sum(one.absent for one in found)


def _experiments() -> Markup:
    rows = [_row(one) for one in sorted(verdicts(), key=lambda one: list(LAYERS).index(one.layer))]
    head = ["layer", "experiment", "met", "missed", "source", "run on"]
    return Markup("<details><summary>{}</summary>{}</details>").format(
        counted(len(rows), "experiment") + " of this version", table(head, rows, frozenset({2, 3}))
    )


def _row(one: Verdict) -> list[object]:
    missed = Markup("{} {}").format(one.missed, mark("missed")) if one.missed else 0
    day = Markup('<span class="date">{}</span>').format(one.run_on)
    return [LAYERS[one.layer], one.title, one.inside, missed, one.source, day]
