"""Which conclusions survive which hypotheses."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from amoeboid.plots.style import PALETTE, house_style

SHADES = {"default": PALETTE[0], "holds": PALETTE[3], "flips": PALETTE[4], "unclear": PALETTE[5]}
"""Colour by outcome; grey for any other."""

Row = tuple[str, float, float, float, str]
"""Name, difference, low, high, outcome."""


def plot_differences(panels: Mapping[str, Sequence[Row]], label: str) -> Any:
    """Draw differences with their intervals: a panel for each comparison, a row for each option, a line at zero.

    Parameters
    ----------
    panels : title to rows
        Rows of one name share a line; a panel may lack some.
    label : str
        Axis label with unit.
    """
    names = list(dict.fromkeys(row[0] for rows in panels.values() for row in rows))
    n_columns = min(3, len(panels))
    n_rows = -(-len(panels) // n_columns)
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.4, (0.2 * len(names) + 0.42) * n_rows + 0.3))
        grid = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
        for axes, (title, rows) in zip(grid.flat, panels.items(), strict=False):
            _panel(axes, title, rows, names)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_axis_off()
        figure.supxlabel(label, fontsize="medium")
    return figure


def _panel(axes: Any, title: str, rows: Sequence[Row], names: list[str]) -> None:
    axes.axvline(0.0, color="0.6", linewidth=0.8)
    for name, difference, low, high, outcome in rows:
        shade, place = SHADES.get(outcome, PALETTE[-1]), -names.index(name)
        axes.plot([low, high], [place, place], color=shade, linewidth=2.0, solid_capstyle="butt")
        axes.plot([difference], [place], "o", color=shade, markersize=4.0)
    axes.set_yticks([-k for k in range(len(names))], names)
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title(textwrap.fill(title, 34), fontsize=8.5, loc="left")
