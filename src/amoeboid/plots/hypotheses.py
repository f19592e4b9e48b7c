"""Which conclusions survive which hypotheses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from amoeboid.plots.style import PALETTE, house_style


def plot_differences(
    rows: Sequence[tuple[str, float, float, float]], label: str, groups: Mapping[str, str] | None = None
) -> Any:
    """Draw paired differences with their intervals, one row each, and the line of no difference.

    Parameters
    ----------
    rows : sequence of (name, difference, low, high)
        A row without interval has low = high = difference.
    label : str
        Axis label with unit.
    groups : name to group, optional
        Rows of one group share a colour.
    """
    kinds = list(dict.fromkeys((groups or {}).get(row[0], "") for row in rows))
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 0.27 * len(rows) + 0.85))
        axes = figure.subplots()
        axes.axvline(0.0, color="0.6", linewidth=0.8)
        for k, (name, difference, low, high) in enumerate(rows):
            shade = PALETTE[1 + kinds.index((groups or {}).get(name, "")) % (len(PALETTE) - 1)]
            axes.plot([low, high], [-k, -k], color=shade, linewidth=2.0, solid_capstyle="butt")
            axes.plot([difference], [-k], "o", color=shade, markersize=4.5)
        axes.set_yticks([-k for k in range(len(rows))], [row[0] for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(label)
    return figure
