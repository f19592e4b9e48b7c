"""Growth, founding and dormancy from the relapses of a cohort, with what the cohort cannot tell apart.

`fit_relapse` maximises the likelihood from many starts; `relapse_profiles` follows each number until the data object;
`resampled` gives the spread of everything that is predicted. What is held (detection, capacity, exponent, coupling) is
in `RelapseModel`; models that differ in these are compared by their likelihoods.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from amoeboid.body import cancer, cells_of, doubling_time, relapse_law
from amoeboid.errors import Fault, NumericsError
from amoeboid.inference.multistart import Fit, Search, multistart, optimise
from amoeboid.inference.problem import Floats
from amoeboid.inference.profiles import Profile, profile
from amoeboid.inference.relapse_cohort import Cohort, cohort
from amoeboid.inference.relapse_likelihood import (
    RelapseModel,
    RelapseNumbers,
    RelapseObjective,
    covariate_matrix,
    free_of_relapse,
    primary_cells,
)
from amoeboid.seeds import Stream

N_STARTS = 6
_STARTS = (
    RelapseNumbers(1e-3, 0.4, 0.6, 1.1, 0.9, 1e-4),
    RelapseNumbers(1.5e-3, 0.7, 0.35, 1.3, 0.65, 1e-4),
    RelapseNumbers(6e-4, 0.6, 0.4, 2.0, 0.7, 2e-4),
)
"""Where optima were met: few and slow dormant colonies, and many."""


@dataclass(frozen=True)
class RelapseFit:
    """What a cohort says of a population.

    Parameters
    ----------
    numbers : RelapseNumbers
        The best.
    model : RelapseModel
        What was taken for granted.
    log_likelihood : float
    n, n_events : int
        Patients and relapses.
    n_fitted : int
        Numbers that were fitted.
    names : tuple of str
        Of all numbers, in the order of ``theta``.
    theta : (n_parameters,) float64
        On the scales of the fit.
    means : mapping of str to float
        Mean of each covariate, at which unknown ones stand.
    """

    numbers: RelapseNumbers
    model: RelapseModel
    log_likelihood: float
    n: int
    n_events: int
    n_fitted: int
    names: tuple[str, ...]
    theta: Floats
    means: Mapping[str, float]

    @property
    def criterion(self) -> float:
        """Akaike's criterion: 2 (numbers fitted - log-likelihood)."""
        return 2.0 * (self.n_fitted - self.log_likelihood)

    @property
    def seeding(self) -> float:
        """Median seeding [1/day] of a tumour of one cell, at median decay."""
        return self.numbers.seeding(self.model.law, self.model.reference)

    def doubling_time(self, diameter: float, growth: Mapping[str, float] | None = None) -> float:
        """Give the median doubling time [day] of a tumour of a diameter [mm], at covariates (0 by default)."""
        shift = sum(self.numbers.growth[name] * x for name, x in (growth or {}).items())
        law = self.model.law
        decay = self.numbers.decay * np.exp(shift)
        return float(doubling_time(cells_of(diameter, law.density), decay, law.capacity))

    def predict(self, patients: Cohort, days: ArrayLike) -> Floats:
        """Give the chance of each patient to be free of relapse on each day.

        Parameters
        ----------
        patients : Cohort
            Diameters and covariates are used, not what happened.
        days : (n_days,) array_like of float [day]

        Returns
        -------
        share : (n, n_days) float64 [1]
        """
        rows = np.column_stack([patients.diameter, covariate_matrix(patients, self.means)])
        kinds, kind = np.unique(rows, axis=0, return_inverse=True)  # patients of one size are foretold the same
        part = (primary_cells(kinds[:, 0], self.model.law), kinds[:, 1:])
        when = np.asarray(days, dtype=np.float64).reshape(-1, 1)
        return free_of_relapse(self.numbers, self.model, part, when).T[kind]


def breast_model(**changes: object) -> RelapseModel:
    """Give the model of the breast preset with the primary out on day 0; `changes` are fields of the model or law.

    Examples
    --------
    >>> breast_model(exponent=1.0, coupling=0.0).law.exponent
    1.0
    """
    law = relapse_law(cancer("breast"))
    of_law = {name: x for name, x in changes.items() if name in {field.name for field in dataclasses.fields(law)}}
    rest = {name: x for name, x in changes.items() if name not in of_law}
    return RelapseModel(dataclasses.replace(law, **of_law), **rest)  # type: ignore[arg-type]


