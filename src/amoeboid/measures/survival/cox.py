"""Cox's proportional hazards: partial likelihood with Efron's ties, late entries, strata, robust variance.

Sums over risk sets are differences of running sums, so a fit costs O(n p^2) per Newton step whatever the ties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.intervals import LEVEL, Estimate
from amoeboid.measures.survival.risk_sets import RiskSets, Sums, risk_sets, sums
from amoeboid.measures.survival.sample import Floats, sample

N_STEPS = 50
TOLERANCE = 1e-10
SMALLEST = 1e-7
"""Newton step in the linear predictor that ends the fit; the next one would be its square."""
LARGEST = 30.0
"""Largest linear predictor that is tried."""

VAGUE = 1000.0
"""Standard error, over the range of its covariate, at which a climb will find no maximum.

Where a likelihood rises for ever its curvature fades, until rounding would stop the climb somewhere.
"""


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox model; p covariates.

    Parameters
    ----------
    coefficient : (p,) float64
        Log hazard ratio per unit of covariate.
    covariance : (p, p) float64
        Inverse information.
    robust_covariance : (p, p) float64
        Sandwich of Lin and Wei, summed over clusters where these were given.
    log_likelihood, null_log_likelihood : float
    n, n_events : int
    level : float
    clustered : bool
        Whether intervals take the robust covariance, since patients came in clusters.
    sets : tuple of RiskSets
        The risk sets, for residuals.
    """

    coefficient: Floats
    covariance: Floats
    robust_covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    n: int
    n_events: int
    level: float
    clustered: bool
    sets: tuple[RiskSets, ...]

    @property
    def standard_error(self) -> Floats:
        """Standard errors (p,), robust when clusters were given."""
        return np.sqrt(np.diag(self.robust_covariance if self.clustered else self.covariance))

    @property
    def p(self) -> Floats:
        """Two-sided p of Wald's test, (p,)."""
        return np.asarray(2.0 * stats.norm.sf(np.abs(self.coefficient) / self.standard_error))

    def hazard_ratio(self, column: int = 0) -> Estimate:
        """Give the hazard ratio of one covariate with its interval; n counts events."""
        middle = self.coefficient[column]
        half = stats.norm.ppf(0.5 + self.level / 2.0) * self.standard_error[column]
        low, value, high = np.exp([middle - half, middle, middle + half])
        return Estimate(float(value), float(low), float(high), self.n_events)

    @property
    def likelihood_ratio_p(self) -> float:
        """Value of p of the likelihood-ratio test of all covariates together."""
        twice = 2.0 * (self.log_likelihood - self.null_log_likelihood)
        return float(stats.chi2.sf(twice, self.coefficient.size))


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = LEVEL,
) -> CoxFit:
    """Fit Cox's model by Newton steps that are halved until the likelihood rises.

    Parameters
    ----------
    time, event, entry : (n,) array_like
        As `kaplan_meier`.
    covariates : (n,) or (n, p) array_like
        Such as 1 for treated and 0 for control.
    strata : (n,) array_like, optional
        Each stratum has its own baseline hazard.
    cluster : (n,) array_like, optional
        Rows of one cluster (both arms of one virtual patient) are not independent: intervals become robust.
    level : float

    Returns
    -------
    fit : CoxFit

    Raises
    ------
    NumericsError
        As `sample`; when covariates are not finite or do not match; when the likelihood has no maximum, as
        where one arm has no event or covariates depend on one another.

    Sources
    -------
    Cox 1972, J R Stat Soc B 34:187; Efron 1977, J Am Stat Assoc 72:557; Lin and Wei 1989, J Am Stat Assoc 84:1074.

    Examples
    --------
    >>> fit = cox([1.0, 2.0, 3.0, 4.0], [True] * 4, [1.0, 0.0, 1.0, 0.0])
    >>> round(fit.hazard_ratio().value, 4)
    2.5616
    """
    observed, matrix = sample(time, event, entry), _matrix(covariates, np.shape(time))
    layers = np.zeros(observed.time.size, dtype=np.intp)
    if strata is not None:
        layers = np.unique(np.asarray(strata), return_inverse=True)[1].reshape(-1)
    middle = matrix.mean(axis=0)
    sets = tuple(
        risk_sets(observed.rows(layers == k), matrix[layers == k] - middle, np.flatnonzero(layers == k))
        for k in np.unique(layers)
    )
    coefficient, best = _newton(sets, matrix.shape[1])
    covariance: Floats = np.asarray(np.linalg.inv(best.information), dtype=np.float64)
    residuals = np.zeros(matrix.shape)
    for part in sets:
        residuals[part.rows] = part.score_residuals(coefficient)
    influence = residuals @ covariance
    if cluster is not None:
        names = np.unique(np.asarray(cluster), return_inverse=True)[1].reshape(-1)
        influence = np.stack([np.bincount(names, weights=column) for column in influence.T], axis=1)
    null = sums(sets, np.zeros(matrix.shape[1]))
    return CoxFit(
        coefficient,
        covariance,
        influence.T @ influence,
        best.log_likelihood,
        null.log_likelihood,
        observed.time.size,
        int(observed.event.sum()),
        level,
        cluster is not None,
        sets,
    )


@dataclass(frozen=True)
class Proportionality:
    """Test of proportional hazards, per covariate (p,): chi-square on one degree and its p."""

    statistic: Floats
    p: Floats


