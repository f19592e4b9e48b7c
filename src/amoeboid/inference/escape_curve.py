"""The curve of entry over contractility: a floor and a Hill law, with clusters as a logistic share; priors and fit.

Entries of a level are Poisson counts, its clusters a binomial share of them:

    n_k ~ Poisson(T_k e_1 f(c_k)),  f(c) = phi + (1 - phi) H(c) / H(1),  H(c) = c^h / (c^h + c_half^h)
    m_k ~ Binomial(n_k, p(c_k)),    logit p(c) = a + b (c - 1/2)

with T_k the cell-days at risk. So f rises, is 1 at c = 1, and never falls below phi, the share of entries that is left
without contraction: cells can change to other ways of moving, so that phi is not 0, and counts of nobody bound it from
above only. Where counts differ between replicates by more than chance, the logarithm of the likelihood is divided by
their dispersion. Validity: what holds for the tissue that was run; c between the least and the most that was run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference.posterior import Posterior, Sampling, sample
from amoeboid.process import LinkLevel

Floats = NDArray[np.float64]

NAMES = ("ln entry", "ln floor", "ln power", "ln half", "cluster level", "cluster slope")
"""Parameters of the curve, in the order of all vectors: ln e_1 [1/day], ln phi, ln h, ln c_half, a, b."""

CHAINS = Sampling(n_chains=24, n_draws=4000, n_warm=2000)
"""Chains of a link: 2,000 effective draws of its worst parameter, R-hat 1.01."""

_WIDTH = 4.0  # standard deviations at which normal priors are cut off
_MIDDLE = 0.5  # contractility at which the level of clusters is given: halfway of its range
_FEW = 5.0  # expected counts below which Pearson's X^2 says little
_BEGIN = 0.1  # spread of the first chains, on the scales; they find their own
_SPREAD = 1.645  # normal quantile: ranges of records hold 90 %


@dataclass(frozen=True)
class Counts:
    """Pooled counts by level: contractility, entries, clusters and cell-days at risk, (n_levels,) each."""

    drive: Floats
    entries: Floats
    clusters: Floats
    days: Floats

    @classmethod
    def of(cls, levels: Sequence[LinkLevel]) -> Counts:
        """Pool the replicates of each level; contractility is weighted by time at risk."""
        drive = [float(np.average(one.contractility, weights=one.cell_days)) for one in levels]
        sums = [[float(one.entries.sum()), float(one.clusters.sum()), float(one.cell_days.sum())] for one in levels]
        return cls(np.array(drive), *np.array(sums).T)

    def without(self, level: int) -> Counts:
        """Give all levels but one."""
        return Counts(*(np.delete(getattr(self, name), level) for name in ("drive", "entries", "clusters", "days")))


@dataclass(frozen=True)
class Priors:
    """Uniform ranges of ln e_1 and ln phi, and normal ones (mean, standard deviation) of the other four."""

    entry: tuple[float, float]
    floor: tuple[float, float]
    normal: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, parameters: Parameters) -> Priors:
        """Read the priors from the records ``link.*``; ranges of records hold 90 % of a normal prior."""
        ranged = {name: parameters.value(f"link.{name}") for name in ("entry", "floor", "power", "half")}
        ends = {name: (float(one.low or 0.0), float(one.high or 0.0)) for name, one in ranged.items()}
        laws = [_log_normal(parameters[f"link.{name}"], ends[name]) for name in ("power", "half")]
        share, slope = parameters["link.cluster_share"], parameters.value("link.cluster_slope")
        level = parameters.value("link.cluster_share")
        wide = (special.logit(float(level.high or 0.0)) - special.logit(float(level.low or 0.0))) / (2.0 * _SPREAD)
        steep = (float(slope.high or 0.0) - float(slope.low or 0.0)) / (2.0 * _SPREAD)
        clusters = ((float(special.logit(share)), float(wide)), (parameters["link.cluster_slope"], steep))
        return cls(_logs(ends["entry"]), _logs(ends["floor"]), (*laws, *clusters))


def _logs(ends: tuple[float, float]) -> tuple[float, float]:
    return float(np.log(ends[0])), float(np.log(ends[1]))


def _log_normal(middle: float, ends: tuple[float, float]) -> tuple[float, float]:
    low, high = _logs(ends)
    return float(np.log(middle)), (high - low) / (2.0 * _SPREAD)


@dataclass(frozen=True)
class CurveTarget:
    """The negative log posterior of a curve, as `sample` takes it."""

    counts: Counts
    priors: Priors
    dispersion: float = 1.0

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds (n_parameters,) on the scales."""
        normal = [(mean - _WIDTH * sd, mean + _WIDTH * sd) for mean, sd in self.priors.normal]
        both = np.array([self.priors.entry, self.priors.floor, *normal])
        return both[:, 0], both[:, 1]

    def value(self, theta: Floats) -> float:
        """Give the negative log posterior of one vector, up to a constant."""
        return float(self.values(np.atleast_2d(theta))[0])

    def values(self, thetas: Floats) -> Floats:
        """Give it for several vectors (n, n_parameters), (n,)."""
        one = self.counts
        mean = entry_of(thetas, one.drive) * one.days
        score = np.sum(one.entries * np.log(mean) - mean, axis=1)
        odds = log_odds_of(thetas, one.drive)
        score += np.sum(one.clusters * odds - one.entries * np.logaddexp(0.0, odds), axis=1)
        means, spreads = np.array(self.priors.normal).T
        away = (thetas[:, 2:] - means) / spreads
        return np.asarray(-score / self.dispersion + 0.5 * np.sum(away**2, axis=1))

    def factors(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Refuse: chains need no slopes."""
        raise NotImplementedError("a curve is sampled, not descended")


def entry_of(thetas: Floats, drive: Floats) -> Floats:
    """Give entries for a cell and day at some contractility, (n, n_points) of vectors (n, n_parameters)."""
    top, floor = np.exp(thetas[:, :2, None].transpose(1, 0, 2))
    return np.asarray(top * (floor + (1.0 - floor) * rise(drive, thetas[:, 2:3], thetas[:, 3:4])))


def rise(drive: Floats, log_power: Floats, log_half: Floats) -> Floats:
    """Give H(c) / H(1) of the Hill law, 0 at no contraction and 1 at all."""
    power, half = np.exp(log_power), np.exp(log_half)
    c = np.maximum(drive, 0.0) ** power
    return np.asarray(c / (c + half**power) * (1.0 + half**power))


def log_odds_of(thetas: Floats, drive: Floats) -> Floats:
    """Give the log odds that an entry is a cluster, (n, n_points)."""
    return np.asarray(thetas[:, 4:5] + thetas[:, 5:6] * (drive[None, :] - _MIDDLE))


def dispersion(levels: Sequence[LinkLevel]) -> float:
    """Give the dispersion of entries between replicates, at least 1: Pearson's X^2 over its degrees of freedom.

    Levels with fewer than 5 expected entries in a replicate are left out, for which it says little.
    """
    square = degrees = 0.0
    for one in levels:
        expected = one.entries.sum() * one.cell_days / one.cell_days.sum()
        if one.entries.size > 1 and expected.min() >= _FEW:
            square += float(np.sum((one.entries - expected) ** 2 / expected))
            degrees += one.entries.size - 1
    return max(1.0, square / degrees) if degrees else 1.0


def fit(counts: Counts, spread: float = 1.0, how: Sampling = CHAINS, parameters: Parameters | None = None) -> Posterior:
    """Sample the curves that counts allow.

    Parameters
    ----------
    counts : Counts
        By level.
    spread : float
        Dispersion of the counts.
    how : Sampling
        Chains and their seed.
    parameters : Parameters, optional
        Records ``link.*`` of the priors.
    """
    target = CurveTarget(counts, Priors.of(parameters or Parameters(catalogue())), spread)
    lower, upper = target.bounds
    begin = np.array([np.log(max(counts.entries.sum(), 1.0) / counts.days.sum()), target.priors.floor[1] - 1.0,
                      *(mean for mean, _ in target.priors.normal)])  # fmt: skip
    start = np.clip(begin, lower + _BEGIN, upper - _BEGIN)
    return sample(target, start, np.diag(np.full(start.size, _BEGIN**2)), how)
