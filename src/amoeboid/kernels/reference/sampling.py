"""NumPy twin of `amoeboid.kernels.sampling`."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def sample(field: Floats, points: Floats, inverse_spacing: float) -> Floats:
    """Sample a (n_z, n_y, n_x) field at (n, 3) points x, y, z [um from the grid's corner], trilinear.

    Examples
    --------
    >>> field = np.arange(4.0).reshape(1, 1, 4)
    >>> sample(field, np.array([[20.0, 5.0, 5.0]]), 0.1).tolist()
    [1.5]
    """
    corners = _corners(field.shape, points, inverse_spacing)
    return np.asarray(sum(weight * field[index] for index, weight in corners), dtype=np.float64)


def deposit(shape: tuple[int, int, int], points: Floats, amount: Floats, inverse_spacing: float) -> Floats:
    """Spread the amount of each point over the eight voxels around it; the adjoint of `sample`."""
    out = np.zeros(shape)
    for index, weight in _corners(shape, points, inverse_spacing):
        np.add.at(out, index, weight * amount)
    return out


def _corners(
    shape: tuple[int, ...], points: Floats, inverse_spacing: float
) -> list[tuple[tuple[Indices, ...], Floats]]:
    """Give the index and the weight of each of the eight voxels around every point."""
    axes = []
    for column, n in zip((2, 1, 0), shape, strict=True):
        place = np.clip(points[:, column] * inverse_spacing - 0.5, 0.0, n - 1.0)
        lower = place.astype(np.int64)
        axes.append(((lower, 1.0 - place + lower), (np.minimum(lower + 1, n - 1), place - lower)))
    return [
        (tuple(index for index, _ in chosen), np.prod([weight for _, weight in chosen], axis=0))
        for chosen in itertools.product(*axes)
    ]