def proportionality(fit: CoxFit) -> Proportionality:
    """Test whether scaled Schoenfeld residuals move with the rank of time.

    A small p says that the hazard ratio changes with time, so that one number does not describe the effect.
    The test is the approximate one of Grambsch and Therneau 1994, Biometrika 81:515, with robust or
    model-based variance as the fit has it.

    Parameters
    ----------
    fit : CoxFit

    Returns
    -------
    test : Proportionality

    Examples
    --------
    >>> fit = cox([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [True] * 6, [1, 0, 1, 1, 0, 0])
    >>> bool(0.0 < proportionality(fit).p[0] < 1.0)
    True
    """
    parts = [part.schoenfeld_residuals(fit.coefficient) for part in fit.sets]
    days = np.concatenate([part.event_time for part in fit.sets])
    raw = np.concatenate(parts)
    covariance = fit.robust_covariance if fit.clustered else fit.covariance
    rank = stats.rankdata(days)
    shift = rank - rank.mean()
    # T = (sum (g - mean g) s*)^2 / (d V sum (g - mean g)^2), s* = d V s   [Grambsch and Therneau 1994]
    scaled = raw.shape[0] * raw @ covariance
    spread = raw.shape[0] * np.diag(covariance) * np.sum(shift**2)
    statistic = (shift @ scaled) ** 2 / spread
    return Proportionality(np.asarray(statistic), np.asarray(stats.chi2.sf(statistic, 1)))


def paired_hazard_ratio(
    control: tuple[ArrayLike, ArrayLike], treated: tuple[ArrayLike, ArrayLike], *, level: float = LEVEL
) -> Estimate:
    """Give the hazard ratio of a population in which every patient lives through both arms.

    The ratio is that of Cox's model on both sets of days; its interval is robust, with each patient a cluster, so
    that what both of his lives share is not counted twice. `n` counts events of both arms.

    Parameters
    ----------
    control, treated : pair of (n,) array_like
        Days and flags of the event of the same patients in the same order.
    level : float

    Raises
    ------
    NumericsError
        As `cox`; when the arms have different numbers of patients.

    Examples
    --------
    >>> control = ([1.0, 2.0, 3.0, 4.0], [True] * 4)
    >>> ratio = paired_hazard_ratio(control, ([1.5, 3.0, 2.5, 9.0], [True] * 4))
    >>> round(ratio.value, 3)
    0.678
    """
    days = [np.asarray(arm[0], dtype=np.float64) for arm in (control, treated)]
    if days[0].shape != days[1].shape:
        what = f"{days[0].size} patients in control and {days[1].size} in treatment"
        raise NumericsError(
            Fault("paired truth", what, "the same patients in both arms", "", "pair by number of patient", "AMB-N677")
        )
    n = days[0].size
    events = np.concatenate([np.asarray(arm[1]).astype(bool) for arm in (control, treated)])
    arm = np.repeat([0.0, 1.0], n)
    return cox(np.concatenate(days), events, arm, cluster=np.tile(np.arange(n), 2), level=level).hazard_ratio()


def _matrix(covariates: ArrayLike, shape: tuple[int, ...]) -> Floats:
    matrix = np.asarray(covariates, dtype=np.float64)
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or matrix.shape[:1] != shape or not np.all(np.isfinite(matrix)):
        what = f"covariates of shape {matrix.shape} for times of shape {shape}, or not finite"
        expected = "a finite number per patient and covariate"
        raise NumericsError(Fault("Cox model", what, expected, "", "complete or leave out patients", "AMB-N671"))
    return matrix


def _newton(sets: tuple[RiskSets, ...], n_covariates: int) -> tuple[Floats, Sums]:
    coefficient: Floats = np.zeros(n_covariates)
    now = sums(sets, coefficient)
    for _ in range(N_STEPS):
        if _vagueness(sets, now) > VAGUE:
            break
        step: Floats = np.asarray(np.linalg.solve(now.information, now.score), dtype=np.float64)
        nearer, following = _halved(sets, coefficient, step, now)
        # a likelihood without maximum gains ever less, while its steps stay as long: so the step decides
        if _reach(sets, step) < SMALLEST:
            return nearer, following
        if nearer is coefficient:
            break
        coefficient, now = nearer, following
    what, expected = "the partial likelihood has no maximum", "events in both arms; covariates that differ"
    do = "pool strata or covariates, follow longer, or report the restricted mean instead"
    raise NumericsError(Fault("Cox model", what, expected, "", do, "AMB-N672"))


def _halved(sets: tuple[RiskSets, ...], start: Floats, step: Floats, now: Sums) -> tuple[Floats, Sums]:
    for halving in range(30):
        there = start + step * 0.5**halving
        if _reach(sets, there) < LARGEST:
            found = sums(sets, there)
            if found.log_likelihood >= now.log_likelihood - TOLERANCE * (1.0 + abs(now.log_likelihood)):
                return there, found
    return start, now


def _vagueness(sets: tuple[RiskSets, ...], now: Sums) -> float:
    """Give the largest standard error, over the range of its covariate; infinite where there is none."""
    if not now.information.any() or np.linalg.cond(now.information) > 1.0 / np.finfo(np.float64).eps:
        return float("inf")
    variance = np.diag(np.linalg.inv(now.information))
    edges = [(part.covariates.min(axis=0), part.covariates.max(axis=0)) for part in sets]
    span = np.max([high for _, high in edges], axis=0) - np.min([low for low, _ in edges], axis=0)
    return float(np.max(np.sqrt(variance) * span)) if np.all(variance > 0.0) else float("inf")


def _reach(sets: tuple[RiskSets, ...], coefficient: NDArray[np.float64]) -> float:
    return max(float(np.abs(part.covariates @ coefficient).max()) for part in sets)
