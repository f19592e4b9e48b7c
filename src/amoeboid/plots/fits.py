"""Figures of a fit: measured against simulated, the ends of all starts, the profiles of the parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import PALETTE, house_style

Floats = NDArray[np.float64]

_MOST_SERIES = 8
_COLUMNS = 3


@dataclass(frozen=True)
class FitSeries:
    """One course or dose series of one readout: measured points with noise, and the fitted line.

    ``place`` (n,) is time or dose, ``line_place`` and ``line`` (n_line,) the fit.
    """

    label: str
    place: Floats
    value: Floats
    sigma: Floats
    line_place: Floats
    line: Floats


@dataclass(frozen=True)
class FitPanel:
    """One readout: its title, the labels of its axes, its series, and whether the axes are logarithmic."""

    title: str
    x: str
    y: str
    series: tuple[FitSeries, ...]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class ProfilePanel:
    """One parameter: its profile as rises over places, the level of the interval, its ends, and the verdict."""

    name: str
    place: Floats
    rise: Floats
    low: float
    high: float
    best: float
    verdict: str
    draws: Floats = field(default_factory=lambda: np.empty(0))


def plot_fit(panels: Sequence[FitPanel]) -> Any:
    """Draw measured values with their noise and the fit through them, one panel per readout."""
    n_columns = 2 if len(panels) == 4 else min(_COLUMNS, len(panels))
    n_rows = -(-len(panels) // n_columns)
    with house_style() as figure_class:
        figure = figure_class(figsize=(3.0 * n_columns + 0.9, 2.5 * n_rows + 0.6))
        grid = figure.subplots(n_rows, n_columns, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _fit_panel(axes, panel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.remove()
    return figure


def _fit_panel(axes: Any, panel: FitPanel) -> None:
    shown = panel.series[:_MOST_SERIES]
    for k, one in enumerate(shown):
        shade = PALETTE[k % len(PALETTE)]
        axes.errorbar(one.place, one.value, one.sigma, fmt="o", color=shade, markersize=3, linewidth=0, elinewidth=0.7)
        axes.plot(one.line_place, one.line, color=shade, linewidth=1.2, label=_short(one.label))
    axes.set_title(_short(panel.title, 40), loc="left", fontsize=9)
    axes.set_xlabel(panel.x)
    axes.set_ylabel(panel.y)
    if panel.log_x:
        doses = np.concatenate([one.place for one in panel.series])
        if (doses > 0.0).all():
            axes.set_xscale("log")
        else:  # below the least dose the axis is linear, so that a dose of 0 has its place
            axes.set_xscale("symlog", linthresh=float(doses[doses > 0.0].min()) if (doses > 0.0).any() else 1.0)
            axes.set_xlim(left=0.0)
    if panel.log_y:
        axes.set_yscale("log")
    if any(one.label for one in panel.series):
        handles, labels = axes.get_legend_handles_labels()
        more = len(panel.series) - len(shown)
        title = f"and {more} more" if more > 0 else None
        axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.0, -0.24), fontsize=6.5, title=title,
                    title_fontsize=6.5, ncols=1 + (max(map(len, labels)) < 16))  # fmt: skip


def _short(text: str, longest: int = 34) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def plot_waterfall(values: Floats) -> Any:
    """Draw how much worse than the best the end of each start is, best first, on a logarithmic axis.

    Parameters
    ----------
    values : (n_starts,)
        Negative log-likelihoods, rising.
    """
    above = np.maximum(values - values[0], 1e-4)
    with house_style() as figure_class:
        figure = figure_class(figsize=(4.6, 2.9))
        axes = figure.subplots()
        axes.axhline(0.05, color="0.8", linewidth=0.8)
        # most starts lie on one side of the level: the words stand on the other
        at_left = 2 * int((above < 0.05).sum()) > values.size
        axes.annotate("as good as the best", (0.02 if at_left else 0.98, 0.05), xycoords=("axes fraction", "data"),
                      ha="left" if at_left else "right", va="bottom", fontsize=7, color="0.45")  # fmt: skip
        axes.plot(np.arange(1, values.size + 1), above, "o-", color=PALETTE[2], markersize=3, linewidth=0.8)
        axes.set_yscale("log")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel("start, best first")
        axes.set_ylabel("rise of −ln likelihood over the best")
    return figure


def plot_profiles(panels: Sequence[ProfilePanel], level: float) -> Any:
    """Draw the profile of every parameter, with the level of its 95 % interval and, where there is one, the sample."""
    n_columns = min(4, len(panels))
    n_rows = math.ceil(len(panels) / n_columns)
    with house_style() as figure_class:
        figure = figure_class(figsize=(2.05 * n_columns + 0.5, 1.95 * n_rows + 0.5))
        grid = figure.subplots(n_rows, n_columns, squeeze=False, sharey=True)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _profile_panel(axes, panel, level)
        for axes in list(grid.flat)[len(panels) :]:
            axes.remove()
        for row in grid:
            row[0].set_ylabel("rise of −ln likelihood", fontsize=7.5)
    return figure


_SHADE: Mapping[str, str] = {"identified": PALETTE[3], "practically not identified": PALETTE[1]}


def _profile_panel(axes: Any, panel: ProfilePanel, level: float) -> None:
    shade = _SHADE.get(panel.verdict, PALETTE[4])
    if panel.draws.size:
        share, edges = np.histogram(panel.draws, bins=30)
        axes.stairs(share / share.max() * level, edges, fill=True, color="0.88")
    axes.axhline(level, color="0.6", linewidth=0.7, linestyle="--")
    axes.plot(panel.place, panel.rise, "-", color=shade, linewidth=1.4)
    axes.plot([panel.best], [0.0], "o", color=shade, markersize=4, clip_on=False)
    for end in (panel.low, panel.high):
        if np.isfinite(end):
            axes.axvline(end, color=shade, linewidth=0.7, linestyle=":")
    axes.set_ylim(0.0, 1.4 * level)
    axes.set_title(_short(panel.name, 26), loc="left", fontsize=8)
    axes.set_xlabel(panel.verdict.replace("practically not", "not"), fontsize=7, color=shade)
    axes.tick_params(labelsize=7)
