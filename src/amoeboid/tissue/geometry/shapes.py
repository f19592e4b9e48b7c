"""Shapes in which cells are placed, and the share of each voxel that lies inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.tissue.geometry.grid import Grid


class Shape(Protocol):
    """A region of space."""

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Tell which of (n, 3) points [um] lie inside."""
        ...


@dataclass(frozen=True)
class Sphere:
    """A ball.

    Parameters
    ----------
    centre : tuple of 3 float
        x, y, z [um].
    radius : float
        [um].

    Examples
    --------
    >>> Sphere((0.0, 0.0, 0.0), 2.0).contains([[1.0, 1.0, 1.0], [2.0, 1.0, 0.0]]).tolist()
    [True, False]
    """

    centre: tuple[float, float, float]
    radius: float

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Tell which of (n, 3) points [um] lie inside."""
        away = np.asarray(points, dtype=np.float64) - np.asarray(self.centre)
        inside: NDArray[np.bool_] = np.einsum("...i,...i->...", away, away) <= self.radius**2
        return inside


@dataclass(frozen=True)
class Box:
    """A box along the axes.

    Parameters
    ----------
    centre, size : tuple of 3 float
        x, y, z [um].
    """

    centre: tuple[float, float, float]
    size: tuple[float, float, float]

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Tell which of (n, 3) points [um] lie inside."""
        away = np.abs(np.asarray(points, dtype=np.float64) - np.asarray(self.centre))
        inside: NDArray[np.bool_] = np.all(away <= 0.5 * np.asarray(self.size), axis=-1)
        return inside


def share_inside(grid: Grid, shapes: Sequence[Shape], samples: int = 5) -> NDArray[np.float64]:
    """Give the share of each voxel inside any of the shapes, by samples on a regular lattice in the voxel.

    Parameters
    ----------
    grid : Grid
    shapes : sequence of Shape
    samples : int
        Points along each edge of a voxel.

    Returns
    -------
    share : (n_z, n_y, n_x) array, 0 to 1

    Examples
    --------
    >>> grid = Grid((10, 10, 10), 20.0)
    >>> share = share_inside(grid, [Sphere((100.0, 100.0, 100.0), 60.0)])
    >>> round(float(share.sum()) * grid.voxel_volume / (4 / 3 * np.pi * 60.0**3), 1)
    1.0
    """
    share = np.zeros(grid.shape)
    if not shapes:
        return share
    offsets = ((np.arange(samples) + 0.5) / samples - 0.5) * grid.spacing
    within = np.stack(np.meshgrid(offsets, offsets, offsets, indexing="ij"), axis=-1).reshape(-1, 3)
    y, x = np.meshgrid(grid.centres("y"), grid.centres("x"), indexing="ij")
    for k, z in enumerate(grid.centres("z")):
        middle = np.stack([x, y, np.full_like(x, z)], axis=-1)
        points = middle[:, :, None, :] + within
        inside = np.any([shape.contains(points) for shape in shapes], axis=0)
        share[k] = inside.mean(axis=-1)
    return share
