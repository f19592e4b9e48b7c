"""Total concentration in plasma under repeated doses, in closed form, for all patients at once.

A dose leaves ``sum of w exp(-r t)``, see `compartments`; equal doses at equal intervals add up to geometric sums, so
neither days nor doses are looped over. Rows are done in chunks that fit the cache; each row's bytes depend on that row
alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from amoeboid.errors import Fault, ScenarioError
from amoeboid.pharmacology.compartments import NEARLY_EQUAL
from amoeboid.pharmacology.population import PopulationKinetics, check_dose

Column = NDArray[np.float64]
Mode = tuple[Column, Column]
"""Rate [1/s] and weight of one exponential, a column (rows, 1) each."""

_CHUNK = 4096
"""Rows done at once: with 24 times and a few exponentials they fit in the cache of a core."""
_EMPTY = 1e-15
"""Share of a dose left in the transit chain below which it counts as empty: that of rounding."""
_SLOW_CHAIN, _QUICK_CHAIN = 1e-3, 0.25
"""Shares of its rate by which a chain must exceed a decline: for the form with the incomplete gamma function, and for
that function as a finite sum."""


MOIETIES = ("parent", "metabolite", "active", "all")
"""What may be asked for: the drug; its metabolite; both, the metabolite by its activity; and also what is not followed,
such as the metabolites of ruxolitinib, as their share of the effect, disputed, has it."""


def profile(
    population: PopulationKinetics,
    dose: ArrayLike,
    interval: float | None,
    times: ArrayLike,
    count: int | None = None,
    *,
    moiety: str = "parent",
) -> Column:
    """Give the total concentration in plasma while a dose is taken again and again from time 0.

    Model: one or two compartments with linear elimination, doses superposed exactly.

    Parameters
    ----------
    population : PopulationKinetics
        From `population`.
    dose : float or (n,) array_like [mg]
        One for all patients, or one for each.
    interval : float or None [s]
        Time between doses; None for a single dose.
    times : (n_times,) array_like [s]
        Since the first dose; before it the concentration is 0.
    count : int or None
        Number of doses; None for no end.
    moiety : str
        Of `MOIETIES`.

    Returns
    -------
    total : (n, n_times) float64 [nM]
        Bound and free together.

    Raises
    ------
    ScenarioError
        When a dose, the interval or the count cannot be, or a dose still enters when the next is taken.

    Examples
    --------
    >>> from amoeboid.pharmacology import draw_people, population
    >>> drawn = population("ruxolitinib", draw_people(100, seed=1), seed=1)
    >>> profile(drawn, 15.0, 43200.0, [3600.0, 90000.0]).shape
    (100, 2)
    """
    at = np.atleast_1d(np.asarray(times, dtype=np.float64))
    _check_schedule(interval, count, population, moiety)
    last = 1 if interval is None else count
    plan = Plan(interval or math.inf, last or math.inf)
    return superposed(population, check_dose(dose, population.n), at, plan, moiety)


def steady_profile(
    population: PopulationKinetics,
    dose: ArrayLike,
    interval: float,
    times: ArrayLike,
    *,
    moiety: str = "parent",
) -> Column:
    """Give the total concentration in plasma once doses have been taken for ever.

    Parameters
    ----------
    population : PopulationKinetics
        From `population`.
    dose : float or (n,) array_like [mg]
        One for all patients, or one for each.
    interval : float [s]
        Time between doses.
    times : (n_times,) array_like [s]
        Since a dose; they repeat with the interval.
    moiety : str
        Of `MOIETIES`.

    Returns
    -------
    total : (n, n_times) float64 [nM]
        Bound and free together; proportional to the dose.

    Raises
    ------
    ScenarioError
        When a dose or the interval cannot be, or a dose still enters when the next is taken.

    Examples
    --------
    >>> from amoeboid.pharmacology import draw_people, population
    >>> drawn = population("ruxolitinib", draw_people(100, seed=1), seed=1)
    >>> total = steady_profile(drawn, 15.0, 43200.0, [0.0, 43200.0])
    >>> bool((abs(total[:, 0] - total[:, 1]) < 1e-9 * total[:, 0]).all())
    True
    """
    at = np.atleast_1d(np.asarray(times, dtype=np.float64))
    _check_schedule(interval, None, population, moiety)
    plan = Plan(interval, math.inf, primed=True)
    return superposed(population, check_dose(dose, population.n), at, plan, moiety)


@dataclass(frozen=True)
class Plan:
    """Doses at equal intervals [s] from time 0: how many, and whether they were taken for ever before it too."""

    interval: float = math.inf
    count: float = 1.0
    primed: bool = False


def superposed(population: PopulationKinetics, dose: Column, at: Column, plan: Plan, moiety: str = "parent") -> Column:
    """Give the total concentration (n, n_times) [nM] of a plan of doses [mg], at times [s] since its time 0.

    The times are common, (n_times,), or each patient's own, (n, n_times).
    """
    total = np.empty((population.n, at.shape[-1]))
    for first in range(0, population.n, _CHUNK):
        last = min(first + _CHUNK, population.n)
        rows = population.rows(first, last)
        amount = rows.amount(dose if dose.size == 1 else dose[first:last]) * rows.bioavailability
        since = (at if at.ndim == 1 else at[first:last]) - rows.lag[:, None]
        total[first:last] = amount[:, None] * sum(
            scale * _entered(rows, modes, since, plan) for scale, modes in _moieties(rows, moiety)
        )
    return total


def area(population: PopulationKinetics, dose: ArrayLike, *, moiety: str = "parent") -> Column:
    """Give the area under the curve (n,) [nM s] of one dose [mg].

    It goes to infinity, or over an interval at steady state, which is the same.

    Each exponential ``w exp(-r t)`` has the area w / r, whatever the way in; for the parent it is F D / CL.

    Raises
    ------
    ScenarioError
        When a dose or the moiety cannot be.

    Examples
    --------
    >>> from amoeboid.pharmacology import population, usual_person
    >>> man = population("ruxolitinib", usual_person(), seed=None)
    >>> round(float(area(man, 5.0)[0] / 3600.0))
    738
    """
    _check_schedule(None, None, population, moiety)
    amount = population.amount(check_dose(dose, population.n)) * population.bioavailability
    parts = [
        scale[:, 0] * np.sum([(w / r)[:, 0] for r, w in modes], axis=0)
        for scale, modes in _moieties(population, moiety)
    ]
    return np.asarray(amount * np.sum(parts, axis=0), dtype=np.float64)


def _moieties(rows: PopulationKinetics, moiety: str) -> list[tuple[Column, list[Mode]]]:
    """Give what counts, each with its scale from share of a dose to concentration, a column, and its exponentials."""
    parent = (1.0 / rows.central)[:, None]
    if moiety == "parent" or (moiety == "active" and rows.metabolite is None):
        return [(parent, plasma_modes(rows))]
    if moiety == "all":
        parent = parent / (1.0 - rows.activity_not_followed)
    if moiety != "metabolite" and rows.metabolite is None:
        return [(parent, plasma_modes(rows))]
    own = metabolite_modes(rows)
    made = rows.metabolite
    assert made is not None  # `metabolite_modes` has refused it
    if moiety == "metabolite":
        return [((1.0 / made.central)[:, None], own)]
    return [(parent, plasma_modes(rows)), ((made.activity / made.central)[:, None], own)]


def plasma_modes(rows: PopulationKinetics) -> list[Mode]:
    """Give the exponentials that a unit dose into plasma leaves there; columns (rows, 1)."""
    return _modes(rows.clearance, rows.central, rows.exchange, rows.peripheral)


def _modes(clearance: Column, central: Column, exchange: Column, peripheral: Column) -> list[Mode]:
    out = (clearance / central)[:, None]
    if not (np.any(exchange) and np.any(peripheral)):
        return [(out, np.ones_like(out))]
    over, back = (exchange / central)[:, None], (exchange / peripheral)[:, None]
    # alpha + beta = k10 + k12 + k21 and alpha beta = k10 k21; the smaller root from the product, as in Disposition
    total = out + over + back
    fast = 0.5 * (total + np.sqrt(total * total - 4.0 * out * back))
    slow = out * back / fast
    return [(fast, (fast - back) / (fast - slow)), (slow, (back - slow) / (fast - slow))]


def through(modes: Sequence[Mode], rate: Column) -> list[Mode]:
    """Convolve exponentials with ``rate exp(-rate t)``: what comes out of a first-order step before or behind them."""
    # a rate within a millionth of another is set apart by that: exact to 1e-6, and without loss of digits
    apart = rate
    for r, _ in modes:
        apart = np.where(np.abs(apart - r) < NEARLY_EQUAL * apart, r * (1.0 + NEARLY_EQUAL), apart)
    weights = [w * apart / (apart - r) for r, w in modes]
    last = -np.sum(weights, axis=0)
    return [*((r, weight) for (r, _), weight in zip(modes, weights, strict=True)), (apart, last)]


def metabolite_modes(rows: PopulationKinetics) -> list[Mode]:
    """Give the exponentials that a unit dose of the parent into plasma leaves of the metabolite in plasma."""
    made = rows.metabolite
    if made is None:
        raise ScenarioError(_without(rows.drug))
    # M = f k10 sum over its own modes w / r of what a first-order step r makes of the parent's exponentials
    formation = (rows.clearance / rows.central)[:, None] * made.fraction
    found = []
    for rate, weight in _modes(made.clearance, made.central, made.exchange, made.peripheral):
        found += [(r, formation * weight / rate * w) for r, w in through(plasma_modes(rows), rate)]
    return found


def _entered(rows: PopulationKinetics, modes: list[Mode], since: Column, plan: Plan) -> Column:
    """Sum over doses what each has left, by the ways in; `since` the first dose, or some dose, after the lag."""
    share = rows.zero_order_share
    interval = plan.interval
    phase, taken = _last_dose(since, plan)
    total = np.zeros_like(since)
    if share < 1.0:
        first_order = through(modes, rows.absorption_rate[:, None]) if np.any(rows.absorption_rate) else modes
        if rows.transit_count:
            total += (1.0 - share) * _through_chain(rows, first_order, phase, (interval, taken))
        else:
            total += (1.0 - share) * sum(w * _repeated(r, phase, interval, taken) for r, w in first_order)
    if share > 0.0:
        length = rows.zero_order_duration[:, None]
        total += share * sum(w * _constant(r, phase, length, (interval, taken)) for r, w in modes)
    return np.where(taken > 0.0, np.maximum(total, 0.0), 0.0)


def _last_dose(since: Column, plan: Plan) -> tuple[Column, Column]:
    """Give the time since the last dose, and how many have been taken; infinitely many after a primed plan's past."""
    if math.isinf(plan.interval):
        return np.maximum(since, 0.0), np.where(since >= 0.0, 1.0, 0.0)
    index = np.minimum(np.floor(since / plan.interval), plan.count - 1.0)
    if plan.primed:
        return np.maximum(since - index * plan.interval, 0.0), np.full_like(since, np.inf)
    index = np.maximum(index, 0.0)
    return np.maximum(since - index * plan.interval, 0.0), np.where(since >= 0.0, index + 1.0, 0.0)


