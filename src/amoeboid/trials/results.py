"""What each of many drawn trials would have reported: events, hazard ratio, p, stopping at looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from amoeboid.measures.survival import hazard_ratio_many, log_rank_many, restricted_mean_many
from amoeboid.trials.enrolment import Enrolment
from amoeboid.trials.observation import Observed

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Drawn:
    """Data of many trials, one row each: a patient's arm against the reference, others left out.

    Parameters
    ----------
    entry : (n_trials, n) float64 [day]
        Of randomisation, since the trial began.
    observed : Observed
        What is known of the endpoint at the data cut, (n_trials, n).
    treated, counted : (n_trials, n) bool
        In the arm of interest; in it or in the reference.
    """

    entry: Floats
    observed: Observed
    treated: Marks
    counted: Marks

    def at(self, cut: Floats) -> tuple[Floats, Marks]:
        """Give times and events as known on a day of each trial, (n_trials,) since it began."""
        left = np.maximum(cut[:, None] - self.entry, 0.0)
        # summed as in `event_days`, since a difference rounds otherwise and would lose the event that set the day
        known = self.observed.event & (self.entry + self.observed.time <= cut[:, None]) & self.counted
        left = np.where(known, self.observed.time, left)
        # who has not entered, or is in a third arm, is censored at once and at no risk set
        return np.where(self.counted, np.minimum(self.observed.time, left), 0.0), known

    def event_days(self) -> Floats:
        """Give the day of each event since the trial began, in order, inf after the last; (n_trials, n)."""
        counted = self.observed.event & self.counted
        return np.sort(np.where(counted, self.entry + self.observed.time, np.inf), axis=1)


@dataclass(frozen=True)
class TrialResults:
    """What trials reported of one arm against the reference; one entry per trial.

    Parameters
    ----------
    n_events : (n_trials,) int64
        At the end of each trial, both arms together.
    log_hazard_ratio, standard_error : (n_trials,) float64
        Of Cox's model; NaN where an arm had no event.
    z, p : (n_trials,) float64
        Log-rank, z below 0 when treated patients did better; two-sided p of that look alone.
    look : (n_trials,) int64
        Number of the look that ended the trial, from 0.
    significant : (n_trials,) bool
        Whether z passed the boundary of that look.
    ended : (n_trials,) float64 [day]
        Since the trial began.
    mean_difference : (n_trials,) float64 [day]
        Difference of restricted means at the data cut, treated less control, to the horizon.
    boundaries : (n_looks,) float64
        On the absolute z.
    planned_events : int
        Events at full information.
    """

    n_events: NDArray[np.int64]
    log_hazard_ratio: Floats
    standard_error: Floats
    z: Floats
    p: Floats
    look: NDArray[np.int64]
    significant: Marks
    ended: Floats
    mean_difference: Floats
    boundaries: Floats
    planned_events: int

    @property
    def benefit(self) -> Marks:
        """Trials that reported a significant benefit."""
        return self.significant & (self.z < 0.0)

    @property
    def harm(self) -> Marks:
        """Trials that reported a significant harm."""
        return self.significant & (self.z > 0.0)


def drawn(enrolment: Enrolment, observed: Observed, arm: int, reference: int) -> Drawn:
    """Set one arm against the reference in every trial."""
    treated = enrolment.arm == arm
    return Drawn(enrolment.entry, observed, treated, treated | (enrolment.arm == reference))


def report(data: Drawn, cut: float, looks: tuple[float, ...], boundaries: Floats, horizon: float) -> TrialResults:
    """Analyse each trial at its looks, and end it at the first boundary passed.

    A look comes when its share of the planned events is known; the planned number is the mean over the trials at the
    data cut, as a sponsor with the right model would plan. A trial that is short of events has its last look at the
    data cut, with the last boundary.

    Parameters
    ----------
    data : Drawn
        One arm against the reference.
    cut : float [day]
        Data cut, since the trial began.
    looks : tuple of float
        Shares of information, the last 1.
    boundaries : (n_looks,) float64
        On the absolute z.
    horizon : float [day]
        Of the restricted mean.

    Returns
    -------
    TrialResults
    """
    days = data.event_days()
    planned = max(int(round(float(np.isfinite(days).sum(axis=1).mean()))), 1)
    n_trials = len(days)
    done, look = np.zeros(n_trials, dtype=bool), np.zeros(n_trials, dtype=np.int64)
    ended, z, p = np.full(n_trials, cut), np.full(n_trials, np.nan), np.full(n_trials, np.nan)
    significant = np.zeros(n_trials, dtype=bool)
    for number, share in enumerate(looks):
        last = number == len(looks) - 1
        nth = max(int(np.ceil(share * planned)), 1)
        when = np.full(n_trials, cut) if last or nth > days.shape[1] else np.minimum(days[:, nth - 1], cut)
        test = log_rank_many(*data.at(when), data.treated)
        passed = np.abs(np.nan_to_num(test.z)) >= boundaries[number]
        now = ~done & (passed | last)
        for target, values in ((z, test.z), (p, test.p), (ended, when), (look, number), (significant, passed)):
            target[now] = values[now] if isinstance(values, np.ndarray) else values
        done |= now
    time, event = data.at(ended)
    fit = hazard_ratio_many(time, event, data.treated)
    return TrialResults(event.sum(axis=1), fit.log_hazard_ratio, fit.standard_error, z, p, look, significant, ended,
                        _mean_difference(data, np.full(n_trials, cut), horizon), boundaries, planned)  # fmt: skip


def _mean_difference(data: Drawn, cut: Floats, horizon: float) -> Floats:
    time, event = data.at(cut)
    arms = (data.treated, data.counted & ~data.treated)
    means = [restricted_mean_many(np.where(arm, time, 0.0), event & arm, horizon)[0] for arm in arms]
    return means[0] - means[1]


def fixed_boundary(level: float) -> Floats:
    """Give the boundary on the absolute z of a single look, two-sided.

    Examples
    --------
    >>> round(float(fixed_boundary(0.05)[0]), 3)
    1.96
    """
    return np.array([stats.norm.isf(level / 2.0)])
