"""What the arms came to: end values, courses, the chain from signal to escape, the stated comparisons, pictures."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from amoeboid.analysis import intermediates
from amoeboid.errors import NumericsError
from amoeboid.measures import EscapeClass, Estimate, Hull, escape_class
from amoeboid.plots import Scene, n_outside, plot_chain, plot_courses, plot_tissue
from amoeboid.report.answering import Findings
from amoeboid.report.document import Section, figure_png, figure_svg, mark, paragraph, table
from amoeboid.report.judgement import Judgement
from amoeboid.report.material import FIRST, Material
from amoeboid.report.quantities import ENDASH, QUANTITIES, Quantity, counted, quantity, span
from amoeboid.report.tuning import is_tuned_measure

MOST_ARMS = 8
"""Arms up to which each has its own colour, column and picture."""

_COURSES = ("fraction_escaped", "pMLC2_mean", "pSTAT3_mean", "speed_mean")
_CHAIN = {
    "pSTAT3_mean": "STAT3-P",
    "pMLC2_mean": "MLC2-P",
    "tension_mean": "tension γ",
    "contact_angle_mean": "contact angle θ",
    "speed_mean": "step speed",
    "fraction_escaped": "escaped",
}


def arms_section(material: Material) -> Section:
    """Tabulate the end of the run by arm, and draw how it came about."""
    parts = [_definitions(material), _end_table(material)]
    few = len(material.scenario.arms) <= MOST_ARMS
    if few:
        parts.append(_courses_figure(material))
    if few and len(material.scenario.arms) > 1:
        parts.append(_chain_figure(material))
    return Section("arms", "Arms compared", Markup("\n").join(parts))


def _definitions(material: Material) -> Markup:
    return paragraph(
        "A cell has escaped when its centre is more than ",
        material.cited("assay.escape_reach"),
        " cell diameters beyond the convex hull of the start and no chain of contacts leads from it back to the "
        "tumour; cells touch when their centres are closer than ",
        material.cited("assay.contact_factor"),
        " times the sum of their radii. Invasion distance is the ",
        material.cited("assay.invasion_quantile"),
        " quantile of the distance beyond that hull. Rounded is an aspect ratio below ",
        material.cited("assay.rounded_aspect"),
        ". The contact angle follows from tension and an adhesion of ",
        material.cited("mechanics.adhesion"),
        f". Steps are those between frames, {span(material.scenario.output.frames_every)} apart.",
    )


def _end_table(material: Material) -> Markup:
    names = [name for name in QUANTITIES if name in material.readings.names]
    means = {name: material.means(name) for name in names}
    arms = material.readings.arms
    columns = frozenset(range(1, 1 + max(len(arms), len(names))))
    note = _table_note(material)
    if len(arms) <= MOST_ARMS:
        rows = [[_named(name), *(shown(material, name, means[name].get(arm)) for arm in arms)] for name in names]
        return table(["at the end", *arms], rows, columns) + note
    rows = [[arm, *(shown(material, name, means[name].get(arm)) for name in names)] for arm in arms]
    wide = table(["at the end", *(quantity(name).label for name in names)], rows, columns)
    return Markup("<details><summary>End values of {}</summary>{}{}</details>").format(
        counted(len(arms), "arm"), wide, note
    )


def _table_note(material: Material) -> Markup:
    n = material.scenario.replicates
    if n == 1:
        return paragraph("One replicate: there are no intervals between replicates.")
    return paragraph(
        f"Mean over {counted(n, 'replicate')}, below it the 95 % interval of the mean (Student), cut at 0, for shares "
        "at 100 % too. Replicates of one number share their random numbers in all arms, so a difference can be "
        "surer than the intervals of the two arms suggest: see the comparisons. * All replicates are alike, so "
        "Student’s interval has no width; this is Wilson’s, or Poisson’s for rates, over all their cells, as if "
        "these were independent."
    )


def _is_resolved(material: Material, minutes: float) -> bool:
    """A time shorter than the step between frames, or longer than the run, is the end of the search and no result."""
    return material.scenario.output.frames_every <= 60.0 * minutes <= material.scenario.duration


def _named(name: str) -> Markup:
    how = quantity(name)
    return Markup("{} <small>{}</small>").format(how.name, how.unit)


def shown(material: Material, name: str, mean: Estimate | None, how: Quantity | None = None) -> Markup | str:
    """Write the mean of a measure with its interval below it; starred where that is over cells and not replicates."""
    if mean is None or not np.isfinite(mean.value):
        return ENDASH
    how = how or quantity(name)
    if name == "persistence" and not _is_resolved(material, mean.value):
        return "not resolved"
    interval = how.interval(mean) + ("*" if mean.n > material.scenario.replicates else "")
    return (
        Markup("{}<br><small>{}</small>").format(how.number(mean.value), interval)
        if interval
        else how.number(mean.value)
    )


def _courses_figure(material: Material) -> Markup:
    courses = {name: material.readings.courses(name) for name in _COURSES if name in material.readings.names}
    courses = {name: found for name, found in courses.items() if found}
    if not courses:
        return Markup("")
    scaled = {
        name: {arm: c.times(quantity(name).factor) for arm, c in found.items()} for name, found in courses.items()
    }
    labels = {name: quantity(name).label for name in courses}
    shade = "; the shade is the range of the replicates" if material.scenario.replicates > 1 else ""
    caption = Markup("<b>Over time.</b> Lines are means over replicates{}.").format(shade)
    return figure_svg(plot_courses(scaled, labels), caption, "measures over time by arm")


def _chain_figure(material: Material) -> Markup:
    names = [name for name in _CHAIN if name in material.readings.names]
    if not names:
        return Markup("")
    arms, reference = material.readings.arms, material.scenario.reference_arm.name
    found = intermediates(material.readings.columns, arms, names=names)
    values = np.array([[found[arm][name].value if name in found[arm] else np.nan for name in names] for arm in arms])
    base = values[arms.index(reference)]
    ratio = np.divide(values, base, out=np.full(values.shape, np.nan), where=base > 0.0)
    caption = Markup(
        "<b>The chain from signal to escape.</b> Each intermediate at the end, over that of “{}”, in causal order. "
        "A cut link leaves what stands before it and takes the effect from all that stands behind it. Colours: "
        "logarithm, purple below and orange above the reference, full at a quarter and fourfold."
    ).format(reference)
    return figure_svg(plot_chain(arms, [_CHAIN[name] for name in names], ratio), caption, "intermediates by arm")


def comparisons_section(material: Material, findings: Findings) -> Section | None:
    """Tabulate the stated comparisons with their verdicts."""
    if not findings.judgements:
        return None
    header = ["statement", "arm", "against", "measure", "difference", "95 % interval", "over cells", "verdict"]
    rows = [_comparison_row(material, one) for one in findings.judgements]
    note = paragraph(
        "Stated in the scenario before the run. A statement is supported or contradicted when the 95 % interval of the "
        "difference over paired replicates leaves out 0 (Student), otherwise undecided. No correction is made for the "
        "number of comparisons. “Over cells” is the interval within the first replicate (Newcombe for shares, Welch "
        "for means); it ignores the spread between replicates, and counts for the verdict only "
        "where all replicates differ alike, so that theirs has no width: a statement must then be clear of 0 in both."
    )
    return Section("comparisons", "Stated comparisons", table(header, rows, frozenset({4, 5, 6})) + note)


def _comparison_row(material: Material, one: Judgement) -> list[object]:
    how, stated = quantity(one.stated.quantity), one.stated
    names = [Markup("<b>{}</b><br>{}").format(stated.name, stated.statement), stated.arm, stated.against, how.name]
    if one.found is None:
        return [*names, ENDASH, ENDASH, ENDASH, mark(one.verdict)]
    change = one.found.difference
    cells = how.difference(one.over_cells.low, one.over_cells.high) if one.over_cells else ""
    shown = Markup("{} <small>{}</small>").format(how.number(change.value), how.difference_unit)
    interval = how.difference(change.low, change.high)
    verdict = mark(one.verdict)
    if is_tuned_measure(material, stated.quantity):
        verdict += Markup('<br><small><a href="#tuned">tuned to this measure: no test</a></small>')
    if one.is_slight:
        verdict += Markup("<br><small>but less than a thousandth of “{}”</small>").format(stated.against)
    return [*names, shown, interval or "one replicate", cells or ENDASH, verdict]


def pictures_section(material: Material) -> Section | None:
    """Show the tissue of each arm at the last frame of the first replicate."""
    arms = material.readings.arms
    if len(arms) > MOST_ARMS:
        return None
    scenes = [_scene(material, arm) for arm in arms]
    tension = np.concatenate([scene.value for scene in scenes])
    limits = (float(np.quantile(tension, 0.02)), float(np.quantile(tension, 0.98)) + 1e-9)
    n_escaped = sum(int(scene.escaped.sum()) for scene in scenes)
    beyond = sum(n_outside(scenes))
    caption = Markup(
        "<b>The tissue after {}, replicate {}.</b> Cells as spheres, to scale, in parallel projection, coloured by "
        "cortical tension. Escaped cells ({:,} in all) have an orange ring. {} outside the pictures. The gel is "
        "not drawn."
    ).format(span(material.scenario.duration), FIRST, n_escaped, _lie(beyond))
    figure = plot_tissue(scenes, "cortical tension γ [nN/µm]", limits)
    return Section("pictures", "Pictures", figure_png(figure, caption, "cells in three dimensions, arm by arm"))


def _lie(n: int) -> str:
    return (
        "No cell lies" if n == 0 else "1 cell lies partly or wholly" if n == 1 else f"{n:,} cells lie partly or wholly"
    )


def _scene(material: Material, arm: str) -> Scene:
    frames = material.frames(arm)
    at_end = np.isfinite(frames.position[-1, :, 0])
    first, last = frames.position[0].astype(float), frames.position[-1, at_end].astype(float)
    first = first[np.isfinite(first[:, 0])]
    radius = np.asarray(frames.initial["radius"], dtype=float)[at_end]
    limits = (material.thresholds.escape_reach, material.thresholds.contact_factor)
    try:
        beyond = Hull.of(first).distance(last)
        escaped = escape_class(last, radius, beyond, limits) >= EscapeClass.SINGLE
    except NumericsError:  # cells without a volume between them have no hull to escape from
        escaped = np.zeros(len(radius), dtype=bool)
    tension = np.asarray(frames.scalars["tension"][-1], dtype=float)[at_end]
    return Scene(arm, last - first.mean(axis=0), radius, tension, escaped)
