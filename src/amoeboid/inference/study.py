"""A whole fit: many starts, a profile of every parameter, what is identified, and a sample of the posterior."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from amoeboid.inference.identifiability import Judgement, compensating, covariance, judge
from amoeboid.inference.multistart import Fit, Multistart, Search, multistart, optimise
from amoeboid.inference.objective import Objective
from amoeboid.inference.posterior import Posterior, Sampling, sample
from amoeboid.inference.problem import Floats
from amoeboid.inference.profiles import Profile, profile

_ROUNDS = 3
"""Times that profiles are begun anew from a better optimum that they met."""


@dataclass(frozen=True)
class Study:
    """What a fit found; ``profiles`` and ``judgements`` are in the order of the parameters, empty if not asked for."""

    objective: Objective
    ends: Multistart
    profiles: tuple[Profile, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    posterior: Posterior | None = None

    @property
    def best(self) -> Fit:
        """The best end."""
        return self.ends.best

    def values(self, scaled: Floats) -> Floats:
        """Give numbers of the parameters from places on their scales, (..., n_parameters)."""
        return self.objective.numbering.values(scaled)

    def intervals(self) -> tuple[Floats, Floats]:
        """Give the 95 % intervals of the profiles as numbers; infinite or zero where they are open."""
        low = self.values(np.array([one.low for one in self.profiles]))
        return low, self.values(np.array([one.high for one in self.profiles]))

    @property
    def akaike(self) -> float:
        """Akaike's criterion: twice the parameters plus twice the negative log-likelihood at the best end."""
        return 2.0 * len(self.objective.names) - 2.0 * self.objective.log_likelihood(self.best.theta)


@dataclass(frozen=True)
class Depth:
    """How far to go: how to search, whether profiles are followed, and how many draws each chain keeps (0: none)."""

    search: Search = Search()  # noqa: RUF009 - frozen
    with_profiles: bool = True
    n_draws: int = 0


def study(objective: Objective, depth: Depth) -> Study:
    """Fit, and ask what the fit is worth.

    Parameters
    ----------
    objective : Objective
        What to minimise.
    depth : Depth
        How far to go.

    Raises
    ------
    NumericsError
        When the model can be simulated from no start.
    """
    ends = multistart(objective, depth.search)
    profiles: tuple[Profile, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    if depth.with_profiles:
        ends, profiles = _followed(objective, ends)
        together = compensating(objective, ends.best.theta, objective.names)
        pairs = zip(objective.names, profiles, strict=True)
        judgements = tuple(judge(name, one, together) for name, one in pairs)
    posterior = None
    if depth.n_draws:
        spread = covariance(objective, ends.best.theta)
        how = Sampling(n_draws=depth.n_draws, n_warm=max(depth.n_draws // 2, 1), seed=depth.search.seed)
        posterior = sample(objective, ends.best.theta, spread, how)
    return Study(objective, ends, profiles, judgements, posterior)


def _followed(objective: Objective, ends: Multistart) -> tuple[Multistart, tuple[Profile, ...]]:
    """Follow all profiles; from the better optimum again where one was met on the way."""
    for turn in range(_ROUNDS):
        found = []
        for place in range(len(objective.names)):
            one = profile(objective, ends.best, place, ends.fits[1:])
            found.append(one)
            if one.better is not None and turn < _ROUNDS - 1:
                better = optimise(objective, one.better.theta)
                ends = Multistart((better, *ends.fits), ends.n_failed)
                break
        else:
            return ends, tuple(found)
    return ends, tuple(found)


def shown(value: float) -> str:
    """Give a number as a reader wants it.

    Examples
    --------
    >>> shown(0.00123456)
    '0.00123'
    """
    return f"{value:.3g}"


def shown_interval(low: float, high: float, scale: str = "log10") -> str:
    """Give an interval as a reader wants it, with open ends said to be open.

    Examples
    --------
    >>> shown_interval(0.25712, 4.12), shown_interval(0.0, 0.00353), shown_interval(0.0, math.inf)
    ('0.257 to 4.12', 'open to 0.00353', 'open on both sides')
    """
    floor = -math.inf if scale == "lin" else 0.0
    if low <= floor and math.isinf(high):
        return "open on both sides"
    return f"{'open' if low <= floor else shown(low)} to {'open' if math.isinf(high) else shown(high)}"
