"""Twin of `amoeboid.kernels.fibres`: the law of a voxel over 3 x 3 tensors, as read from the equations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.fibres import COMPONENTS, Stretch

Floats = NDArray[np.float64]


def axes() -> tuple[Floats, Floats]:
    """Give all 26 points of Lebedev's rule of degree 7 and their weights."""
    points, weights = [], []
    for x in (-1, 0, 1):
        for y in (-1, 0, 1):
            for z in (-1, 0, 1):
                n_parts = abs(x) + abs(y) + abs(z)
                if n_parts:
                    points.append(np.array([x, y, z]) / np.sqrt(n_parts))
                    weights.append({1: 1 / 21, 2: 4 / 105, 3: 9 / 280}[n_parts])
    return np.array(points), np.array(weights)


def whole(six: Floats) -> Floats:
    """Give the 3 x 3 tensor of xx yy zz xy xz yz."""
    out = np.empty((3, 3))
    for value, (a, b) in zip(six, COMPONENTS, strict=True):
        out[a, b] = out[b, a] = value
    return out


def fibre(stretch: float, law: Stretch) -> tuple[float, float, float]:
    """Give Phi, Phi' and Phi'' of a fibre."""
    if stretch <= 0.0:
        return 0.0, 0.0, 0.0
    s, end = law.scale, law.scale * np.log(law.most)
    held = min(stretch, end)
    energy = s * s * np.expm1(held / s) - s * held
    force = s * np.expm1(held / s)
    slope = float(np.exp(held / s))
    over = stretch - held
    return energy + force * over + 0.5 * slope * over**2, force + slope * over, slope


def respond(strain: Floats, tensor: Floats, moduli: Floats, law: Stretch) -> tuple[Floats, Floats, float]:
    """Give stress (6,), tangent (6, 6) on engineering strain, and energy of one voxel."""
    lame, shear, k = moduli
    e = whole(strain)
    stress = lame * np.trace(e) * np.eye(3) + 2.0 * shear * e
    energy = 0.5 * lame * np.trace(e) ** 2 + shear * np.sum(e * e)
    tangent = np.diag([2.0 * shear] * 3 + [shear] * 3)
    tangent[:3, :3] += lame
    points, weights = axes()
    share = weights * np.maximum(0.0, 1.0 + 7.5 * (np.einsum("qa,ab,qb->q", points, whole(tensor), points) - 1.0 / 3.0))
    share = share / share.sum()
    for n, part in zip(points, share, strict=True):
        stored, force, slope = fibre(float(n @ e @ n), law)
        dyad = np.array([n[a] * n[b] for a, b in COMPONENTS])
        energy += k * part * stored
        stress = stress + k * part * force * np.outer(n, n)
        tangent = tangent + k * part * slope * np.outer(dyad, dyad)
    return np.array([stress[a, b] for a, b in COMPONENTS]), tangent, float(energy)