def fit_relapse(
    time: ArrayLike, event: ArrayLike, diameter: ArrayLike, *, growth: Mapping[str, ArrayLike] | None = None,
    model: RelapseModel | None = None, search: Search | None = None,
) -> RelapseFit:  # fmt: skip
    """Fit growth, founding and dormancy to the relapses of patients whose primary was taken out at diagnosis.

    Maximum likelihood under the closed form of relapse. Valid for patients without systemic treatment and free of
    visible metastases at diagnosis, when the end of follow-up tells nothing about relapse. Growth, its spread and the
    number of colonies are identified by some tens of relapses; share and waking of dormant ones only together.

    Parameters
    ----------
    time : (n,) array_like [day]
        From diagnosis to relapse, or to the end of follow-up.
    event : (n,) array_like of bool
    diameter : (n,) array_like [mm]
        Of the primary.
    growth : mapping of str to (n,) array_like, optional
        What may go with faster growth, such as the absence of estrogen receptors; NaN is unknown.
    model : RelapseModel, optional
        That of the breast preset by default.
    search : Search, optional
        Six starts and one process by default.

    Raises
    ------
    FormatError
        When a column is not what it should be; tells all.
    NumericsError
        When no start leads anywhere.
    """
    return fit_cohort(cohort(time, event, diameter, growth), model or breast_model(), search)


def fit_cohort(patients: Cohort, model: RelapseModel, search: Search | None = None) -> RelapseFit:
    """Do the same for a cohort that was read and a model."""
    target = RelapseObjective(patients, model)
    asked = search or Search(N_STARTS, processes=1)
    slopes = dict.fromkeys(patients.growth, 0.5)
    own = tuple(target.theta(dataclasses.replace(start, growth=slopes)) for start in _STARTS)
    ends = multistart(target, dataclasses.replace(asked, first=(*own, *asked.first)))
    return _fit(target, ends.best)


def _fit(target: RelapseObjective, best: Fit) -> RelapseFit:
    patients = target.cohort
    means = {name: float(np.nanmean(row)) if not np.isnan(row).all() else 0.0 for name, row in patients.growth.items()}
    lower, upper = target.bounds
    return RelapseFit(
        numbers=target.numbers(best.theta),
        model=target.model,
        log_likelihood=-best.value,
        n=patients.n,
        n_events=int(patients.event.sum()),
        n_fitted=int((upper > lower).sum()),
        names=target.names,
        theta=best.theta,
        means=means,
    )


def relapse_profiles(patients: Cohort, fit: RelapseFit) -> dict[str, Profile]:
    """Follow the likelihood profile of every number that was fitted, by name; places are on the scales of the fit."""
    target = RelapseObjective(patients, fit.model)
    best = Fit(fit.theta, -fit.log_likelihood, fit.theta, 0, "")
    lower, upper = target.bounds
    return {name: profile(target, best, k) for k, name in enumerate(fit.names) if upper[k] > lower[k]}


def resampled(patients: Cohort, fit: RelapseFit, n_samples: int, seed: int = 1) -> list[RelapseFit]:
    """Fit samples of the patients drawn with replacement, each from the best fit of all: the bootstrap.

    A sample without relapses is drawn anew. Sample k depends on the seed and k only.
    """
    found = []
    for k in range(n_samples):
        draw = np.random.default_rng((int(Stream.BOOTSTRAP), int(Stream.FIT), seed, k))
        rows = draw.integers(patients.n, size=patients.n)
        while not patients.event[rows].any():
            rows = draw.integers(patients.n, size=patients.n)
        target = RelapseObjective(patients.take(rows), fit.model)
        found.append(_fit(target, optimise(target, fit.theta)))
    return found


def split_dormancy(numbers: RelapseNumbers, killing: float) -> RelapseNumbers:
    """Give the population with NK cells that kill resting colonies, and exactly the same relapses.

    With killing ``killing`` times as fast as waking, resting colonies were more, and woke less often.

    Parameters
    ----------
    numbers : RelapseNumbers
        As fitted: the rest of every colony ends in waking.
    killing : float [1]
        Rate of killing over that of waking, 0 or more.

    Returns
    -------
    numbers : RelapseNumbers
        ``wake_rate`` is now that of waking alone; that of killing is ``killing`` times as much.

    Raises
    ------
    NumericsError
        When the ratio is negative or not finite.

    Examples
    --------
    >>> split_dormancy(RelapseNumbers(1e-3, 0.5, 1.0, 1.0, 0.5, 6e-4), 5.0).dormant_share.__round__(3)
    0.857
    """
    if not 0.0 <= killing < np.inf:
        what = f"a ratio of killing to waking of `{killing}`"
        raise NumericsError(Fault("split_dormancy", what, "0 or more", "", "give a ratio", "AMB-N621"))
    # m d omega/(omega + kappa) = m' d',  m (1 - d) = m' (1 - d'),  omega + kappa = omega'
    active = 1.0 - numbers.dormant_share
    dormant = numbers.dormant_share * (1.0 + killing)
    return dataclasses.replace(
        numbers,
        colonies=numbers.colonies * (active + dormant),
        dormant_share=dormant / (active + dormant),
        wake_rate=numbers.wake_rate / (1.0 + killing),
    )
