"""Group-sequential designs: spending of the level over looks, boundaries, stopping and conditional power.

The score statistic at information fractions t_1 < ... < t_K moves like Brownian motion with drift: z_k has mean
theta sqrt(t_k), and its density among the trials that go on is carried from look to look by numerical
integration (Armitage, McPherson and Rowe 1969, J R Stat Soc A 132:235). Tests are two-sided and symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats
from scipy.special import ndtr

from amoeboid.errors import Fault, NumericsError, nearest_name

Floats = NDArray[np.float64]
N_NODES = 201
REACH = 9.0
"""Standard deviations that the integration covers on either side of the mean."""

SPENDINGS = ("obrien-fleming", "pocock", "none")


@dataclass(frozen=True)
class Boundaries:
    """Critical values of a group-sequential test.

    Parameters
    ----------
    fraction : (n_looks,) float64
        Share of the final information (events) at each look; the last is 1.
    critical : (n_looks,) float64
        Stop when |z| reaches it; inf where a look may not stop.
    spent : (n_looks,) float64
        Level spent up to each look, both sides.
    """

    fraction: Floats
    critical: Floats
    spent: Floats

    def crossing(self, drift: float) -> tuple[Floats, Floats]:
        """Give the chance to stop at each look for benefit and for harm, (n_looks,) each.

        Parameters
        ----------
        drift : float
            Mean of -z at full information: -ln HR sqrt(d p (1 - p)) after d events. 0 gives the type-I error.
        """
        return _crossing(self.fraction, self.critical, drift)

    def power(self, drift: float) -> float:
        """Give the chance to stop for benefit at any look."""
        return float(self.crossing(drift)[0].sum())

    def expected_fraction(self, drift: float) -> float:
        """Give the mean share of the final events at which the trial stops."""
        benefit, harm = self.crossing(drift)
        stop = benefit + harm
        stop[-1] = 1.0 - stop[:-1].sum()
        return float(stop @ self.fraction)

    def inflation(self, power: float = 0.8) -> float:
        """Give the factor by which looks raise the number of events of a trial with one analysis, at a power."""
        level = float(self.spent[-1])
        plain = float(stats.norm.isf(level / 2.0) + stats.norm.ppf(power))
        needed = optimize.brentq(lambda drift: self.power(drift) - power, 0.5 * plain, 2.0 * plain, xtol=1e-10)
        return float(needed / plain) ** 2


@dataclass(frozen=True)
class Monitoring:
    """What became of trials under a group-sequential design: (n_trials,) arrays.

    Parameters
    ----------
    look : int64
        Number of the look, from 0, at which the trial stopped.
    benefit, harm, futile : bool
        Why; none of the three when the last look was not significant.
    """

    look: NDArray[np.int64]
    benefit: NDArray[np.bool_]
    harm: NDArray[np.bool_]
    futile: NDArray[np.bool_]


def spent_level(fraction: ArrayLike, spending: str = "obrien-fleming", level: float = 0.05) -> Floats:
    """Give the level spent, both sides together, up to an information fraction.

    Sources
    -------
    Lan and DeMets 1983, Biometrika 70:659, applied to each side of the test: O'Brien-Fleming type
    2 - 2 Phi(z_(a/2) / sqrt t), Pocock type a ln(1 + (e - 1) t), with a the one-sided level.

    Raises
    ------
    NumericsError
        When the spending is unknown, the level not between 0 and 1, or a fraction not above 0 and at most 1.

    Examples
    --------
    >>> spent_level([0.5, 1.0]).round(5).tolist()
    [0.00305, 0.05]
    """
    t = np.atleast_1d(np.asarray(fraction, dtype=np.float64))
    _check(t, spending, level)
    side = level / 2.0
    if spending == "obrien-fleming":
        return np.asarray(4.0 * stats.norm.sf(stats.norm.isf(side / 2.0) / np.sqrt(t)))
    if spending == "pocock":
        return np.asarray(level * np.log1p((np.e - 1.0) * t))
    return np.where(t >= 1.0, level, 0.0)


def boundaries(fraction: ArrayLike, spending: str = "obrien-fleming", level: float = 0.05) -> Boundaries:
    """Find critical values whose crossings under no effect spend the level as asked.

    Parameters
    ----------
    fraction : (n_looks,) array_like
        Rising information fractions; the last is 1.
    spending : str
        ``obrien-fleming``, ``pocock``, or ``none``, which tests at the last look only.
    level : float
        Two-sided.

    Raises
    ------
    NumericsError
        As `spent_level`; when fractions do not rise to 1.

    Sources
    -------
    As `spent_level`; recursion of Armitage, McPherson and Rowe 1969.

    Examples
    --------
    >>> boundaries([0.5, 1.0]).critical.round(3).tolist()
    [2.963, 1.969]
    """
    t = np.atleast_1d(np.asarray(fraction, dtype=np.float64))
    _check(t, spending, level)
    if np.any(np.diff(t) <= 0.0) or not np.isclose(t[-1], 1.0, rtol=0.0, atol=1e-9):
        _refuse(f"looks at fractions {t.tolist()}", "fractions that rise to 1", "", "order them; end with 1.0")
    spent = spent_level(t, spending, level)
    critical = np.full(t.size, np.inf)
    state: _Density | None = None
    for look, wanted in enumerate(np.diff(spent, prepend=0.0) / 2.0):
        if wanted > 1e-15:
            critical[look] = _critical(state, float(t[look]), float(wanted))
        state = _carried(state, float(t[look]), float(critical[look]), 0.0)
    return Boundaries(t, critical, spent)


def conditional_power(z: ArrayLike, fraction: float, critical: float, drift: ArrayLike) -> Floats:
    """Give the chance that the last look shows benefit, from what an earlier look has seen.

    Parameters
    ----------
    z : array_like
        Log-rank z at the look; below 0 is benefit.
    fraction : float
        Information at the look, between 0 and 1.
    critical : float
        Critical value of the last look.
    drift : array_like
        Mean of -z at full information supposed for what is to come; ``-z / sqrt(fraction)`` is the trend so far.

    Sources
    -------
    Lan and Wittes 1988, Biometrics 44:579.

    Raises
    ------
    NumericsError
        When the fraction is not between 0 and 1.

    Examples
    --------
    >>> round(float(conditional_power(0.0, 0.5, 1.96, 2.8)), 3)
    0.214
    """
    if not 0.0 < fraction < 1.0:
        _refuse(f"information fraction `{fraction:g}`", "between 0 and 1", "", "ask before the last look")
    # B(1) given B(t) = -z sqrt t is normal with mean B(t) + theta (1 - t) and variance 1 - t
    ahead = -np.asarray(z, dtype=np.float64) * np.sqrt(fraction) + np.asarray(drift) * (1.0 - fraction)
    return np.asarray(stats.norm.cdf((ahead - critical) / np.sqrt(1.0 - fraction)))


def monitor(z: ArrayLike, design: Boundaries, *, futility: float = 0.0, drift: float | None = None) -> Monitoring:
    """Stop trials at the first look that crosses a boundary, or has too small a conditional power.

    Futility is not binding: boundaries do not count on it, so the type-I error can only fall.

    Parameters
    ----------
    z : (n_trials, n_looks) array_like
        Log-rank z of each look; below 0 is benefit. NaN (no event yet) never stops.
    design : Boundaries
    futility : float
        Stop before the last look when the conditional power is below it; 0 never stops.
    drift : float, optional
        Supposed for what is to come (the design's effect); by default the trend of each trial.

    Raises
    ------
    NumericsError
        When the number of looks differs.

    Examples
    --------
    >>> monitor([[-3.0, -3.5], [0.5, -1.0]], boundaries([0.5, 1.0])).look.tolist()
    [0, 1]
    """
    seen = np.asarray(z, dtype=np.float64)
    n_looks = design.fraction.size
    if seen.ndim != 2 or seen.shape[1] != n_looks:
        _refuse(f"z of shape {seen.shape}", f"(n_trials, {n_looks})", "", "give one z per trial and look")
    benefit, harm = seen <= -design.critical, seen >= design.critical
    futile = np.zeros(seen.shape, dtype=bool)
    for look in range(n_looks - 1 if futility > 0.0 else 0):
        t = float(design.fraction[look])
        ahead = -seen[:, look] / np.sqrt(t) if drift is None else np.full(seen.shape[0], drift)
        futile[:, look] = conditional_power(seen[:, look], t, float(design.critical[-1]), ahead) < futility
    stop = benefit | harm | futile
    stop[:, -1] = True
    look = np.argmax(stop, axis=1)
    rows = np.arange(seen.shape[0])
    good, bad = benefit[rows, look], harm[rows, look]
    return Monitoring(look, good, bad, futile[rows, look] & ~good & ~bad)


@dataclass(frozen=True)
class _Density:
    """Density of z at one look among trials that go on, times the weights of its nodes."""

    node: Floats
    mass: Floats
    fraction: float


def _tail(state: _Density | None, fraction: float, critical: float, drift: float) -> float:
    """Give the chance to go beyond `critical`, on the upper side, at a look."""
    if state is None:
        return float(stats.norm.sf(critical - drift * np.sqrt(fraction)))
    step = fraction - state.fraction
    gap = critical * np.sqrt(fraction) - state.node * np.sqrt(state.fraction) - drift * step
    return float(state.mass @ ndtr(-gap / np.sqrt(step)))


def _critical(state: _Density | None, fraction: float, wanted: float) -> float:
    return float(optimize.brentq(lambda c: _tail(state, fraction, c, 0.0) - wanted, 0.0, 12.0, xtol=1e-12))


def _carried(state: _Density | None, fraction: float, critical: float, drift: float) -> _Density:
    middle = drift * np.sqrt(fraction)
    low, high = max(-critical, middle - REACH), min(critical, middle + REACH)
    nodes, weights = _rule()
    z = low + (high - low) * (nodes + 1.0) / 2.0
    weights = weights * (high - low) / 2.0
    if state is None:
        return _Density(z, weights * _normal(z - middle), fraction)
    step = fraction - state.fraction
    # f_k(z') = int f_(k-1)(z) phi((z' sqrt t' - z sqrt t - theta dt) / sqrt dt) sqrt(t'/dt) dz
    gap = z[:, None] * np.sqrt(fraction) - state.node * np.sqrt(state.fraction) - drift * step
    density = _normal(gap / np.sqrt(step)) @ state.mass * np.sqrt(fraction / step)
    return _Density(z, weights * density, fraction)


def _crossing(fraction: Floats, critical: Floats, drift: float) -> tuple[Floats, Floats]:
    sides = np.zeros((2, fraction.size))
    state: _Density | None = None
    for look, (t, c) in enumerate(zip(fraction, critical, strict=True)):
        if np.isfinite(c):
            below = 1.0 if state is None else float(state.mass.sum())
            sides[:, look] = _tail(state, t, c, drift), below - _tail(state, t, -c, drift)
        state = _carried(state, t, c, drift)
    return sides[0], sides[1]


def _normal(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


@cache
def _rule() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(N_NODES)


def _check(fraction: Floats, spending: str, level: float) -> None:
    if spending not in SPENDINGS:
        near = nearest_name(spending, SPENDINGS)
        _refuse(f"unknown spending `{spending}`", f"one of {', '.join(SPENDINGS)}", near, "correct the name")
    if not 0.0 < level < 1.0:
        _refuse(f"level `{level:g}`", "between 0 and 1", "", "such as 0.05, both sides together")
    if fraction.ndim != 1 or fraction.size == 0 or not np.all((fraction > 0.0) & (fraction <= 1.0 + 1e-9)):
        _refuse(
            f"information fractions {fraction.tolist()}", "above 0 and at most 1", "", "give events over all events"
        )


def _refuse(what: str, expected: str, near: str, do: str) -> None:
    raise NumericsError(Fault("group-sequential design", what, expected, near, do, "AMB-N675"))
