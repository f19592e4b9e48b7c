"""What a dose brings and what it costs: concentration over an interval, blood counts, benefit against toxicity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import colours, house_style

Floats = NDArray[np.float64]
ON_FRONT = "#0072B2"
PLACES: tuple[tuple[tuple[float, float], str], ...] = (
    ((5, 4), "left"),
    ((5, -10), "left"),
    ((-5, 4), "right"),
    ((-5, -10), "right"),
    ((5, 14), "left"),
    ((-5, 14), "right"),
    ((5, -20), "left"),
    ((-5, -20), "right"),
)
"""Where a number may stand beside its point: shift [pt] and alignment, best first."""


@dataclass(frozen=True)
class Band:
    """Median and spread over patients along time: (n_times,) arrays, low and high the 5th and 95th percentile."""

    time: Floats
    median: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Candidate:
    """A compound at a regimen: benefit and toxicity with their intervals, and whether it is on the Pareto front."""

    name: str
    benefit: tuple[float, float, float]
    toxicity: tuple[float, float, float]
    on_front: bool


def plot_exposure(
    regimens: Mapping[str, Band],
    *,
    potencies: Mapping[str, float] | None = None,
    label: str = "total concentration in plasma [nM]",
    unit: str = "h",
) -> Any:
    """Draw concentration over one dosing interval: median, 90 % of patients, and the potencies it must reach.

    Parameters
    ----------
    regimens : name to `Band`
    potencies : name to concentration, optional
        Dotted lines, such as the IC50 of IL-6 and of IL-15 signalling in whole blood, in the unit of the label.
    label, unit : str
        Of both axes.
    """
    shade = colours(list(regimens))
    with house_style() as figure_class:
        figure = figure_class(figsize=(6.2, 3.3))
        axes = figure.subplots()
        for name, band in regimens.items():
            axes.fill_between(band.time, band.low, band.high, color=shade[name], alpha=0.15, linewidth=0)
            axes.plot(band.time, band.median, color=shade[name], linewidth=1.6, label=name)
        lines = sorted((potencies or {}).items(), key=lambda pair: pair[1])
        axes.set_yscale("log")
        _log_floor(axes, regimens, [value for _, value in lines])
        _potency_lines(axes, lines)
        axes.margins(x=0.0)
        axes.set_xlabel(f"time since dose [{unit}]")
        axes.set_ylabel(label)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _potency_lines(axes: Any, lines: Sequence[tuple[str, float]]) -> None:
    low, high = np.log(axes.get_ylim())
    for _, value in lines:
        axes.axhline(value, color="0.35", linewidth=0.9, linestyle=":")
    heights = [(np.log(value) - low) / (high - low) for _, value in lines]
    _write_beside(axes, [name for name, _ in lines], heights)


def _write_beside(axes: Any, names: Sequence[str], heights: Sequence[float]) -> None:
    """Write names right of the axes at rising heights (shares of the panel), apart though their lines may touch."""
    gap = 8.0 * 1.25 / (72.0 * axes.figure.get_figheight() * axes.get_position().height)
    written = -np.inf
    for name, height in zip(names, heights, strict=True):
        written = max(height, written + gap)
        axes.text(1.01, written, name, transform=axes.transAxes, ha="left", va="center", fontsize=8.0, color="0.25")


def _log_floor(axes: Any, regimens: Mapping[str, Band], more: Sequence[float]) -> None:
    top = max([float(band.high.max()) for band in regimens.values()] + list(more))
    bottom = min([float(band.median[band.median > 0.0].min(initial=top)) for band in regimens.values()] + list(more))
    axes.set_ylim(max(bottom / 3.0, top / 1e5), top * 1.6)


@dataclass(frozen=True)
class MarrowPanel:
    """A blood count by arm over weeks, and the count below which each grade begins."""

    label: str
    arms: Mapping[str, Band]
    grades: Mapping[str, float]


def plot_marrow(panels: Sequence[MarrowPanel], *, dose: Mapping[str, Band] | None = None) -> Any:
    """Draw blood counts over weeks of treatment: median, 90 % of patients, lines of grades; the achieved dose below.

    Parameters
    ----------
    panels : sequence of MarrowPanel
        Platelets, haemoglobin; label with unit.
    dose : arm to `Band`, optional
        Achieved share of the planned dose [%] over weeks.
    """
    names = list(dict.fromkeys(arm for panel in panels for arm in panel.arms))
    shade = colours(names)
    n_rows = len(panels) + (dose is not None)
    with house_style() as figure_class:
        figure = figure_class(figsize=(6.4, 1.85 * n_rows + 0.55))
        grid = figure.subplots(n_rows, 1, sharex=True, squeeze=False)[:, 0]
        for axes, panel in zip(grid, panels, strict=False):
            _draw_bands(axes, panel.arms, shade)
            axes.set_ylabel(panel.label)
            axes.set_ylim(bottom=0)
            grades = sorted(panel.grades.items(), key=lambda pair: pair[1])
            for _, count in grades:
                axes.axhline(count, color="0.35", linewidth=0.9, linestyle=":")
            _write_beside(axes, [grade for grade, _ in grades], [count / axes.get_ylim()[1] for _, count in grades])
        if dose is not None:
            _draw_bands(grid[-1], dose, shade)
            grid[-1].set_ylabel("dose given [% of plan]")
            grid[-1].set_ylim(0, 132)
            grid[-1].axhline(100, color="0.85", linewidth=0.8, zorder=0)
        grid[-1].set_xlabel("time since first dose [weeks]")
        shown = [*(band for panel in panels for band in panel.arms.values()), *(dose or {}).values()]
        grid[-1].set_xlim(min(band.time.min() for band in shown), max(band.time.max() for band in shown))
        figure.align_ylabels()
        figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _draw_bands(axes: Any, arms: Mapping[str, Band], shade: Mapping[str, str]) -> None:
    for name, band in arms.items():
        axes.fill_between(band.time, band.low, band.high, color=shade[name], alpha=0.15, linewidth=0)
        axes.plot(band.time, band.median, color=shade[name], linewidth=1.6, label=name)


def plot_pareto(candidates: Sequence[Candidate], benefit: str, toxicity: str) -> Any:
    """Draw benefit against toxicity of compounds and regimens, with the front that no other beats in both.

    Points carry numbers, in the order given, and the key beside says whose they are; points that fall together
    share a label.

    Parameters
    ----------
    candidates : sequence of Candidate
        Best first.
    benefit, toxicity : str
        Labels of the axes; the best corner is at the top left.
    """
    front = sorted((c for c in candidates if c.on_front), key=lambda c: c.toxicity[0])
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.6, max(3.8, 0.19 * len(candidates) + 0.9)))
        axes, key = figure.subplots(1, 2, gridspec_kw={"width_ratios": [2.2, 1.0]})
        axes.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
        places = [(c.toxicity[0], c.benefit[0]) for c in front]
        if len(places) > 1:
            axes.step(*zip(*places, strict=True), where="post", color=ON_FRONT, linewidth=1.3, alpha=0.6)
        for candidate in candidates:
            _draw_candidate(axes, candidate)
        axes.margins(0.12)
        axes.set_xlabel(toxicity)
        axes.set_ylabel(benefit)
        _draw_key(key, candidates)
        _number_points(figure, axes, candidates)
    return figure


def _draw_candidate(axes: Any, candidate: Candidate) -> None:
    (y, low, high), (x, left, right) = candidate.benefit, candidate.toxicity
    colour = ON_FRONT if candidate.on_front else "0.6"
    axes.plot([x, x], [low, high], color=colour, linewidth=0.9, alpha=0.7)
    axes.plot([left, right], [y, y], color=colour, linewidth=0.9, alpha=0.7)
    axes.plot([x], [y], "o", color=colour, markersize=5.5, zorder=3)


def _draw_key(axes: Any, candidates: Sequence[Candidate]) -> None:
    axes.axis("off")
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(-len(candidates), 1.2)
    axes.text(0.0, 0.5, "not beaten: blue", fontsize=8.0, color=ON_FRONT, va="center")
    for row, candidate in enumerate(candidates):
        colour = ON_FRONT if candidate.on_front else "0.25"
        axes.text(0.07, -row - 0.5, f"{row + 1}", fontsize=8.0, color=colour, ha="right", va="center")
        axes.text(0.11, -row - 0.5, candidate.name, fontsize=8.0, color=colour, va="center")


def _number_points(figure: Any, axes: Any, candidates: Sequence[Candidate]) -> None:
    """Write numbers beside points, each at the first side where it meets no other number or point."""
    from matplotlib.transforms import Bbox

    figure.draw_without_rendering()
    spots = axes.transData.transform([(c.toxicity[0], c.benefit[0]) for c in candidates])
    reach = 3.0 * figure.dpi / 72.0
    taken = [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach) for x, y in spots]
    for rows in _together(spots, reach):
        first, text = candidates[rows[0]], ", ".join(f"{row + 1}" for row in rows)
        place = (first.toxicity[0], first.benefit[0])
        for shift, side in PLACES:
            words = axes.annotate(text, place, shift, textcoords="offset points", fontsize=8.0, ha=side)
            # numbers take no part in the layout, or it would move what has been measured
            words.set_in_layout(False)
            box = words.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                break
            words.remove()
        else:
            words = axes.annotate(text, place, PLACES[0][0], textcoords="offset points", fontsize=8.0)
            words.set_in_layout(False)
        taken.append(words.get_window_extent())


def _together(spots: Floats, reach: float) -> list[list[int]]:
    """Group points that fall on one another; a point joins the first group whose first point is near."""
    groups: list[list[int]] = []
    for row, spot in enumerate(spots):
        near = [group for group in groups if np.all(np.abs(spots[group[0]] - spot) < reach)]
        near[0].append(row) if near else groups.append([row])
    return groups
