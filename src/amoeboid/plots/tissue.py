"""Pictures of the tissue in three dimensions: cells as shaded spheres, coloured by a quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.plots.style import house_style

ELEVATION, AZIMUTH = 22.0, -58.0  # degrees; an angle from which three axes are told apart


@dataclass(frozen=True)
class Scene:
    """Cells of one arm at one time.

    position (n, 3) [um] from the centre of the tumour, radius (n,) [um], value (n,) for colour, escaped (n,).
    """

    title: str
    position: NDArray[np.float64]
    radius: NDArray[np.float64]
    value: NDArray[np.float64]
    escaped: NDArray[np.bool_]


def camera() -> NDArray[np.float64]:
    """Give the rotation from x, y, z to right, up and towards the reader."""
    elevation, azimuth = np.radians([ELEVATION, AZIMUTH])
    turn = np.array([[np.cos(azimuth), -np.sin(azimuth), 0], [np.sin(azimuth), np.cos(azimuth), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.sin(elevation), np.cos(elevation)], [0, -np.cos(elevation), np.sin(elevation)]])
    return np.asarray(tilt @ turn)


def _reach(scenes: Sequence[Scene]) -> float:
    """Give half the width of a picture [um]: all cells, unless a few far ones would make the tumour small."""
    edges = [_edge(scene) for scene in scenes if scene.position.size]
    most = max((float(np.quantile(edge, 0.998)) for edge in edges), default=1.0)
    every = max((float(edge.max()) for edge in edges), default=1.0)
    return 1.03 * (every if every < 1.4 * most else most)


def _edge(scene: Scene) -> NDArray[np.float64]:
    return np.asarray(np.abs(_seen(scene)[:, :2]).max(axis=1) + scene.radius)


def _seen(scene: Scene) -> NDArray[np.float64]:
    return np.asarray(scene.position @ camera().T)


def n_outside(scenes: Sequence[Scene]) -> list[int]:
    """Count the cells of each scene that lie outside its picture, wholly or in part."""
    reach = _reach(scenes)
    return [int((_edge(scene) > reach).sum()) for scene in scenes]


def _draw(axes: Any, scene: Scene, limits: tuple[float, float], reach: float) -> Any:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import EllipseCollection
    from matplotlib.colors import Normalize

    seen = _seen(scene)
    order = np.argsort(seen[:, 2], kind="stable")
    scale = ScalarMappable(Normalize(*limits), colormaps["viridis"])
    base = scale.to_rgba(scene.value[order])
    # three discs per cell, shrinking and brightening towards the light, in depth order: they read as a sphere
    discs = ((1.0, 0.0, 0.78), (0.72, 0.13, 1.0), (0.34, 0.27, 1.22))
    across, offsets, faces = [], [], []
    for size, shift, light in discs:
        across.append(2.0 * size * scene.radius[order])
        offsets.append(seen[order, :2] + shift * scene.radius[order, None] * np.array([-1.0, 1.0]))
        face = base.copy()
        face[:, :3] = np.clip(face[:, :3] * light + max(0.0, light - 1.0), 0.0, 1.0)
        faces.append(face)
    edge = np.zeros((order.size, 3, 4))
    edge[:, 0] = np.where(scene.escaped[order, None], (0.84, 0.37, 0.0, 1.0), (1.0, 1.0, 1.0, 0.35))
    wide = np.zeros((order.size, 3))
    wide[:, 0] = np.where(scene.escaped[order], 1.1, 0.2)
    sizes = np.stack(across, axis=1).ravel()
    cells = EllipseCollection(
        sizes,
        sizes,
        np.zeros(sizes.size),
        units="x",
        offsets=np.stack(offsets, axis=1).reshape(-1, 2),
        transOffset=axes.transData,
        facecolors=np.stack(faces, axis=1).reshape(-1, 4),
        edgecolors=edge.reshape(-1, 4),
        linewidths=wide.ravel(),
    )
    axes.add_collection(cells)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(scene.title)
    return scale


def plot_tissue(scenes: Sequence[Scene], label: str, limits: tuple[float, float]) -> Any:
    """Draw one picture per scene on one scale, with a bar of 100 um; escaped cells are ringed.

    Parameters
    ----------
    scenes : sequence of Scene
    label : str
        Quantity and unit of the colour.
    limits : (low, high)
        Ends of the colour scale, the same for all scenes.
    """
    n_columns = min(4, len(scenes))
    n_rows = -(-len(scenes) // n_columns)
    reach = _reach(scenes)
    with house_style() as figure_class:
        figure = figure_class(
            figsize=(max(3.2, 1.85 * n_columns + 0.2), (2.05 if n_columns > 1 else 2.9) * n_rows + 0.55)
        )
        grid = figure.subplots(n_rows, n_columns, squeeze=False)
        for axes, scene in zip(grid.flat, scenes, strict=False):
            drawn = _draw(axes, scene, limits, reach)
        for axes in list(grid.flat)[len(scenes) :]:
            axes.set_axis_off()
        first = grid.flat[0]
        first.plot([-0.98 * reach, -0.98 * reach + 100], [-0.98 * reach] * 2, color="black", linewidth=2.0)
        first.text(-0.98 * reach, -0.96 * reach, "100 µm", ha="left", va="bottom", fontsize=7)
        figure.colorbar(
            drawn,
            ax=list(grid.flat),
            location="bottom",
            shrink=0.45 if n_columns > 2 else 0.8,
            aspect=35,
            pad=0.02,
            label=label,
        )
    return figure
