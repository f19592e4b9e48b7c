"""Trials that were held, replayed: how often chance alone gives what RECAP and JANUS 1 reported, one after the other.

RECAP's subgroup with C-reactive protein above 13 mg/l gave a hazard ratio of 0.47 with about 44 deaths; JANUS 1 took
such patients and gave 0.97 with about 228. Only numbers of deaths and the true ratio matter, since the log-rank test
depends on ranks alone; so times are exponential and each group is watched until its deaths have happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from amoeboid.evidence import Parameters, catalogue
from amoeboid.measures.intervals import Estimate, wilson
from amoeboid.measures.survival import hazard_ratio_many
from amoeboid.seeds import Stream, uniform

Floats = NDArray[np.float64]

_TWO_SIDED = 1.959963984540054
_REPLAY = 1 << 20  # trials of the register from which replays are numbered, so that no study's own draws are met


@dataclass(frozen=True)
class Published:
    """A hazard ratio as a trial published it.

    Parameters
    ----------
    log_ratio, standard_error : float
        Of the hazard ratio, from its 95 % interval.
    """

    log_ratio: float
    standard_error: float

    @property
    def events(self) -> int:
        """Number of events that the width of the interval stands for: 4 over the squared error (equal arms)."""
        return round(4.0 / self.standard_error**2)

    def likelihood(self, log_ratio: Floats) -> Floats:
        """Give the density of the published log ratio for true ones."""
        return np.asarray(stats.norm.pdf(self.log_ratio, log_ratio, self.standard_error))


def published(id: str, parameters: Parameters | None = None) -> Published:
    """Give a published hazard ratio from the evidence.

    Examples
    --------
    >>> published("trial.janus1.os_hazard_ratio").events
    228
    """
    value = (parameters or Parameters(catalogue())).value(id)
    assert value.low is not None
    assert value.high is not None
    width = np.log(value.high) - np.log(value.low)
    return Published(float(np.log(value.numbers[0])), float(width / (2.0 * _TWO_SIDED)))


@dataclass(frozen=True)
class Sequence:
    """How often a hopeful subgroup is followed by a null trial, if one hazard ratio holds in all of these patients.

    Parameters
    ----------
    hazard_ratio : float
        The true one.
    hope : Estimate
        Share of first trials whose subgroup has a ratio as low as the published one.
    null : Estimate
        Share of second trials whose ratio is as high as the published one.
    both : Estimate
        Share of pairs with both.
    significant_hope : Estimate
        Share of first trials whose subgroup is significant (two-sided 5 %) for benefit.
    closed_form : float
        `both` by two normal laws of the log ratio.
    """

    hazard_ratio: float
    hope: Estimate
    null: Estimate
    both: Estimate
    significant_hope: Estimate
    closed_form: float


def sequence(hazard_ratio: float, first: Published, second: Published, *, pairs: int = 4000, seed: int = 1) -> Sequence:
    """Replay a subgroup and the larger trial that it led to, under one true hazard ratio.

    Parameters
    ----------
    hazard_ratio : float
        Above 0.
    first, second : Published
        What the subgroup and the trial found; their events are taken from their intervals.
    pairs : int
        Pairs of trials drawn.
    seed : int
        Of the draws.

    Returns
    -------
    Sequence
    """
    low = _ratios(hazard_ratio, first.events, range(pairs), seed)
    high = _ratios(hazard_ratio, second.events, range(pairs, 2 * pairs), seed)
    hope, null = low[0] <= first.log_ratio, high[0] >= second.log_ratio
    truth = np.log(hazard_ratio)
    # log HR^ ~ N(log HR, 4 / d)
    closed = stats.norm.cdf((first.log_ratio - truth) * np.sqrt(first.events) / 2.0)
    closed *= stats.norm.sf((second.log_ratio - truth) * np.sqrt(second.events) / 2.0)

    def share(marks: NDArray[np.bool_]) -> Estimate:
        return wilson(int(marks.sum()), pairs)

    significant = low[0] + _TWO_SIDED * low[1] < 0.0
    return Sequence(hazard_ratio, share(hope), share(null), share(hope & null), share(significant), float(closed))


def _ratios(hazard_ratio: float, events: int, trials: range, seed: int) -> tuple[Floats, Floats]:
    """Give log hazard ratios and errors of trials with equal arms, each watched until so many have died."""
    n = 2 * round(0.5 * events * _PATIENTS_PER_EVENT)
    number = _REPLAY + np.arange(trials.start, trials.stop)[:, None]
    draw = uniform(np.arange(n)[None, :], number, Stream.TRIAL, seed)[..., 0]
    treated = np.broadcast_to(np.arange(n) % 2 == 1, draw.shape)
    time = -np.log(draw) / np.where(treated, hazard_ratio, 1.0)
    end = np.sort(time, axis=1)[:, events - 1 : events]
    fit = hazard_ratio_many(np.minimum(time, end), time <= end, treated)
    return fit.log_hazard_ratio, fit.standard_error


_PATIENTS_PER_EVENT = 321.0 / 228.0
# 161 + 160 patients of JANUS 1 against the 228 deaths that its interval stands for