def _repeated(rate: Column, phase: Column, interval: float, taken: Column) -> Column:
    """Sum ``exp(-r (t + k tau))`` over the doses k = 0 .. m-1."""
    # exp(-r t) (1 - exp(-r m tau)) / (1 - exp(-r tau)), the geometric sum
    if math.isinf(interval):
        return np.exp(-rate * phase)
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(-rate * phase) * np.expm1(-rate * interval * taken) / np.expm1(-rate * interval)


def _constant(rate: Column, phase: Column, length: Column, doses: tuple[float, Column]) -> Column:
    """Sum over doses that each enter at a constant rate for `length`, not longer than the interval."""
    interval, taken = doses
    inside = np.minimum(phase, length)
    now = -np.expm1(-rate * inside) / (rate * length) * np.exp(-rate * np.maximum(phase - length, 0.0))
    if math.isinf(interval):
        return np.asarray(now)
    # doses before the last have all entered: their tails start at its end
    tail = -np.expm1(-rate * length) / (rate * length) * np.exp(-rate * (phase + interval - length))
    return np.asarray(now + tail * np.expm1(-rate * interval * (taken - 1.0)) / np.expm1(-rate * interval))


def _through_chain(rows: PopulationKinetics, modes: list[Mode], phase: Column, doses: tuple[float, Column]) -> Column:
    """Sum over doses behind a chain of transit compartments: the last few one by one, the older ones geometrically."""
    interval, taken = doses
    step, n_steps = rows.transit_rate[:, None], rows.transit_count
    total = np.zeros_like(phase)
    single = None if math.isinf(interval) else _doses_in_chain(step, n_steps, interval)
    for rate, weight in modes:
        if single is None:
            total += weight * _delayed(rate, phase, step, n_steps)
            continue
        for k in range(int(np.max(single))):
            still = single[:, 0] > k
            recent = _delayed(rate[still], phase[still] + k * interval, step[still], n_steps)
            total[still] += weight[still] * np.where(taken[still] > k, recent, 0.0)
        # an exponential faster than the chain is gone by the time that the chain is empty
        left = np.maximum(step - rate, _SLOW_CHAIN * step)
        ratio = np.where(step - rate > _SLOW_CHAIN * step, (step / left) ** n_steps, 0.0)
        older = np.maximum(taken - single, 0.0)
        total += weight * ratio * _repeated(rate, phase + single * interval, interval, older)
    return total


