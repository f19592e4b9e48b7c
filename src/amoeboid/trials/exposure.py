"""What an arm's doses do in each patient: contractility of tumour cells and inhibition of NK cells, by dose level.

Concentrations swing between doses while tumours and NK cells are followed by days, so what is handed on is a profile
over one dosing interval at steady state; it is averaged only after the link has turned contractility into escape.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import pharmacology
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.pharmacology import People
from amoeboid.scenario import TrialArm, TrialDrug
from amoeboid.trials.schedule import WEEK, bounds, overlap
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]
Drive = Callable[[Mapping[str, Floats]], Floats]
"""From free concentrations [nM] by drug to the mean contractility of tumour cells, in the same shape."""

N_TIMES = 48
"""Times within a dosing interval, at the middles of equal parts; the error of the mean is below 2e-3 (tested)."""

MOST_LEVELS = 256
"""Combinations of doses that are followed in one arm."""


@dataclass(frozen=True)
class Level:
    """One combination of doses.

    Parameters
    ----------
    doses : tuple of float [mg]
        Of each drug of the arm, 0 for a drug that is not taken.
    drive : (n, n_times) or (1, 1) float64 [1]
        Contractility over one dosing interval; one number where no drug is taken.
    inhibition : (n,) or (1,) float64 [1]
        Mean share of the IL-15 signal that is lost.
    """

    doses: tuple[float, ...]
    drive: Floats
    inhibition: Floats


def levels(
    arm: TrialArm,
    doses: tuple[tuple[float, ...], ...],
    people: People,
    drive: Drive,
    *,
    seed: int,
    parameters: Parameters,
) -> tuple[Level, ...]:
    """Follow every combination of doses of an arm in every patient.

    Parameters
    ----------
    arm : TrialArm
        Its drugs and their intervals.
    doses : tuple of tuple of float [mg]
        For each drug of the arm the doses that anyone may take, 0 among them.
    people : People
        n patients.
    drive : Drive
        Contractility from free concentrations in the arm's tumours.
    seed : int
        Of the study; pharmacokinetics are keyed by patient.
    parameters : Parameters
        Numbers in force.

    Returns
    -------
    levels : tuple of Level
        In the order of `combinations`, the first without any drug.

    Raises
    ------
    ScenarioError
        When there are more combinations than can be followed.
    """
    interval = max((drug.interval for drug in arm.drugs), default=1.0)
    times = (np.arange(N_TIMES) + 0.5) / N_TIMES * interval
    tables = [
        {dose: _total(drug, dose, people, times, (seed, parameters)) for dose in taken if dose > 0.0}
        for drug, taken in zip(arm.drugs, doses, strict=True)
    ]
    return tuple(_level(arm, chosen, tables, drive, parameters) for chosen in combinations(doses))


def combinations(doses: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
    """Give all combinations of doses, the one without any drug first.

    Raises
    ------
    ScenarioError
        When there are more than `MOST_LEVELS`.

    Examples
    --------
    >>> combinations(((0.0, 15.0), (0.0, 5.0)))
    ((0.0, 0.0), (0.0, 5.0), (15.0, 0.0), (15.0, 5.0))
    """
    number = int(np.prod([len(taken) for taken in doses])) if doses else 1
    if number > MOST_LEVELS:
        raise ScenarioError(
            Fault(
                "arms.drugs",
                f"{len(doses)} drugs in {number} combinations of doses",
                f"at most {MOST_LEVELS} combinations",
                "",
                "give fewer drugs to one arm, or switch `dose_rules` off",
                "AMB-S648",
            )
        )
    return tuple(itertools.product(*doses))


def shares(
    arm: TrialArm,
    weekly: tuple[Floats, ...],
    doses: tuple[tuple[float, ...], ...],
    within: Floats,
    until: Floats | None = None,
) -> Floats:
    """Give for how much of each piece each patient takes each combination of doses.

    Parameters
    ----------
    arm : TrialArm
        When each drug is given.
    weekly : tuple of (n or 1, n_weeks) float64 [mg]
        Dose of each drug in each week since its start; the last week goes on to its stop.
    doses : tuple of tuple of float [mg]
        As for `levels`.
    within : (n_pieces + 1,) float64 [day]
        Edges of the pieces since randomisation.
    until : (n,) float64 [day], optional
        Day in whose week each patient takes his last doses; by plan when left out.

    Returns
    -------
    share : (n_levels, n, n_pieces) float64
        Sums to 1 over the levels.
    """
    grid = _weeks(arm, within)
    first, last = grid[:-1], grid[1:]
    middle = 0.5 * (first + last)
    inside = overlap(first, last, within)  # (n_spans, n_pieces)
    ends = np.full(1, np.inf) if until is None else until
    taken = [
        _dose_at(drug, table, middle, (float(within[-1]), ends)) for drug, table in zip(arm.drugs, weekly, strict=True)
    ]
    n = max((len(table) for table in taken), default=1)
    share = np.zeros((len(combinations(doses)), n, inside.shape[1]))
    for span in range(first.size):
        # which level each patient is at during this span: position in each drug's list, most significant first
        level = np.zeros(n, dtype=np.int64)
        for table, known in zip(taken, doses, strict=True):
            place = np.searchsorted(np.array(known), np.broadcast_to(table[:, span], (n,)) - 1e-9)
            level = level * len(known) + place
        for piece in np.flatnonzero(inside[span]):
            share[level, np.arange(n), piece] += inside[span, piece]
    return share


def _weeks(arm: TrialArm, within: Floats) -> Floats:
    """Give all days on which any dose may change, and the edges of the pieces."""
    days = set(within.tolist())
    for drug in arm.drugs:
        first, last = bounds(drug, float(within[-1]))
        days.update(np.arange(first, last, WEEK).tolist(), (last,))
    return np.array(sorted(day for day in days if within[0] <= day <= within[-1]))


def _dose_at(drug: TrialDrug, table: Floats, middle: Floats, ends: tuple[float, Floats]) -> Floats:
    """Give the dose [mg] at days since randomisation, (n or 1, n_days); 0 before the start and after the stop."""
    horizon, until = ends
    first, last = bounds(drug, horizon)
    week = ((middle - first) // WEEK).astype(np.int64)
    dose = table[:, np.clip(week, 0, table.shape[1] - 1)]
    begun = first + WEEK * week[None, :] < until[:, None]
    return np.where((middle >= first) & (middle < last) & begun, dose, 0.0)


def _total(drug: TrialDrug, dose: float, people: People, times: Floats, key: tuple[int, Parameters]) -> Floats:
    """Give the total concentration [nM] at steady state, (n, n_times)."""
    seed, parameters = key
    drawn = pharmacology.population(drug.name, people, seed, dose=dose, parameters=parameters)
    return pharmacology.steady_profile(
        drawn, dose, drug.interval * SECONDS_A_DAY, np.mod(times, drug.interval) * SECONDS_A_DAY
    )


def _level(
    arm: TrialArm, chosen: tuple[float, ...], tables: list[dict[float, Floats]], drive: Drive, parameters: Parameters
) -> Level:
    totals = {drug.name: table[dose] for drug, dose, table in zip(arm.drugs, chosen, tables, strict=True) if dose > 0.0}
    if not totals:
        return Level(chosen, drive({}).reshape(1, 1), np.zeros(1))
    free = {name: pharmacology.free_fraction(name, "plasma", parameters) * total for name, total in totals.items()}
    # drugs that take away the same signal: what is left is the product of what each leaves
    left = np.ones((1, 1))
    for name, total in totals.items():
        left = left * (1.0 - pharmacology.inhibition(name, total, "IL-15", parameters))
    return Level(chosen, drive(free), steady_mean(1.0 - left))


def steady_mean(values: Floats) -> Floats:
    """Give the mean over the last axis; of equal numbers exactly that number, so that dose 0 stays untreated.

    Examples
    --------
    >>> steady_mean(np.full((1, 7), 0.1)).tolist()
    [0.1]
    """
    return np.asarray(values[..., 0] + np.mean(values - values[..., :1], axis=-1))
