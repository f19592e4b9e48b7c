"""The first screen: the answer, one figure, and what it rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from amoeboid.plots import plot_arms, plot_pore_law, plot_tracks
from amoeboid.report.answering import Findings, cell_name, sentences
from amoeboid.report.document import figure_svg
from amoeboid.report.judgement import leading
from amoeboid.report.lattices import Lattices
from amoeboid.report.material import Material
from amoeboid.report.pathways import title
from amoeboid.report.quantities import counted, quantity, span
from amoeboid.report.recordings import Overlay
from amoeboid.report.standing import standing
from amoeboid.report.tuning import tuned


def lead(material: Material, findings: Findings) -> Markup:
    """Give the first screen."""
    answer = Markup("").join(Markup("<p>{}</p>").format(sentence) for sentence in sentences(material, findings))
    return Markup('<div class="answer" id="answer">{}</div>\n{}\n{}').format(
        answer, _figure(material, findings), _facts(material)
    )


def _figure(material: Material, findings: Findings) -> Markup:
    if any(one.law for one in findings.lattices):
        return pore_figure(findings.lattices)
    if isinstance(findings.overlay, Overlay):
        return tracks_figure(findings.overlay)
    main = leading(material, findings.judgements)
    measure = main.stated.quantity if main else "fraction_escaped"
    return _arms_figure(material, measure)


def _arms_figure(material: Material, measure: str) -> Markup:
    how = quantity(measure)
    ends = {arm: how.factor * values for arm, values in material.readings.ends(measure).items()}
    if not ends:
        return Markup("")
    means = material.means(measure)
    intervals = {
        arm: (how.factor * max(mean.low, 0.0), how.factor * mean.high)
        for arm, mean in means.items()
        if np.isfinite(mean.low)
    }
    n = max(values.size for values in ends.values())
    words = "Bars and thick ticks: mean; points: replicates, joined where they share their random numbers; "
    words += (
        "whiskers: 95 % interval of the mean (Student; Wilson over all cells where replicates are alike)."
        if n > 1
        else "one replicate, so there is no interval."
    )
    if intervals and min(mean.low for mean in means.values()) < 0.0:
        words += " Whiskers end at 0."
    caption = Markup("<b>{} after {}.</b> {}").format(
        how.name[0].upper() + how.name[1:], span(material.scenario.duration), words
    )
    return figure_svg(plot_arms(ends, how.label, intervals=intervals), caption, f"{how.name} by arm")


def pore_figure(found: tuple[Lattices, ...]) -> Markup:
    """Draw speed against pore area with the line of each cell type."""
    drawn = [one for one in found if one.law]
    points = {cell_name(one.cell_type): (one.area, one.speed, one.error) for one in drawn}
    lines = {cell_name(one.cell_type): (one.law.intercept, one.law.slope) for one in drawn if one.law}
    caption = Markup(
        "<b>Speed in rigid lattices.</b> Mean speed of the tracks with its standard error over cells, and the line "
        "through the lattices in which cells move; the legend gives where it meets zero."
    )
    return figure_svg(plot_pore_law(points, lines), caption, "speed against pore area")


def tracks_figure(found: Overlay) -> Markup:
    """Draw measured tracks over simulated ones."""
    sets: dict[str, Any] = {"simulated": found.simulated}
    names = {}
    for recording in found.recordings:
        names[recording.name] = "measured" if recording.name == "measured" else f"measured, group {recording.name}"
        sets[names[recording.name]] = recording.summary
    caption = Markup(
        "<b>Measured tracks (dashed) over simulated ones (solid).</b> Left: distribution of step speeds. Middle: mean "
        "squared displacement. Right: mean cosine between steps and the outward direction, above 0 outwards; for "
        "measured tracks the centre is an estimate of ours."
    )
    return figure_svg(plot_tracks(sets, frozenset(names.values())), caption, "tracks measured and simulated")


def _facts(material: Material) -> Markup:
    n_tuned = len(tuned(material))
    before = [
        counted(material.scenario.replicates, "replicate"),
        counted(material.n_cells, "cell") + " each",
        span(material.scenario.duration) + " simulated",
    ]
    after = [
        *([Markup('<a href="#pathway">pathway: {}, not ours</a>').format(title(material))] if title(material) else []),
        Markup('<a href="#tuned">{} tuned</a>').format(n_tuned) if n_tuned else "none tuned",
    ]
    return standing(material, before, after)