def _doses_in_chain(step: Column, n_steps: int, interval: float) -> Column:
    """Count for each row the last doses of which something may still be in its chain, at least one."""
    # after so many stays a chain is empty to below rounding; each row counts for itself, whoever else is there
    stays = float(special.gammainccinv(n_steps, _EMPTY))
    return np.asarray(np.maximum(np.ceil(stays / (step * interval)), 1.0))


def _delayed(rate: Column, elapsed: Column, step: Column, n_steps: int) -> Column:
    """Convolve ``exp(-rate t)`` with the gamma density of `n_steps` steps of rate `step`."""
    # int_0^t g(s) exp(-r (t-s)) ds = (k / (k-r))^n exp(-r t) P(n, (k-r) t)            where k > r
    #                               = (k t)^n / n! exp(-k t) M(1, n+1, (k-r) t)          anywhere, Kummer's M
    left = (step - rate)[:, 0]
    ways = (
        (left > _QUICK_CHAIN * step[:, 0], _delayed_quick),
        (left <= _SLOW_CHAIN * step[:, 0], _delayed_slow),
    )
    found = np.empty_like(elapsed)
    rest = np.ones(len(left), dtype=np.bool_)
    for mine, way in ways:
        if np.any(mine):
            found[mine] = way(rate[mine], elapsed[mine], step[mine], n_steps)
            rest &= ~mine
    if np.any(rest):
        apart, since = (step - rate)[rest], elapsed[rest]
        arrived = special.gammainc(n_steps, apart * since)
        found[rest] = (step[rest] / apart) ** n_steps * np.exp(-rate[rest] * since) * arrived
    return found


