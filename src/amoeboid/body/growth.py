"""Gompertz growth of a primary and of its colonies, and what a growing tumour sheds: closed forms only.

In scaled age, decay times days since there was one cell, all tumours of one capacity follow one curve; so the number of
colonies that a tumour has founded is one table for all patients.

Sizes are cells, times days, diameters mm.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, ScenarioError

Floats = NDArray[np.float64]

SATURATED = 24.0
"""Scaled age from which the table is a straight line: e^-24 of the way is left, and K^alpha is right to 1e-9."""

SPACING = 1.0 / 256.0
"""Distance of the nodes of the table, in scaled age; a power of two, so that the cell of an age is exact."""


def size(age: ArrayLike, decay: ArrayLike, capacity: float) -> Floats:
    """Give the cells of a tumour so many days after it was one cell.

    Gompertz growth without noise; below an age of 0 there is less than one cell, by the same curve.

    Parameters
    ----------
    age : array_like of float [day]
        Since there was one cell.
    decay : array_like of float [1/day]
        Rate at which growth slows down; broadcast with `age`.
    capacity : float [cells]
        Ceiling of growth.

    Returns
    -------
    cells : float64 [cells]

    Examples
    --------
    >>> f"{size(3000.0, 1.6e-3, 1e12):.2e}"
    '7.97e+11'
    """
    # N(t) = K exp(ln(1/K) e^{-a t})
    return np.asarray(np.exp(np.log(capacity) * -np.expm1(-np.multiply(age, decay))))


def age_at(cells: ArrayLike, decay: ArrayLike, capacity: float) -> Floats:
    """Give the days a tumour takes from one cell to a size; infinite from the capacity on.

    Examples
    --------
    >>> float(age_at(1e9, 1.6e-3, 1e12).round(1))
    866.4
    """
    return scaled_age(cells, capacity) / np.asarray(decay, dtype=np.float64)


def scaled_age(cells: ArrayLike, capacity: float) -> Floats:
    """Give the scaled age, decay times days, at which a tumour has so many cells.

    Raises
    ------
    ScenarioError
        When cells are not positive.
    """
    n = np.asarray(cells, dtype=np.float64)
    if not np.all(n > 0.0):
        what = "a tumour of no cells has no age"
        raise ScenarioError(Fault("growth", what, "cells above 0", "", "give its size at diagnosis", "AMB-S600"))
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.maximum(1.0 - np.log(n) / np.log(capacity), 0.0)))


def doubling_time(cells: ArrayLike, decay: ArrayLike, capacity: float) -> Floats:
    """Give the days in which a tumour of this size would double at its present rate.

    Examples
    --------
    >>> float(doubling_time(9e8, 1.6e-3, 1e12).round(1))
    61.8
    """
    # DT(N) = ln 2 / (a ln(K/N))
    return np.asarray(np.log(2.0) / (np.asarray(decay, dtype=np.float64) * np.log(capacity / np.asarray(cells))))


def diameter(cells: ArrayLike, density: float) -> Floats:
    """Give the diameter [mm] of a ball of cells at a density [cells/mm^3].

    Examples
    --------
    >>> float(diameter(1e9, 1e6).round(2))
    12.41
    """
    # D = (6 N / (pi rho))^{1/3}
    return np.cbrt(6 * np.asarray(cells, dtype=np.float64) / (np.pi * density))


def cells_of(diameter: ArrayLike, density: float) -> Floats:
    """Give the cells of a ball of a diameter [mm] at a density [cells/mm^3].

    Examples
    --------
    >>> float(cells_of(10.0, 1e6).round(-6)) / 1e6
    524.0
    """
    return np.pi / 6 * density * np.asarray(diameter, dtype=np.float64) ** 3.0


def shed(scaled: ArrayLike, exponent: float, capacity: float) -> Floats:
    """Give what a tumour has shed by a scaled age: the integral of cells to a power, from one cell on.

    Seeding times this over decay is the mean number of colonies founded by then.

    Parameters
    ----------
    scaled : array_like of float [1]
        Decay times days since there was one cell; below 0 nothing is shed.
    exponent : float [1]
        Power of cells that shedding follows; 0 and more.
    capacity : float [cells]
        Ceiling of growth.

    Returns
    -------
    total : float64 [cells^exponent]

    Examples
    --------
    >>> float(shed(1.3863, 1 / 3, 1e12).round(0))
    324.0
    """
    from scipy.special import exp1

    tau = np.maximum(np.asarray(scaled, dtype=np.float64), 0.0)
    c = exponent * np.log(capacity)
    if c == 0.0:
        return tau
    # F(tau) = int_0^tau N^alpha, N = K exp(-ln K e^-s); with x = c e^-s, c = alpha ln K:
    # F = e^c [ E1(c e^-tau) - E1(c) ];  E1(x) -> -gamma - ln x + x when x -> 0
    late = c * np.exp(-np.minimum(tau, SATURATED))
    return np.asarray(np.exp(c) * (exp1(late) - exp1(c) + np.maximum(tau - SATURATED, 0.0)))


@functools.lru_cache(maxsize=64)
def shed_table(exponent: float, capacity: float) -> Floats:
    """Give `shed` at scaled ages 0, SPACING, ... SATURATED, read-only: one table serves all patients."""
    table = shed(np.arange(0.0, SATURATED + 0.5 * SPACING, SPACING), exponent, capacity)
    table.setflags(write=False)
    return table
