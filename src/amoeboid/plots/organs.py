"""Where cancers spread to: shares of organs by blood flow alone, by flow and soil, and as observed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import PALETTE, house_style

Floats = NDArray[np.float64]

_COLUMNS = 4


@dataclass(frozen=True)
class OrganPanel:
    """Shares of organs among the metastases of one cancer; each array is (n_organs,) and sums to 1.

    Parameters
    ----------
    title : str
    organs : sequence of str
    flow, both, observed : float64 [1]
        By blood flow alone, by flow and soil, and as observed.
    explained : float [1]
        What flow alone explains; a part of the title.
    """

    title: str
    organs: Sequence[str]
    flow: Floats
    both: Floats
    observed: Floats
    explained: float


def plot_organs(panels: Sequence[OrganPanel]) -> Any:
    """Draw one panel for each cancer: bars of flow alone, a dot for what is observed, a stroke for flow and soil.

    Raises
    ------
    ValueError
        When there is no panel.
    """
    if not panels:
        raise ValueError("no cancer to draw")
    columns = min(_COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    with house_style() as figure_class:
        figure = figure_class(figsize=(2.35 * columns + 0.7, 2.2 * rows + 0.5))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _panel(axes, panel)
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        for axes in grid[-1]:
            axes.set_xlabel("share of metastases [%]")
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return figure


def _panel(axes: Any, panel: OrganPanel) -> None:
    place = np.arange(len(panel.organs))[::-1]
    axes.barh(place, 100.0 * panel.flow, height=0.62, color=PALETTE[6], label="blood flow alone")
    axes.plot(
        100.0 * panel.both, place, "|", color=PALETTE[1], markersize=11, markeredgewidth=2.0, label="flow and soil"
    )
    axes.plot(100.0 * panel.observed, place, "o", color=PALETTE[0], markersize=3.5, label="observed")
    axes.set_yticks(place, [organ.replace("_", " ") for organ in panel.organs])
    axes.set_xlim(0.0, 82.0)
    axes.set_title(panel.title, loc="left")
    axes.text(0.98, 0.04, f"flow explains {100.0 * panel.explained:.0f} %", transform=axes.transAxes, ha="right",
              fontsize=7.5, color=PALETTE[7])  # fmt: skip
