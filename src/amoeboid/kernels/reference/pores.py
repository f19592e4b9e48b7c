"""NumPy twin of `amoeboid.kernels.pores`: the same law over arrays, for tests and for reading."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def widening(gamma: ArrayLike, radius: ArrayLike, stiffness: ArrayLike, push: float) -> Floats:
    """Give the elastic strain with which cells widen pores, 0 to 1/2; arguments broadcast."""
    pressure = push * 2.0 * np.asarray(gamma, dtype=np.float64) / np.asarray(radius, dtype=np.float64)
    strain = pressure / np.where(pressure > 0.0, pressure + np.asarray(stiffness), 1.0)
    return np.clip(strain, 0.0, 0.5)


def closed_share(collagen: ArrayLike, gel: float, track: ArrayLike) -> Floats:
    """Give the share of the way that collagen closes, 0 to 1."""
    return np.clip(np.asarray(collagen, dtype=np.float64) / gel, 0.0, 1.0) * (1.0 - np.asarray(track))


def pore_area(area0: ArrayLike, sigma: float, z: ArrayLike, strain: ArrayLike) -> Floats:
    """Give the area [um^2] of a pore of score z, widened by a strain."""
    spread = np.exp(sigma * np.asarray(z, dtype=np.float64))
    return np.asarray(area0) * spread * (1.0 + np.asarray(strain)) ** 2


def share_of_free_speed(area: ArrayLike, nucleus_area: ArrayLike, arrest_fraction: float) -> Floats:
    """Give (A - a A_n) / (A_n - a A_n), held between 0 and 1 (wolf-2013)."""
    nucleus = np.asarray(nucleus_area, dtype=np.float64)
    arrest = arrest_fraction * nucleus
    return np.clip((np.asarray(area) - arrest) / (nucleus - arrest), 0.0, 1.0)


def passage(
    area0: ArrayLike,
    sigma: float,
    z: ArrayLike,
    gamma: ArrayLike,
    radius: ArrayLike,
    stiffness: ArrayLike,
    collagen: ArrayLike,
    nucleus_area: ArrayLike,
    arrest_fraction: float,
    push: float,
    rigid: bool,
) -> Floats:
    """Give the share of the free speed that the pores in front of cells leave; see `kernels.pores`."""
    closed = np.clip(np.asarray(collagen, dtype=np.float64), 0.0, 1.0)
    strain = np.zeros(1) if rigid else widening(gamma, radius, stiffness, push)
    area = pore_area(area0, 0.0 if rigid else sigma, z, strain)
    share = share_of_free_speed(area, nucleus_area, arrest_fraction)
    return 1.0 - closed * (1.0 - share)
