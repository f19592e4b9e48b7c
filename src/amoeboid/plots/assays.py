"""Figures of virtual assays: cells by depth, and a section through the tissue with the matrix behind the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import CLASS_COLOURS, colours, house_style

Floats = NDArray[np.float64]

_GEL, _TRACK = np.array([0.62, 0.62, 0.62]), np.array([0.34, 0.71, 0.91])


@dataclass(frozen=True)
class Profile:
    """Share of cells in layers between ``edges`` (n + 1,) [um]: mean over replicates, and their range, each (n,)."""

    edges: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Slice:
    """A section through the tissue of one arm.

    Parameters
    ----------
    title : str
    size : (2,) [um]
        Lengths along the two axes of the section.
    place : (n, 2) [um]
        Where cells are cut.
    radius : (n,) [um]
        Of the circles in which they are cut.
    kind : (n,) int
        Index into the names of the classes.
    density, opened : (rows, columns)
        Matrix relative to the densest, and share opened by cells, 0 to 1; the first row lies at the origin.
    lines : tuple of (2, 2) [um]
        Ends of walls and faces.
    vessels : tuple of (n, 2) [um]
        Corners of the outlines of vessels.
    """

    title: str
    size: tuple[float, float]
    place: Floats
    radius: Floats
    kind: NDArray[np.int64]
    density: Floats
    opened: Floats
    lines: tuple[Floats, ...] = ()
    vessels: tuple[Floats, ...] = ()


def plot_depth_profiles(profiles: Mapping[str, Mapping[str, Profile]], label: str = "depth [µm]") -> Any:
    """Draw how cells of each type are spread over depth: a panel per type, a line per arm, shaded between replicates.

    Parameters
    ----------
    profiles : type of cell to arm to `Profile`
    label : str
        Of the axis of depth; the face of the gel is at 0.
    """
    arms = list(dict.fromkeys(arm for found in profiles.values() for arm in found))
    shade = colours(arms)
    with house_style() as figure_class:
        figure = figure_class(figsize=(7.2, 2.7 if len(profiles) < 3 else 4.6))
        grid = figure.subplots(-(-len(profiles) // 2), min(2, len(profiles)), squeeze=False)
        for axes, (kind, found) in zip(grid.flat, profiles.items(), strict=False):
            for arm, one in found.items():
                middle = 0.5 * (one.edges[1:] + one.edges[:-1])
                axes.fill_between(middle, 100 * one.low, 100 * one.high, color=shade[arm], alpha=0.15, linewidth=0)
                axes.plot(
                    middle, 100 * one.mean, color=shade[arm], linewidth=1.4, marker="o", markersize=2.5, label=arm
                )
            axes.axvline(0.0, color="0.6", linewidth=0.8, linestyle=":")
            axes.set(xlabel=label, ylabel="cells in the layer [%]", title=kind)
            axes.set_ylim(bottom=0)
        for axes in list(grid.flat)[len(profiles) :]:
            axes.remove()
        handles = {text: one for axes in grid.flat[: len(profiles)] for one, text in zip(
            *axes.get_legend_handles_labels(), strict=True)}  # fmt: skip
        figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=3)
    return figure


def plot_sections(slices: Sequence[Slice], names: Sequence[str], axes_names: tuple[str, str]) -> Any:
    """Draw sections through the tissue, one per arm and to one scale: cells by class over matrix and opened tracks.

    Parameters
    ----------
    slices : sequence of Slice
    names : sequence of str
        Of the classes.
    axes_names : (str, str)
        Of the axes to the right and up.
    """
    window = _window(slices)
    width, height = window[1] - window[0]
    n_columns = min(len(slices), 2 if width > 1.8 * height else 3)
    n_rows = -(-len(slices) // n_columns)
    across = 7.2 if n_columns > 1 else 4.6
    with house_style() as figure_class:
        tall = n_rows * (across / n_columns * height / width + 0.35) + 0.6
        figure = figure_class(figsize=(across, tall))
        grid = figure.subplots(n_rows, n_columns, squeeze=False)
        for axes, one in zip(grid.flat, slices, strict=False):
            _draw_slice(axes, one)
            axes.set(xlim=window[:, 0], ylim=window[:, 1])
        for axes in list(grid.flat)[len(slices) :]:
            axes.remove()
        first = grid[n_rows - 1, 0]
        _scale_bar(first, window)
        first.set_xlabel(f"{axes_names[0]} →", fontsize=8)
        first.set_ylabel(f"{axes_names[1]} →", fontsize=8)
        _class_legend(figure, slices, names)
    return figure


def _window(slices: Sequence[Slice]) -> Floats:
    """Give the corners that are shown: the whole section, or what cells fill where that is little and no wall is."""
    whole = np.array([[0.0, 0.0], slices[0].size])
    edges = [
        place + s * radius[:, None] for one in slices for place, radius in [(one.place, one.radius)] for s in (-1, 1)
    ]
    if any(one.lines or one.vessels for one in slices) or not any(len(edge) for edge in edges):
        return whole
    every = np.concatenate(edges)
    low, high = np.maximum(every.min(axis=0), whole[0]), np.minimum(every.max(axis=0), whole[1])
    half = 0.6 * float((high - low).max())
    if 2.0 * half > 0.8 * float(whole[1].min()):
        return whole
    middle = np.clip(0.5 * (low + high), half, whole[1] - half)
    return np.asarray([middle - half, middle + half])


def _draw_slice(axes: Any, one: Slice) -> None:
    from matplotlib.collections import EllipseCollection, LineCollection
    from matplotlib.patches import Polygon

    width, height = one.size
    opened = np.clip(one.opened, 0.0, 1.0)[..., None]
    ground = 1.0 - np.clip(one.density, 0.0, 1.0)[..., None] * (1.0 - _GEL) * 0.8
    image = ground * (1.0 - 0.75 * opened) + _TRACK * 0.75 * opened
    axes.imshow(np.clip(image, 0, 1), origin="lower", extent=(0, width, 0, height), interpolation="nearest", zorder=0)
    shades = [CLASS_COLOURS[k % len(CLASS_COLOURS)] for k in one.kind]
    axes.add_collection(
        EllipseCollection(
            2 * one.radius,
            2 * one.radius,
            np.zeros(len(one.radius)),
            units="xy",
            offsets=one.place.reshape(-1, 2),
            transOffset=axes.transData,
            facecolors=shades,
            edgecolors="white",
            linewidths=0.3,
            zorder=2,
        )
    )
    if one.lines:
        axes.add_collection(LineCollection(list(one.lines), colors="0.15", linewidths=0.9, linestyles="--", zorder=3))
    for corners in one.vessels:
        axes.add_patch(Polygon(corners, facecolor="#FBE3DC", edgecolor="#A03000", linewidth=0.9, zorder=1))
    axes.set(aspect="equal", xticks=[], yticks=[])
    axes.set_title(one.title, fontsize=9)
    for spine in axes.spines.values():
        spine.set_visible(True)


def _scale_bar(axes: Any, window: Floats) -> None:
    width, height = window[1] - window[0]
    wanted = 0.3 * width
    power = 10.0 ** np.floor(np.log10(wanted))
    length = next(k * power for k in (5.0, 2.0, 1.0) if k * power <= wanted)
    x, y = window[0] + np.array([0.03 * width, 0.045 * height])
    axes.plot([x, x + length], [y, y], color="black", linewidth=2.4, zorder=4, solid_capstyle="butt")
    axes.text(x, y + 0.02 * height, f"{length:g} µm", fontsize=7, va="bottom", zorder=4,
              bbox={"facecolor": "white", "alpha": 0.6, "pad": 0.6, "linewidth": 0})  # fmt: skip


def _class_legend(figure: Any, slices: Sequence[Slice], names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Line2D([], [], marker="o", linestyle="", color=CLASS_COLOURS[k % len(CLASS_COLOURS)], label=name)
        for k, name in enumerate(names)
    ]
    if any(one.density.any() for one in slices):
        handles += [Patch(facecolor=tuple(1.0 - 0.8 * (1.0 - _GEL)), label="densest matrix")]
    if any(one.opened.any() for one in slices):
        handles += [Patch(facecolor=tuple(_TRACK), label="opened by cells")]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
