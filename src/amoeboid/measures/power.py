"""How many events and patients a trial needs, and what chance it has to show a benefit.

All rests on the normal law of the log-rank statistic under proportional hazards (Schoenfeld 1981, Biometrika
68:316): z ~ N(ln HR sqrt(d p (1 - p)), 1) after d events, with a share p of patients treated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.errors import Fault, NumericsError

Floats = NDArray[np.float64]
N_NODES = 64
SHAPES = ("uniform", "ramp")


@dataclass(frozen=True)
class Design:
    """A two-sided log-rank test: its level, and the share of patients who are treated."""

    level: float = 0.05
    share: float = 0.5

    @property
    def critical(self) -> float:
        """Absolute z beyond which the test is significant."""
        return float(stats.norm.isf(self.level / 2.0))

    @property
    def weight(self) -> float:
        """Information on the log hazard ratio per event, p (1 - p)."""
        return self.share * (1.0 - self.share)


@dataclass(frozen=True)
class Recruitment:
    """Who is followed for how long.

    Parameters
    ----------
    accrual : float [day]
        From the first patient to the last; 0 when all enter at once.
    follow_up : float [day]
        From the last patient to the end of the trial.
    dropout : float [1/day]
        Hazard of being lost.
    shape : str
        ``uniform``: as many each day; ``ramp``: a number that rises from 0 in proportion to time.
    """

    accrual: float
    follow_up: float
    dropout: float = 0.0
    shape: str = "uniform"


def required_events(hazard_ratio: ArrayLike, power: float = 0.8, design: Design | None = None) -> Floats:
    """Give the number of events that shows a hazard ratio with a power; not rounded, infinite for a ratio of 1.

    Parameters
    ----------
    hazard_ratio : array_like
    power : float
    design : Design, optional

    Raises
    ------
    NumericsError
        When a hazard ratio is not above 0, or power, level or share are not between 0 and 1.

    Sources
    -------
    Schoenfeld 1981, Biometrika 68:316; 1983, Biometrics 39:499.

    Examples
    --------
    >>> [round(float(n)) for n in required_events([0.65, 0.70, 0.75, 0.80])]
    [169, 247, 379, 631]
    """
    chosen, ratio = _checked(design, power), _positive(hazard_ratio)
    # d = (z_a + z_b)^2 / (p (1 - p) ln^2 HR)   [Schoenfeld 1983]
    total = chosen.critical + float(stats.norm.ppf(power))
    with np.errstate(divide="ignore"):
        return np.asarray(total**2 / (chosen.weight * np.log(ratio) ** 2))


def power_of_events(events: ArrayLike, hazard_ratio: ArrayLike, design: Design | None = None) -> Floats:
    """Give the chance of a significant *benefit* (hazard ratio below 1) after a number of events.

    At a hazard ratio of 1 it is half the level; above 1 still less. Events and ratios broadcast: a power curve.

    Raises
    ------
    NumericsError
        As `required_events`; when events are negative.

    Examples
    --------
    >>> round(float(power_of_events(379, 0.75)), 2)
    0.8
    """
    chosen, ratio = _checked(design), _positive(hazard_ratio)
    count = np.asarray(events, dtype=np.float64)
    if not np.all(count >= 0.0):
        _refuse(f"events `{count.min():g}`", "0 or more", "count events")
    return np.asarray(stats.norm.cdf(-np.log(ratio) * np.sqrt(count * chosen.weight) - chosen.critical))


def assurance(events: float, hazard_ratios: ArrayLike, design: Design | None = None) -> float:
    """Average the power over draws of the true hazard ratio: the chance of a benefit, all uncertainty in.

    Parameters
    ----------
    events : float
    hazard_ratios : (n_draws,) array_like
        Draws of what the effect may be.

    Sources
    -------
    O'Hagan, Stevens and Campbell 2005, Pharm Stat 4:187.

    Examples
    --------
    >>> round(assurance(379, [0.75, 1.0]), 3)
    0.412
    """
    return float(np.mean(power_of_events(events, hazard_ratios, design)))


def event_probability(hazard: ArrayLike, recruitment: Recruitment) -> Floats:
    """Give the share of patients with the event by the end of the trial, at a constant hazard [1/day].

    Parameters
    ----------
    hazard : array_like [1/day]
    recruitment : Recruitment

    Raises
    ------
    NumericsError
        When a hazard, accrual, follow-up or dropout is negative, nobody is followed, or the shape is unknown.

    Sources
    -------
    Lachin and Foulkes 1986, Biometrics 42:507 (uniform entry); the ramp by Gauss-Legendre quadrature.

    Examples
    --------
    >>> round(float(event_probability(np.log(2.0) / 365.0, Recruitment(0.0, 365.0))), 3)
    0.5
    """
    rate = np.asarray(hazard, dtype=np.float64)
    _check_recruitment(recruitment, rate)
    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    entered, weights = (nodes + 1.0) / 2.0, weights / 2.0
    if recruitment.shape == "ramp":
        weights = 2.0 * entered * weights
    followed = recruitment.follow_up + recruitment.accrual * (1.0 - entered)
    total = rate[..., None] + recruitment.dropout
    # P = h / (h + w) E[1 - exp(-(h + w) time followed)]
    with np.errstate(invalid="ignore"):
        share = np.where(total > 0.0, rate[..., None] / total, 0.0)
    return np.asarray(np.sum(share * -np.expm1(-total * followed) * weights, axis=-1))


def expected_events(
    patients: float, hazard: float, hazard_ratio: float, recruitment: Recruitment, design: Design | None = None
) -> float:
    """Count the events expected in both arms, at a constant control hazard [1/day] and a hazard ratio.

    Parameters
    ----------
    patients : float
        Of both arms.
    hazard : float [1/day]
        In control.
    hazard_ratio : float
    recruitment : Recruitment
    design : Design, optional

    Raises
    ------
    NumericsError
        As `event_probability`.

    Examples
    --------
    >>> round(expected_events(300, np.log(2.0) / 365.0, 1.0, Recruitment(0.0, 365.0)))
    150
    """
    chosen = _checked(design)
    treated, control = event_probability(np.array([hazard * hazard_ratio, hazard]), recruitment)
    return float(patients * (chosen.share * treated + (1.0 - chosen.share) * control))


def required_patients(
    hazard: float, hazard_ratio: float, recruitment: Recruitment, power: float = 0.8, *, design: Design | None = None
) -> float:
    """Give the number of patients whose expected events are the required ones; not rounded.

    Parameters
    ----------
    hazard : float [1/day]
        In control, constant.
    hazard_ratio : float
    recruitment : Recruitment
    power : float
    design : Design, optional

    Raises
    ------
    NumericsError
        As `required_events` and `event_probability`.

    Examples
    --------
    >>> round(required_patients(np.log(2.0) / 365.0, 0.7, Recruitment(365.0, 730.0)))
    325
    """
    per_patient = expected_events(1.0, hazard, hazard_ratio, recruitment, design)
    return float(required_events(hazard_ratio, power, design)) / per_patient


def _checked(design: Design | None, power: float = 0.5) -> Design:
    chosen = design or Design()
    for name, number in (("power", power), ("level", chosen.level), ("share treated", chosen.share)):
        if not 0.0 < number < 1.0:
            _refuse(f"{name} `{number:g}`", "between 0 and 1", f"correct the {name}")
    return chosen


def _positive(hazard_ratio: ArrayLike) -> Floats:
    ratio = np.asarray(hazard_ratio, dtype=np.float64)
    if not np.all((ratio > 0.0) & np.isfinite(ratio)):
        _refuse(f"hazard ratio `{ratio}`", "above 0 and finite", "give hazard treated over hazard control")
    return ratio


def _check_recruitment(recruitment: Recruitment, rate: Floats) -> None:
    if recruitment.shape not in SHAPES:
        _refuse(f"shape of accrual `{recruitment.shape}`", f"one of {', '.join(SHAPES)}", "correct the shape")
    numbers = (recruitment.accrual, recruitment.follow_up, recruitment.dropout)
    if not (min(numbers) >= 0.0 and np.all(rate >= 0.0) and recruitment.accrual + recruitment.follow_up > 0.0):
        what = f"accrual, follow-up and dropout `{numbers}` with hazard `{rate}`"
        _refuse(what, "0 or more, and some time of observation", "give days and hazards per day")


def _refuse(what: str, expected: str, do: str) -> None:
    raise NumericsError(Fault("power", what, expected, "", do, "AMB-N674"))
