"""Relapse foretold against relapse observed: a model with its band over Kaplan-Meier with its intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.measures.survival import SurvivalCurve
from amoeboid.plots.style import PALETTE, house_style
from amoeboid.units import DAYS_A_YEAR

Floats = NDArray[np.float64]

_SHADES = (PALETTE[2], PALETTE[1])
_MOST = len(_SHADES)


@dataclass(frozen=True)
class Foretold:
    """What a model foretells of one group, and what was seen of it.

    Parameters
    ----------
    days : (n_days,) float64 [day]
    share, low, high : (n_days,) float64 [1]
        Free of relapse, and the band of the model; all NaN in the band: none is drawn.
    observed : SurvivalCurve
    """

    days: Floats
    share: Floats
    low: Floats
    high: Floats
    observed: SurvivalCurve


@dataclass(frozen=True)
class RelapsePanel:
    """One panel: a title, what it is (calibration or validation), and one or two groups by name."""

    title: str
    kind: str
    groups: Mapping[str, Foretold]


def plot_relapse(panels: Sequence[RelapsePanel], label: str = "free of distant metastasis", floor: float = 0.4) -> Any:
    """Draw panels beside each other: model as a smooth line with its band, Kaplan-Meier as steps with intervals.

    Parameters
    ----------
    panels : sequence of RelapsePanel
        Each with one or two groups.
    label : str
        What the share is of.
    floor : float
        Lower end of the axis, 0 to 1; said in the label when it is not 0.

    Raises
    ------
    ValueError
        When a panel has more than two groups.
    """
    if any(len(panel.groups) > _MOST for panel in panels):
        raise ValueError(f"a panel shows at most {_MOST} groups")
    with house_style() as figure_class:
        figure = figure_class(figsize=(3.1 * len(panels) + 0.4, 3.5))
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, panel in zip(grid, panels, strict=True):
            _panel(axes, panel)
        ticks = np.arange(np.ceil(10.0 * floor) / 10.0, 1.01, 0.1)
        grid[0].set_yticks(ticks, [f"{100.0 * tick:.0f}" for tick in ticks])
        grid[0].set_ylim(floor, 1.005)
        begins = "" if floor <= 0.0 else f"; axis begins at {100.0 * floor:.0f}"
        grid[0].set_ylabel(f"{label} [%{begins}]")
    return figure


def _panel(axes: Any, panel: RelapsePanel) -> None:
    alone = len(panel.groups) == 1
    shades = ("#000000",) if alone else _SHADES
    for shade, (name, group) in zip(shades, panel.groups.items(), strict=False):
        n, n_events = group.observed.observed.time.size, int(group.observed.observed.event.sum())
        _steps(axes, group.observed, float(group.days[-1]), shade)
        years = group.days / DAYS_A_YEAR
        axes.fill_between(years, group.low, group.high, color=shade, alpha=0.22, linewidth=0)
        axes.plot(years, group.share, color=shade, linewidth=1.8, label=f"{name} ({n_events} of {n})")
    axes.plot([], [], color="0.4", linewidth=0.9, drawstyle="steps-post", label="Kaplan–Meier, 95 % dotted")
    axes.set_xlim(0.0, max(float(group.days[-1]) for group in panel.groups.values()) / DAYS_A_YEAR)
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=6)
    axes.set_title(panel.title, loc="left", fontsize=9.0)
    axes.set_xlabel(f"years since surgery — {panel.kind}", fontsize=8.0)
    axes.legend(loc="lower left", fontsize=7.0, handlelength=1.4)


def _steps(axes: Any, curve: SurvivalCurve, last: float, shade: str) -> None:
    inside = curve.time <= last
    years = np.concatenate([[0.0], curve.time[inside], [last]]) / DAYS_A_YEAR
    for values, style, width in ((curve.survival, "-", 0.9), (curve.low, ":", 0.8), (curve.high, ":", 0.8)):
        line = np.concatenate([[1.0], values[inside], values[inside][-1:] if inside.any() else [1.0]])
        axes.plot(years, line, style, color=shade, linewidth=width, drawstyle="steps-post")
