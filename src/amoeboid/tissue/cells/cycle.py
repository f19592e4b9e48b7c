"""The cycle of a cell: phases, what slows and stops it, and how fast a crowd of such cells grows.

A cell passes its cycle at the rate f / T in G1 and 1 / T afterwards, with T the cell's own cycle time and

    f = clip((c - c_arrest) / (c_full - c_arrest), 0, 1) * 1[p <= p_arrest] * 1 / (1 + (s / s_half)^n)

of oxygen c, pressure p, and (hypothesis ``osm_growth``) phosphorylated STAT3 s. Its volume doubles along the cycle
as 2^share, so halving at division loses nothing. Below c_death it does not go on, and dies at a constant rate.
Range of validity: hours and longer; the oxygen at a cell changes little within an interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.tissue.cells import laws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

G1, DIVIDING, QUIESCENT, HYPOXIC, NECROTIC = range(5)
"""What ``cell.phase`` holds: before DNA synthesis; S, G2 or M; arrested in G1; too little oxygen; dead."""

PHASES = ("G1", "S/G2/M", "quiescent", "hypoxic", "necrotic")
"""Names of the phases, in the order of their numbers."""

BY_TYPE = (
    "cycle_time",
    "oxygen_arrest",
    "oxygen_full",
    "oxygen_death",
    "hypoxic_death",
    "apoptosis",
    "necrotic_loss",
)
"""Quantities that a type may have as ``cell.<type>.<quantity>``; the others take ``growth.<quantity>``."""


@dataclass(frozen=True)
class Life:
    """The numbers of growth, those of `BY_TYPE` as arrays by cell type.

    ``cycle_time`` [s], oxygen [nM], ``hypoxic_death``, ``apoptosis``, ``necrotic_loss`` [1/s], ``volume`` [um^3] is the
    mean of a growing crowd, ``spread`` the standard deviation of the logarithm of cycle times.
    """

    cycle_time: Floats
    oxygen_arrest: Floats
    oxygen_full: Floats
    oxygen_death: Floats
    hypoxic_death: Floats
    apoptosis: Floats
    necrotic_loss: Floats
    volume: Floats
    spread: float
    first_share: float
    pressure_arrest: float
    cleared_share: float
    stat3_half: float
    stat3_power: float


def life(parameters: Parameters, cell_types: Sequence[str]) -> Life:
    """Read all numbers of growth.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> float(life(Parameters(catalogue()), ["melanoma"]).cycle_time[0] / 3600.0)
    24.0
    """
    own = {name: laws.by_type(parameters, cell_types, name, f"growth.{name}") for name in BY_TYPE}
    radius = laws.by_type(parameters, cell_types, "radius")
    return Life(
        **own,
        volume=volume_of(radius),
        spread=parameters.value("growth.cycle_time").spread or 0.0,
        first_share=parameters["growth.first_share"],
        pressure_arrest=parameters["growth.pressure_arrest"],
        cleared_share=parameters["growth.cleared_share"],
        stat3_half=parameters["growth.stat3_half"],
        stat3_power=parameters["growth.stat3_power"],
    )


def volume_of(radius: ArrayLike) -> Floats:
    """Give the volume [um^3] of spheres of a radius [um]."""
    return np.asarray(4.0 / 3.0 * np.pi * np.asarray(radius, dtype=np.float64) ** 3)


def radius_of(volume: ArrayLike) -> Floats:
    """Give the radius [um] of spheres of a volume [um^3]."""
    return np.asarray(np.cbrt(3.0 * np.asarray(volume, dtype=np.float64) / (4.0 * np.pi)))


def supply(oxygen: Floats, arrest: Floats, full: Floats) -> Floats:
    """Give how well oxygen lets the cycle go on: 0 at ``arrest``, 1 from ``full`` on, linear between.

    Examples
    --------
    >>> supply(np.array([10.0, 30.0, 90.0]), np.array(20.0), np.array(40.0)).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((oxygen - arrest) / np.maximum(full - arrest, np.finfo(np.float64).tiny), 0.0, 1.0)


def growth_rate(cycle_time: float, spread: float = 0.0, slowing: float = 1.0, first_share: float = 0.5) -> float:
    """Give the rate [1/s] at which an unlimited crowd grows: the root of Euler and Lotka's equation.

    2 E[exp(-rate t)] = 1 over cycle times t = T (first_share / slowing + 1 - first_share), T log-normal around
    ``cycle_time`` with a ``spread`` of its logarithm; ``slowing`` in (0, 1] is the factor f on G1.

    Examples
    --------
    >>> round(growth_rate(86400.0) * 86400.0, 4)
    0.6931
    """
    scores, weights = np.polynomial.hermite_e.hermegauss(64)
    times = cycle_time * (first_share / slowing + 1.0 - first_share) * np.exp(spread * scores)
    weights = weights / weights.sum()
    rate = math.log(2.0) / float(times @ weights)
    for _ in range(50):
        shrinking = weights * np.exp(-rate * times)
        change = (2.0 * shrinking.sum() - 1.0) / (2.0 * (shrinking * times).sum())
        rate += float(change)
        if abs(change) < np.finfo(np.float64).eps * rate:
            break
    return rate


def living(state: State) -> NDArray[np.bool_]:
    """Tell which cells live: all where there is no growth.

    Examples
    --------
    >>> state = State({"cell.id": np.arange(2), "cell.phase": np.array([G1, NECROTIC])})
    >>> living(state).tolist()
    [True, False]
    """
    if "cell.phase" not in state:
        return np.ones(state.n_cells, dtype=np.bool_)
    return np.asarray(state["cell.phase"] != NECROTIC)
