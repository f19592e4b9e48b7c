"""Colonies of patients, as rows behind one another: who founded which, where, when, and when it woke."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.disease import Disease
from amoeboid.body.plan import Plan
from amoeboid.process import Treatment

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Colonies one behind the other; each array is (n_colonies,).

    Parameters
    ----------
    patient : int64
        Row of the patient.
    parent : int64
        Row of the colony that founded it; -1: the primary.
    generation : int16
        1: founded by the primary.
    organ : int8
        Index into the organs of the cancer.
    cluster : bool
        Founded by a cluster.
    born, awake : float64 [day]
        Arrest in the organ, and begin of growth; equal unless it was dormant.
    origin : float64 [day]
        Day on which its untreated growth curve has one cell: `awake` less the luck of its founders.
    logit : float64 [1]
        Its own place on the logistic curve of being seen.
    key : uint64
        Key of its random draws: the same in every arm in which it lives.
    """

    patient: Whole
    parent: Whole
    generation: NDArray[np.int16]
    organ: NDArray[np.int8]
    cluster: NDArray[np.bool_]
    born: Floats
    awake: Floats
    origin: Floats
    logit: Floats
    key: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.patient)

    def take(self, which: Whole | NDArray[np.bool_]) -> Rows:
        """Give the colonies at these rows."""
        return Rows(**{field.name: getattr(self, field.name)[which] for field in dataclasses.fields(Rows)})


@dataclass(frozen=True)
class Colonies(Rows):
    """Colonies that live and wake before their patient dies or the plan ends: by patient, then generation, then time.

    Parameters
    ----------
    start : (n_patients + 1,) int64
        Colonies of patient i are rows ``start[i]`` to ``start[i + 1]``.
    other_death, cancer_death : (n_patients,) float64 [day]
        Days of death by either cause, as if the other were not; infinite beyond the plan.
    least : (n_patients,) float64 [cells]
        Colonies that would be smaller than this at the end of their patient were left out, with all that they would
        found; 0: none were. The plan's `most` bounds the colonies of a patient in this way.
    disease, cancer, treatment, plan, seed
        What they were drawn for.
    """

    start: Whole
    other_death: Floats
    cancer_death: Floats
    least: Floats
    disease: Disease
    cancer: Cancer
    treatment: Treatment
    plan: Plan
    seed: int

    @property
    def counts(self) -> Whole:
        """Number of colonies of each patient, (n_patients,)."""
        return np.diff(self.start)

    @property
    def cut(self) -> Floats:
        """Day up to which each patient is followed: death, or the horizon of the plan, (n_patients,)."""
        return np.minimum(np.minimum(self.other_death, self.cancer_death), self.plan.horizon)


def joined(rows: Rows, found: Rows) -> Rows:
    """Put new colonies behind the others."""
    pairs = ((field.name, getattr(rows, field.name), getattr(found, field.name)) for field in dataclasses.fields(Rows))
    return Rows(**{name: np.concatenate([old, new]) for name, old, new in pairs})


def by_patient(rows: Rows, cut: Floats) -> tuple[Rows, Whole]:
    """Leave out what wakes after the cut of its patient, sort by patient, and give where each patient's colonies begin.

    Colonies of one patient stay in their order, and parents keep being pointed at: who wakes after a cut founds nothing
    before it.
    """
    kept = np.flatnonzero(rows.awake < cut[rows.patient])
    patient = rows.patient[kept]
    start = np.concatenate([[0], np.cumsum(np.bincount(patient, minlength=len(cut)))])
    if np.any(patient[1:] < patient[:-1]):
        kept = kept[np.argsort(patient, kind="stable")]
    return picked(rows, kept), start


def picked(rows: Rows, kept: Whole) -> Rows:
    """Give some colonies, whose parents are all among them, with parents pointing to where they are now."""
    if len(kept) == len(rows) and np.all(kept[1:] > kept[:-1]):
        return rows
    place = np.full(len(rows) + 1, -1)  # the last: of no parent, -1
    place[kept] = np.arange(len(kept))
    rows = rows.take(kept)
    return dataclasses.replace(rows, parent=place[rows.parent])


def appended(rows: Rows, more: Rows, who: Whole) -> Rows:
    """Put colonies of the patients in these rows behind those of others."""
    parent = np.where(more.parent >= 0, more.parent + len(rows), -1)
    return joined(rows, dataclasses.replace(more, patient=who[more.patient], parent=parent))
