"""Quantities of a pathway along one axis: the median over cells as a line, the spread over cells as a band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import PALETTE, house_style

Floats = NDArray[np.float64]
Band = tuple[Floats, Floats, Floats]
"""Middle, low and high, each (n_points,)."""

_STYLES = ("-", "--", "-.", ":")
_WIDEST, _LONGEST_LABEL = 34, 26


def plot_bands(
    points: Floats, panels: Sequence[tuple[str, Mapping[str, Band]]], labels: Mapping[str, str], scale: str = "linear"
) -> Any:
    """Draw panels above each other with one axis, each with the legend of its lines at its right.

    Parameters
    ----------
    points : (n_points,)
        Along the axis.
    panels : sequence of (label, name to band)
        The label of the upright axis with its unit, and its lines.
    labels : mapping
        ``x``: label of the axis; ``title``; ``note``: a line in small letters, may be left out.
    scale : str
        ``linear`` or ``log``.
    """
    with house_style() as figure_class:
        heights = [max(1.7, 0.2 * len(lines) + 0.5) for _, lines in panels]
        figure = figure_class(figsize=(7.2, sum(heights) + 0.9))
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        turn = 0
        for axes, (label, lines) in zip(grid, panels, strict=True):
            turn = _panel(axes, points, lines, turn)
            alone = next(iter(lines)) if len(lines) == 1 else ""
            if alone and len(alone) + len(label) <= _LONGEST_LABEL:  # one line is told by its axis
                axes.set_ylabel(f"{alone} {label}".strip())
            else:
                axes.set_ylabel(label or "value")
                axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
        figure.align_ylabels()
        grid[-1].set_xlabel(labels["x"])
        grid[-1].set_xscale(scale)
        grid[0].set_title(_short(labels.get("title", ""), 90), loc="left")
        if labels.get("note"):
            figure.supxlabel(labels["note"], x=0.01, ha="left", fontsize=7.5, color="0.35")
    return figure


def _panel(axes: Any, points: Floats, lines: Mapping[str, Band], turn: int) -> int:
    """Draw one panel from the `turn`-th colour on, and give the next turn."""
    for name, (middle, low, high) in lines.items():
        shade, style = PALETTE[turn % len(PALETTE)], _STYLES[turn // len(PALETTE) % len(_STYLES)]
        mark = "o" if len(points) <= 30 else None
        axes.plot(points, middle, style, color=shade, label=_short(name, _WIDEST), marker=mark, markersize=3)
        if not np.array_equal(low, high, equal_nan=True):
            axes.fill_between(points, low, high, color=shade, alpha=0.18, linewidth=0)
        turn += 1
    _limits(axes, lines)
    axes.margins(x=0.01)
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4), useMathText=True)
    return turn


def _limits(axes: Any, lines: Mapping[str, Band]) -> None:
    """Begin at 0 what is never below it, unless it hardly moves, far from 0."""
    low = min(float(np.nanmin(band[1], initial=np.inf)) for band in lines.values())
    high = max(float(np.nanmax(band[2], initial=-np.inf)) for band in lines.values())
    if low >= 0.0 and low < 0.8 * high:
        axes.set_ylim(bottom=0.0)
    if high == low:  # a flat line has no scale of its own
        axes.set_ylim((low - 0.5, low + 0.5) if low == 0.0 else sorted((0.0, 1.5 * low)))


def _short(text: str, n_most: int) -> str:
    return text if len(text) <= n_most else text[: n_most - 1] + "…"
