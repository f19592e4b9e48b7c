"""What a fit of relapses is worth: discrimination, calibration against Kaplan-Meier, patients held back.

Nothing here is fitted but what `held_back` fits to the patients that it may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.inference.multistart import Search
from amoeboid.inference.problem import Floats
from amoeboid.inference.relapse import RelapseFit, fit_cohort
from amoeboid.inference.relapse_cohort import Cohort
from amoeboid.inference.relapse_likelihood import RelapseModel
from amoeboid.measures.intervals import Estimate
from amoeboid.measures.survival import concordance, kaplan_meier
from amoeboid.seeds import Stream

_LEVEL = 0.025


@dataclass(frozen=True)
class Calibration:
    """Foretold against observed shares free of relapse; each array is (n_days,).

    Parameters
    ----------
    days : float64 [day]
    foretold : float64 [1]
        Mean over the patients.
    observed, low, high : float64 [1]
        Kaplan-Meier and the ends of its 95 % interval (log-log).
    n : int
        Patients.
    """

    days: Floats
    foretold: Floats
    observed: Floats
    low: Floats
    high: Floats
    n: int

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether what was foretold lies in the interval, (n_days,)."""
        return (self.low <= self.foretold) & (self.foretold <= self.high)

    @property
    def missed_by(self) -> Floats:
        """How far what was foretold lies beyond the interval, with sign; 0 inside, (n_days,)."""
        return np.maximum(self.foretold - self.high, 0.0) - np.maximum(self.low - self.foretold, 0.0)


def calibration(fit: RelapseFit, patients: Cohort, days: ArrayLike) -> Calibration:
    """Compare what a fit foretells of patients with what happened to them.

    Parameters
    ----------
    fit : RelapseFit
    patients : Cohort
        Those of the fit, a part of them, or others.
    days : (n_days,) array_like of float [day]
    """
    when = np.asarray(days, dtype=np.float64)
    curve = kaplan_meier(patients.time, patients.event)
    low, high = curve.interval_at(when)
    return Calibration(when, fit.predict(patients, when).mean(axis=0), curve.at(when), low, high, patients.n)


def concordance_interval(time: Floats, event: NDArray[np.bool_], risk: Floats, n_samples: int = 1000) -> Estimate:
    """Give the c-index with its 95 % interval by patients drawn with replacement.

    Samples in which no two patients can be compared are drawn anew.

    Raises
    ------
    NumericsError
        When no two patients can be compared at all.

    Examples
    --------
    >>> t = np.arange(1.0, 41.0)
    >>> concordance_interval(t, t > 0.0, -t, 100).value
    1.0
    """
    whole = concordance(time, event, risk)
    if not np.isfinite(whole):
        what = "no two patients can be compared"
        raise NumericsError(Fault("c-index", what, "a relapse before another's end", "", "follow longer", "AMB-N622"))
    draw = np.random.default_rng((int(Stream.BOOTSTRAP), 620))
    found: list[float] = []
    while len(found) < n_samples:
        rows = draw.integers(time.size, size=time.size)
        sampled = concordance(time[rows], event[rows], risk[rows])
        if np.isfinite(sampled):
            found.append(sampled)
    low, high = np.quantile(found, [_LEVEL, 1.0 - _LEVEL])
    return Estimate(whole, float(low), float(high), int(time.size))


@dataclass(frozen=True)
class Held:
    """One part of a cohort that was held back: its rows, and the fit to all others."""

    rows: NDArray[np.intp]
    fit: RelapseFit


def parts(event: NDArray[np.bool_], n_parts: int, seed: int = 1) -> NDArray[np.int64]:
    """Deal patients into parts, relapses and others evenly; gives the part of each, (n,).

    Examples
    --------
    >>> np.bincount(parts(np.arange(50) < 12, 5)).tolist()
    [10, 10, 10, 10, 10]
    """
    draw = np.random.default_rng((int(Stream.FIT), 620, seed))
    order = draw.permutation(event.size)
    order = np.concatenate([order[event[order]], order[~event[order]]])
    part = np.empty(event.size, dtype=np.int64)
    part[order] = np.arange(event.size) % n_parts
    return part


def held_back(patients: Cohort, model: RelapseModel, n_parts: int = 5, search: Search | None = None) -> Iterator[Held]:
    """Fit to all parts but one, in turn.

    Raises
    ------
    NumericsError
        When there are less than two parts, or more than relapses.
    """
    if not 2 <= n_parts <= int(patients.event.sum()):
        what = f"`{n_parts}` parts of {int(patients.event.sum())} relapses"
        raise NumericsError(Fault("held_back", what, "2 to as many as relapses", "", "take fewer", "AMB-N623"))
    part = parts(patients.event, n_parts)
    for k in range(n_parts):
        yield Held(np.flatnonzero(part == k), fit_cohort(patients.take(part != k), model, search))


def foretold_held_back(patients: Cohort, folds: list[Held], days: ArrayLike) -> Floats:
    """Give what each patient was foretold by the fit that had not seen him, (n, n_days)."""
    when = np.asarray(days, dtype=np.float64)
    share = np.full((patients.n, when.size), np.nan)
    for fold in folds:
        share[fold.rows] = fold.fit.predict(patients.take(fold.rows), when)
    return share
