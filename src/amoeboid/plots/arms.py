"""Arms side by side: one measure at the end, several over time, and the chain from pathway to escape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.plots.style import colours, house_style


@dataclass(frozen=True)
class Course:
    """A measure over time in one arm: mean over replicates and the range between them."""

    time: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def times(self, factor: float) -> Course:
        """Give the same course in another unit."""
        return Course(self.time, factor * self.mean, factor * self.low, factor * self.high)


def plot_arms(
    values: Mapping[str, ArrayLike], label: str, *, intervals: Mapping[str, tuple[float, float]] | None = None
) -> Any:
    """Draw one measure per arm: a bar of the mean, an interval, and a point per replicate joined in pairs.

    Parameters
    ----------
    values : arm name to (n_replicates,) values
    label : str
        Axis label with unit.
    intervals : arm name to (low, high), optional
        95 % intervals drawn as whiskers.
    """
    names = list(values)
    shade = colours(names)
    arrays = [np.atleast_1d(np.asarray(values[name], dtype=float)) for name in names]
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 0.42 * len(names) + 1.0))
        axes = figure.subplots()
        rows = np.arange(len(names))[::-1]
        n_shared = min((a.size for a in arrays), default=0)
        for k in range(n_shared):
            axes.plot([a[k] for a in arrays], rows, color="0.82", linewidth=0.7, zorder=1)
        for name, row, array in zip(names, rows, arrays, strict=True):
            axes.barh(row, array.mean(), height=0.62, color=shade[name], alpha=0.28, zorder=0)
            axes.plot([array.mean()] * 2, [row - 0.31, row + 0.31], color=shade[name], linewidth=2.2, zorder=3)
            axes.plot(
                array, np.full(array.size, float(row)), "o", color=shade[name], markersize=4.5, zorder=4, clip_on=False
            )
            if intervals and name in intervals:
                axes.plot(intervals[name], [row - 0.2] * 2, color=shade[name], linewidth=1.4, zorder=2)
        axes.set_yticks(rows, names)
        axes.tick_params(axis="y", length=0, pad=7)
        axes.spines["left"].set_visible(False)
        axes.set_xlim(left=0)
        axes.set_xlabel(label)
    return figure


def plot_courses(courses: Mapping[str, Mapping[str, Course]], labels: Mapping[str, str], time_unit: str = "h") -> Any:
    """Draw several measures over time, one panel each, one line per arm with the range of its replicates.

    Parameters
    ----------
    courses : measure to arm to `Course`
    labels : measure to axis label with unit
    """
    measures = list(courses)
    names = list(dict.fromkeys(arm for measure in measures for arm in courses[measure]))
    shade = colours(names)
    n_columns = 2 if len(measures) > 1 else 1
    n_rows = -(-len(measures) // n_columns)
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 2.3 * n_rows + 0.55))
        grid = figure.subplots(n_rows, n_columns, squeeze=False)
        for axes, measure in zip(grid.flat, measures, strict=False):
            for arm, course in courses[measure].items():
                axes.fill_between(course.time, course.low, course.high, color=shade[arm], alpha=0.15, linewidth=0)
                axes.plot(course.time, course.mean, color=shade[arm], linewidth=1.5, label=arm)
            axes.set_xlabel(f"time [{time_unit}]")
            axes.set_ylabel(labels[measure])
            axes.set_ylim(bottom=0)
            axes.margins(x=0.01)
        for axes in list(grid.flat)[len(measures) :]:
            axes.remove()
        handles, texts = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower center", ncols=3)
    return figure


def plot_chain(rows: Sequence[str], columns: Sequence[str], ratio: NDArray[np.float64]) -> Any:
    """Draw the causal chain as a table of colours: each measure of each arm relative to the reference arm.

    Parameters
    ----------
    rows, columns : arm names, measure names in causal order
    ratio : (n_rows, n_columns)
        Value over that of the reference arm, NaN where that is 0; shown as text, coloured by its logarithm to base 2.
    """
    with house_style() as figure_class:
        figure = figure_class(figsize=(1.05 * len(columns) + 2.4, 0.36 * len(rows) + 0.9))
        axes = figure.subplots()
        shown = np.clip(np.log2(np.maximum(ratio, 1e-3)), -2, 2)
        axes.set_facecolor("0.94")
        axes.imshow(np.ma.masked_invalid(shown), cmap="PuOr_r", vmin=-2, vmax=2, aspect="auto")
        for i in range(len(rows)):
            for j in range(len(columns)):
                text = f"{ratio[i, j]:.2f}" if np.isfinite(ratio[i, j]) else "–"
                dark = abs(shown[i, j]) > 1.15
                axes.text(j, i, text, ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(len(columns)), columns, rotation=20, ha="left", rotation_mode="anchor")
        axes.set_yticks(range(len(rows)), rows)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure
