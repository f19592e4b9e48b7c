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

    Points are the tissue runs, pooled over replicates, with 90 % intervals of their counts; lines are the best
    estimate, bands hold 90 % of the draws, point by point.

    Parameters
    ----------
    record : LinkRecord
        From `process.read_link` or `process.shipped_record`.
    """
    link = record.link
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 5.4))
        grid = figure.subplots(2, 2)
        panels = [(grid[0, 0], link.entry, "entries for a cell and day"),
                  (grid[0, 1], link.entry, "the same, logarithmic"),
                  (grid[1, 0], link.cluster_share, "share of entries that are clusters"),
                  (grid[1, 1], link.exit, "chance that an arrested cell leaves")]  # fmt: skip
        for axes, rows, label in panels:
            _band(axes, link.contractility, rows, PALETTE[2])
            axes.set_ylabel(label)
            axes.set_xlabel("contractility (mean active drive)")
            axes.set_xlim(0.0, 1.0)
        for axes in grid[0]:
            _points(axes, record.levels, [_rate(one) for one in record.levels])
        _points(grid[1, 0], record.levels, [_share(one) for one in record.levels])
        grid[0, 0].set_ylim(bottom=0.0)
        grid[0, 1].set_yscale("log")
        grid[0, 1].set_ylim(bottom=max(_LOWEST, 0.5 * float(np.quantile(link.entry[:, 0], _TAIL))))
        for axes in grid[1]:
            axes.set_ylim(0.0, 1.0)
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
            _band(axes, x, np.asarray(rows, dtype=np.float64), PALETTE[(2 * k + 2) % len(PALETTE)], name)
        axes.set_ylim(0.0, 1.08)
        axes.set_xlim(x.min(), x.max())
        axes.set_xlabel(labels["x"])
        axes.set_ylabel(labels["y"])
        axes.legend(loc="center right")
        if labels.get("note"):
            figure.supxlabel(labels["note"], x=0.01, ha="left", fontsize=7.5, color="0.35")
    return figure


def _band(axes: Any, x: Floats, rows: Floats, shade: str, name: str | None = None) -> None:
    """Draw row 0 as a line, and the middle 90 % of the others."""
    low, high = np.quantile(rows[1:] if len(rows) > 1 else rows, [_TAIL, 1.0 - _TAIL], axis=0)
    axes.fill_between(x, low, high, color=shade, alpha=0.18, linewidth=0)
    axes.plot(x, rows[0], color=shade, linewidth=1.6, label=name)


def _points(axes: Any, levels: Sequence[LinkLevel], ends: Sequence[tuple[float, float, float]]) -> None:
    """Draw one number of every level with its interval; where there is no event, an arrow down from its upper end."""
    for level, (middle, low, high) in zip(levels, ends, strict=True):
        if not np.isfinite(middle):
            continue
        x = float(np.average(level.contractility, weights=level.cell_days))
        axes.plot([x, x], [low, high], color="0.25", linewidth=1.0, zorder=3)
        if middle > 0.0:
            axes.plot([x], [middle], "o", color="black", markersize=3.6, zorder=4)
        else:
            axes.plot([x], [high], "v", color="black", markersize=3.6, zorder=4, fillstyle="none")


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
