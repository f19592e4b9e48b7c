"""NumPy twin of `amoeboid.kernels.diffusion`: the same scheme with SciPy's banded solver."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

Floats = NDArray[np.float64]


def second_difference(u: Floats, axis: int, faces: tuple[float, float], bath: float) -> Floats:
    """Give the sum of differences to both neighbours along an axis; `faces` are their conductances."""
    line = np.moveaxis(u, axis, 0)
    out = np.zeros_like(line)
    out[1:] += line[:-1] - line[1:]
    out[:-1] += line[1:] - line[:-1]
    out[0] += faces[0] * (bath - line[0])
    out[-1] += faces[1] * (bath - line[-1])
    return np.moveaxis(out, 0, axis)


def solve_axis(right: Floats, axis: int, a: float, faces: tuple[float, float]) -> Floats:
    """Solve (1 - a L) d = right along an axis, with homogeneous faces."""
    line = np.moveaxis(right, axis, 0)
    n = line.shape[0]
    links = np.full(n, 2.0)
    links[0] += faces[0] - 1.0
    links[-1] += faces[1] - 1.0
    bands = np.zeros((3, n))
    bands[0, 1:] = bands[2, :-1] = -a
    bands[1] = 1.0 + a * links
    solved = solve_banded((1, 1), bands, line.reshape(n, -1)) if n > 1 else line.reshape(1, -1) / bands[1]
    return np.moveaxis(np.asarray(solved).reshape(line.shape), 0, axis)


def step(
    u: Floats,
    s: Floats,
    r: Floats,
    number: float,
    dt: float,
    theta: float,
    faces: tuple[float, float, float, float, float, float],
    bath: float,
) -> tuple[Floats, tuple[float, float, float]]:
    """Give the field one step on, and what moved: supplied, inflow, lost (summed over voxels)."""
    pairs = [(faces[2 * axis], faces[2 * axis + 1]) for axis in range(3)]
    flux = sum((second_difference(u, axis, pairs[axis], bath) for axis in range(3)), np.zeros_like(u))
    change = (number * flux + dt * (s - r * u)) / (1.0 + theta * dt * r)
    lost = dt * float(np.sum(r * (u + theta * change)))
    inflow = 0.0
    for axis in (2, 1, 0):
        change = solve_axis(change, axis, theta * number, pairs[axis])
        line = np.moveaxis(u + theta * change, axis, 0)
        inflow += number * float(np.sum(pairs[axis][0] * (bath - line[0]) + pairs[axis][1] * (bath - line[-1])))
    return u + change, (dt * float(s.sum()), inflow, lost)
