"""How well growth, founding and dormancy explain when the patients of a cohort relapse.

A relapse at a time is one that came since the visit before it; a patient without is free of relapse to the end. Both
chances are closed forms (`body.relapse`), so the likelihood has no noise of sampling.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit

from amoeboid.body import RelapseLaw, cells_of, expected_visible, normal_nodes, scaled_age, shed, spared
from amoeboid.errors import Fault, NumericsError, ScenarioError, nearest_name
from amoeboid.inference.problem import Floats
from amoeboid.inference.relapse_cohort import Cohort

PARAMETERS = ("decay", "decay_spread", "colonies", "seeding_spread", "dormant_share", "wake_rate")
"""What is fitted besides covariates; see `RelapseNumbers`."""

VISIT = 91.3
"""Days between visits at which relapse is looked for: three months, the shorter of usual intervals (assumed)."""

# Doubling times of 66 breast cancers were 193 +- 141 days (breast-doubling-2014): a spread of the logarithm of 0.65,
# sizes included, so that of decay alone is not beyond 0.8.
_BOUNDS = {
    "decay": (2e-4, 2e-2),
    "decay_spread": (0.02, 0.8),
    "colonies": (1e-2, 1e2),
    "seeding_spread": (0.02, 3.5),
    "dormant_share": (0.02, 0.995),
    "wake_rate": (0.0, 1e-2),
}
_COVARIATE = (-2.0, 2.0)
_LOG = ("decay", "colonies", "wake_rate")
_LEAST = 1e-300
_STEP = 1e-2  # wide, since the quadrature is rough by some thousandths of ln likelihood at smaller distances


@dataclass(frozen=True)
class RelapseNumbers:
    """Numbers of a population in their own units.

    Parameters
    ----------
    decay, decay_spread : float [1/day], [1]
        Median of Gompertz decay and standard deviation of its logarithm, at growth covariates of 0.
    colonies, seeding_spread : float [1], [1]
        Mean number of colonies that a primary of the reference diameter has founded, at median decay and seeding; and
        the standard deviation of the logarithm over patients.
    dormant_share, wake_rate : float [1], [1/day]
        Share of colonies that rest, and the rate at which the rest of one ends.
    growth : mapping of str to float
        What a unit of each covariate adds to the logarithm of decay.
    """

    decay: float
    decay_spread: float
    colonies: float
    seeding_spread: float
    dormant_share: float
    wake_rate: float
    growth: Mapping[str, float] = field(default_factory=dict)

    def seeding(self, law: RelapseLaw, reference: float) -> float:
        """Give the median of seeding [1/day], of a tumour of one cell, at median decay."""
        # m = mu/a F(a T),  F(tau) = int_0^tau N^alpha
        age = scaled_age(cells_of(reference, law.density), law.capacity)
        return float(self.colonies * self.decay / shed(age, law.exponent, law.capacity))


@dataclass(frozen=True)
class RelapseModel:
    """What is taken for granted in a fit.

    Parameters
    ----------
    law : RelapseLaw
        Exponent, capacity, detection and founders; its dormancy is replaced by what is fitted. The killing of resting
        colonies is left out: waking at omega against killing at kappa gives the same relapses as
        waking at omega + kappa of fewer colonies (`split_dormancy`).
    coupling : float [1]
        How founding goes with growth between patients: 0, so many colonies per day; 1, so many per doubling.
    visit : float [day]
        A relapse is found at a visit, and was not there so long before.
    reference : float [mm]
        Diameter for which `RelapseNumbers.colonies` counts.
    held : mapping of str to float
        Numbers that are not fitted, in their own units.

    Raises
    ------
    ScenarioError
        When the time between visits is not above 0, or the coupling is negative.
    """

    law: RelapseLaw
    coupling: float = 1.0
    visit: float = VISIT
    reference: float = 20.0
    held: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.visit > 0.0 and self.coupling >= 0.0 and self.reference > 0.0):
            what = f"visit `{self.visit}`, coupling `{self.coupling}`, reference `{self.reference}`"
            expected = "a time and a diameter above 0, and a coupling from 0 on"
            raise ScenarioError(Fault("relapse model", what, expected, "", "correct it", "AMB-S629"))


class RelapseObjective:
    """The negative log-likelihood of a cohort, in the form that `multistart` and `profile` take.

    Parameters
    ----------
    cohort : Cohort
        Unknown covariates stand at the mean of the known ones.
    model : RelapseModel

    Raises
    ------
    ScenarioError
        When something is held that is not there, or outside the bounds.
    """

    def __init__(self, cohort: Cohort, model: RelapseModel) -> None:
        self.cohort, self.model = cohort, model
        self.names = (*PARAMETERS, *cohort.growth)
        self.covariates = covariate_matrix(cohort, {})
        self.cells = primary_cells(cohort.diameter, model.law)
        self.slowest = 0.5 / max(float(cohort.time.max()), 1.0)
        unknown = [name for name in model.held if name not in self.names]
        if unknown:
            near = nearest_name(unknown[0], self.names)
            what = f"`{unknown[0]}` cannot be held"
            raise ScenarioError(Fault("relapse fit", what, ", ".join(self.names), near, "correct it", "AMB-S628"))

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds on the scales, (n_parameters,) each; equal where a number is held."""
        pairs = [self._range(name) for name in self.names]
        scaled = np.array([[_scaled(name, x) for x in pair] for name, pair in zip(self.names, pairs, strict=True)])
        return scaled[:, 0], scaled[:, 1]

    def _range(self, name: str) -> tuple[float, float]:
        if name in self.model.held:
            return self.model.held[name], self.model.held[name]
        low, high = _BOUNDS.get(name, _COVARIATE)
        # a clock slower than twice the follow-up cannot be told from a slower one on more colonies
        return (self.slowest, high) if name == "wake_rate" else (low, high)

    def numbers(self, theta: Floats) -> RelapseNumbers:
        """Give a vector on the scales (n_parameters,) as numbers in their own units."""
        own = {name: unscaled(name, float(x)) for name, x in zip(self.names, theta, strict=True)}
        growth = {name: own.pop(name) for name in self.cohort.growth}
        return RelapseNumbers(**own, growth=growth)

    def theta(self, numbers: RelapseNumbers) -> Floats:
        """Give numbers as a vector on the scales, (n_parameters,)."""
        own = [getattr(numbers, name) for name in PARAMETERS] + [numbers.growth[k] for k in self.cohort.growth]
        return np.array([_scaled(name, x) for name, x in zip(self.names, own, strict=True)])

    def chances(self, theta: Floats) -> Floats:
        """Give the chance of what happened to each patient, (n,)."""
        return self._chances(self.numbers(theta))

    def _chances(self, numbers: RelapseNumbers) -> Floats:
        part = (self.cells, self.covariates)
        left = free_of_relapse(numbers, self.model, part, self.cohort.time)
        k = np.flatnonzero(self.cohort.event)
        part = (self.cells[k], self.covariates[k])
        before = free_of_relapse(numbers, self.model, part, self.cohort.time[k] - self.model.visit)
        left[k] = before - left[k]
        return np.maximum(left, _LEAST)

    def value(self, theta: Floats) -> float:
        """Give the negative log-likelihood of one vector."""
        total = -float(np.log(self.chances(theta)).sum())
        return total if np.isfinite(total) else float("inf")

    def values(self, thetas: Floats) -> Floats:
        """Give the same of several vectors, (n_vectors,)."""
        return np.array([self.value(theta) for theta in np.atleast_2d(thetas)])

    def factors(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give the value, and f and J with J'f its gradient and J'J the sum of squared scores (Berndt and others 1974).

        Raises
        ------
        NumericsError
            When the likelihood is not finite there.
        """
        here = np.log(self.chances(theta))
        if not np.isfinite(here).all():
            raise NumericsError(Fault("relapse fit", "no likelihood", "numbers within bounds", "", "", "AMB-N620"))
        jacobian = np.zeros((self.cohort.n, theta.size))
        lower, upper = self.bounds
        for k in np.flatnonzero(upper > lower):
            ends = [theta.copy(), theta.copy()]
            ends[0][k], ends[1][k] = max(theta[k] - _STEP, lower[k]), min(theta[k] + _STEP, upper[k])
            logs = [np.log(self.chances(end)) for end in ends]
            jacobian[:, k] = -(logs[1] - logs[0]) / (ends[1][k] - ends[0][k])
        return -float(here.sum()), np.ones(self.cohort.n), jacobian


def free_of_relapse(
    numbers: RelapseNumbers, model: RelapseModel, patients: tuple[Floats, Floats], days: Floats
) -> Floats:
    """Give the chance of patients to be free of relapse by a day, averaged over what differs between them unseen.

    Parameters
    ----------
    numbers : RelapseNumbers
    model : RelapseModel
    patients : (n,) float64 [cells], (n, n_covariates) float64
        Primaries at diagnosis, and covariates of growth.
    days : (n,) float64 or (n_days, 1) float64 [day]
        One for each patient, or the same for all.

    Returns
    -------
    share : (n,) or (n_days, n) float64 [1]
    """
    cells, covariates = patients
    law = dataclasses.replace(
        model.law, dormant_share=numbers.dormant_share, wake_rate=numbers.wake_rate, nk_kill_rate=0.0
    )
    slope = np.array([numbers.growth[name] for name in numbers.growth])
    node, weight = normal_nodes()
    node = node.reshape(-1, *(1,) * np.ndim(days))
    faster = np.exp(numbers.decay_spread * node + covariates @ slope)
    seeding = numbers.seeding(law, model.reference) * faster**model.coupling
    mean = expected_visible(law, numbers.decay * faster, seeding, cells, days)
    return np.asarray(np.tensordot(weight, spared(mean, numbers.seeding_spread), axes=1))


def primary_cells(diameter: Floats, law: RelapseLaw) -> Floats:
    """Give the cells of primaries of a diameter [mm], from one to half of the capacity: beyond, size tells no age."""
    return np.clip(cells_of(diameter, law.density), 1.0, 0.5 * law.capacity)


def covariate_matrix(cohort: Cohort, means: Mapping[str, float]) -> Floats:
    """Give covariates as (n, n_covariates), unknown ones at a mean: the given one, or that of the known."""
    matrix = np.zeros((cohort.n, len(cohort.growth)))
    for column, (name, row) in enumerate(cohort.growth.items()):
        known = row[~np.isnan(row)]
        mean = means[name] if name in means else float(known.mean()) if known.size else 0.0
        matrix[:, column] = np.where(np.isnan(row), mean, row)
    return matrix


def _scaled(name: str, number: float) -> float:
    if name in _LOG:
        return float(np.log(number))
    return float(logit(number)) if name == "dormant_share" else float(number)


def unscaled(name: str, scaled: float) -> float:
    """Give a place on the scale of the fit in the unit of the number."""
    if name in _LOG:
        return float(np.exp(scaled))
    return float(expit(scaled)) if name == "dormant_share" else scaled
