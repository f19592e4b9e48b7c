"""Trilinear samples of voxel fields at points, and their adjoint; scalars for other kernels to inline.

Values sit at voxel centres and are held constant beyond the outermost centres, so a linear field is met
exactly everywhere except within half a voxel of a face.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar

Floats = NDArray[np.float64]
Place = tuple[np.uintp, np.uintp, float]


@scalar
def locate(coordinate: float, inverse_spacing: float, n: int) -> Place:
    """Give the two voxels around a coordinate [um from the grid's corner], and the weight of the second."""
    place = min(coordinate * inverse_spacing - 0.5, n - 1.0)
    if not place > 0.0:  # also not-a-number, which must never become an index
        place = 0.0
    lower = int(place)
    upper = min(lower + 1, n - 1)
    return np.uintp(lower), np.uintp(upper), place - lower


@scalar
def blend(field: Floats, along_z: Place, along_y: Place, along_x: Place) -> float:
    """Give the trilinear value of a (n_z, n_y, n_x) field between the voxels that `locate` gave per axis."""
    k0, k1, w = along_z
    j0, j1, v = along_y
    i0, i1, u = along_x
    a = field[k0, j0, i0] + u * (field[k0, j0, i1] - field[k0, j0, i0])
    b = field[k0, j1, i0] + u * (field[k0, j1, i1] - field[k0, j1, i0])
    c = field[k1, j0, i0] + u * (field[k1, j0, i1] - field[k1, j0, i0])
    d = field[k1, j1, i0] + u * (field[k1, j1, i1] - field[k1, j1, i0])
    near = a + v * (b - a)
    far = c + v * (d - c)
    return near + w * (far - near)  # type: ignore[no-any-return]


@kernel
def sample(low: int, high: int, field: Floats, points: Floats, inverse_spacing: float, out: Floats) -> None:
    """Sample a field at points [um from the grid's corner] low to high, into `out`."""
    n_z, n_y, n_x = field.shape
    for n in range(low, high):
        out[n] = blend(
            field,
            locate(points[n, 2], inverse_spacing, n_z),
            locate(points[n, 1], inverse_spacing, n_y),
            locate(points[n, 0], inverse_spacing, n_x),
        )


@kernel
def deposit(points: Floats, amount: Floats, inverse_spacing: float, out: Floats) -> None:
    """Add the amount of each point to the eight voxels around it, with the weights of `sample`.

    Serial, so sums run in the order of the points: give them in id order for bytes that repeat.
    """
    n_z, n_y, n_x = out.shape
    for n in range(amount.size):
        k0, k1, w = locate(points[n, 2], inverse_spacing, n_z)
        j0, j1, v = locate(points[n, 1], inverse_spacing, n_y)
        i0, i1, u = locate(points[n, 0], inverse_spacing, n_x)
        far, near = amount[n] * w, amount[n] * (1.0 - w)
        out[k0, j0, i0] += near * (1.0 - v) * (1.0 - u)
        out[k0, j0, i1] += near * (1.0 - v) * u
        out[k0, j1, i0] += near * v * (1.0 - u)
        out[k0, j1, i1] += near * v * u
        out[k1, j0, i0] += far * (1.0 - v) * (1.0 - u)
        out[k1, j0, i1] += far * (1.0 - v) * u
        out[k1, j1, i0] += far * v * (1.0 - u)
        out[k1, j1, i1] += far * v * u