def _delayed_quick(rate: Column, elapsed: Column, step: Column, n_steps: int) -> Column:
    """As `_delayed` for a chain well faster than the decline, where the finite sum loses at most three digits."""
    # P(n, x) = 1 - exp(-x) (1 + x + x^2/2 + ... + x^(n-1)/(n-1)!)
    left = step - rate
    x = left * elapsed
    term, series = np.ones_like(x), np.ones_like(x)
    for j in range(1, n_steps):
        term = term * x / j
        series = series + term
    return np.asarray((step / left) ** n_steps * (np.exp(-rate * elapsed) - np.exp(-step * elapsed) * series))


def _delayed_slow(rate: Column, elapsed: Column, step: Column, n_steps: int) -> Column:
    """As `_delayed` for a chain not faster than the decline."""
    passed = step * elapsed
    front = np.exp(n_steps * np.log(np.maximum(passed, np.finfo(float).tiny)) - passed - special.gammaln(n_steps + 1))
    return np.asarray(front * special.hyp1f1(1.0, n_steps + 1.0, (step - rate) * elapsed))


def _check_schedule(interval: float | None, count: int | None, population: PopulationKinetics, moiety: str) -> None:
    faults = []
    if moiety not in MOIETIES:
        faults.append(_fault("moiety", f"`{moiety}`", ", ".join(MOIETIES)))
    if interval is not None and not (math.isfinite(interval) and interval > 0.0):
        faults.append(_fault("interval", f"`{interval}` s", "a time above 0, or None for a single dose"))
    elif interval is not None and population.zero_order_share and np.max(population.zero_order_duration) > interval:
        what = (
            f"a dose enters for up to {np.max(population.zero_order_duration):g} s, the next comes after {interval:g} s"
        )
        faults.append(_fault("interval", what, "an interval not shorter than the input"))
    if count is not None and count < 1:
        faults.append(_fault("count", f"`{count}` doses", "1 or more"))
    if faults:
        raise ScenarioError(*faults)


def _without(drug: str) -> Fault:
    what = f"no metabolite of `{drug}` is followed"
    return Fault("dosing.moiety", what, "`parent`, `active` or `all`", "", "ask for another moiety", "AMB-S638")


def _fault(field: str, what: str, expected: str) -> Fault:
    return Fault(f"dosing.{field}", what, expected, "", f"correct `{field}`", "AMB-S633")
