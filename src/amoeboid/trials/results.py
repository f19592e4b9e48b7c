"""What each of many drawn trials would have reported: events, hazard ratio, p, stopping at looks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    def mean_events(self) -> int:
        """Give the mean number of events of a trial at the data cut, 1 at least: what a sponsor would plan with."""
        return max(round(float((self.observed.event & self.counted).sum(axis=1).mean())), 1)

    def event_days(self) -> Floats:
        """Give the day of each event since the trial began, in order, inf after the last; (n_trials, n)."""
        counted = self.observed.event & self.counted
        return np.sort(np.where(counted, self.entry + self.observed.time, np.inf), axis=1)


@dataclass(frozen=True)
class Looks:
    """When a trial is analysed, and when it stops.

    Parameters
    ----------
    shares : tuple of float
        Of the planned events at each look, the last 1.
    boundaries : (n_looks,) float64
        On the absolute z; infinite where a look may not stop.
    planned : int
        Events at full information.
    """

    shares: tuple[float, ...]
    boundaries: Floats
    planned: int


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
    looks : Looks
        By which they were analysed.
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
    looks: Looks

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


def report(data: Drawn, cut: float, looks: Looks, horizon: float) -> TrialResults:
    """Analyse each trial at its looks, and end it at the first boundary passed.

    A look comes when its share of the planned events is known. The last look comes at the data cut, with the last
    boundary, whatever number of events there is by then.

    Parameters
    ----------
    data : Drawn
        One arm against the reference.
    cut : float [day]
        Data cut, since the trial began.
    looks : Looks
        Shares, boundaries, planned events.
    horizon : float [day]
        Of the restricted mean.

    Returns
    -------
    TrialResults
    """
    days = data.event_days()
    n_trials = len(days)
    done, look = np.zeros(n_trials, dtype=bool), np.zeros(n_trials, dtype=np.int64)
    ended, z, p = np.full(n_trials, cut), np.full(n_trials, np.nan), np.full(n_trials, np.nan)
    significant = np.zeros(n_trials, dtype=bool)
    for number, share in enumerate(looks.shares):
        last = number == len(looks.shares) - 1
        nth = max(int(np.ceil(share * looks.planned)), 1)
        when = np.full(n_trials, cut) if last or nth > days.shape[1] else np.minimum(days[:, nth - 1], cut)
        test = log_rank_many(*data.at(when), data.treated)
        passed = np.abs(np.nan_to_num(test.z)) >= looks.boundaries[number]
        now = ~done & (passed | last)
        for target, values in ((z, test.z), (p, test.p), (ended, when), (significant, passed)):
            target[now] = values[now]
        look[now] = number
        done |= now
    time, event = data.at(ended)
    fit = hazard_ratio_many(time, event, data.treated)
    gained = _mean_difference(data, np.full(n_trials, cut), horizon)
    return TrialResults(event.sum(axis=1), fit.log_hazard_ratio, fit.standard_error, z, p, look, significant, ended,
                        gained, looks)  # fmt: skip


def joined(parts: list[TrialResults]) -> TrialResults:
    """Put the results of blocks of trials end to end."""
    names = [field.name for field in dataclasses.fields(TrialResults) if field.name != "looks"]
    return TrialResults(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}, looks=parts[0].looks
    )


def _mean_difference(data: Drawn, cut: Floats, horizon: float) -> Floats:
    time, event = data.at(cut)
    arms = (data.treated, data.counted & ~data.treated)
    means = [restricted_mean_many(np.where(arm, time, 0.0), event & arm, horizon)[0] for arm in arms]
    return means[0] - means[1]
