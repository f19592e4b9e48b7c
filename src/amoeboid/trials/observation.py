"""What a trial sees of what happens: scans at visits, deaths, censoring at the data cut and by dropout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.seeds import Stream, uniform

Days = NDArray[np.float64]
Marks = NDArray[np.bool_]
Rows = NDArray[np.int64]

CANCER, OTHER = 1, 2
"""Causes of death, as `Events.cause` holds them; 0 is alive to the end."""


@dataclass(frozen=True)
class Events:
    """What happens to patients in one arm if nobody is lost; days since randomisation, inf for never.

    Parameters
    ----------
    metastasis : (n,) float64 [day]
        When the first distant metastasis has become large enough to be seen on a scan.
    progression : (n,) float64 [day]
        When a scan would call the disease grown; that of the first metastasis in patients who had none.
    death : (n,) float64 [day]
        Of any cause.
    cause : (n,) int8
        Of death: `CANCER` or `OTHER`.
    """

    metastasis: Days
    progression: Days
    death: Days
    cause: NDArray[np.int8]

    def endpoint(self, name: str) -> Days:
        """Give the true day [since randomisation] of an endpoint: what would be seen if one looked at all times.

        Examples
        --------
        >>> one = Events(np.array([9.0]), np.array([9.0]), np.array([12.0]), np.array([1], np.int8))
        >>> float(one.endpoint("DMFS")[0]), float(one.endpoint("OS")[0])
        (9.0, 12.0)
        """
        if name == "OS":
            return self.death
        return np.minimum(self.death, self.metastasis if name == "DMFS" else self.progression)

    def take(self, rows: Rows) -> Events:
        """Give the events of some rows, in any shape."""
        return Events(self.metastasis[rows], self.progression[rows], self.death[rows], self.cause[rows])


@dataclass(frozen=True)
class Observed:
    """What is known of participants at a data cut; all of one shape.

    Parameters
    ----------
    time : (...) float64 [day]
        Since randomisation: of the event, or of the last assessment without it.
    event : (...) bool
        Whether the endpoint was reached.
    after : (...) float64 [day]
        Last assessment before the event, from which on it may have happened; `time` where it did not happen.
    """

    time: Days
    event: Marks
    after: Days


@dataclass(frozen=True)
class Visits:
    """Scans at equal intervals since randomisation, each within a window around its day.

    Parameters
    ----------
    interval, window : float [day]
        Between planned visits; furthest that a visit is from its planned day, below half of the interval.
    seed : int
        Seed of the study; visits are keyed by (seed, participant, trial, visit).
    """

    interval: float
    window: float
    seed: int

    def day(self, number: Rows, participant: Rows, trial: Rows) -> Days:
        """Give the day [since randomisation] of the visit of a number; visit 0 is the randomisation."""
        shape = np.broadcast_shapes(number.shape, participant.shape, trial.shape)
        if self.window == 0.0:
            return np.broadcast_to(self.interval * number, shape).astype(np.float64)
        # one draw serves four visits: block = number // 4 would key the stream by a varying block, so the trial and
        # visit share one word: 2^16 visits, 2^16 trials
        key = (np.broadcast_to(trial, shape).astype(np.int64) << 16) | np.broadcast_to(number, shape)
        shift = 2.0 * uniform(participant, key, Stream.VISIT, self.seed)[..., 0] - 1.0
        return np.where(number > 0, self.interval * number + self.window * shift, 0.0)

    def first_from(self, day: Days, participant: Rows, trial: Rows) -> tuple[Days, Days]:
        """Give the day of the first visit at or after `day`, and of the visit before it; inf stays inf."""
        known = np.where(np.isfinite(day), np.maximum(day, 0.0), 0.0)
        # the visit planned before, at and after the day: windows do not overlap, so it is one of them
        middle = np.ceil(known / self.interval).astype(np.int64)
        days = [self.day(np.maximum(middle + step, 0), participant, trial) for step in (-2, -1, 0, 1)]
        seen, before = days[3], days[2]
        for late, early in ((days[2], days[1]), (days[1], days[0])):
            before = np.where(late >= known, early, before)
            seen = np.where(late >= known, late, seen)
        never = ~np.isfinite(day)
        return np.where(never, np.inf, seen), np.where(never, np.inf, before)

    def last_until(self, day: Days, participant: Rows, trial: Rows) -> Days:
        """Give the day of the last visit at or before a finite `day`; 0 when there is none."""
        middle = np.floor(np.maximum(day, 0.0) / self.interval).astype(np.int64)
        last = np.zeros(day.shape)
        for step in (-1, 0, 1):
            visit = self.day(np.maximum(middle + step, 0), participant, trial)
            last = np.where(visit <= day, np.maximum(last, visit), last)
        return last


def observe(events: Events, endpoint: str, censored: Days, visits: Visits, who: tuple[Rows, Rows]) -> Observed:
    """Give what is known of an endpoint when observation ends on days that differ between participants.

    Deaths are known on their day. What scans show is known from the first visit at which it could be seen; who is
    censored without it was last known to be free of it at his last visit.

    Parameters
    ----------
    events : Events
        What happens, one entry per participant.
    endpoint : {"DMFS", "PFS", "OS"}
        What is asked.
    censored : (...) float64 [day]
        End of observation since randomisation.
    visits : Visits
        When scans are made.
    who : pair of (...) int64
        Number of participant and of trial, which key the visits.

    Returns
    -------
    Observed
    """
    if endpoint == "OS":
        event = events.death <= censored
        time = np.where(event, events.death, np.maximum(censored, 0.0))
        return Observed(time, event, time)
    truth = events.metastasis if endpoint == "DMFS" else events.progression
    # what has become large enough is seen only while the patient lives to be scanned
    seen, before = visits.first_from(np.where(truth <= events.death, truth, np.inf), *who)
    day = np.minimum(seen, events.death)
    event = day <= censored
    last = visits.last_until(np.maximum(censored, 0.0), *who)
    time = np.where(event, day, last)
    after = np.where(event & (seen <= events.death), before, time)
    return Observed(time, event, after)
