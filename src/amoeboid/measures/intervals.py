"""Numbers with their intervals: shares, rates, and differences of paired runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from amoeboid.errors import Fault, NumericsError
from amoeboid.seeds import Stream, uniform

LEVEL = 0.95
N_RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A number with the ends of its interval, and how many observations it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Paired:
    """A mean difference over pairs, with Student's and the bootstrap interval."""

    value: float
    low: float
    high: float
    bootstrap_low: float
    bootstrap_high: float
    n: int

    @property
    def is_clear_of_zero(self) -> bool:
        """Whether Student's interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0


def wilson(count: int, n: int, level: float = LEVEL) -> Estimate:
    """Estimate a share with Wilson's score interval.

    Parameters
    ----------
    count, n : int
        Successes among trials; with no trials the share is NaN and the interval 0 to 1.
    level : float
        Confidence, such as 0.95.

    Sources
    -------
    Wilson 1927, J Am Stat Assoc 22:209.

    Examples
    --------
    >>> round(wilson(5, 10).low, 3)
    0.237
    """
    if n == 0:
        return Estimate(float("nan"), 0.0, 1.0, 0)
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    share = count / n
    middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * np.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == n else middle + half
    return Estimate(share, float(low), float(high), n)


def poisson_rate(count: int, exposure: float, level: float = LEVEL) -> Estimate:
    """Estimate a rate with the exact Poisson interval.

    Parameters
    ----------
    count : int
        Events.
    exposure : float
        Time at risk, summed over cells; the rate has its inverse unit.

    Sources
    -------
    Garwood 1936, Biometrika 28:437.

    Examples
    --------
    >>> round(poisson_rate(0, 1.0).high, 3)
    3.689
    """
    if exposure <= 0.0:
        return Estimate(float("nan"), 0.0, float("inf"), count)
    tail = (1.0 - level) / 2.0
    low = 0.5 * float(stats.chi2.ppf(tail, 2 * count)) if count else 0.0
    high = 0.5 * float(stats.chi2.ppf(1.0 - tail, 2 * count + 2))
    return Estimate(count / exposure, low / exposure, high / exposure, count)


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Estimate:
    """Estimate a mean with Student's interval; infinite for one value.

    Parameters
    ----------
    values : (n,) array_like
        Independent values, such as replicates.
    level : float

    Examples
    --------
    >>> mean_interval([1.0, 2.0, 3.0]).value
    2.0
    """
    numbers = np.asarray(values, dtype=np.float64)
    n = numbers.size
    if n < 2:
        return Estimate(float(numbers.mean()) if n else float("nan"), float("-inf"), float("inf"), n)
    half = float(stats.t.ppf(0.5 + level / 2.0, n - 1) * numbers.std(ddof=1) / np.sqrt(n))
    mean = float(numbers.mean())
    return Estimate(mean, mean - half, mean + half, n)


def paired_difference(one: ArrayLike, other: ArrayLike, level: float = LEVEL, seed: int = 0) -> Paired:
    """Estimate the mean of ``one - other`` over pairs that share a seed.

    Student's interval supposes normal differences; the percentile bootstrap does not, but is too narrow for
    fewer than about ten pairs. With one pair both intervals are infinite.

    Parameters
    ----------
    one, other : (n_pairs,) array_like
        Values of two arms, replicate by replicate.
    level : float
    seed : int
        Keys the resampling.

    Raises
    ------
    NumericsError
        When the lengths differ or there is no pair.

    Examples
    --------
    >>> paired_difference([3.0, 4.0, 5.0], [1.0, 2.0, 3.0]).value
    2.0
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or first.size == 0:
        what = f"values to pair have shapes {first.shape} and {second.shape}"
        raise NumericsError(
            Fault(
                "paired difference",
                what,
                "one value per replicate in both arms",
                "",
                "run the same replicates in both arms",
                "AMB-N40",
            )
        )
    difference = first - second
    n = difference.size
    mean = mean_interval(difference, level)
    if n == 1:
        return Paired(mean.value, mean.low, mean.high, mean.low, mean.high, 1)
    pick = (uniform(np.arange(N_RESAMPLES), 0, Stream.BOOTSTRAP, seed, n) * n).astype(np.intp)
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    low, high = np.quantile(difference[pick].mean(axis=1), tails)
    return Paired(mean.value, mean.low, mean.high, float(low), float(high), n)
