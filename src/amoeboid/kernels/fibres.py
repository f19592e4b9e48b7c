"""The law of the matrix, voxel by voxel: elastic ground, and fibres that carry tension and buckle.

    W(e) = lambda/2 tr(e)^2 + mu e:e + k sum_q w_q f_q Phi(n_q . e n_q)
    Phi'(s) = 0 for s < 0,  s_c (exp(s / s_c) - 1) above,  linear beyond s_c ln(most)

Directions n_q are the 26 points of Lebedev's rule (13 axes, exact to degree 7), f_q = 1 + 15/2 (n_q . T n_q - 1/3) the
density of fibres that has the fibre tensor T, cut at 0. Phi is convex, so W is. Arrays hold tensors as xx yy zz xy xz
yz; tangents act on engineering strains (shears doubled). The NumPy twin is `amoeboid.kernels.reference.fibres`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar

Floats = NDArray[np.float64]

COMPONENTS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""Axes of each component of a symmetric tensor, in the order xx yy zz xy xz yz in which all arrays hold them."""

_S2, _S3 = 1.0 / math.sqrt(2.0), 1.0 / math.sqrt(3.0)
_AXES = np.array(
    [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    + [(_S2, _S2, 0), (_S2, -_S2, 0), (_S2, 0, _S2), (_S2, 0, -_S2), (0, _S2, _S2), (0, _S2, -_S2)]
    + [(_S3, _S3, _S3), (_S3, _S3, -_S3), (_S3, -_S3, _S3), (-_S3, _S3, _S3)]
)
WEIGHTS = np.array([2.0 / 21.0] * 3 + [8.0 / 105.0] * 6 + [9.0 / 140.0] * 4)
"""Weights of the 13 axes; they sum to 1."""

DYADS = np.stack(
    [_AXES[:, i] * _AXES[:, j] for i, j in COMPONENTS], axis=1
)  # fmt: skip
"""n n of each axis, as xx yy zz xy xz yz."""

N_AXES = 13
PAIRS = 21
"""Entries of a symmetric 6 x 6 tangent, by row of the upper triangle."""


class Stretch(NamedTuple):
    """Strain of e-fold stiffening s_c, and the most by which the modulus of a fibre grows."""

    scale: float
    most: float


@scalar
def fibre(stretch: float, law: Stretch) -> tuple[float, float, float]:
    """Give Phi, Phi' and Phi'' of a fibre at a stretch (strain along it)."""
    if stretch <= 0.0:
        return 0.0, 0.0, 0.0
    end = law.scale * math.log(law.most)
    held = min(stretch, end)
    growth = math.exp(held / law.scale)
    over = stretch - held
    force = law.scale * (growth - 1.0)
    energy = law.scale * (law.scale * (growth - 1.0) - held)
    return energy + over * (force + 0.5 * growth * over), force + growth * over, growth


@scalar
def density(tensor: Floats, row: int, share: Floats) -> None:
    """Write the share of fibres along each axis for the fibre tensor of a voxel; shares sum to 1."""
    total = 0.0
    for q in range(N_AXES):
        along = 2.0 * (tensor[row, 3] * DYADS[q, 3] + tensor[row, 4] * DYADS[q, 4] + tensor[row, 5] * DYADS[q, 5])
        for a in range(3):
            along += tensor[row, a] * DYADS[q, a]
        value = WEIGHTS[q] * max(0.0, 1.0 + 7.5 * (along - 1.0 / 3.0))
        share[q] = value
        total += value
    for q in range(N_AXES):
        share[q] /= total


@kernel
def respond(
    low: int,
    high: int,
    strain: Floats,
    tensor: Floats,
    moduli: Floats,
    law: Stretch,
    out: tuple[Floats, Floats, Floats],
) -> None:
    """Write stress, tangent and energy density of voxels low to high.

    Parameters
    ----------
    strain, tensor : (n, 6) arrays
        Elastic strain (shears not doubled), fibre tensor.
    moduli : (n, 3) array
        lambda and mu of the ground, k of the fibres [kPa].
    law : Stretch
    out : stress (n, 6) [kPa], tangent (n, 21) [kPa], energy (n,) [kPa]
    """
    stress, tangent, energy = out
    share = np.empty(N_AXES)
    for v in range(np.uintp(low), np.uintp(high)):
        lame, shear, k = moduli[v, 0], moduli[v, 1], moduli[v, 2]
        trace = strain[v, 0] + strain[v, 1] + strain[v, 2]
        square = 0.0
        tangent[v, :] = 0.0
        for a in range(6):
            twice = 1.0 if a < 3 else 2.0
            square += twice * strain[v, a] * strain[v, a]
            stress[v, a] = 2.0 * shear * strain[v, a] + (lame * trace if a < 3 else 0.0)
        energy[v] = 0.5 * lame * trace * trace + shear * square
        tangent[v, 0] = tangent[v, 6] = tangent[v, 11] = lame + 2.0 * shear
        tangent[v, 1] = tangent[v, 2] = tangent[v, 7] = lame
        tangent[v, 15] = tangent[v, 18] = tangent[v, 20] = shear
        if k <= 0.0:
            continue
        density(tensor, v, share)
        for q in range(N_AXES):
            m = DYADS[q]
            along = m[0] * strain[v, 0] + m[1] * strain[v, 1] + m[2] * strain[v, 2]
            along += 2.0 * (m[3] * strain[v, 3] + m[4] * strain[v, 4] + m[5] * strain[v, 5])
            stored, force, slope = fibre(along, law)
            if slope == 0.0:
                continue
            weight = k * share[q]
            energy[v] += weight * stored
            place = 0
            for a in range(6):
                stress[v, a] += weight * force * m[a]
                for b in range(a, 6):
                    tangent[v, place] += weight * slope * m[a] * m[b]
                    place += 1
