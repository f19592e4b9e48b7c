"""Relapse in closed form: the chance that no metastasis can be seen by a day, without drawing a single colony.

The primary sheds colonies as a Poisson process, so the visible ones are a Poisson number too, with a mean that is one
integral over the days of shedding. `spread` draws the same law colony by colony; the two must agree (T1). Colonies
that colonies seed are left out: a child is seen before its parent only by a freak of its first divisions.

All times are days since diagnosis, sizes are cells, rates are per day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, ScenarioError

Floats = NDArray[np.float64]

_BIRTHS = 16
_ADVANCES = 8
_WIDEST = 4.4
_STEP = 0.2


@dataclass(frozen=True)
class RelapseLaw:
    """What all patients share on the way from a primary to a visible metastasis.

    Parameters
    ----------
    exponent : float [1]
        Seeding goes as cells to this power.
    dormant_share : float [1]
        Share of arrested colonies that rest first.
    wake_rate, nk_kill_rate : float [1/day]
        Clocks of waking and of being killed while at rest; the first to ring decides.
    capacity : float [cells]
        Ceiling of Gompertz growth.
    visible : float [cells]
        A lesion as large as this is seen.
    resection : float [day]
        Day on which the primary is out; infinite: never.
    founders : float [cells]
        Cells with which a tumour begins.

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
    visible: float
    resection: float = 0.0
    founders: float = 1.0

    def __post_init__(self) -> None:
        wanted = (
            ("exponent", 0.0 <= self.exponent <= 2.0, "0 to 2"),
            ("dormant_share", 0.0 <= self.dormant_share <= 1.0, "0 to 1"),
            ("wake_rate", 0.0 <= self.wake_rate < np.inf, "a rate per day, 0 or more"),
            ("nk_kill_rate", 0.0 <= self.nk_kill_rate < np.inf, "a rate per day, 0 or more"),
            ("capacity", self.founders < self.capacity < np.inf, "more cells than the founders"),
            ("visible", self.founders <= self.visible < self.capacity, "cells between founders and capacity"),
            ("resection", not np.isnan(self.resection), "a day, or inf for never"),
            ("founders", 0.0 < self.founders < np.inf, "a number of cells"),
        )
        faults = [
            Fault(f"relapse.{name}", f"`{getattr(self, name)}`", expected, "", f"correct `{name}`", "AMB-S620")
            for name, good, expected in wanted
            if not good
        ]
        if faults:
            raise ScenarioError(*faults)


def expected_visible(
    law: RelapseLaw, decay: ArrayLike, seeding: ArrayLike, cells: ArrayLike, days: ArrayLike
) -> Floats:
    """Give the mean number of metastases of the primary that can be seen by a day.

    Exact for a primary that grows undisturbed until it is taken out, colonies of one founder and no treatment; the
    quadrature is right to 4e-4 of the mean at exponent 1/3, 4e-3 at exponent 1.

    Parameters
    ----------
    law : RelapseLaw
        What all patients share.
    decay : array_like of float [1/day]
        Gompertz decay, of primary and colonies alike.
    seeding : array_like of float [1/day]
        Colonies that could grow, per day, of a tumour of one cell.
    cells : array_like of float [cells]
        The primary at diagnosis.
    days : array_like of float [day]
        Since diagnosis. All four broadcast together.

    Returns
    -------
    mean : float64 [1]
        In the common shape.

    Examples
    --------
    >>> law = RelapseLaw(1 / 3, 0.77, 3.5e-4, 0.0, 1e12, 2.2e8)
    >>> float(expected_visible(law, 1.6e-3, 5.5e-7, 4.2e9, 1826.0).round(3))
    0.108
    """
    a, mu, primary, day = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (decay, seeding, cells, days)))
    steepness = np.log(law.capacity / law.founders)
    # N(s) = K exp(-ln(K/n0) e^{-a s}), s since the first cell: its age at a size, and a colony's until it is seen
    age = np.log(steepness / np.log(law.capacity / primary)) / a
    grown = np.log(steepness / np.log(law.capacity / law.visible)) / a
    total = np.zeros(a.shape)
    for advance, weight in zip(*_advances(), strict=True):
        # given that it does not die out, W founders' worth of luck, W ~ Exp(1), shifts growth by ln W / (a ln K)
        latest = day - grown + advance / (a * steepness)
        total += weight * _born(law, a, age, latest)
    return np.asarray(mu * total)


