"""A course of treatment with its price: counts of blood week by week, grades, holds, and the dose that was achieved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import units
from amoeboid.errors import Fault, NumericsError, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.cytokines import inhibition
from amoeboid.pharmacology.dose_rules import DoseRules, Dosing, decide, dose_rules, start_dosing
from amoeboid.pharmacology.marrow import Marrow, advance, draw_marrow, effect, untreated_state
from amoeboid.pharmacology.people import People
from amoeboid.pharmacology.population import PopulationKinetics
from amoeboid.pharmacology.superposition import steady_profile

Column = NDArray[np.float64]

WEEK = 7.0
"""Length [day] of a week, the piece of time within which a dose is constant."""

_CHUNK = 2048
"""Patients done at once: their states stay in the cache of a core."""
_POINTS = 96
"""Points of a dosing interval at whose middles inhibition is averaged; the error is below 1e-3, where doses are twice
a day and taken up within an hour."""


@dataclass(frozen=True)
class MarrowCourse:
    """What came of a course, one row for each patient, one column for each week.

    Parameters
    ----------
    planned : float [mg]
        Dose that was wanted; nan where the label's start by platelets was.
    treated : (n, weeks) bool
        On treatment in that week, or held only by a rule.
    dose : (n, weeks) float64 [mg]
        Dose taken at each administration in that week; 0 when held or stopped.
    platelets : (n, weeks + 1) float64 [10^9/L]
        At the ends of weeks; column 0 is before treatment.
    haemoglobin : (n, weeks + 1) float64 [g/dl]
        As `platelets`.
    platelet_bounds, haemoglobin_bounds : (4,) float64
        Counts below which grades 1 to 4 begin.
    """

    planned: float
    treated: NDArray[np.bool_]
    dose: Column
    platelets: Column
    haemoglobin: Column
    platelet_bounds: Column
    haemoglobin_bounds: Column

    @property
    def weeks(self) -> int:
        """Number of weeks."""
        return int(self.dose.shape[1])

    @property
    def held(self) -> NDArray[np.bool_]:
        """Weeks (n, weeks) without the drug while on treatment."""
        return np.asarray(self.treated & (self.dose == 0.0) & (self.planned != 0.0))

    @property
    def intensity(self) -> Column:
        """Share (n,) of the planned dose that was taken while on treatment; nan for who never was, or without plan."""
        taken, weeks = np.sum(self.dose * self.treated, axis=1), np.sum(self.treated, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(taken / (weeks * self.planned))

    def grades(self, count: str) -> NDArray[np.int64]:
        """Give the grade (n, weeks + 1), 0 to 4, of ``"platelets"`` or ``"haemoglobin"`` at the end of each week."""
        bounds = self.platelet_bounds if count == "platelets" else self.haemoglobin_bounds
        levels = self.platelets if count == "platelets" else self.haemoglobin
        return np.asarray(np.sum(levels[:, :, None] < bounds, axis=2), dtype=np.int64)

    def worst(self, count: str, every: int = 1) -> NDArray[np.int64]:
        """Give the worst grade (n,) seen when blood is counted every so many weeks, and at the end of treatment."""
        first = np.ones((len(self.dose), 1), dtype=np.bool_)
        seen = np.concatenate([first, self.treated & (np.arange(1, self.weeks + 1) % every == 0)], axis=1)
        rows = np.arange(len(self.dose))
        seen[rows, np.sum(self.treated, axis=1)] = True
        return np.asarray(np.max(np.where(seen, self.grades(count), 0), axis=1), dtype=np.int64)


def mean_inhibition(
    population: PopulationKinetics,
    doses: ArrayLike,
    interval: float,
    cytokine: str,
    parameters: Parameters | None = None,
    *,
    moiety: str = "active",
) -> Column:
    """Give the mean over a dosing interval, at steady state, of the inhibition of a cytokine, for several doses.

    Parameters
    ----------
    population : PopulationKinetics
        From `population`.
    doses : (n_doses,) array_like [mg]
        0 or more.
    interval : float [s]
        Time between doses.
    cytokine : str
        Of `CYTOKINES`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.
    moiety : str
        Of `superposition.MOIETIES`.

    Returns
    -------
    mean : (n, n_doses) float64
        0 untouched to 1.

    Raises
    ------
    ScenarioError
        When a dose, the interval or the cytokine cannot be.

    Examples
    --------
    >>> from amoeboid.pharmacology import draw_people, population
    >>> drawn = population("ruxolitinib", draw_people(500, seed=1), seed=1)
    >>> mean = mean_inhibition(drawn, [0.0, 15.0], 43200.0, "IL-6")
    >>> float(mean[:, 0].max()), bool(0.25 < np.median(mean[:, 1]) < 0.45)
    (0.0, True)
    """
    levels = np.atleast_1d(np.asarray(doses, dtype=np.float64))
    middles = (np.arange(_POINTS) + 0.5) * (interval / _POINTS)
    found = np.empty((population.n, levels.size))
    for first in range(0, population.n, _CHUNK):
        rows = population.rows(first, min(first + _CHUNK, population.n))
        each = steady_profile(rows, 1.0, interval, middles, moiety=moiety)
        for index, dose in enumerate(levels):
            found[first : first + rows.n, index] = inhibition(population.drug, dose * each, cytokine, parameters).mean(
                axis=1
            )
    return found


def marrow_course(
    population: PopulationKinetics,
    people: People,
    seed: int,
    *,
    dose: float | None,
    interval: float,
    weeks: int,
    stop: ArrayLike = np.inf,
    background: str = "",
    rules: DoseRules | None = None,
    parameters: Parameters | None = None,
) -> MarrowCourse:
    """Follow platelets, haemoglobin and the dose through a course of treatment.

    Model: `marrow`, driven by the mean inhibition of thrombopoietin (platelets) and erythropoietin (red cells) at
    steady state, week by week; `dose_rules` change the dose. What other treatment takes from red cells is there in
    every arm. The disease itself changes nothing else, transfusions are not given, neutrophils are not followed.

    Parameters
    ----------
    population : PopulationKinetics
        Drug and its kinetics in these people.
    people : People
        Row for row as `population`.
    seed : int
        Seed of the study.
    dose : float or None [mg]
        Planned dose; None to start by platelets as the label has it.
    interval : float [s]
        Time between doses.
    weeks : int
        How long to follow.
    stop : float or (n,) array_like [day]
        End of all treatment, the background too, of each patient.
    background : str
        Other treatment, see `draw_marrow`.
    rules : DoseRules, optional
        Of `dose_rules`; without them the planned dose is taken throughout.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    course : MarrowCourse

    Raises
    ------
    ScenarioError
        When people and population are not the same, or there are no weeks, or neither dose nor rules.
    NumericsError
        When a count is no number.
    """
    p = parameters or Parameters(catalogue())
    _check(population, people, weeks, dose, rules)
    plan = rules if rules is not None else _fixed(population.drug, float(dose or 0.0), p)
    ends = np.broadcast_to(np.asarray(stop, dtype=np.float64), (people.n,))
    marrow = draw_marrow(people.number, seed, background=background, parameters=p)
    block = {cytokine: mean_inhibition(population, plan.levels, interval, cytokine, p) for cytokine in ("TPO", "EPO")}
    taken, counts = np.empty((people.n, weeks)), np.empty((2, people.n, weeks + 1))
    for first in range(0, people.n, _CHUNK):
        last = min(first + _CHUNK, people.n)
        part = _Part(people.rows(first, last), marrow.rows(first, last), ends[first:last])
        inside = {cytokine: share[first:last] for cytokine, share in block.items()}
        taken[first:last], counts[:, first:last] = _follow(part, inside, plan, (dose, weeks))
    if not np.all(np.isfinite(counts)):
        raise NumericsError(_broken(counts))
    return MarrowCourse(
        planned=float("nan") if dose is None else float(dose),
        treated=np.arange(weeks) * WEEK < ends[:, None],
        dose=taken,
        platelets=counts[0],
        haemoglobin=counts[1],
        platelet_bounds=_bounds(p, "platelets", "1"),
        haemoglobin_bounds=_bounds(p, "haemoglobin", "g/dl"),
    )


@dataclass(frozen=True)
class _Part:
    """Some of the patients, their marrow, and the days on which their treatment ends."""

    people: People
    marrow: Marrow
    ends: Column


def _follow(
    part: _Part, block: dict[str, Column], rules: DoseRules, plan: tuple[float | None, int]
) -> tuple[Column, Column]:
    """Give doses (n, weeks) and counts (2, n, weeks + 1) of some patients."""
    people, marrow, (dose, weeks) = part.people, part.marrow, plan
    start = np.stack([people.platelets, people.haemoglobin])
    counts, taken = np.empty((2, people.n, weeks + 1)), np.zeros((people.n, weeks))
    counts[:, :, 0] = start
    states = [untreated_state(people.n), untreated_state(people.n)]
    dosing = start_dosing(rules, people.platelets, dose)
    for week in range(weeks):
        on = week * WEEK < part.ends
        level = np.where(on, dosing.level, 0)
        taken[:, week] = rules.levels[level]
        lost = (
            effect(marrow.platelets, _at(block["TPO"], level)),
            effect(marrow.red, _at(block["EPO"], level), np.where(on, marrow.background, 0.0)),
        )
        for index, lineage in enumerate((marrow.platelets, marrow.red)):
            states[index] = advance(states[index], lineage, lost[index], WEEK)
            counts[index, :, week + 1] = start[index] * states[index][4]
        _look(dosing, rules, (week + 1) * WEEK, counts[:, :, week + 1])
    return taken, counts


def _look(dosing: Dosing, rules: DoseRules, day: float, counts: Column) -> None:
    """Let the rules see the counts, when this is one of their days."""
    if rules.check > 0.0 and day % rules.check < WEEK:
        decide(dosing, rules, day, counts[0], counts[1])


def _at(shares: Column, level: NDArray[np.int64]) -> Column:
    return np.asarray(np.take_along_axis(shares, level[:, None], axis=1)[:, 0])


def _fixed(id: str, dose: float, p: Parameters) -> DoseRules:
    """Give rules that never look, so that the planned dose is taken whatever the counts."""
    whole = dose_rules(id, dose, p)
    everything = np.tile(np.arange(len(whole.levels)), (len(whole.bounds) + 1, 1))
    return replace(whole, lowered=everything, check=0.0)


def _bounds(p: Parameters, count: str, unit: str) -> Column:
    record = p.value(f"marrow.grade.{count}")
    inside = record.internal if isinstance(record.internal, tuple) else (record.internal,)
    return np.array([x if unit == "1" else units.convert(x, record.internal_unit, unit) for x in inside])


def _check(
    population: PopulationKinetics, people: People, weeks: int, dose: float | None, rules: DoseRules | None
) -> None:
    faults = []
    if not np.array_equal(population.number, people.number):
        faults.append(_fault("people", "are not those of the population", "the people that `population` was drawn for"))
    if weeks < 1:
        faults.append(_fault("weeks", f"`{weeks}`", "1 or more"))
    if dose is None and rules is None:
        faults.append(_fault("dose", "neither a planned dose nor rules that start by platelets", "one of them"))
    if faults:
        raise ScenarioError(*faults)


def _fault(name: str, what: str, expected: str) -> Fault:
    return Fault(f"course.{name}", what, expected, "", f"correct `{name}`", "AMB-S636")


def _broken(counts: Column) -> Fault:
    kind, row, week = (int(index[0]) for index in np.nonzero(~np.isfinite(counts)))
    name = ("platelets", "haemoglobin")[kind]
    return Fault(
        f"marrow, week {week}, patient row {row}",
        f"`{name}` is no number",
        "a finite count",
        "",
        "look at the overrides of `marrow.*`",
        "AMB-N630",
    )
