"""A spheroid seen along its radius: the rules of growth of `tissue.cells.cycle` in a ball without single cells.

Shells of living volume L and dead volume N that move with what grows and shrinks inside of them (incompressible):

    L' = (lambda(f) - hypoxic death - apoptosis) L,   N' = death L - loss N,   R^3 = 3 sum(L + N) / (4 pi share)

with lambda the root of Euler and Lotka's equation at the slowing f of oxygen, and oxygen at its steady state

    D (r^2 c')' / r^2 = v L/(L + N) c / (c + K) inside,   c = bath - Q (1/R - 1/reach) / (4 pi D) outside,

Q being what all cells take. It answers in a blink what thousands of cells answer in minutes, and so serves to fit.
Range of validity: round; cells do not mix; pressure arrests nobody; the dead are cleared without rest; cells of a
mean volume; a cell that falls below the oxygen of death rests in all phases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_banded

from amoeboid.errors import Fault, NumericsError
from amoeboid.evidence import Parameters
from amoeboid.tissue.cells import growth_rate

Floats = NDArray[np.float64]

SHELLS = 120
"""Shells at the start and after each new division: rims of 35 um in balls of 350 um have a dozen."""

STEP = 7200.0
"""Step [s]; a quarter of it changes radii by less than 0.1 %."""

_THICKEST = 1.6  # a shell so many times thicker than the mean has the ball divided anew
_MOST_NEWTON = 30
_CLOSE = 1e-9  # share of the bath that Newton's last change of oxygen may have


@dataclass(frozen=True)
class Ball:
    """The numbers of a spheroid: rates [1/s], oxygen [nM], lengths [um].

    ``respiration`` is the largest rate per volume of spheroid [nM/s], ``share`` the volume of cells over that of the
    spheroid, ``reach`` the radius at which a sphere around would hold the ``bath`` (0.572 of the edge of a cube).
    """

    cycle_time: float
    spread: float
    first_share: float
    oxygen_arrest: float
    oxygen_full: float
    oxygen_death: float
    hypoxic_death: float
    apoptosis: float
    necrotic_loss: float
    respiration: float
    half: float
    diffusivity: float
    bath: float
    reach: float
    share: float


@dataclass(frozen=True)
class BallCourse:
    """Radii over time [s, um]: of the ball, of the arrested and dead inside, of the dead inside."""

    time: Floats
    outer_radius: Floats
    inhibited_radius: Floats
    necrotic_radius: Floats


CUBE = 0.572225
"""Radius of the sphere that holds the bath for a ball amid a cube whose faces do, over the edge: one over the sum of
alternating images of a point, which is the constant of Madelung for rock salt, 1.74756."""


def ball(parameters: Parameters, cell_type: str, bath: float, edge: float) -> Ball:
    """Take the numbers of a spheroid of one cell type amid a cube whose faces hold oxygen.

    Parameters
    ----------
    parameters : Parameters
    cell_type : str
    bath : float
        [nM].
    edge : float
        Of the cube [um].
    """

    def own(quantity: str, otherwise: str = "") -> float:
        id = f"cell.{cell_type}.{quantity}"
        return parameters[id if id in parameters else otherwise or f"growth.{quantity}"]

    share = parameters["mechanics.aggregate_share"]
    volume = 4.0 / 3.0 * math.pi * parameters[f"cell.{cell_type}.radius"] ** 3
    return Ball(
        **{name: own(name) for name in _OWN},
        spread=parameters.value("growth.cycle_time").spread or 0.0,
        first_share=parameters["growth.first_share"],
        respiration=own("oxygen", "fields.oxygen.respiration") * share / volume,
        half=parameters["fields.oxygen.half"],
        diffusivity=parameters["fields.oxygen.diffusivity"],
        bath=bath,
        reach=CUBE * edge,
        share=share,
    )


_OWN = (
    "cycle_time",
    "oxygen_arrest",
    "oxygen_full",
    "oxygen_death",
    "hypoxic_death",
    "apoptosis",
    "necrotic_loss",
)


def grow(numbers: Ball, radius: float, times: ArrayLike) -> BallCourse:
    """Grow a ball of living cells from a radius [um] at the first of some times [s].

    Raises
    ------
    NumericsError
        When the ball reaches to where the bath is held, or oxygen finds no steady state.

    Examples
    --------
    >>> rich = Ball(86400.0, 0.0, 0.5, 1.0, 2.0, 0.5, 1e-5, 0.0, 1e-5, 1e-9, 1.0, 2000.0, 100.0, 900.0, 1.0)
    >>> round(float(grow(rich, 100.0, [0.0, 3 * 86400.0]).outer_radius[-1]))
    200
    """
    moments = np.asarray(times, dtype=np.float64)
    edges = np.linspace(0.0, radius, SHELLS + 1)
    living = numbers.share * 4.0 / 3.0 * math.pi * np.diff(edges**3)
    dead = np.zeros(SHELLS)
    oxygen = np.full(SHELLS, numbers.bath)
    rates = _rates(numbers)
    rows, now = [], float(moments[0])
    for moment in moments:
        n_steps = max(0, math.ceil((moment - now) / STEP - 1e-9))
        for _ in range(n_steps):
            living, dead, oxygen = _step(numbers, rates, (living, dead, oxygen), (moment - now) / n_steps)
        now = float(moment)
        oxygen = steady_oxygen(numbers, _edges(living + dead, numbers.share), living / (living + dead), oxygen)
        rows.append(_radii(numbers, living, dead, oxygen))
    outer, inhibited, necrotic = np.array(rows).T
    return BallCourse(moments, outer, inhibited, necrotic)


def steady_oxygen(numbers: Ball, edges: Floats, living: Floats, guess: Floats) -> Floats:
    """Give oxygen in shells at balance of diffusion and respiration, by Newton's steps from a guess [nM].

    Parameters
    ----------
    edges : (n + 1,) array
        Of the shells, from 0 to the radius of the ball [um].
    living : (n,) array
        Living share of the volume of each.
    guess : (n,) array
    """
    p = numbers
    if edges[-1] >= p.reach:
        raise NumericsError(
            Fault(
                "spheroid",
                f"a radius of {edges[-1]:g} um",
                f"less than the {p.reach:g} um at which oxygen is held",
                "",
                "take a larger domain",
                "AMB-N480",
            )
        )
    middle = 0.5 * (edges[1:] + edges[:-1])
    between = 4.0 * math.pi * p.diffusivity * edges[1:-1] ** 2 / np.diff(middle)
    last = 4.0 * math.pi * p.diffusivity / (1.0 / middle[-1] - 1.0 / p.reach)
    most = p.respiration * living * 4.0 / 3.0 * math.pi * np.diff(edges**3)
    band = np.zeros((3, len(guess)))
    band[0, 1:], band[2, :-1] = -between, -between
    across = np.zeros(len(guess))
    across[:-1] += between
    across[1:] += between
    across[-1] += last
    c = np.maximum(guess, 0.0)
    for _ in range(_MOST_NEWTON):
        flow = across * c
        flow[:-1] -= between * c[1:]
        flow[1:] -= between * c[:-1]
        flow[-1] -= last * p.bath
        band[1] = across + most * p.half / (c + p.half) ** 2
        change = solve_banded((1, 1), band, -(flow + most * c / (c + p.half)))
        # concentrations stay above nothing: respiration is concave, so Newton may shoot below
        c = np.asarray(np.maximum(c + change, 0.1 * c))
        if float(np.abs(change).max()) < _CLOSE * p.bath:
            return c
    if float(np.abs(change).max()) < math.sqrt(_CLOSE) * p.bath:
        return c
    raise NumericsError(
        Fault("spheroid", "oxygen finds no balance", "", "", "look at respiration and bath", "AMB-N481")
    )


def _rates(numbers: Ball) -> tuple[Floats, Floats]:
    """Tabulate the rate of growth over the slowing of G1."""
    slowing = np.linspace(0.0, 1.0, 41)
    p = numbers
    rates = [0.0, *(growth_rate(p.cycle_time, p.spread, float(f), p.first_share) for f in slowing[1:])]
    return slowing, np.array(rates)


def _slowing(numbers: Ball, oxygen: Floats) -> Floats:
    width = max(numbers.oxygen_full - numbers.oxygen_arrest, np.finfo(np.float64).tiny)
    return np.clip((oxygen - numbers.oxygen_arrest) / width, 0.0, 1.0)


def _edges(volume: Floats, share: float) -> Floats:
    inside = np.concatenate([[0.0], np.cumsum(volume / share)])
    return np.asarray(np.cbrt(3.0 * inside / (4.0 * math.pi)))


def _step(
    numbers: Ball, rates: tuple[Floats, Floats], now: tuple[Floats, Floats, Floats], dt: float
) -> tuple[Floats, Floats, Floats]:
    living, dead, oxygen = now
    edges = _edges(living + dead, numbers.share)
    if np.diff(edges).max() > _THICKEST * edges[-1] / SHELLS:
        living, dead, oxygen = _divided_anew(edges, living, dead, oxygen)
        edges = _edges(living + dead, numbers.share)
    oxygen = steady_oxygen(numbers, edges, living / (living + dead), oxygen)
    starving = oxygen < numbers.oxygen_death
    growth = np.where(starving, 0.0, np.interp(_slowing(numbers, oxygen), *rates))
    death = numbers.apoptosis + np.where(starving, numbers.hypoxic_death, 0.0)
    died = living * -np.expm1(-death * dt)
    living = (living - died) * np.exp(growth * dt)
    return living, (dead + died) * math.exp(-numbers.necrotic_loss * dt), oxygen


def _divided_anew(edges: Floats, living: Floats, dead: Floats, oxygen: Floats) -> tuple[Floats, Floats, Floats]:
    """Divide the ball into shells of one thickness; volumes are kept, and spread evenly over each old shell."""
    wanted = np.linspace(0.0, edges[-1], SHELLS + 1)
    old, new = edges**3, wanted**3
    parts = [np.diff(np.interp(new, old, np.concatenate([[0.0], np.cumsum(part)]))) for part in (living, dead)]
    middle = 0.5 * (edges[1:] + edges[:-1])
    return parts[0], parts[1], np.interp(0.5 * (wanted[1:] + wanted[:-1]), middle, oxygen)


def _radii(numbers: Ball, living: Floats, dead: Floats, oxygen: Floats) -> tuple[float, float, float]:
    edges = _edges(living + dead, numbers.share)
    middle = 0.5 * (edges[1:] + edges[:-1])
    necrotic = _last_above(middle, dead / (living + dead), 0.5)
    held = max(numbers.oxygen_arrest, numbers.oxygen_death)
    return float(edges[-1]), max(necrotic, _last_above(middle, -oxygen, -held)), necrotic


def _last_above(middle: Floats, amount: Floats, level: float) -> float:
    """Give the radius at which an amount falls to a level for the last time, on lines between shells; 0 without one."""
    above = np.flatnonzero(amount > level)
    if not above.size:
        return 0.0
    k = int(above[-1])
    if k + 1 == len(amount):
        return float(middle[-1])
    share = (amount[k] - level) / (amount[k] - amount[k + 1])
    return float(middle[k] + share * (middle[k + 1] - middle[k]))
