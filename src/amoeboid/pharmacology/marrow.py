"""Platelets and red cells under a drug that blocks what keeps their makers going: a chain of compartments.

Proliferating cells P divide as the growth factor lets them, ripen through three compartments, circulate as X and are
lost; when X falls, more growth factor makes P divide more (Friberg and others; here as in Tsuji 2017 for platelets),
all as shares of their untreated levels:

    dP/dt  = a (1 - P) + k P ((1 - E) X^-g - 1)
    dT1/dt = k (P - T1),  dT2/dt = k (T1 - T2),  dT3/dt = k (T2 - T3)
    dX/dt  = l (T3 - X)

Platelets have a = 0, which is Friberg's chain. Red cells live so long that the chain alone swings ever wider (measured:
at g = 0.8 from 120 to 60 % and back), so theirs is fed by younger cells that need no erythropoietin, as in Tetschke
2018, which damps it. No marrow makes without end: P stays below `most`, five times its untreated level.

E is what the drug takes of the growth factor's signal, thrombopoietin or erythropoietin through JAK2, times a slope.
The chain is slow against doses (days to weeks against hours) and E is linear in the inhibition, so the mean of the
inhibition over a dosing interval drives it. Time is in days.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from amoeboid import units
from amoeboid.evidence import Parameters, catalogue
from amoeboid.seeds import Stream, normal

Column = NDArray[np.float64]

N_STATES = 5
"""P, T1, T2, T3 and X of one lineage."""

STEP = 0.7
"""Longest step [day], ten to a week: the error of a count after twelve weeks is below 1e-6 of it in all but the fastest
of 150,000 marrows, where a step is 1.8 mean stays and the error 5e-3. With steps of 1.4 days one in 10,000 burst."""

_MOST_BLOCKED = 0.95  # of the drive; keeps a proliferating pool from the guard below within a course
_LEAST = 1e-6  # share of its untreated level below which no count falls, so that the feedback stays finite
_STEEPEST = 3.0  # of the feedback: a step follows it still; only counts below a tenth or so would ask for more

_SLOTS = ("platelets.slope", "red.slope", "platelets.transit_time", "platelets.feedback", "red.feedback",
          "background")  # fmt: skip
"""What varies between patients, each with a draw of its own; the order is part of the key and grows at its end."""


_IN_DAYS = {"s": "day", "1/s": "1/day"}


@dataclass(frozen=True)
class Lineage:
    """One line of blood cells, one row for each patient.

    Parameters
    ----------
    transit_rate : (n,) float64 [1/day]
        k, four over the mean transit time.
    inflow : (n,) float64 [1/day]
        a, at which proliferating cells come from cells that need none of the growth factor; 0 for none.
    loss_rate : (n,) float64 [1/day]
        l, of the cells in blood.
    feedback : (n,) float64
        g.
    slope : (n,) float64
        Share of the drive lost at full inhibition of the growth factor.
    most : (n,) float64
        What the pool can grow to, as share of its untreated level.
    """

    transit_rate: Column
    inflow: Column
    loss_rate: Column
    feedback: Column
    slope: Column
    most: Column

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.slope)

    @property
    def mean_transit_time(self) -> Column:
        """Mean time [day] from division to blood: four stays in compartments."""
        return 4.0 / self.transit_rate

    def steady_level(self, lost: Column) -> Column:
        """Give the share of its untreated level at which a count settles under a lasting E; without inflow only."""
        # (1 - E) x^-g = 1
        return np.asarray((1.0 - lost) ** (1.0 / self.feedback))

    def rows(self, first: int, last: int) -> Lineage:
        """Give patients `first` to `last` by row, `last` not among them."""
        return Lineage(*(getattr(self, field.name)[first:last] for field in fields(self)))


@dataclass(frozen=True)
class Marrow:
    """Marrow of patients: platelets, red cells, and what other treatment takes from the drive of red cells."""

    platelets: Lineage
    red: Lineage
    background: Column

    def rows(self, first: int, last: int) -> Marrow:
        """Give patients `first` to `last` by row, `last` not among them."""
        return Marrow(self.platelets.rows(first, last), self.red.rows(first, last), self.background[first:last])


def draw_marrow(
    number: NDArray[np.int64], seed: int, *, background: str = "", parameters: Parameters | None = None
) -> Marrow:
    """Draw the marrow of patients, each from nothing but the seed and his number.

    Parameters
    ----------
    number : (n,) int64
        Numbers of the patients.
    seed : int
        Seed of the study.
    background : str
        Other treatment of every arm, a value ``marrow.background.<name>``, such as ``"capecitabine"``; empty for none.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    marrow : Marrow

    Raises
    ------
    EvidenceError
        When the background has no record.

    Examples
    --------
    >>> drawn = draw_marrow(np.arange(3), seed=1)
    >>> round(float(4.0 / drawn.platelets.transit_rate.mean()), 1) > 3.0
    True
    """
    p = parameters or Parameters(catalogue())
    z = normal(number, 0, Stream.MARROW, seed, len(_SLOTS))

    def column(id: str, slot: str = "") -> Column:
        unit = p.value(id).internal_unit
        middle = units.convert(p[id], unit, _IN_DAYS[unit]) if unit in _IN_DAYS else p[id]
        spread = p.value(id).spread or 0.0
        return np.asarray(middle * np.exp(spread * (z[:, _SLOTS.index(slot)] if slot else np.zeros(len(number)))))

    platelets_rate = 4.0 / column("marrow.platelets.transit_time", "platelets.transit_time")
    return Marrow(
        platelets=Lineage(
            platelets_rate,
            np.zeros(len(number)),
            platelets_rate,
            column("marrow.platelets.feedback", "platelets.feedback"),
            column("marrow.platelets.slope", "platelets.slope"),
            column("marrow.most_production"),
        ),
        red=Lineage(
            4.0 / column("marrow.red.transit_time"),
            column("marrow.red.inflow"),
            1.0 / column("marrow.red.life"),
            column("marrow.red.feedback", "red.feedback"),
            column("marrow.red.slope", "red.slope"),
            column("marrow.most_production"),
        ),
        background=column(f"marrow.background.{background}", "background") if background else np.zeros(len(number)),
    )


def untreated_state(n: int) -> Column:
    """Give the states of one lineage before treatment, all at their untreated level, (N_STATES, n)."""
    return np.ones((N_STATES, n))


def effect(lineage: Lineage, inhibition: Column, background: Column | float = 0.0) -> Column:
    """Give E: what is lost of the drive by the inhibition of the growth factor, and by other treatment beside it."""
    kept = (1.0 - lineage.slope * inhibition) * (1.0 - background)
    return np.clip(1.0 - kept, 0.0, _MOST_BLOCKED)


def advance(state: Column, lineage: Lineage, lost: Column, days: float) -> Column:
    """Move the states of one lineage on by classical Runge-Kutta steps, all patients at once.

    Parameters
    ----------
    state : (N_STATES, n) float64
        Shares of the untreated levels.
    lineage : Lineage
        Whose they are.
    lost : (n,) float64
        E, constant meanwhile.
    days : float [day]
        How long, above 0.

    Returns
    -------
    state : (N_STATES, n) float64
        New array.
    """
    n_steps = max(1, int(np.ceil(days / STEP - 1e-9)))
    h, y = days / n_steps, state
    for _ in range(n_steps):
        first = _derivative(y, lineage, lost)
        second = _derivative(y + 0.5 * h * first, lineage, lost)
        third = _derivative(y + 0.5 * h * second, lineage, lost)
        fourth = _derivative(y + h * third, lineage, lost)
        y = np.maximum(y + h / 6 * (first + 2.0 * (second + third) + fourth), _LEAST)
        y[0] = np.minimum(y[0], lineage.most)
    return y


def _derivative(y: Column, lineage: Lineage, lost: Column) -> Column:
    """Give the rates of change of the states, per day."""
    slope = np.empty_like(y)
    # x^-g by exp and log, which NumPy does several numbers at a time
    feedback = np.exp(-lineage.feedback * np.log(np.maximum(y[4], _LEAST)))
    drive = (1.0 - lost) * np.minimum(feedback, _STEEPEST)
    pool = np.minimum(y[0], lineage.most)
    slope[0] = lineage.inflow * (1.0 - pool) + lineage.transit_rate * pool * (drive - 1.0)
    slope[1] = lineage.transit_rate * (pool - y[1])
    slope[2:4] = lineage.transit_rate * (y[1:3] - y[2:4])
    slope[4] = lineage.loss_rate * (y[3] - y[4])
    return slope
