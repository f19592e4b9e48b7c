"""What a course does in plasma, patient by patient: areas, peaks, troughs, half-lives, time above a potency."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from amoeboid import units
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.cytokines import half_inhibition, inhibition
from amoeboid.pharmacology.population import PopulationKinetics, check_dose
from amoeboid.pharmacology.superposition import Plan, area, plasma_modes, steady_profile, superposed

Column = NDArray[np.float64]

QUANTILES = (0.05, 0.5, 0.95)
"""Of a population: the median and the ends of its middle 90 %."""

_POINTS = 240  # pieces of an interval, 3 min of 12 h; peaks are then searched within two of them
_CLOSER, _REFINEMENTS = 9, 3  # points of each closer look at a peak, and looks: 2e-4 of a piece


@dataclass(frozen=True)
class CourseSummary:
    """A course at steady state, one row for each patient; total concentrations [nM], times [s].

    Parameters
    ----------
    area : (n,) float64 [nM s]
        Over an interval, which is that of a single dose to infinity.
    area_day : (n,) float64 [nM s]
        Over 24 h.
    area_first_day : (n,) float64 [nM s]
        Of the first 24 h of a course.
    peak, peak_time : (n,) float64 [nM], [s]
        Highest concentration, and when after a dose.
    mean, trough : (n,) float64 [nM]
        Over an interval, and just before the next dose.
    half_life, terminal_half_life : (n,) float64 [s]
        ``ln 2`` times steady volume over clearance; and of the slowest decline.
    above : (n,) float64 [s]
        Of an interval, above the concentration that halves the cytokine's signal.
    inhibition : (n,) float64
        Mean over an interval of what is taken from the cytokine's signal.
    """

    area: Column
    area_day: Column
    area_first_day: Column
    peak: Column
    peak_time: Column
    mean: Column
    trough: Column
    half_life: Column
    terminal_half_life: Column
    above: Column
    inhibition: Column

    def quantiles(self) -> dict[str, tuple[float, float, float]]:
        """Give the median and the 5th and 95th percentile of each quantity: low, middle, high."""
        found = {}
        for field in fields(self):
            low, middle, high = np.quantile(getattr(self, field.name), QUANTILES)
            found[field.name] = (float(low), float(middle), float(high))
        return found


def course_summary(
    population: PopulationKinetics,
    dose: float,
    interval: float,
    *,
    cytokine: str = "IL-6",
    moiety: str = "active",
    parameters: Parameters | None = None,
) -> CourseSummary:
    """Sum up a course of equal doses at equal intervals.

    Areas of steady state are closed forms; the area of the first day and the mean inhibition are sums over pieces of
    the interval (3 min of 12 h), peaks are searched to a second.

    Parameters
    ----------
    population : PopulationKinetics
        From `population`.
    dose : float [mg]
        Above 0.
    interval : float [s]
        Between doses.
    cytokine : str
        Of `CYTOKINES`, against which time and inhibition count.
    moiety : str
        Of `superposition.MOIETIES`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Raises
    ------
    ScenarioError
        When dose, interval, cytokine or moiety cannot be.

    Examples
    --------
    >>> from amoeboid.pharmacology import population, usual_person
    >>> man = population("ruxolitinib", usual_person(), seed=None)
    >>> found = course_summary(man, 15.0, 43200.0)
    >>> round(float(found.inhibition[0]), 2), round(float(found.above[0] / 3600.0), 1)
    (0.32, 2.9)
    """
    p = parameters or Parameters(catalogue())
    day = units.convert(1.0, "day", "s")
    whole = area(population, check_dose(dose, population.n), moiety=moiety)
    edges = np.linspace(0.0, interval, _POINTS + 1)
    curve = steady_profile(population, dose, interval, edges, moiety=moiety)
    peak, when = _peak(population, dose, interval, (edges, curve, moiety))
    first = superposed(
        population,
        check_dose(dose, population.n),
        np.linspace(0.0, day, 2 * _POINTS + 1),
        Plan(interval, math.inf),
        moiety,
    )
    blocked = inhibition(population.drug, curve, cytokine, p)
    blood = p["potency.blood_to_plasma"]
    return CourseSummary(
        area=whole,
        area_day=whole * (day / interval),
        area_first_day=np.asarray(np.trapezoid(first, dx=day / (2 * _POINTS), axis=1)),
        peak=peak,
        peak_time=when,
        mean=whole / interval,
        trough=curve[:, -1],
        half_life=math.log(2.0) * _steady_volume(population) / population.clearance,
        terminal_half_life=math.log(2.0) / np.min([rate[:, 0] for rate, _ in plasma_modes(population)], axis=0),
        above=_time_above(curve, half_inhibition(population.drug, cytokine, p) / blood, interval),
        inhibition=np.asarray(np.trapezoid(blocked, dx=1.0 / _POINTS, axis=1)),
    )


def _steady_volume(population: PopulationKinetics) -> Column:
    return np.asarray(population.central + np.where(population.exchange > 0.0, population.peripheral, 0.0))


def _peak(
    population: PopulationKinetics, dose: float, interval: float, seen: tuple[Column, Column, str]
) -> tuple[Column, Column]:
    """Find each patient's peak and its time, ever closer around the highest point."""
    edges, curve, moiety = seen
    width, middle = edges[1], edges[np.argmax(curve, axis=1)]
    for _ in range(_REFINEMENTS):
        at = np.clip(middle[:, None] + np.linspace(-width, width, _CLOSER), 0.0, interval)
        plan = Plan(interval, math.inf, primed=True)
        near = superposed(population, check_dose(dose, population.n), at, plan, moiety)
        best = np.argmax(near, axis=1)
        rows = np.arange(population.n)
        middle, peak, width = at[rows, best], near[rows, best], width * 2.0 / (_CLOSER - 1)
    return peak, middle


def _time_above(curve: Column, threshold: float, interval: float) -> Column:
    """Give the time above a threshold of a curve at equal times, straight between them."""
    low, high = np.minimum(curve[:, :-1], curve[:, 1:]), np.maximum(curve[:, :-1], curve[:, 1:])
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = (high - threshold) / (high - low)
    share = np.where(low >= threshold, 1.0, np.where(high > threshold, crossing, 0.0))
    return np.asarray(np.mean(share, axis=1) * interval)
