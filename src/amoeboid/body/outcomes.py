"""What became of each patient: first metastasis that is seen, where, death and its cause."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.colonies import Colonies
from amoeboid.body.detection import reached, visible
from amoeboid.body.disease import Disease
from amoeboid.body.plan import Plan
from amoeboid.body.seeding import spread
from amoeboid.process import Treatment

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

CHUNK = 50_000
"""Patients that `follow` holds at once: some 100 MB."""


class Cause(IntEnum):
    """What ended the following of a patient."""

    ALIVE = 0
    CANCER = 1
    OTHER = 2


@dataclass(frozen=True)
class Outcome:
    """One row per patient; each array is (n,). What lies after death or horizon is infinite.

    Parameters
    ----------
    number : int64
        Number of the patient.
    first_visible : float64 [day]
        From which imaging shows a metastasis; visits see it later. May be before diagnosis.
    first_organ : int8
        Organ of that metastasis; -1: none.
    relapse : float64 [day]
        On which a metastasis first has the diameter at which half of all are seen: the truth behind `first_visible`.
    death : float64 [day]
    cause : int8
        A `Cause`.
    end : float64 [day]
        Of the following: death or horizon.
    n_colonies : int64
        Colonies that were awake by then.
    n_visible : int64
        Those of them that imaging would show.
    n_organs : int64
        Organs with a metastasis that imaging would show.
    least : float64 [cells]
        Colonies smaller than this at the end were left out; 0 but for patients with too many to draw.
    """

    number: Whole
    first_visible: Floats
    first_organ: NDArray[np.int8]
    relapse: Floats
    death: Floats
    cause: NDArray[np.int8]
    end: Floats
    n_colonies: Whole
    n_visible: Whole
    n_organs: Whole
    least: Floats

    def __len__(self) -> int:
        return len(self.number)


def outcome(colonies: Colonies) -> Outcome:
    """Tell what became of each patient."""
    end, n = colonies.cut, colonies.disease.n
    shown = visible(colonies)
    shown[shown > end[colonies.patient]] = np.inf
    half = reached(colonies, colonies.cancer.detection[0])
    half[half > end[colonies.patient]] = np.inf
    first, first_row = _first(shown, colonies)
    seen = np.flatnonzero(np.isfinite(shown))
    sites = np.unique(colonies.patient[seen] * len(colonies.cancer.organs) + colonies.organ[seen])
    death = np.minimum(colonies.other_death, colonies.cancer_death)
    by_cancer = colonies.cancer_death < colonies.other_death
    cause = np.where(np.isinf(death), Cause.ALIVE, np.where(by_cancer, Cause.CANCER, Cause.OTHER))
    return Outcome(
        number=colonies.disease.number,
        first_visible=first,
        first_organ=np.where(first_row >= 0, np.append(colonies.organ, np.int8(-1))[first_row], -1).astype(np.int8),
        relapse=_first(half, colonies)[0],
        death=death,
        cause=cause.astype(np.int8),
        end=end,
        n_colonies=colonies.counts,
        n_visible=np.bincount(colonies.patient[seen], minlength=n),
        n_organs=np.bincount(sites // len(colonies.cancer.organs), minlength=n),
        least=colonies.least,
    )


def follow(disease: Disease, cancer: Cancer, treatment: Treatment, plan: Plan, seed: int) -> Outcome:
    """Spread and tell the outcome of any number of patients, chunk by chunk, in bounded memory.

    Parameters and errors as those of `spread`; the same bytes as `outcome` of all at once.
    """
    parts = []
    for low in range(0, max(disease.n, 1), CHUNK):
        high = min(low + CHUNK, disease.n)
        who = (disease.rows(low, high), cancer, treatment.rows(low, high), plan.rows(low, high))
        parts.append(outcome(spread(*who, seed)))
    names = [field.name for field in dataclasses.fields(Outcome)]
    return Outcome(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _first(days: Floats, colonies: Colonies) -> tuple[Floats, Whole]:
    """Give each patient's first day and its colony, the first of equals; infinite and -1 when there is none."""
    day = np.full(colonies.disease.n, np.inf)
    np.minimum.at(day, colonies.patient, days)
    row = np.full(colonies.disease.n, -1)
    at = np.flatnonzero(np.isfinite(days) & (days == day[colonies.patient]))[::-1]
    row[colonies.patient[at]] = at
    return day, row
