"""The link from tissue to body: counts of tissue runs under the curves fitted to them, and what doses do through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.plots.style import PALETTE, house_style
from amoeboid.process import LinkLevel, LinkRecord

Floats = NDArray[np.float64]

_TAIL = 0.05  # of the 90 % intervals, of counts and of draws alike
_LOWEST = 1e-6  # entries for a cell and day, below which nothing is drawn


def plot_link(record: LinkRecord) -> Any:
    """Draw the curves of a link over contractility: entries in plain and logarithmic scale, clusters, leaving.

    Each reading of what is contested has its colour: points are its tissue runs, pooled over replicates, with 90 %
    intervals of their counts; its band holds 90 % of its draws, point by point. The black line is the best estimate,
    the median of all draws.

    Parameters
    ----------
    record : LinkRecord
        From `process.read_link` or `process.shipped_record`.
    """
    link = record.link
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 5.6))
        grid = figure.subplots(2, 2)
        panels = [(grid[0, 0], link.entry, _rate, "entries for a cell and day"),
                  (grid[0, 1], link.entry, _rate, "the same, logarithmic"),
                  (grid[1, 0], link.cluster_share, _share, "share of entries that are clusters"),
                  (grid[1, 1], link.exit, None, "chance that an arrested cell leaves")]  # fmt: skip
        for axes, rows, ends, label in panels:
            for k, reading in enumerate(record.readings):
                shade = PALETTE[(2 + k) % len(PALETTE)]
                _band(axes, link.contractility, rows[record.rows_of(reading)], shade, reading)
                levels = [one for one in record.levels if one.reading == reading and ends is not None]
                _points(axes, levels, [ends(one) for one in levels] if ends else [], shade)
            axes.plot(link.contractility, rows[0], color="black", linewidth=1.3, label="best estimate")
            axes.set_ylabel(label)
            axes.set_xlabel("contractility (mean active drive)")
            axes.set_xlim(0.0, 1.0)
        grid[0, 0].set_ylim(bottom=0.0)
        grid[0, 1].set_yscale("log")
        grid[0, 1].set_ylim(bottom=max(_LOWEST, 0.5 * float(np.quantile(link.entry[:, 0], _TAIL))))
        for axes in grid[1]:
            axes.set_ylim(0.0, 1.0)
        handles, texts = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside upper left", ncols=3)
        figure.supxlabel(f"link {link.made_from}", x=0.01, ha="left", fontsize=7.5, color="0.35")
    return figure


def plot_doses(doses: ArrayLike, factors: Mapping[str, ArrayLike], labels: Mapping[str, str]) -> Any:
    """Draw what doses leave of escape, relative to no drug: the best estimate and the band of the draws.

    Parameters
    ----------
    doses : (n_doses,) array_like
    factors : mapping of str to (n_draws, n_doses)
        By name of the line; row 0 is the best estimate.
    labels : mapping
        ``x`` and ``y``: labels of the axes; ``note``: a line in small letters, may be left out.
    """
    x = np.asarray(doses, dtype=np.float64)
    with house_style() as figure_class:
        figure = figure_class(figsize=(5.0, 3.4))
        axes = figure.subplots()
        axes.axhline(1.0, color="0.6", linewidth=0.8, linestyle=":")
        for k, (name, rows) in enumerate(factors.items()):
            numbers, shade = np.asarray(rows, dtype=np.float64), PALETTE[(2 + k) % len(PALETTE)]
            _band(axes, x, numbers[1:] if len(numbers) > 1 else numbers, shade)
            axes.plot(x, numbers[0], color=shade, linewidth=1.6, label=name)
        axes.set_ylim(0.0, 1.08)
        axes.set_xlim(x.min(), x.max())
        axes.set_xlabel(labels["x"])
        axes.set_ylabel(labels["y"])
        axes.legend(loc="center right")
        if labels.get("note"):
            figure.supxlabel(labels["note"], x=0.01, ha="left", fontsize=7.5, color="0.35")
    return figure


def _band(axes: Any, x: Floats, rows: Floats, shade: str, name: str | None = None) -> None:
    """Draw the middle 90 % of the rows."""
    low, high = np.quantile(rows, [_TAIL, 1.0 - _TAIL], axis=0)
    axes.fill_between(x, low, high, color=shade, alpha=0.25, linewidth=0, label=name)


def _points(axes: Any, levels: Sequence[LinkLevel], ends: Sequence[tuple[float, float, float]], shade: str) -> None:
    """Draw one number of every level with its interval; where there is no event, an arrow down from its upper end."""
    for level, (middle, low, high) in zip(levels, ends, strict=True):
        if not np.isfinite(middle):
            continue
        x = float(np.average(level.contractility, weights=level.cell_days))
        axes.plot([x, x], [low, high], color=shade, linewidth=0.9, zorder=3)
        if middle > 0.0:
            axes.plot([x], [middle], "o", color=shade, markersize=3.4, zorder=4)
        else:
            axes.plot([x], [high], "v", color=shade, markersize=3.4, zorder=4, fillstyle="none")


def _rate(level: LinkLevel) -> tuple[float, float, float]:
    """Give entries for a cell and day with their exact Poisson interval."""
    n, days = int(level.entries.sum()), float(level.cell_days.sum())
    low = float(stats.chi2.ppf(_TAIL, 2 * n)) / 2.0 if n else 0.0
    return n / days, low / days, float(stats.chi2.ppf(1.0 - _TAIL, 2 * n + 2)) / 2.0 / days


def _share(level: LinkLevel) -> tuple[float, float, float]:
    """Give the share of clusters with its exact binomial interval; NaN where nobody entered."""
    n, m = int(level.entries.sum()), int(level.clusters.sum())
    if n == 0:
        return np.nan, 0.0, 1.0
    low = float(stats.beta.ppf(_TAIL, m, n - m + 1)) if m else 0.0
    return m / n, low, float(stats.beta.ppf(1.0 - _TAIL, m + 1, n - m)) if m < n else 1.0
