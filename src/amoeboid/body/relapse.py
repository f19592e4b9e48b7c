"""Relapse in closed form: the chance that no metastasis can be seen by a day, without drawing a single colony.

The primary founds colonies as a Poisson process, so the visible ones are a Poisson number too, with a mean that is one
integral over the days of founding. `spread` draws the same law colony by colony; the two must agree. Colonies of
colonies are left out: a child is seen before its parent only by a freak of its first divisions.

All times are days since diagnosis, sizes are cells, rates are per day.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.detection import LEAST
from amoeboid.body.growth import cells_of, scaled_age
from amoeboid.errors import Fault, ScenarioError

Floats = NDArray[np.float64]

# nodes and reach of the quadratures; with these they are right to 1e-3 and two parts in a thousand (tested)
_BIRTHS = 12
_DELAYS = 12
_FINE = 96
_WIDEST = 4.5  # standard deviations
_STEP = 0.3  # of one
_NEARLY = 0.99  # of the ceiling, which no lesion reaches


@dataclass(frozen=True)
class RelapseLaw:
    """What all patients share on the way from a primary to a visible metastasis.

    Parameters
    ----------
    exponent : float [1]
        Founding goes as cells to this power.
    dormant_share : float [1]
        Share of colonies that rest first.
    wake_rate, nk_kill_rate : float [1/day]
        Clocks of waking and of being killed while at rest; the first to ring decides.
    capacity : float [cells]
        Ceiling of Gompertz growth.
    detection : (float [mm], float [mm])
        Diameter at which half of the lesions are seen, and width of the logistic curve.
    density : float [cells/mm^3]
    lines : tuple of float [1]
        Chance that 1, 2, ... founders of a colony have lines that live on; they sum to 1.
    extinct : float [1]
        Death over birth per division.
    resection : float [day]
        Day on which the primary is out; infinite: never.

    Raises
    ------
    ScenarioError
        When a number is outside its range; tells all.
    """

    exponent: float
    dormant_share: float
    wake_rate: float
    nk_kill_rate: float
    capacity: float
    detection: tuple[float, float]
    density: float
    lines: tuple[float, ...] = (1.0,)
    extinct: float = 0.0
    resection: float = 0.0

    def __post_init__(self) -> None:
        wanted = (
            ("exponent", 0.0 <= self.exponent <= 2.0, "0 to 2"),
            ("dormant_share", 0.0 <= self.dormant_share <= 1.0, "0 to 1"),
            ("wake_rate", 0.0 <= self.wake_rate < math.inf, "a rate per day, 0 or more"),
            ("nk_kill_rate", 0.0 <= self.nk_kill_rate < math.inf, "a rate per day, 0 or more"),
            ("capacity", 1.0 < self.capacity < math.inf, "more than one cell"),
            ("detection", self.detection[0] > 0.0 <= self.detection[1], "a diameter in mm, and a width from 0 on"),
            ("density", 0.0 < self.density < math.inf, "cells in a cubic millimetre"),
            ("lines", len(self.lines) > 0 and abs(sum(self.lines) - 1.0) < 1e-9, "chances that sum to 1"),
            ("extinct", 0.0 <= self.extinct < 1.0, "0 to below 1"),
            ("resection", not math.isnan(self.resection), "a day, or inf for never"),
        )
        faults = [
            Fault(f"relapse.{name}", f"`{getattr(self, name)}`", expected, "", f"correct `{name}`", "AMB-S620")
            for name, good, expected in wanted
            if not good
        ]
        if faults:
            raise ScenarioError(*faults)

    def delays(self) -> tuple[Floats, Floats]:
        """Give the scaled time, decay times days, from awakening to being seen: values that rise, and weights."""
        return _delays(self.capacity, self.detection, self.density, self.lines, self.extinct)


def relapse_law(cancer: Cancer, resection: float = 0.0) -> RelapseLaw:
    """Give the law of relapse of a kind of cancer, with the primary out on a day.

    Examples
    --------
    >>> from amoeboid.body import cancer
    >>> relapse_law(cancer("breast")).resection
    0.0
    """
    by_class = cancer.landing.sum(axis=1)
    lines = np.zeros(max(cancer.founders_single, cancer.founders_cluster))
    for share, n in zip(by_class, (cancer.founders_single, cancer.founders_cluster), strict=True):
        lines[:n] += share * _lines(n, cancer.extinct)
    return RelapseLaw(
        exponent=cancer.exponent,
        dormant_share=cancer.dormant_share,
        wake_rate=cancer.wake_rate,
        nk_kill_rate=cancer.nk_kill_rate,
        capacity=cancer.capacity,
        detection=cancer.detection,
        density=cancer.density,
        lines=tuple((lines / lines.sum()).tolist()),
        extinct=cancer.extinct,
        resection=resection,
    )


def expected_visible(
    law: RelapseLaw, decay: ArrayLike, seeding: ArrayLike, cells: ArrayLike, days: ArrayLike
) -> Floats:
    """Give the mean number of metastases of the primary that can be seen by a day.

    Exact for a primary that grows undisturbed until it is out, and no treatment; the quadrature is right to 1e-3 and
    2e-3 of the mean; at exponent 1, with the primary still there, to 1e-3 and 3e-2 of the mean.

    Parameters
    ----------
    law : RelapseLaw
        What all patients share.
    decay : array_like of float [1/day]
        Gompertz decay, of primary and colonies alike.
    seeding : array_like of float [1/day]
        Colonies founded per day by a tumour of one cell.
    cells : array_like of float [cells]
        The primary at diagnosis.
    days : array_like of float [day]
        Since diagnosis. All four broadcast together.

    Returns
    -------
    mean : float64 [1]
        In the common shape.

    Raises
    ------
    ScenarioError
        When a primary has no cells.

    Examples
    --------
    >>> law = RelapseLaw(1 / 3, 0.77, 3.5e-4, 0.0, 1e12, (7.5, 0.0), 1e6)
    >>> float(expected_visible(law, 1.6e-3, 5.5e-7, 4.2e9, 1826.0).round(3))
    0.108
    """
    rows = (np.asarray(x, dtype=np.float64) for x in (decay, seeding, cells, days))
    a, mu, primary, day = np.broadcast_arrays(*rows)
    age = scaled_age(primary, law.capacity) / a
    delay, weight = law.delays()
    rate = law.wake_rate + law.nk_kill_rate
    mean = np.zeros(a.shape)
    # where even the slowest colony born at resection would be seen by now, births need one integral for all delays
    late = day - delay[-1] / a >= law.resection
    if late.any():
        behind = (day[late] - law.resection)[:, None] - delay / a[late][:, None]
        still = np.exp(-rate * behind) @ weight
        mean[late] = _born(law, a[late], age[late], np.full(still.shape, law.resection), still)
    early = ~late
    if early.any():
        latest = day[early][:, None] - delay / a[early][:, None]
        end = np.minimum(latest, law.resection)
        still = np.exp(-rate * (latest - end))
        mean[early] = _born(law, a[early][:, None], age[early][:, None], end, still) @ weight
    return np.asarray(mu * mean)


def relapse_free(law: RelapseLaw, decay: ArrayLike, seeding: ArrayLike, cells: ArrayLike, days: ArrayLike) -> Floats:
    """Give the chance of a patient that no metastasis can be seen by a day: exp(-mean number visible).

    Parameters as those of `expected_visible`.

    Examples
    --------
    >>> law = RelapseLaw(1 / 3, 0.77, 3.5e-4, 0.0, 1e12, (7.5, 0.0), 1e6)
    >>> float(relapse_free(law, 1.6e-3, 5.5e-7, 4.2e9, [1826.0, 3652.0])[1].round(3))
    0.853
    """
    return np.exp(-expected_visible(law, decay, seeding, cells, days))


def _born(law: RelapseLaw, a: Floats, age: Floats, end: Floats, still: Floats) -> Floats:
    """Integrate unit seeding over births up to `end`, of active colonies and of those awake in time.

    `still` is the chance that the clock of a dormant one born at `end` has not rung in time.
    """
    length = np.maximum(end + age, 0.0)
    rate = law.wake_rate + law.nk_kill_rate
    wakes = law.wake_rate / rate if rate > 0.0 else 0.0
    steepness = law.exponent * math.log(law.capacity)
    active, dormant = 1.0 - law.dormant_share, law.dormant_share * wakes
    total = np.zeros(end.shape)
    for x, w in zip(*_legendre(_BIRTHS), strict=True):
        # N^alpha [ (1 - d) + d omega/(omega + kappa) (1 - e^{-(omega + kappa)(latest - s)}) ],  N = K exp(-ln K e^-as)
        founded = np.exp(steepness - steepness * np.exp(-a * (x * length)))
        total += w * founded * (active + dormant * (1.0 - still * np.exp(-rate * ((1.0 - x) * length))))
    return np.asarray(total * length)


def population_relapse_free(
    law: RelapseLaw, growth: tuple[float, float], seeding: tuple[float, float], cells: ArrayLike, days: ArrayLike,
    coupling: float = 0.0,
) -> Floats:  # fmt: skip
    """Give the share of patients like these who are free of visible metastases, over log-normal growth and seeding.

    Means over patients are sums over standard normal numbers at even distances; for smooth curves these converge
    as Gauss-Hermite quadrature does, and waste no nodes on tails.

    Parameters
    ----------
    law : RelapseLaw
        What all patients share.
    growth, seeding : (float [1/day], float)
        Median and standard deviation of the logarithm, of Gompertz decay and of seeding.
    cells, days : array_like of float [cells], [day]
        The primary at diagnosis, and days since; broadcast together.
    coupling : float [1]
        Seeding goes as a patient's decay, over its median, to this power: 0, so much per day; 1, so much per
        doubling.

    Returns
    -------
    share : float64 [1]
        In the common shape.

    Examples
    --------
    >>> law = RelapseLaw(1 / 3, 0.77, 3.5e-4, 0.0, 1e12, (7.5, 0.0), 1e6)
    >>> population_relapse_free(law, (1.6e-3, 0.5), (5.5e-7, 1.2), 4.2e9, [1826.0, 3652.0]).round(2)
    array([0.84, 0.78])
    """
    primary, day = np.broadcast_arrays(np.asarray(cells, dtype=np.float64), np.asarray(days, dtype=np.float64))
    node, weight = normal_nodes()
    faster = np.exp(growth[1] * node).reshape(-1, *(1,) * primary.ndim)
    mean = expected_visible(law, growth[0] * faster, seeding[0] * faster**coupling, primary, day)
    return np.asarray(np.tensordot(weight, spared(mean, seeding[1]), axes=1))


def spared(mean: Floats, spread: float) -> Floats:
    """Give E[exp(-mean e^{spread Z})], Z standard normal: the share spared when seeding differs between patients.

    Examples
    --------
    >>> float(spared(np.array(0.3), 0.0).round(4)), float(spared(np.array(0.3), 1.2).round(4))
    (0.7408, 0.665)
    """
    node, weight = normal_nodes()
    total = np.zeros(np.shape(mean))
    for z, w in zip(node, weight, strict=True):
        total += w * np.exp(-mean * math.exp(spread * z))
    return total


def normal_nodes() -> tuple[Floats, Floats]:
    """Give places and weights that average smooth functions over a standard normal number."""
    node = np.arange(-_WIDEST, _WIDEST + 0.5 * _STEP, _STEP)
    weight = np.exp(-0.5 * node**2)
    return node, weight / weight.sum()


@functools.cache
def _legendre(n: int) -> tuple[Floats, Floats]:
    node, weight = np.polynomial.legendre.leggauss(n)
    return 0.5 * (node + 1.0), 0.5 * weight


def _lines(n: int, extinct: float) -> Floats:
    """Give the chances that 1 to n founders have lines that live on, given that one does, (n,)."""
    m = np.arange(1, n + 1)
    ways = np.array([math.comb(n, k) for k in m.tolist()], dtype=np.float64)
    chance = ways * (1.0 - extinct) ** m * extinct ** (n - m)
    return np.asarray(chance / chance.sum())


@functools.lru_cache(maxsize=256)
def _delays(
    capacity: float, detection: tuple[float, float], density: float, lines: tuple[float, ...], extinct: float
) -> tuple[Floats, Floats]:
    """Give the scaled delays of being seen as the means of equally likely parts, rising.

    With A founders' luck (a sum of exponential numbers, one for each line, over 1 - q) a colony runs ahead by
    ln A / ln K in scaled time; it is seen at a diameter of its own, logistic around the detection limit.
    """
    quantile, weight = _legendre(_FINE)
    half, width = detection
    # a lesion is seen from a diameter D50 + w ln(U / (1 - U)) on, as `detection.visible` has it
    limit = np.maximum(half + width * np.log(quantile / (1.0 - quantile)), LEAST)
    grown = scaled_age(np.minimum(cells_of(limit, density), _NEARLY * capacity), capacity)
    luck = np.log(_amplitude(quantile, lines) / (1.0 - extinct)) / math.log(capacity)
    delay, share = (grown[:, None] - luck).ravel(), np.outer(weight, weight).ravel()
    order = np.argsort(delay)
    return _parts(delay[order], share[order])


def _parts(delay: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Cut a distribution into parts by Gauss's weights, so that tails have their own, and give the mean of each."""
    _, weight = _legendre(_DELAYS)
    ends = np.concatenate([[0.0], np.cumsum(weight)])
    by, moment = np.concatenate([[0.0], np.cumsum(share)]), np.concatenate([[0.0], np.cumsum(share * delay)])
    means = np.diff(np.interp(ends, by / by[-1], moment / by[-1])) / weight
    return means, weight / weight.sum()


def _amplitude(quantile: Floats, lines: tuple[float, ...]) -> Floats:
    """Give quantiles of a sum of m exponential numbers, m drawn by its chances."""
    from scipy.special import gammainc, gammaincinv

    order = np.arange(1, len(lines) + 1)
    grid = np.unique(np.concatenate([gammaincinv(m, quantile) for m in order]))
    reached = np.asarray(gammainc(order[:, None], grid).T @ np.array(lines))
    return np.asarray(np.exp(np.interp(quantile, reached, np.log(grid))))
