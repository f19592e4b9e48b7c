"""The size and structure of a spheroid as microscopes give them: outline, arrested inside, necrotic core."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

Floats = NDArray[np.float64]

PIXEL = 4.0
"""Edge of a pixel of the outline [um]: half of it is the error of the radius at most, a fiftieth of 100 um."""

QUIESCENT, NECROTIC = 2, 4
"""First phase ``cell.phase`` of cells that do not go through their cycle, and the phase of dead ones."""


@dataclass(frozen=True)
class Spheroid:
    """Radii [um] of a spheroid, of what in it is arrested or dead, of what is dead; and numbers of cells.

    The radii inside are those that part arrested from cycling, and dead from living, volume best; 0 where there is
    nothing to part.
    """

    outer_radius: float
    inhibited_radius: float
    necrotic_radius: float
    n_cells: int
    n_living: int


def spheroid(position: ArrayLike, radius: ArrayLike, phase: ArrayLike) -> Spheroid:
    """Measure a spheroid of cells; rows without a position (NaN) are not there.

    Parameters
    ----------
    position : (n, 3) array_like [um]
    radius : (n,) array_like [um]
    phase : (n,) array_like of int
        ``cell.phase``.

    Examples
    --------
    >>> one = spheroid([[0.0, 0.0, 0.0]], [50.0], [0])
    >>> round(one.outer_radius), one.necrotic_radius, one.n_living
    (50, 0.0, 1)
    """
    at, size, state = (np.asarray(array, dtype=np.float64) for array in (position, radius, phase))
    there = np.isfinite(at).all(axis=1)
    at, size, state = at[there], size[there], state[there]
    if not len(at):
        return Spheroid(math.nan, math.nan, math.nan, 0, 0)
    volume = size**3
    away = np.linalg.norm(at - np.average(at, axis=0, weights=volume), axis=1)
    rank = np.argsort(away, kind="stable")
    away, weight, state = away[rank], volume[rank], state[rank]
    parts = [
        separating_radius(away, np.where(state >= least, weight, 0.0), np.where(state >= least, 0.0, weight))
        for least in (QUIESCENT, NECROTIC)
    ]
    outer = outline_radius(at, size)
    # a radius between centres ends half a cell before the outline
    inner = [min(part, outer) for part in parts]
    return Spheroid(outer, inner[0], inner[1], len(at), int(np.count_nonzero(state < NECROTIC)))


def separating_radius(away: Floats, inside: Floats, outside: Floats) -> float:
    """Give the radius within which lies as much as possible of one and as little as possible of another amount.

    Parameters
    ----------
    away : (n,) array
        Distances from the centre, rising [um].
    inside, outside : (n,) arrays
        Amounts at each, of what belongs inside and outside.

    Returns
    -------
    radius : float
        0 where no radius keeps more of the first than of the second amount.

    Examples
    --------
    >>> separating_radius(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 5.0]))
    2.0
    """
    gain = np.cumsum(inside - outside)
    best = int(np.argmax(gain)) if len(gain) else 0
    return float(away[best]) if len(gain) and gain[best] > 0.0 else 0.0


def outline_radius(position: Floats, radius: Floats) -> float:
    """Give the radius [um] of the disc of the area of the outline, as in a picture without depth; mean of three views.

    The outline is that of the largest piece, with its holes filled, so cells that have left do not count.
    """
    return float(np.mean([_outline(np.delete(position, axis, axis=1), radius) for axis in range(3)]))


def _outline(flat: Floats, radius: Floats) -> float:
    low = (flat - radius[:, None]).min(axis=0) - PIXEL
    n = np.ceil(((flat + radius[:, None]).max(axis=0) - low) / PIXEL).astype(np.int64) + 2
    seen = np.zeros(n, dtype=np.bool_)
    reach = int(np.ceil(radius.max() / PIXEL)) + 1
    base = np.floor((flat - low) / PIXEL).astype(np.int64)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            pixel = np.clip(base + np.array([i, j]), 0, n - 1)
            near = np.sum((low + (pixel + 0.5) * PIXEL - flat) ** 2, axis=1) <= radius**2
            seen[pixel[near, 0], pixel[near, 1]] = True
    pieces, count = ndimage.label(ndimage.binary_fill_holes(seen))
    if count == 0:
        return float(radius.max())
    largest = np.bincount(pieces.ravel())[1:].max()
    return math.sqrt(float(largest) * PIXEL**2 / math.pi)
