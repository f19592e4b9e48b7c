"""Twin of `amoeboid.kernels.contact`: the same law over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def hertz(overlap: ArrayLike, reduced: ArrayLike, stiffness: float) -> Floats:
    """Give 4/3 E / (2 (1 - nu^2)) sqrt(R*) delta^(3/2) [nN]; none without overlap."""
    deep = np.maximum(np.asarray(overlap, dtype=np.float64), 0.0)
    return np.asarray(stiffness * np.sqrt(np.asarray(reduced)) * deep**1.5)


def sine_of_contact(adhesion: ArrayLike, tension: ArrayLike) -> Floats:
    """Give sin(theta) with cos(theta) = 1 - omega / (gamma_i + gamma_j), held between 0 and 1."""
    cosine = np.clip(1.0 - np.asarray(adhesion, dtype=np.float64) / np.asarray(tension), 0.0, 1.0)
    return np.asarray(np.sqrt(1.0 - cosine**2))


def taper(gap: ArrayLike, reach: float) -> Floats:
    """Give the share of the adhesion left across a gap."""
    share = np.clip(np.asarray(gap, dtype=np.float64) / reach, 0.0, 1.0)
    return np.asarray((1.0 - share**2) ** 2)


def pair_adhesion(
    roots: tuple[ArrayLike, ArrayLike], others: tuple[ArrayLike, ArrayLike], heterotypic: float
) -> Floats:
    """Give omega [nN/um] = e_i e_j + n_i n_j + h (e_i n_j + n_i e_j)."""
    (e_i, n_i), (e_j, n_j) = ((np.asarray(e), np.asarray(n)) for e, n in (roots, others))
    return np.asarray(e_i * e_j + n_i * n_j + heterotypic * (e_i * n_j + n_i * e_j))


def indentation(distance: ArrayLike, radius_i: ArrayLike, radius_j: ArrayLike) -> Floats:
    """Give sqrt(R*) delta^(3/2) [um^2]; none without overlap."""
    r_i, r_j = np.asarray(radius_i, dtype=np.float64), np.asarray(radius_j, dtype=np.float64)
    return hertz(r_i + r_j - np.asarray(distance), r_i * r_j / (r_i + r_j), 1.0)


def pair_force(
    distance: ArrayLike,
    radius_i: ArrayLike,
    radius_j: ArrayLike,
    tension: ArrayLike,
    adhesion: ArrayLike,
    stiffness: float,
    reach: float,
) -> Floats:
    """Give the force [nN] between two cells, positive when it drives them apart; arguments broadcast."""
    r_i, r_j = np.asarray(radius_i, dtype=np.float64), np.asarray(radius_j, dtype=np.float64)
    gap = np.asarray(distance) - (r_i + r_j)
    reduced = r_i * r_j / (r_i + r_j)
    width = 2.0 * reduced * sine_of_contact(adhesion, tension)
    pull = np.pi * np.asarray(adhesion) * width * taper(gap, reach)
    return np.asarray(hertz(-gap, reduced, stiffness) - pull)
