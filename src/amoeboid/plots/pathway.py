"""One cell's pathway: time course and dose-response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import colours, house_style


def plot_time_course(time: NDArray[np.float64], panels: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> Any:
    """Draw readouts over time, one panel per label, one line per condition.

    Parameters
    ----------
    time : (n,) [min]
    panels : axis label with unit to condition to (n,) values
    """
    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))
    shade = colours(names)
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 2.4 * -(-len(panels) // 2) + 0.5))
        grid = figure.subplots(-(-len(panels) // 2), min(2, len(panels)), squeeze=False)
        for axes, (label, lines) in zip(grid.flat, panels.items(), strict=False):
            for name, values in lines.items():
                axes.plot(time, values, color=shade[name], label=name)
            axes.set_xlabel("time [min]")
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0)
            axes.margins(x=0.01)
        for axes in list(grid.flat)[len(panels) :]:
            axes.remove()
        if len(names) > 1:
            handles, texts = grid.flat[0].get_legend_handles_labels()
            figure.legend(handles, texts, loc="outside lower center", ncols=3)
    return figure


def plot_dose_response(dose: NDArray[np.float64], curves: Mapping[str, NDArray[np.float64]], label: str) -> Any:
    """Draw readouts relative to no drug against dose on a logarithmic axis, with the line of one half.

    Parameters
    ----------
    dose : (n,) [nM]
        Positive doses.
    curves : readout to (n,) share of the value without drug
    label : str
        Axis label of the dose.
    """
    shade = colours(list(curves))
    with house_style() as figure_class:
        figure = figure_class(figsize=(4.6, 3.2))
        axes = figure.subplots()
        axes.axhline(0.5, color="0.8", linewidth=0.8)
        for name, values in curves.items():
            axes.plot(dose, values, "o-", color=shade[name], markersize=3.5, label=name)
        axes.set_xscale("log")
        axes.set_ylim(0, max(1.05, float(max(np.max(v) for v in curves.values())) * 1.05))
        axes.set_xlabel(label)
        axes.set_ylabel("share of the value without drug")
        axes.legend()
    return figure
