"""Which conclusions survive which hypotheses, with the evidence for each side."""

from __future__ import annotations

from markupsafe import Markup, escape

from amoeboid.evidence import Hypothesis, Option
from amoeboid.measures import Estimate
from amoeboid.plots import plot_differences
from amoeboid.report import pathways
from amoeboid.report.answering import Findings
from amoeboid.report.document import Section, figure_svg, mark, paragraph, table
from amoeboid.report.judgement import Judgement, Rival, leading
from amoeboid.report.material import Material
from amoeboid.report.quantities import ENDASH, Quantity, quantity

_WORDS = paragraph(
    "Where the literature disagrees, the mechanism is a switch. The options below were run in the first replicate "
    "only, with the same random numbers; an arm that an option does not touch stays as it is. A conclusion ",
    mark("holds"),
    " when its difference keeps its sign and its interval leaves out 0, ",
    mark("flips"),
    " when the interval lies on the other side, and is ",
    mark("unclear"),
    " otherwise: the effect may be gone, or this one replicate too small to show it. The intervals are over cells "
    "(Newcombe for shares, Welch for means) and ignore the spread between replicates. The first column of differences "
    "is the same replicate under the defaults, for scale; a dash means that the option changes neither arm by a bit. "
    "Without a mark there is no firm conclusion to test.",
)


def hypotheses_section(material: Material, findings: Findings) -> Section:
    """Hold every stated comparison against every option that was run, and give the evidence for each side."""
    parts = []
    if not material.options:
        parts.append(
            paragraph(
                "No rival hypothesis was run: whether the findings survive one is not known. ",
                Markup("<code>amoeboid run SCENARIO --hypotheses all</code> runs them."),
            )
        )
    elif findings.judgements:
        parts += [_WORDS, _judgements_table(material, findings), _figure(material, findings)]
    explored = [option.partition("=")[0] for option in material.options]
    first = [id for id in material.catalogue.hypotheses if id in explored]
    grows = material.scenario.tissue.growth
    others = [
        id
        for id, entry in material.catalogue.hypotheses.items()
        if entry.in_use and id not in first and (grows or entry.scale != "growth")
    ]
    parts += [_evidence(material, material.catalogue.hypotheses[id]) for id in (*first, *others)]
    return Section("hypotheses", "Rival hypotheses", Markup("\n").join(parts))


def _judgements_table(material: Material, findings: Findings) -> Markup:
    judged = [one for one in findings.judgements if one.found]
    header: list[str | Markup] = ["comparison", "default", *map(_breakable, material.options)]
    rows = []
    for one in judged:
        how = quantity(one.stated.quantity)
        rivals = {rival.option: rival for rival in one.rivals}
        unit = f" [{how.difference_unit}]" if how.difference_unit else ""
        name = Markup("{}<br><small>{}{}</small>").format(one.stated.name, how.name, unit)
        rows.append([name, _shown(how, one.over_cells), *(_cell(how, rivals.get(o)) for o in material.options)])
    return table(header, rows, frozenset(range(1, len(header))))


def _breakable(option: str) -> Markup:
    """Give an option that may be broken into lines where its words meet."""
    return Markup(str(escape(option)).replace("_", "_<wbr>").replace("=", " = "))


def _cell(how: Quantity, rival: Rival | None) -> Markup | str:
    if rival is None:
        return ENDASH
    shown = _shown(how, rival.difference)
    return Markup("{}<br>{}").format(shown, mark(rival.outcome)) if rival.outcome else shown


def _shown(how: Quantity, difference: Estimate | None) -> Markup | str:
    if difference is None:
        return ENDASH
    ends = how.difference(difference.low, difference.high)
    return Markup("{}<br><small>{}</small>").format(how.number(difference.value), ends)


def _figure(material: Material, findings: Findings) -> Markup:
    main = leading(material, findings.judgements)
    if main is None:
        return Markup("")
    alike = [one for one in findings.judgements if one.stated.quantity == main.stated.quantity and one.over_cells]
    how = quantity(main.stated.quantity)
    panels = {one.stated.name: _rows(how, one) for one in alike}
    if not any(len(rows) > 1 for rows in panels.values()):
        return Markup("")
    label = f"difference in {how.name}" + (f" [{how.difference_unit}]" if how.difference_unit else "")
    caption = Markup(
        "<b>Differences under each option, first replicate.</b> Lines are 95 % intervals over cells; "
        "black: defaults; green: holds; pink: flips; orange: unclear; grey: nothing firm to test."
    )
    return figure_svg(plot_differences(panels, label), caption, "differences under rival hypotheses")


def _rows(how: Quantity, one: Judgement) -> list[tuple[str, float, float, float, str]]:
    found = [("default", one.over_cells, "default"), *((r.option, r.difference, r.outcome) for r in one.rivals)]
    return [
        (name, how.factor * d.value, how.factor * d.low, how.factor * d.high, outcome)
        for name, d, outcome in found
        if d is not None
    ]


def _evidence(material: Material, hypothesis: Hypothesis) -> Markup:
    chosen = material.scenario.hypotheses.get(hypothesis.id, hypothesis.default)
    items = Markup("").join(_side(material, hypothesis.id, option, chosen) for option in hypothesis.options)
    is_run = not material.scenario.pathway.file or pathways.reaches(material, hypothesis.id)
    reader = (
        f"read by {hypothesis.scale}" if is_run else "a part of our own network: the pathway file has no such switch"
    )
    return Markup("<h3>{}</h3><p><small><code>{}</code>, {}</small></p><ul>{}</ul>").format(
        hypothesis.question, hypothesis.id, reader, items
    )


def _side(material: Material, hypothesis: str, option: Option, chosen: str) -> Markup:
    is_run = not material.scenario.pathway.file or pathways.reaches(material, hypothesis)
    note = " (this run’s default)" if option.name == chosen and is_run else ""
    return Markup('<li><b>{}</b>{}: {} <span class="evidence">{} {}</span></li>').format(
        option.name, note, option.meaning, option.evidence, material.references.citations(option.sources)
    )
