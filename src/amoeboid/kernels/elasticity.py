"""Forces and strains of trilinear voxels: one strain each, held against hourglass modes.

Corners of voxels carry displacements, voxels one mean strain (the mean of the gradient over the voxel, exact for a
linear field) and one stress. The 12 modes that a mean strain does not see are held by springs of a shear modulus
(Flanagan and Belytschko 1981), equal in energy to those of the Laplacian. Threads gather by corner, so bytes repeat.
Arrays of corners are (n_z + 1, n_y + 1, n_x + 1, 3). The NumPy twin is `amoeboid.kernels.reference.elasticity`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

N_FORCES = 18
"""What a voxel hands to its corners: six stresses and three times four hourglass forces."""

_MODE = 1.0 / 24.0  # h mu / 24 per mode: the energy of the Laplacian in an hourglass mode of a cube


@scalar
def gradient(u: Floats, k: int, j: int, i: int, hourglass: Floats, out: Floats) -> None:
    """Write four times the edge times the mean gradient, out[3 a + b] = d u_b / d x_a, and the hourglass modes."""
    for b in range(3):
        c000, c001 = u[k, j, i, b], u[k, j, i + 1, b]
        c010, c011 = u[k, j + 1, i, b], u[k, j + 1, i + 1, b]
        c100, c101 = u[k + 1, j, i, b], u[k + 1, j, i + 1, b]
        c110, c111 = u[k + 1, j + 1, i, b], u[k + 1, j + 1, i + 1, b]
        x00, x01, x10, x11 = c001 - c000, c011 - c010, c101 - c100, c111 - c110
        s00, s01, s10, s11 = c001 + c000, c011 + c010, c101 + c100, c111 + c110
        out[b] = x00 + x01 + x10 + x11
        out[3 + b] = (s01 - s00) + (s11 - s10)
        out[6 + b] = (s10 + s11) - (s00 + s01)
        hourglass[b] = (x01 - x00) + (x11 - x10)  # x y
        hourglass[3 + b] = (x10 + x11) - (x00 + x01)  # x z
        hourglass[6 + b] = (s11 - s10) - (s01 - s00)  # y z
        hourglass[9 + b] = (x11 - x10) - (x01 - x00)  # x y z


@kernel
def strains(low: int, high: int, u: Floats, edge: float, out: Floats) -> None:
    """Write the mean strain of the voxels of planes low to high, xx yy zz xy xz yz, shears not doubled."""
    n_y, n_x = u.shape[1] - 1, u.shape[2] - 1
    g, modes = np.empty(9), np.empty(12)
    unit = 0.25 / edge
    for k in range(low, high):
        for j in range(n_y):
            for i in range(n_x):
                gradient(u, k, j, i, modes, g)
                e = out[k, j, i]
                e[0], e[1], e[2] = unit * g[0], unit * g[4], unit * g[8]
                e[3] = 0.5 * unit * (g[1] + g[3])
                e[4] = 0.5 * unit * (g[2] + g[6])
                e[5] = 0.5 * unit * (g[5] + g[7])


@kernel
def stiffen(low: int, high: int, u: Floats, tangent: Floats, hold: Floats, edge: float, out: Floats) -> None:
    """Write what the voxels of planes low to high hand to their corners under a displacement.

    Parameters
    ----------
    u : (n_z + 1, n_y + 1, n_x + 1, 3) array
        Displacement [um].
    tangent : (n_z, n_y, n_x, 21) array
        Upper triangle of the tangent by row [kPa].
    hold : (n_z, n_y, n_x) array
        Shear modulus that holds hourglass modes [kPa].
    edge : float
        [um].
    out : (n_z, n_y, n_x, 18) array
        Stress [kPa] and hourglass forces [nN].
    """
    n_y, n_x = u.shape[1] - 1, u.shape[2] - 1
    g, modes = np.empty(9), np.empty(12)
    unit = 0.25 / edge
    for k in range(low, high):
        for j in range(n_y):
            for i in range(n_x):
                gradient(u, k, j, i, modes, g)
                e0, e1, e2 = unit * g[0], unit * g[4], unit * g[8]
                e3, e4, e5 = unit * (g[1] + g[3]), unit * (g[2] + g[6]), unit * (g[5] + g[7])
                c, s = tangent[k, j, i], out[k, j, i]
                s[0] = c[0] * e0 + c[1] * e1 + c[2] * e2 + c[3] * e3 + c[4] * e4 + c[5] * e5
                s[1] = c[1] * e0 + c[6] * e1 + c[7] * e2 + c[8] * e3 + c[9] * e4 + c[10] * e5
                s[2] = c[2] * e0 + c[7] * e1 + c[11] * e2 + c[12] * e3 + c[13] * e4 + c[14] * e5
                s[3] = c[3] * e0 + c[8] * e1 + c[12] * e2 + c[15] * e3 + c[16] * e4 + c[17] * e5
                s[4] = c[4] * e0 + c[9] * e1 + c[13] * e2 + c[16] * e3 + c[18] * e4 + c[19] * e5
                s[5] = c[5] * e0 + c[10] * e1 + c[14] * e2 + c[17] * e3 + c[19] * e4 + c[20] * e5
                spring = hold[k, j, i] * edge * _MODE
                for m in range(12):
                    s[6 + m] = spring * modes[m]


@kernel
def gather(low: int, high: int, forces: Floats, edge: float, free: Mask, out: Floats) -> None:
    """Sum what voxels hand to the corners of planes low to high [nN]; 0 at corners that are held.

    ``forces`` is (n_z, n_y, n_x, 18) from `stiffen`, or (n_z, n_y, n_x, 6) stresses alone. A positive sum is a
    force that the corner puts on the voxels: internal force, the divergence of stress with the sign reversed.
    """
    n_z, n_y, n_x, n_parts = forces.shape
    area = 0.25 * edge * edge
    for k in range(low, high):
        for j in range(n_y + 1):
            for i in range(n_x + 1):
                fx, fy, fz = 0.0, 0.0, 0.0
                if free[k, j, i]:
                    for c in range(8):
                        up, north, east = c >> 2, (c >> 1) & 1, c & 1
                        kk, jj, ii = k - up, j - north, i - east
                        if kk < 0 or jj < 0 or ii < 0 or kk >= n_z or jj >= n_y or ii >= n_x:
                            continue
                        s = forces[kk, jj, ii]
                        x, y, z = 2.0 * east - 1.0, 2.0 * north - 1.0, 2.0 * up - 1.0
                        fx += area * (x * s[0] + y * s[3] + z * s[4])
                        fy += area * (x * s[3] + y * s[1] + z * s[5])
                        fz += area * (x * s[4] + y * s[5] + z * s[2])
                        if n_parts > 6:
                            xy, xz, yz, xyz = x * y, x * z, y * z, x * y * z
                            fx += xy * s[6] + xz * s[9] + yz * s[12] + xyz * s[15]
                            fy += xy * s[7] + xz * s[10] + yz * s[13] + xyz * s[16]
                            fz += xy * s[8] + xz * s[11] + yz * s[14] + xyz * s[17]
                out[k, j, i, 0], out[k, j, i, 1], out[k, j, i, 2] = fx, fy, fz


@kernel
def products(low: int, high: int, a: Floats, b: Floats, out: Floats) -> None:
    """Write the inner product of each plane low to high of two arrays; planes are summed in order by who asks."""
    for k in range(low, high):
        one, two = a[k].ravel(), b[k].ravel()
        total = 0.0
        for n in range(one.size):
            total += one[n] * two[n]
        out[k] = total
