"""Tracks, measured and simulated, on the same axes; and the pore law as a laboratory would draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import PALETTE, colours, house_style


@dataclass(frozen=True)
class TrackSummary:
    """What is drawn of one set of tracks: step speeds [um/min], MSD [um^2] by lag [min], outward bias."""

    speed: NDArray[np.float64]
    lag: NDArray[np.float64]
    msd: NDArray[np.float64]
    distance: NDArray[np.float64]
    bias: NDArray[np.float64]


def plot_tracks(sets: Mapping[str, TrackSummary], measured: set[str] | frozenset[str] = frozenset()) -> Any:
    """Draw step speeds, MSD and outward bias of several sets of tracks; measured ones dashed.

    Parameters
    ----------
    sets : name to TrackSummary
    measured : names that come from an experiment
    """
    shade = colours(list(sets))
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.4, 2.9))
        speed_axes, msd_axes, bias_axes = figure.subplots(1, 3)
        for name, tracks in sets.items():
            style = {"color": shade[name], "linestyle": "--" if name in measured else "-", "linewidth": 1.5}
            share = np.arange(1, tracks.speed.size + 1) / max(1, tracks.speed.size)
            speed_axes.plot(np.sort(tracks.speed), share, **style)
            msd_axes.plot(tracks.lag, tracks.msd, label=name, **style)
            bias_axes.plot(tracks.distance, tracks.bias, **style)
        fast = max((float(np.quantile(t.speed, 0.99)) for t in sets.values() if t.speed.size), default=1.0)
        speed_axes.set(xlabel="step speed [µm/min]", ylabel="share of steps", xlim=(0, fast), ylim=(0, 1))
        msd_axes.set(xlabel="lag [min]", ylabel="MSD [µm²]", xscale="log", yscale="log")
        msd_axes.xaxis.set_major_formatter("{x:g}")
        msd_axes.xaxis.set_minor_formatter("")
        lags = np.concatenate([tracks.lag for tracks in sets.values()])
        shown = [float(tick) for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500) if lags.min() <= tick <= lags.max()]
        msd_axes.set_xticks(shown or list(lags[:1]))
        bias_axes.axhline(0, color="0.7", linewidth=0.8)
        bias_axes.set(xlabel="distance from centre [µm]", ylabel="mean cosine outwards")
        handles, texts = msd_axes.get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower center", ncols=3)
    return figure


def plot_pore_law(
    points: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]],
    lines: Mapping[str, tuple[float, float]],
) -> Any:
    """Draw speed against pore area with the fitted line of each cell type and where it meets zero.

    Parameters
    ----------
    points : cell type to (pore area [um^2], mean speed [um/min], standard error [um/min])
    lines : cell type to (intercept on the area axis [um^2], slope [um/min/um^2])
    """
    shade = {name: PALETTE[1 + k] for k, name in enumerate(points)}
    with house_style() as figure_class:
        figure = figure_class(figsize=(5.2, 3.3))
        axes = figure.subplots()
        for name, (area, speed, error) in points.items():
            zero, slope = lines[name]
            end = float(area.max())
            axes.plot([zero, end], [0, slope * (end - zero)], color=shade[name], linewidth=1.0)
            axes.errorbar(
                area,
                speed,
                error,
                fmt="o",
                color=shade[name],
                markersize=4,
                clip_on=False,
                label=f"{name}: {zero:.1f} µm²",
            )
        axes.set(xlabel="pore area [µm²]", ylabel="mean speed [µm/min]")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.legend(title="meets zero at", loc="lower right")
    return figure
