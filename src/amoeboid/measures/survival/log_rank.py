"""The log-rank test: two or more groups, strata, late entries, Fleming-Harrington weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.survival.sample import Floats, Sample, risk_table, sample


@dataclass(frozen=True)
class LogRank:
    """A log-rank test.

    Parameters
    ----------
    statistic, p : float
        Chi-square on `freedom` degrees, and its two-sided p.
    freedom : int
    z : float
        Signed root for two groups, below 0 when the second group has fewer events than expected; NaN for more.
    observed, expected : (n_groups,) float64
        Weighted events, in the order of sorted labels.
    """

    statistic: float
    p: float
    freedom: int
    z: float
    observed: Floats
    expected: Floats


@dataclass(frozen=True)
class Weight:
    """Fleming and Harrington's weight S(t-)^rho (1 - S(t-))^gamma; 0, 0 is the log-rank, 0, 1 looks at late effects."""

    rho: float = 0.0
    gamma: float = 0.0


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weight: Weight | None = None,
) -> LogRank:
    """Test whether groups share one hazard.

    Parameters
    ----------
    time, event, entry : (n,) array_like
        As `kaplan_meier`.
    group, strata : (n,) array_like
        Labels; groups are compared within strata and summed over them.
    weight : Weight, optional
        Where differences count; the log-rank by default.

    Raises
    ------
    NumericsError
        As `sample`; when there is one group only; when no event can tell the groups apart.

    Sources
    -------
    Mantel 1966, Cancer Chemother Rep 50:163; Fleming and Harrington 1991.

    Examples
    --------
    >>> test = log_rank([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [True] * 6, [0, 0, 0, 1, 1, 1])
    >>> round(test.statistic, 4)
    5.0517
    """
    whole = sample(time, event, entry)
    names, label = np.unique(np.asarray(group), return_inverse=True)
    if names.size < 2:
        expected, do = "at least two groups", "compare arms that both have patients"
        raise NumericsError(Fault("log-rank", f"one group only: `{names[0]}`", expected, "", do, "AMB-N668"))
    layers = np.zeros(label.shape, dtype=np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    parts = [_stratum(whole.rows(layers == k), label[layers == k], names.size, weight) for k in np.unique(layers)]
    seen, thought, spread = (sum(part[k] for part in parts) for k in range(3))
    return _judged(np.asarray(seen), np.asarray(thought), np.asarray(spread))


def _judged(seen: Floats, thought: Floats, spread: Floats) -> LogRank:
    gap = (seen - thought)[1:]
    inverse = np.linalg.pinv(spread[1:, 1:], hermitian=True)
    freedom = int(np.linalg.matrix_rank(spread[1:, 1:], hermitian=True))
    if freedom == 0:
        what, expected = "no event happened while two groups were at risk", "an event among patients of two groups"
        raise NumericsError(Fault("log-rank", what, expected, "", "follow longer, or compare other groups", "AMB-N669"))
    statistic = float(gap @ inverse @ gap)
    z = float(gap[0] / np.sqrt(spread[1, 1])) if seen.size == 2 else float("nan")
    return LogRank(statistic, float(stats.chi2.sf(statistic, freedom)), freedom, z, seen, thought)


def _stratum(
    part: Sample, label: NDArray[np.intp], n_groups: int, weight: Weight | None
) -> tuple[Floats, Floats, Floats]:
    """Give weighted observed and expected events per group, and the covariance of their difference."""
    table = risk_table(part)
    n, d = table.at_risk.astype(np.float64), table.events.astype(np.float64)
    factor = np.ones(n.size) if weight is None else _fleming_harrington(n, d, weight)
    rows = [part.rows(label == k) for k in range(n_groups)]
    share = np.array([row.n_at_risk(table.time) for row in rows]) / n
    hit = np.array([_counts(row, table.time) for row in rows])
    # E_k = sum w d n_k / n; V_kl = sum w^2 d (n - d)/(n - 1) n_k/n (1{k=l} - n_l/n)   [Mantel 1966]
    scale = factor**2 * d * np.where(n > 1.0, (n - d) / np.maximum(n - 1.0, 1.0), 0.0)
    spread = np.diag(share @ scale) - (share * scale) @ share.T
    return hit @ factor, share @ (factor * d), spread


def _fleming_harrington(n: Floats, d: Floats, weight: Weight) -> Floats:
    before = np.concatenate([[1.0], np.cumprod(1.0 - d / n)[:-1]])
    return np.asarray(before**weight.rho * (1.0 - before) ** weight.gamma)


def _counts(part: Sample, days: Floats) -> NDArray[np.int64]:
    rows = np.searchsorted(days, part.time[part.event])
    return np.bincount(rows, minlength=days.size)
