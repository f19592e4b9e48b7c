"""What patients of an arm take week by week, under the label's rules and their own blood counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import pharmacology
from amoeboid.pharmacology import MarrowCourse, People
from amoeboid.scenario import TrialArm, TrialDrug
from amoeboid.trials.contractility import Contractility, Tumour, contractility
from amoeboid.trials.exposure import levels, shares
from amoeboid.trials.premises import Premises
from amoeboid.trials.schedule import WEEK, bounds, edges
from amoeboid.trials.therapy import Taken
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]

_FOLLOWED = 52
# weeks for which counts are followed; by then doses have settled, and that of the last week is taken on
_NOTHING = TrialDrug(name="ruxolitinib", dose=0.0, interval=0.5)
# stands for no drug where blood counts under background treatment alone are asked for
SEVERE = 3
"""Grade from which a toxicity is called severe."""


@dataclass(frozen=True)
class Toxicity:
    """What an arm's drugs cost patients; rows as the people.

    Parameters
    ----------
    intensity : (n,) float64
        Share of the planned dose that was taken in the weeks that are followed; NaN without a drug.
    anaemia, thrombocytopenia : (n,) int8
        Worst grade, 0 to 4.
    """

    intensity: Floats
    anaemia: NDArray[np.int8]
    thrombocytopenia: NDArray[np.int8]


@dataclass(frozen=True)
class Tumours:
    """Contractility of the tumours of an arm, and of those of the trial without any treatment.

    Parameters
    ----------
    drive : Contractility
        Over free concentrations of the arm's drugs.
    reference : float
        Without drug, knock-out or other cytokine.
    """

    drive: Contractility
    reference: float

    def __call__(self, free: Mapping[str, Floats]) -> Floats:
        """Give contractility at free concentrations [nM] by drug; a drug that is not named is not there."""
        if not free:
            return np.array([self.drive.untreated])
        some = next(iter(free.values()))
        return self.drive(*(free.get(name, np.zeros_like(some)) for name in self.drive.drugs))


def tumours(premises: Premises, arm: TrialArm) -> Tumours:
    """Ask the pathway how contractile the tumours of an arm are."""
    own = premises.trial.osm if arm.osm is None else arm.osm
    names = [drug.name for drug in arm.drugs]
    drive = contractility(Tumour(own, knockouts=tuple(arm.knockouts)), names, parameters=premises.parameters)
    if not arm.knockouts and arm.osm is None:
        # the very number, so that an arm without drug is the control to the last bit
        return Tumours(drive, drive.untreated)
    plain = contractility(Tumour(premises.trial.osm), parameters=premises.parameters)
    return Tumours(drive, plain.untreated)


@dataclass(frozen=True)
class Treated:
    """Who takes the drugs of an arm, and until when.

    Parameters
    ----------
    people : People
        n patients.
    until : (n,) float64 [day]
        Since randomisation: progression or death, at which drugs are stopped.
    """

    people: People
    until: Floats


def take(premises: Premises, arm: TrialArm, treated: Treated, pathway: Tumours) -> tuple[Taken, Toxicity]:
    """Follow what patients of an arm take, and what that does in each of them.

    Drugs are taken until they stop by plan, or until the disease progresses or kills *untreated*, since what treatment
    does to that day comes later; that is early for who is spared, and he is spared for what he took before. Counts of
    blood are followed for a year, each drug for itself; its dose in the last week is taken on.

    Parameters
    ----------
    premises : Premises
        The trial.
    arm : TrialArm
        The arm.
    treated : Treated
        n patients.
    pathway : Tumours
        Of the arm.

    Returns
    -------
    taken : Taken
    toxicity : Toxicity
    """
    within = edges(arm, premises.horizon)
    courses = [_course(premises, drug, treated, arm) for drug in arm.drugs]
    price = courses or ([_course(premises, _NOTHING, treated, arm)] if premises.trial.background else [])
    weekly = tuple(_weekly(drug, course, arm.dose_rules) for drug, course in zip(arm.drugs, courses, strict=True))
    doses = tuple(_doses(premises, drug, arm.dose_rules) for drug in arm.drugs)
    known = levels(arm, doses, treated.people, pathway, seed=premises.document.seed, parameters=premises.parameters)
    if within.size == 1:
        share = np.ones((len(known), 1, 0))
    else:
        share = shares(arm, weekly, doses, within, treated.until if arm.drugs else None)
    return Taken(within, share, known), _toxicity(treated.people.n, price)


def _course(premises: Premises, drug: TrialDrug, treated: Treated, arm: TrialArm) -> MarrowCourse:
    """Follow blood counts under one drug, with the rules of its label where the arm keeps to them."""
    p, seed = premises.parameters, premises.document.seed
    first, last = bounds(drug, premises.horizon)
    drawn = pharmacology.population(drug.name, treated.people, seed, dose=drug.dose, parameters=p)
    return pharmacology.marrow_course(
        drawn,
        treated.people,
        seed,
        dose=drug.dose,
        interval=drug.interval * SECONDS_A_DAY,
        weeks=min(max(math.ceil((last - first) / WEEK), 1), _FOLLOWED),
        stop=np.maximum(treated.until - first, 0.0),
        background=premises.trial.background or "",
        rules=pharmacology.dose_rules(drug.name, drug.dose, p) if arm.dose_rules else None,
        parameters=p,
    )


def _doses(premises: Premises, drug: TrialDrug, by_rules: bool) -> tuple[float, ...]:
    """Give the doses [mg] that anyone may take, 0 among them; the same for any patients."""
    known = {0.0, drug.dose}
    if by_rules and drug.dose > 0.0:
        steps = pharmacology.dose_rules(drug.name, drug.dose, premises.parameters).levels
        known.update(float(step) for step in steps if step < drug.dose)
    return tuple(sorted(known))


def _weekly(drug: TrialDrug, course: MarrowCourse, by_rules: bool) -> Floats:
    return course.dose if by_rules and drug.dose > 0.0 else np.full((1, 1), drug.dose)


def _toxicity(n: int, courses: list[MarrowCourse]) -> Toxicity:
    """Put drugs together: the lowest intensity, the worst grades."""
    nothing = np.zeros(n, dtype=np.int8)
    if not courses:
        return Toxicity(np.full(n, np.nan), nothing, nothing)
    grades = [np.max([course.worst(count) for course in courses], axis=0) for count in ("haemoglobin", "platelets")]
    least = np.min([course.intensity for course in courses], axis=0)
    return Toxicity(least, grades[0].astype(np.int8), grades[1].astype(np.int8))
