"""Trials as curves: Kaplan-Meier with those at risk below, hazard ratios in a forest, and power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.measures import Estimate
from amoeboid.measures.survival import SurvivalCurve
from amoeboid.plots.style import colours, house_style
from amoeboid.units import DAYS_A_YEAR

UNITS = {"days": 1.0, "months": DAYS_A_YEAR / 12.0, "years": DAYS_A_YEAR}
"""Days in each unit of time that an axis can have."""

FEW, FAINT = 10, 0.4
"""Patients at risk below which a curve is drawn faintly, and how faintly: one event there moves it by a tenth."""


@dataclass(frozen=True)
class ForestRow:
    """One row of a forest plot.

    Parameters
    ----------
    label : str
        Such as ``CRP above 13 mg/L``; a row without an estimate is a heading.
    ratio : Estimate or None
        Hazard ratio with its interval; `n` counts events or patients and sizes the square.
    note : str
        Text in the column beside the label, such as events over patients of both arms.
    """

    label: str
    ratio: Estimate | None = None
    note: str = ""


def plot_survival(
    arms: Mapping[str, SurvivalCurve],
    label: str,
    *,
    unit: str = "years",
    horizon: float | None = None,
    note: str = "",
) -> Any:
    """Draw Kaplan-Meier curves with their pointwise intervals, and a table of those at risk below.

    Where fewer than ten are at risk the curve is faint: a single event there moves it by more than a tenth.

    Parameters
    ----------
    arms : arm name to `SurvivalCurve`
        In the order of colours; the control first.
    label : str
        What the share is of, such as ``free of distant metastasis``.
    unit : str
        ``days``, ``months`` or ``years``.
    horizon : float, optional [day]
        End of the axis; by default the last day observed in any arm.
    note : str
        Written into the empty corner, such as hazard ratio and p.
    """
    scale = UNITS[unit]
    last = max(float(curve.observed.time.max()) for curve in arms.values()) if horizon is None else horizon
    shade = colours(list(arms))
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 3.5 + 0.22 * len(arms)))
        heights = [3.2, 0.22 * len(arms) + 0.22]
        axes, table = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": heights, "hspace": 0.02})
        for name, curve in arms.items():
            _draw_curve(axes, curve, shade[name], last / scale, scale)
            axes.plot([], [], color=shade[name], linewidth=1.6, label=name)
        axes.set_ylim(0.0, 1.02)
        axes.set_xlim(0.0, 1.005 * last / scale)
        axes.set_yticks(np.linspace(0.0, 1.0, 6), [f"{share:.0f}" for share in np.linspace(0, 100, 6)])
        axes.set_ylabel(f"{label} [%]")
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(f"time [{unit}]")
        _write_corner(axes, arms, note)
        ticks = [tick for tick in axes.get_xticks() if 0.0 <= tick <= last / scale * 1.001]
        _draw_at_risk(table, arms, ticks, scale)
    return figure


def _draw_curve(axes: Any, curve: SurvivalCurve, colour: str, last: float, scale: float) -> None:
    end = min(last, float(curve.observed.time.max()) / scale)
    thin = min(_thin_from(curve) / scale, end)
    days = np.unique(np.concatenate([[0.0, thin, end], curve.time[curve.time / scale <= end] / scale]))
    # the last step of the faint part begins where the plain part ends
    for chosen, ink in ((days <= thin, 1.0), (days >= thin, FAINT)):
        x = days[chosen]
        low, high = curve.interval_at(x * scale * (1.0 + 1e-12))
        axes.fill_between(x, low, high, step="post", color=colour, alpha=0.13 * ink, linewidth=0)
        share = curve.at(x * scale * (1.0 + 1e-12))
        axes.step(x, share, where="post", color=colour, linewidth=1.6, alpha=ink)
    censored = curve.observed.time[~curve.observed.event]
    censored = np.unique(censored[censored / scale <= end])
    if censored.size <= 400:
        axes.plot(censored / scale, curve.at(censored), "|", color=colour, markersize=4.5, markeredgewidth=0.7)


def _thin_from(curve: SurvivalCurve) -> float:
    """Give the day [day] after which fewer than `FEW` are under observation."""
    ends = np.sort(curve.observed.time)
    return float(ends[-FEW]) if ends.size >= FEW else 0.0


def _write_corner(axes: Any, arms: Mapping[str, SurvivalCurve], note: str) -> None:
    low = min(float(curve.survival[-1]) if curve.survival.size else 1.0 for curve in arms.values())
    # below curves that stay high, above those that fall
    corner = "lower left" if low > 0.45 else "upper right"
    legend = axes.legend(loc=corner, title=note or None, alignment="left", title_fontsize=8.0)
    legend.set_zorder(5)


def _draw_at_risk(axes: Any, arms: Mapping[str, SurvivalCurve], ticks: Sequence[float], scale: float) -> None:
    shade = colours(list(arms))
    for row, (name, curve) in enumerate(arms.items()):
        for tick, count in zip(ticks, curve.n_at_risk(np.asarray(ticks) * scale), strict=True):
            axes.text(tick, -row, f"{count:,}", ha="center", va="center", fontsize=8.0)
        axes.annotate(
            name,
            (0.0, -row),
            (-26, 0),
            ("axes fraction", "data"),
            "offset points",
            ha="right",
            va="center",
            fontsize=8.0,
            color=shade[name],
        )
    axes.set_ylim(-len(arms) + 0.4, 0.9)
    axes.text(0.0, 0.75, "at risk", transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=8.0)
    axes.axis("off")


def plot_forest(
    rows: Sequence[ForestRow],
    label: str = "hazard ratio",
    *,
    notes: str = "events / patients",
    sides: tuple[str, str] = ("treatment better", "control better"),
) -> Any:
    """Draw hazard ratios with intervals, one row each, on a logarithmic axis with its line of no effect.

    Parameters
    ----------
    rows : sequence of ForestRow
        Whole trial and subgroups, top to bottom; an interval that leaves the axis ends in an arrow.
    label, notes : str
        Of the axis, and of the column of notes.
    sides : pair of str
        What lies left and right of 1.
    """
    low, high = _forest_range(rows)
    largest = max((row.ratio.n for row in rows if row.ratio), default=1)
    with house_style() as figure_class:
        figure = figure_class(figsize=(8.2, 0.27 * len(rows) + 1.15))
        text, axes = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [1.7, 1.0], "wspace": 0.0})
        axes.axvline(1.0, color="0.35", linewidth=0.8)
        for place, row in enumerate(rows):
            _forest_text(text, -place, row)
            if row.ratio is not None and np.isfinite(row.ratio.value):
                _forest_mark(axes, -place, row.ratio, (low, high, largest))
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        ticks = [tick for tick in (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0) if low <= tick <= high]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        axes.xaxis.set_minor_locator(_no_ticks())
        axes.set_ylim(-len(rows) + 0.4, 1.35)
        axes.set_xlabel(label)
        for side, words in zip((-1, 1), sides, strict=True):
            arrow = f"← {words}" if side < 0 else f"{words} →"
            axes.annotate(
                arrow,
                (1.0, 0.9),
                (5 * side, 0),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=7.5,
                color="0.35",
            )
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", left=False, labelleft=False)
        text.axis("off")
        text.set_xlim(0.0, 1.0)
        text.text(0.98, 0.9, f"{label} (interval)", ha="right", va="center", fontsize=7.5, color="0.35")
        text.text(0.655, 0.9, notes, ha="right", va="center", fontsize=7.5, color="0.35")
    return figure


def _no_ticks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _forest_range(rows: Sequence[ForestRow]) -> tuple[float, float]:
    ratios = [row.ratio for row in rows if row.ratio is not None and np.isfinite(row.ratio.value)]
    low = min([0.5, *(ratio.value / 1.2 for ratio in ratios), *(max(ratio.low / 1.1, 0.2) for ratio in ratios)])
    high = max([2.0, *(ratio.value * 1.2 for ratio in ratios), *(min(ratio.high * 1.1, 5.0) for ratio in ratios)])
    return low, high


def _forest_text(axes: Any, place: float, row: ForestRow) -> None:
    if row.ratio is None:
        axes.text(0.0, place, row.label, va="center", fontweight="bold", fontsize=8.5)
        return
    axes.text(0.02, place, row.label, va="center", fontsize=8.5)
    axes.text(0.655, place, row.note, va="center", ha="right", fontsize=8.0, color="0.35")
    words = (
        f"{row.ratio.value:.2f} ({row.ratio.low:.2f} to {row.ratio.high:.2f})" if np.isfinite(row.ratio.value) else "–"
    )
    axes.text(0.98, place, words, va="center", ha="right", fontsize=8.5)


def _forest_mark(axes: Any, place: float, ratio: Estimate, frame: tuple[float, float, int]) -> None:
    low, high, largest = frame
    axes.plot([max(ratio.low, low), min(ratio.high, high)], [place] * 2, color="black", linewidth=1.1)
    for beyond, edge, marker in ((ratio.low < low, low, "<"), (ratio.high > high, high, ">")):
        if beyond:
            axes.plot([edge], [place], marker, color="black", markersize=4.0, clip_on=False)
    size = 3.0 + 5.0 * np.sqrt(ratio.n / largest)
    axes.plot([ratio.value], [place], "s", color="#0072B2", markersize=size, zorder=3)


def plot_power(
    hazard_ratio: ArrayLike, power: Mapping[str, NDArray[np.float64]], *, mark: tuple[float, float] | None = None
) -> Any:
    """Draw the chance of a significant benefit against the true hazard ratio, one line per design.

    Parameters
    ----------
    hazard_ratio : (n,) array_like
    power : name of design to (n,) chance
        Such as ``"228 events"``.
    mark : pair of float, optional
        A hazard ratio and its power to point at, such as the simulated truth.
    """
    ratios = np.asarray(hazard_ratio, dtype=np.float64)
    shade = colours(list(power))
    with house_style() as figure_class:
        figure = figure_class(figsize=(5.4, 3.3))
        axes = figure.subplots()
        for level in (0.8, 0.9):
            axes.axhline(100 * level, color="0.85", linewidth=0.8, zorder=0)
        axes.axvline(1.0, color="0.6", linewidth=0.8, zorder=0)
        for name, chance in power.items():
            axes.plot(ratios, 100 * np.asarray(chance), color=shade[name], linewidth=1.6, label=name)
        if mark is not None:
            axes.plot(
                [mark[0]],
                [100 * mark[1]],
                "o",
                color="#009E73",
                markersize=7,
                markeredgecolor="white",
                label=f"truth here: {mark[0]:.2f}, power {100 * mark[1]:.0f} %",
                linestyle="none",
            )
        axes.set_xlim(ratios.min(), ratios.max())
        axes.set_ylim(0, 102)
        axes.set_xlabel("true hazard ratio")
        axes.set_ylabel("chance of a significant benefit [%]")
        axes.legend(loc="upper right", frameon=True, facecolor="white", edgecolor="none", framealpha=0.9)
    return figure
