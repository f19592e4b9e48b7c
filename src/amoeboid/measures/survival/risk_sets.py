"""Risk sets of Cox's partial likelihood, as running sums over patients sorted by time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.measures.survival.sample import Floats, Sample

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Sums:
    """Log partial likelihood, its gradient (p,) and negative curvature (p, p) at one coefficient."""

    log_likelihood: float
    score: Floats
    information: Floats


@dataclass(frozen=True)
class _Moments:
    """Weighted sums over the risk set of each event, thinned by Efron: (n_events, ...)."""

    weight: Floats
    mean: Floats
    second: Floats


@dataclass(frozen=True)
class RiskSets:
    """Who is at risk at each event of one stratum; patients sorted by time, events among them in that order.

    Parameters
    ----------
    rows : (n,) intp
        Row of each sorted patient in the whole sample.
    covariates : (n, p) float64
        Centred.
    event_row, event_time : (n_events,)
        Sorted patients who had the event, and when [day].
    first : (n_events,) intp
        First sorted patient still under observation on that day.
    late : (n, ) intp or None; n_entered : (n_events,) intp
        Patients sorted by entry, and how many have entered before each event.
    tie, fraction : (n_events,)
        First event of the same day, and Efron's share l/d of the tied events taken out.
    tied : (n_ties,) intp
        First event of each day with events.
    until, since : (n,) intp
        Number of events up to the end, and up to the entry, of each sorted patient.
    """

    rows: Rows
    covariates: Floats
    event_row: Rows
    event_time: Floats
    first: Rows
    late: Rows | None
    n_entered: Rows
    tie: Rows
    fraction: Floats
    tied: Rows
    until: Rows
    since: Rows

    def sums(self, coefficient: Floats) -> Sums:
        """Sum likelihood, score and information over the events."""
        linear = self.covariates @ coefficient
        moments = self._moments(coefficient)
        chosen = self.covariates[self.event_row]
        # log L = sum_events [x b - log S0], U = sum [x - S1/S0], I = sum [S2/S0 - (S1/S0)^2]   [Efron 1977]
        likelihood = float(np.sum(linear[self.event_row] - np.log(moments.weight)))
        information = moments.second.sum(axis=0) - moments.mean.T @ moments.mean
        return Sums(likelihood, (chosen - moments.mean).sum(axis=0), information)

    def schoenfeld_residuals(self, coefficient: Floats) -> Floats:
        """Covariate of who had the event less its expectation, (n_events, p); tied events share one expectation."""
        mean = self._moments(coefficient).mean
        counts = np.diff(np.append(self.tied, self.event_row.size))
        shared = np.add.reduceat(mean, self.tied, axis=0) / counts[:, None]
        return np.asarray(self.covariates[self.event_row] - np.repeat(shared, counts, axis=0))

    def score_residuals(self, coefficient: Floats) -> Floats:
        """Contribution of each sorted patient to the score when his weight changes, (n, p).

        Tied events enter with Efron's thinning, as in Therneau and Grambsch 2000.
        """
        weight = np.exp(self.covariates @ coefficient)
        moments = self._moments(coefficient)
        rate = 1.0 / moments.weight
        known = moments.mean * rate[:, None]
        total = self._spent(rate[:, None], self.covariates) - self._spent(known, None)
        # those who had the event are at risk to (1 - l/d) only among the ties of their day
        thin = rate * self.fraction
        counts = np.diff(np.append(self.tied, self.event_row.size))
        back = np.repeat(np.add.reduceat(thin, self.tied), counts)[:, None] * self.covariates[self.event_row]
        back -= np.repeat(np.add.reduceat(moments.mean * thin[:, None], self.tied, axis=0), counts, axis=0)
        residuals = -weight[:, None] * total
        residuals[self.event_row] += weight[self.event_row, None] * back
        residuals[self.event_row] += self.schoenfeld_residuals(coefficient)
        return np.asarray(residuals)

    def _spent(self, rate: Floats, times: Floats | None) -> Floats:
        """Sum a rate over the events that each patient was at risk for."""
        running = np.concatenate([np.zeros((1, rate.shape[1])), np.cumsum(rate, axis=0)])
        spent = running[self.until] - running[self.since]
        return np.asarray(spent if times is None else spent * times)

    def _moments(self, coefficient: Floats) -> _Moments:
        x, p = self.covariates, self.covariates.shape[1]
        weight = np.exp(x @ coefficient)[:, None]
        pairs = (x[:, :, None] * x[:, None, :]).reshape(-1, p * p)
        stacked = weight * np.concatenate([np.ones((x.shape[0], 1)), x, pairs], axis=1)
        at_risk = _from(stacked, self.first)
        if self.late is not None:
            at_risk = at_risk - _from(stacked[self.late], self.n_entered)
        counts = np.diff(np.append(self.tied, self.event_row.size))
        ties = np.repeat(np.add.reduceat(stacked[self.event_row], self.tied, axis=0), counts, axis=0)
        # S_k(event l of d tied) = sum_risk w x^k - l/d sum_tied w x^k   [Efron 1977]
        s = at_risk - self.fraction[:, None] * ties
        return _Moments(s[:, 0], s[:, 1 : 1 + p] / s[:, :1], (s[:, 1 + p :] / s[:, :1]).reshape(-1, p, p))


def risk_sets(part: Sample, covariates: Floats, rows: Rows) -> RiskSets:
    """Sort one stratum and find the risk set of each event."""
    order = np.lexsort((~part.event, part.time))
    time, event = part.time[order], part.event[order]
    event_row = np.flatnonzero(event)
    days = time[event_row]
    tied, tie = np.unique(days, return_index=True)[1], np.searchsorted(days, days, side="left")
    counts = np.searchsorted(days, days, side="right") - tie
    entry = None if part.entry is None else part.entry[order]
    late = None if entry is None else np.argsort(entry, kind="stable")
    return RiskSets(
        rows[order],
        covariates[order],
        event_row,
        days,
        np.searchsorted(time, days, side="left"),
        late,
        np.zeros(days.size, np.intp) if entry is None else np.searchsorted(np.sort(entry), days, side="left"),
        tie,
        (np.arange(days.size) - tie) / counts,
        tied,
        np.searchsorted(days, time, side="right"),
        np.zeros(time.size, np.intp) if entry is None else np.searchsorted(days, entry, side="right"),
    )


def sums(sets: tuple[RiskSets, ...], coefficient: Floats) -> Sums:
    """Sum likelihood, score and information over strata."""
    parts = [part.sums(coefficient) for part in sets if part.event_row.size]
    p = coefficient.size
    return Sums(
        sum((part.log_likelihood for part in parts), 0.0),
        sum((part.score for part in parts), np.zeros(p)),
        sum((part.information for part in parts), np.zeros((p, p))),
    )


def _from(values: Floats, start: Rows) -> Floats:
    """Sum values from a row to the end, for each start; the sum from beyond the end is 0."""
    tail = np.concatenate([np.cumsum(values[::-1], axis=0)[::-1], np.zeros((1, values.shape[1]))])
    return np.asarray(tail[start])
