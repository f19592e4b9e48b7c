"""The answer of a run in two sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from amoeboid.measures import Estimate
from amoeboid.report.judgement import Judgement, judge, leading
from amoeboid.report.lattices import Lattices, lattices
from amoeboid.report.material import Material
from amoeboid.report.quantities import counted, joined, quantity, signed, span
from amoeboid.report.recordings import Overlay, overlay
from amoeboid.report.tuning import is_tuned_measure, tuned_options

NAMES = {
    "breast_mda_mb_231": "breast cancer cells like MDA-MB-231",
    "colorectal": "colorectal cancer cells",
    "fibroblast": "fibroblasts",
    "macrophage": "macrophages",
    "neutrophil": "neutrophils",
    "pancreatic": "pancreatic cancer cells",
    "t_cell": "T cells",
}
"""Types whose name is not that of their id with `cells` behind it."""


@dataclass(frozen=True)
class Findings:
    """What a run has to say: judged comparisons, pore laws, and measured tracks or why there are none."""

    judgements: tuple[Judgement, ...]
    lattices: tuple[Lattices, ...]
    overlay: Overlay | str


def find(material: Material) -> Findings:
    """Work out the findings of a run."""
    return Findings(judge(material), lattices(material), overlay(material))


def sentences(material: Material, findings: Findings) -> tuple[str, str]:
    """Answer the question in two plain sentences: the main figure, then how far it may be trusted."""
    main = leading(material, findings.judgements)
    if findings.lattices:
        first = _on_pores(findings.lattices)
    elif isinstance(findings.overlay, Overlay):
        first = _on_tracks(findings.overlay)
    elif main:
        first = _on_arms(material, main)
    else:
        first = _on_one_arm(material)
    return first, _on_trust(material, findings)


def _on_pores(found: Sequence[Lattices]) -> str:
    parts = []
    for one in found:
        name = cell_name(one.cell_type)
        if one.law is None:
            parts.append(f"for {name} no line can be drawn")
        else:
            parts.append(f"{one.law.intercept:.1f} µm² for {name} (R² {one.law.r_squared:.3f})")
    return f"The line of simulated speed against pore area meets zero at {joined(parts)}."


def _on_tracks(found: Overlay) -> str:
    kept = [recording.comparison for recording in found.recordings]
    worst = [max(one.msd, key=lambda lag: abs(lag.error)).error for one in kept]
    speed = joined([f"{one.step_speed_ks:.2f}" for one in kept])
    spread = joined([signed(f"{100 * error:+.0f} %") for error in worst])
    groups = joined([recording.name for recording in found.recordings])
    of = f"group{'s' if len(kept) > 1 else ''} {groups}: " if groups != "measured" else ""
    return (
        f"Simulated against measured tracks of {of}step speeds lie {speed} apart (Kolmogorov–Smirnov distance, 0 to "
        f"1), and the MSD is off by {spread} at worst; outward bias is not judged, for the file does not say where the "
        "tumour was."
    )


def _on_arms(material: Material, main: Judgement) -> str:
    found, how = main.found, quantity(main.stated.quantity)
    assert found is not None
    means = material.means(main.stated.quantity)
    each = [f"{how.value(means[arm].value)}{_with(how.interval(means[arm]))}" for arm in (found.arm, found.against)]
    change = f"{how.number(found.difference.value)} {how.difference_unit}".strip()
    return (
        f"{main.stated.statement.rstrip('.')}: {main.verdict}; after {span(material.scenario.duration)}, {how.name}: "
        f"{each[0]} in “{found.arm}” against {each[1]} in “{found.against}”, a difference of {change} "
        f"({_certainty(main)})."
    )


def _certainty(main: Judgement) -> str:
    found, how = main.found, quantity(main.stated.quantity)
    assert found is not None
    ends = how.difference(found.difference.low, found.difference.high)
    if ends:
        return f"95 % interval {ends}, {counted(found.difference.n, 'paired replicate')}"
    cells = main.over_cells
    if cells is None:
        return "one replicate: no interval"
    ends = how.difference(cells.low, cells.high)
    return "one replicate, so no interval between replicates" + (f"; over its cells {ends}" if ends else "")


def _on_one_arm(material: Material) -> str:
    reference = material.scenario.reference_arm.name
    parts = []
    for measure in ("fraction_escaped", "speed_median"):
        mean = material.means(measure).get(reference, Estimate(float("nan"), 0.0, 0.0, 0))
        how = quantity(measure)
        if mean.n:
            parts.append(f"{how.name} {how.value(mean.value)}{_with(how.interval(mean))}")
    what = joined(parts) or "nothing that can be measured"
    return f"After {span(material.scenario.duration)} the simulated cells of “{reference}” came to: {what}."


def _on_trust(material: Material, findings: Findings) -> str:
    judgements = findings.judgements
    if not judgements:
        return _on_no_comparison(findings.overlay)
    counts = Counter(one.verdict for one in judgements)
    tally = [f"{counts[kind]} {kind}" for kind in ("contradicted", "undecided", "not measured") if counts[kind]]
    verb = "is" if counts["supported"] == 1 else "are"
    found = joined([f"{counts['supported']} {verb} supported", *tally])
    alone = " (one replicate decides nothing)" if material.scenario.replicates == 1 else ""
    n_tuned = sum(is_tuned_measure(material, one.stated.quantity) for one in judgements)
    circular = ""
    if n_tuned:
        circular = f"; {n_tuned} of them {'is' if n_tuned == 1 else 'are'} about what the pathway was tuned to, no test"
    stated = counted(len(judgements), "stated comparison")
    built = "The law is built into the program, so meeting it is no test of it; of" if findings.lattices else "Of"
    return f"{built} {stated}, {found}{alone}{circular}; {_on_rivals(material, judgements)}."


def _on_no_comparison(found: Overlay | str) -> str:
    if isinstance(found, str):
        return f"The scenario states no comparison, so none is judged. {found}"
    if not found.fitted:
        return "Motility was not fitted to these tracks, so every group is a test; no comparison of arms is stated."
    others = [recording.name for recording in found.recordings[1:]]
    if not others:
        return "Motility was fitted to these very tracks, so nothing here is a test."
    tests = f"group{'s' if len(others) > 1 else ''} {joined(others)}"
    return f"Motility was fitted to group {found.recordings[0].name}, so only {tests} can test it."


def _on_rivals(material: Material, judgements: Sequence[Judgement]) -> str:
    if not material.options:
        return "no rival hypothesis was run, so it is not known whether this survives one"
    firm = [one for one in judgements if any(rival.outcome for rival in one.rivals)]
    if not firm:
        return "none is firm enough to be held against a rival hypothesis"
    fragile = [_fragile(one, "flips") for one in firm if one.options("flips")]
    fragile += [_fragile(one, "unclear") for one in firm if one.options("unclear") and not one.options("flips")]
    tested = f"each of the {counted(len(material.options), 'rival option')} that were run and touch them"
    alike = len(tuned_options(material))
    if alike:
        tested += f" ({alike} of which {'was' if alike == 1 else 'were'} tuned to end like the default)"
    if not fragile:
        return f"all {len(firm)} firm ones hold under {tested}"
    return f"{len(firm) - len(fragile)} of {len(firm)} firm ones hold under {tested}, but {'; '.join(fragile)}"


def _fragile(one: Judgement, outcome: str) -> str:
    word = "flips" if outcome == "flips" else "is no longer clear"
    return f"“{one.stated.name}” {word} under {joined(one.options(outcome))}"


def _with(interval: str) -> str:
    return f" ({interval})" if interval else ""


def cell_name(cell_type: str) -> str:
    """Give the name of a type of cell in the plural."""
    return NAMES.get(cell_type, cell_type.replace("_", " ") + " cells")
