"""Where a drug helps, does nothing, or harms: a map over timing and block, one panel per sensitivity of NK cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import house_style

HELP, HARM = "#0072B2", "#D55E00"
"""Blue helps, vermilion harms: apart for all readers."""


@dataclass(frozen=True)
class SignPanel:
    """One map.

    Parameters
    ----------
    title : str
        Such as ``NK loss 0.5``.
    change : (n_rows, n_columns) float64
        Patients spared less patients harmed, per 100 treated; above 0 the drug helps.
    low, high : (n_rows, n_columns) float64
        Ends of the interval; where it holds 0 nothing is shown to happen.
    break_even : (n_rows,) float64, optional
        Column value, in the unit of `columns`, at which closed form says help turns to harm; NaN (or a
        value outside the axis) where nowhere.
    """

    title: str
    change: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    break_even: NDArray[np.float64] | None = None


def plot_sign_map(
    panels: Sequence[SignPanel],
    rows: Sequence[str],
    columns: NDArray[np.float64],
    *,
    label: str = "JAK block [%]",
    measure: str = "spared less harmed, per 100 patients",
) -> Any:
    """Draw the sign map: blue helps, vermilion harms, hatched is not told from nothing; a line where it breaks even.

    Parameters
    ----------
    panels : sequence of SignPanel
        Side by side, one per NK sensitivity.
    rows : sequence of str
        Timings, top to bottom.
    columns : (n_columns,) float64
        Rising values of the axis, such as percent of JAK blocked.
    label, measure : str
        Of the axis, and of the colour.
    """
    reach = max([1e-9, *(float(np.nanmax(np.abs(panel.change))) for panel in panels)])
    edges = _edges(np.asarray(columns, dtype=np.float64))
    with house_style() as figure_class:
        figure = figure_class(figsize=(2.3 * len(panels) + 1.9, 0.44 * len(rows) + 1.6))
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, panel in zip(grid, panels, strict=True):
            image = axes.pcolormesh(
                edges,
                np.arange(len(rows) + 1) - 0.5,
                panel.change,
                cmap=_diverging(),
                vmin=-reach,
                vmax=reach,
                edgecolors="white",
                linewidth=0.6,
            )
            _draw_cells(axes, panel, (edges, reach))
            axes.set_title(panel.title)
            axes.set_xlabel(label)
            axes.set_xticks(columns, [f"{value:g}" for value in columns])
            axes.set_yticks(range(len(rows)), rows)
            axes.set_ylim(len(rows) - 0.5, -0.5)
            axes.tick_params(length=0)
            for spine in axes.spines.values():
                spine.set_visible(False)
        bar = figure.colorbar(image, ax=list(grid), shrink=0.9, pad=0.02)
        bar.set_label(measure)
        bar.outline.set_visible(False)
        _draw_key(figure, panels)
    return figure


def _draw_cells(axes: Any, panel: SignPanel, frame: tuple[NDArray[np.float64], float]) -> None:
    from matplotlib.patches import Rectangle

    edges, reach = frame
    shades = _diverging()
    for row, column in np.ndindex(panel.change.shape):
        value, unsure = panel.change[row, column], panel.low[row, column] <= 0.0 <= panel.high[row, column]
        left, width = float(edges[column]), float(edges[column + 1] - edges[column])
        if unsure:
            cell = Rectangle((left, row - 0.5), width, 1.0, fill=False, hatch="////", edgecolor="0.75", linewidth=0)
            axes.add_patch(cell)
        text, colour = _signed(float(value)), "white" if abs(value) > 0.6 * reach else "black"
        # the colour of its cell behind each number keeps it clear of hatching and line
        ground = shades(0.5 + 0.5 * value / reach) if np.isfinite(value) else "white"
        look = {"facecolor": ground, "edgecolor": "none", "pad": 0.8}
        axes.text(left + width / 2, row, text, ha="center", va="center", fontsize=7.5, color=colour, bbox=look)
    if panel.break_even is not None:
        for row, place in enumerate(panel.break_even):
            if edges[0] <= place <= edges[-1]:
                axes.plot([place] * 2, [row - 0.5, row + 0.5], color="black", linewidth=1.5, linestyle=(0, (3, 1.5)))


def _signed(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    if abs(value) < 0.05:
        return "0"
    return f"{value:+.{0 if abs(value) >= 9.95 else 1}f}".replace("-", "−")


def _draw_key(figure: Any, panels: Sequence[SignPanel]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: list[Any] = [Patch(facecolor=HELP, label="helps"), Patch(facecolor=HARM, label="harms")]
    keys.append(Patch(facecolor="white", edgecolor="0.6", hatch="////", label="interval holds 0"))
    if any(panel.break_even is not None and np.isfinite(panel.break_even).any() for panel in panels):
        keys.append(
            Line2D([], [], color="black", linewidth=1.4, linestyle=(0, (4, 2)), label="break-even, closed form")
        )
    figure.legend(handles=keys, loc="outside lower center", ncols=4)


def _edges(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    if columns.size == 1:
        return np.array([columns[0] - 0.5, columns[0] + 0.5])
    middle = (columns[1:] + columns[:-1]) / 2.0
    return np.concatenate([[2 * columns[0] - middle[0]], middle, [2 * columns[-1] - middle[-1]]])


def _diverging() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("harm-help", [HARM, "#F5F5F5", HELP])
