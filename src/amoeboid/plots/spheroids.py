"""Spheroids over time: outer radius, arrested inside and necrotic core, simulated as lines and measured as marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import PALETTE, house_style

Floats = NDArray[np.float64]

PARTS = {"outer": 0, "arrested": 2, "necrotic": 1}
"""Radii that are drawn, from outside in, and their turn in the palette."""

_DASHES = ("-", "--", ":")
_MARKS = ("o", "s", "^")


@dataclass(frozen=True)
class SpheroidPanel:
    """One spheroid: lines and marks by name, each ``part -> (day, radius [um])`` with parts of `PARTS`.

    ``measured_spread`` is the standard deviation over spheroids of what is marked first, on its outer radius.
    """

    title: str
    lines: dict[str, dict[str, tuple[Floats, Floats]]]
    marks: dict[str, dict[str, tuple[Floats, Floats]]] = field(default_factory=dict)
    measured_spread: Floats | None = None


def plot_spheroids(panels: Sequence[SpheroidPanel], note: str = "") -> Any:
    """Draw spheroids side by side with one scale of radii.

    Parameters
    ----------
    panels : sequence of SpheroidPanel
    note : str
        A line in small letters below.
    """
    with house_style() as figure_class:
        columns = min(2, len(panels))
        rows = -(-len(panels) // columns)
        figure = figure_class(figsize=(3.7 * columns, 2.7 * rows + 0.5))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _panel(axes, panel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_axis_off()
        for axes in grid[:, 0]:
            axes.set_ylabel("radius [µm]")
        for axes in grid[-1]:
            axes.set_xlabel("day since seeding")
        grid[0, 0].set_ylim(bottom=0.0)
        handles, labels = _legend(panels)
        figure.legend(handles, labels, loc="outside upper center", ncols=min(4, len(labels)))
        if note:
            figure.supxlabel(note, x=0.01, ha="left", fontsize=7.5, color="0.35")
    return figure


def _panel(axes: Any, panel: SpheroidPanel) -> None:
    axes.set_title(panel.title, loc="left")
    for marked, (mark, parts) in enumerate(zip(_MARKS, panel.marks.values(), strict=False)):
        for part, (day, radius) in parts.items():
            shade = PALETTE[PARTS[part]]
            spread = panel.measured_spread if marked == 0 and part == "outer" else None
            axes.errorbar(day, radius, spread, fmt=mark, color=shade, markersize=3, linewidth=0.7, mfc="none", mew=0.8)
    for dash, parts in zip(_DASHES, panel.lines.values(), strict=False):
        for part, (day, radius) in parts.items():
            axes.plot(day, radius, dash, color=PALETTE[PARTS[part]], linewidth=1.4)


def _legend(panels: Sequence[SpheroidPanel]) -> tuple[list[Any], list[str]]:
    """Give one entry for each part by colour, then one for each line and each mark by its form."""
    from matplotlib.lines import Line2D

    lines = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    marks = list(dict.fromkeys(name for panel in panels for name in panel.marks))
    handles = [Line2D([], [], color=PALETTE[turn], linewidth=4) for turn in PARTS.values()]
    handles += [Line2D([], [], color="0.3", linestyle=dash) for dash, _ in zip(_DASHES, lines, strict=False)]
    handles += [
        Line2D([], [], color="0.3", marker=mark, linestyle="", mfc="none")
        for mark, _ in zip(_MARKS, marks, strict=False)
    ]
    return handles, [*PARTS, *lines, *marks]
