"""Twin of `amoeboid.kernels.elasticity`: trilinear shape functions, integrated by Gauss points, corner by corner."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.fibres import COMPONENTS

Floats = NDArray[np.float64]

_CORNERS = tuple(itertools.product((0, 1), repeat=3))  # up, north, east


def slopes(point: Floats, edge: float) -> Floats:
    """Give the gradient (8, 3) of the shape functions of a cube at a point in [-1, 1]^3, as x y z."""
    out = np.empty((8, 3))
    for row, (up, north, east) in enumerate(_CORNERS):
        sign = np.array([2 * east - 1, 2 * north - 1, 2 * up - 1])
        factor = 1.0 + sign * point
        for a in range(3):
            others = np.prod(np.delete(factor, a))
            out[row, a] = sign[a] * others / 8.0 * 2.0 / edge
    return out


def mean_slopes(edge: float) -> Floats:
    """Give the mean over the cube of the gradient of the shape functions, by 2 x 2 x 2 Gauss points."""
    at = 1.0 / np.sqrt(3.0)
    points = itertools.product((-at, at), repeat=3)
    return np.asarray(np.mean([slopes(np.array(point), edge) for point in points], axis=0))


def corners(u: Floats, k: int, j: int, i: int) -> Floats:
    """Give the displacement (8, 3) of the corners of a voxel."""
    return np.array([u[k + up, j + north, i + east] for up, north, east in _CORNERS])


def strain(u: Floats, edge: float) -> Floats:
    """Give the mean strain of all voxels."""
    n_z, n_y, n_x = (n - 1 for n in u.shape[:3])
    out, mean = np.empty((n_z, n_y, n_x, 6)), mean_slopes(edge)
    for k, j, i in np.ndindex(n_z, n_y, n_x):
        gradient = mean.T @ corners(u, k, j, i)
        out[k, j, i] = [0.5 * (gradient[a, b] + gradient[b, a]) for a, b in COMPONENTS]
    return out


def stiffness(tangent: Floats, hold: float, edge: float) -> Floats:
    """Give the 24 x 24 matrix of a voxel: mean strain with a 6 x 6 tangent, and hourglass springs."""
    mean = mean_slopes(edge)
    b = np.zeros((6, 24))
    for row, (a, c) in enumerate(COMPONENTS):
        for corner in range(8):
            b[row, 3 * corner + c] += mean[corner, a] * (0.5 if a == c else 1.0)
            b[row, 3 * corner + a] += mean[corner, c] * (0.5 if a == c else 1.0)
    out = edge**3 * b.T @ tangent @ b
    signs = np.array([(2 * east - 1, 2 * north - 1, 2 * up - 1) for up, north, east in _CORNERS], dtype=np.float64)
    for axes in ((0, 1), (0, 2), (1, 2), (0, 1, 2)):
        mode = np.prod(signs[:, axes], axis=1)
        out += hold * edge / 24.0 * np.kron(np.outer(mode, mode), np.eye(3))
    return np.asarray(out)


def forces(u: Floats, tangents: Floats, hold: Floats, edge: float) -> Floats:
    """Give the force of all corners on their voxels, tangents (n_z, n_y, n_x, 6, 6)."""
    out = np.zeros_like(u)
    for k, j, i in np.ndindex(*hold.shape):
        local = stiffness(tangents[k, j, i], float(hold[k, j, i]), edge) @ corners(u, k, j, i).ravel()
        for row, (up, north, east) in enumerate(_CORNERS):
            out[k + up, j + north, i + east] += local[3 * row : 3 * row + 3]
    return out