def relapse_free(law: RelapseLaw, decay: ArrayLike, seeding: ArrayLike, cells: ArrayLike, days: ArrayLike) -> Floats:
    """Give the chance of a patient that no metastasis can be seen by a day: exp(-mean number visible).

    Parameters as those of `expected_visible`.

    Examples
    --------
    >>> law = RelapseLaw(1 / 3, 0.77, 3.5e-4, 0.0, 1e12, 2.2e8)
    >>> float(relapse_free(law, 1.6e-3, 5.5e-7, 4.2e9, [1826.0, 3652.0])[1].round(3))
    0.853
    """
    return np.exp(-expected_visible(law, decay, seeding, cells, days))


def _born(law: RelapseLaw, a: Floats, age: Floats, latest: Floats) -> Floats:
    """Integrate unit seeding over births that are visible: active ones born, dormant ones awake, by `latest`."""
    end = np.minimum(latest, law.resection)
    length = np.maximum(end + age, 0.0)
    node, weight = _legendre(_BIRTHS)
    steepness = law.exponent * np.log(law.capacity / law.founders)
    start = law.capacity**law.exponent
    rate = law.wake_rate + law.nk_kill_rate
    wakes = law.wake_rate / rate if rate > 0.0 else 0.0
    total = np.zeros(a.shape)
    for x, w in zip(node, weight, strict=True):
        since = x * length
        # mu N^alpha [ (1 - d) + d omega/(omega + kappa) (1 - e^{-(omega + kappa)(latest - s)}) ]
        awake = -np.expm1(-rate * np.maximum(latest + age - since, 0.0)) * wakes
        total += w * start * np.exp(-steepness * np.exp(-a * since)) * (1.0 - law.dormant_share * (1.0 - awake))
    return np.asarray(total * length)


def population_relapse_free(
    law: RelapseLaw, growth: tuple[float, float], seeding: tuple[float, float], cells: ArrayLike, days: ArrayLike
) -> Floats:
    """Give the share of patients like these who are free of visible metastases, over log-normal growth and seeding.

    The mean over patients is a sum over standard normal numbers at even distances, which for smooth curves converges
    as Gauss-Hermite quadrature does, and does not waste nodes on tails.

    Parameters
    ----------
    law : RelapseLaw
        What all patients share.
    growth, seeding : (float [1/day], float)
        Median and standard deviation of the logarithm, of Gompertz decay and of seeding.
    cells, days : array_like of float [cells], [day]
        The primary at diagnosis, and days since; broadcast together.

    Returns
    -------
    share : float64 [1]
        In the common shape.

    Examples
    --------
    >>> law = RelapseLaw(1 / 3, 0.77, 3.5e-4, 0.0, 1e12, 2.2e8)
    >>> population_relapse_free(law, (1.6e-3, 0.5), (5.5e-7, 1.2), 4.2e9, [1826.0, 3652.0]).round(2)
    array([0.84, 0.78])
    """
    size, day = np.broadcast_arrays(np.asarray(cells, dtype=np.float64), np.asarray(days, dtype=np.float64))
    node, weight = normal_nodes()
    free = np.zeros(size.shape)
    for z, share in zip(node, weight, strict=True):
        mean = expected_visible(law, growth[0] * np.exp(growth[1] * z), seeding[0], size, day)
        free += share * spared(mean, seeding[1])
    return free


def spared(mean: Floats, spread: float) -> Floats:
    """Give E[exp(-mean * e^{spread Z})], Z standard normal: the share spared when seeding differs between patients.

    Examples
    --------
    >>> float(spared(np.array(0.3), 0.0).round(4)), float(spared(np.array(0.3), 1.2).round(4))
    (0.7408, 0.665)
    """
    node, weight = normal_nodes()
    return np.asarray(np.exp(-mean[..., None] * np.exp(spread * node)) @ weight)


def normal_nodes() -> tuple[Floats, Floats]:
    """Give places and weights that average smooth functions over a standard normal number."""
    node = np.arange(-_WIDEST, _WIDEST + 0.5 * _STEP, _STEP)
    weight = np.exp(-0.5 * node**2)
    return node, weight / weight.sum()


def _legendre(n: int) -> tuple[Floats, Floats]:
    node, weight = np.polynomial.legendre.leggauss(n)
    return 0.5 * (node + 1.0), 0.5 * weight


def _advances() -> tuple[Floats, Floats]:
    """Give values of ln W, W ~ Exp(1), and their weights."""
    quantile, weight = _legendre(_ADVANCES)
    return np.log(-np.log1p(-quantile)), weight
