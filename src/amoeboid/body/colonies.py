"""Colonies of patients, as rows behind one another: who founded which, where, when, and when it woke.

`spread` draws them exactly, generation by generation, until no colony founds another before its patient dies or the
plan ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.course import Course, course
from amoeboid.body.disease import Disease
from amoeboid.body.growth import SPACING, shed_table
from amoeboid.body.plan import Plan
from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels import spreading, threads
from amoeboid.process import Treatment

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Colonies:
    """Colonies that live and wake before the cut of their patient: sorted by patient, then generation, then time.

    Each array but `start` and `cut` is (n_colonies,).

    Parameters
    ----------
    start : (n_patients + 1,) int64
        Colonies of patient i are rows ``start[i]`` to ``start[i + 1]``.
    cut : (n_patients,) float64 [day]
        Day up to which colonies are complete: the plan's horizon, or death if earlier.
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

    start: Whole
    cut: Floats
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

    @property
    def n_patients(self) -> int:
        """Number of patients."""
        return len(self.cut)

    def __len__(self) -> int:
        return len(self.patient)

    @property
    def counts(self) -> Whole:
        """Number of colonies of each patient, (n_patients,)."""
        return np.diff(self.start)


def spread(disease: Disease, cancer: Cancer, treatment: Treatment, plan: Plan, seed: int) -> Colonies:
    """Draw all colonies of patients under a treatment.

    Parameters
    ----------
    disease : Disease
        n patients.
    cancer : Cancer
    treatment : Treatment
        One row for all patients, or one for each.
    plan : Plan
    seed : int
        The same in arms that are to be compared.

    Returns
    -------
    Colonies
        The same bytes for any chunks of patients, number of threads and other arms.

    Raises
    ------
    NumericsError
        When a patient has more colonies than the plan allows, and says who.
    ScenarioError
        When treatment or plan are for another number of patients.
    """
    n = disease.n
    tables = course(treatment, n)
    origin = -disease.history(cancer)
    row = np.arange(n, dtype=np.int64)
    cut = np.full(n, float(plan.horizon))
    parents = (row, disease.number.astype(np.uint64), origin, origin, plan.out(n).astype(np.float64))
    return _generation(disease, cancer, tables, parents, cut, seed)


def law_of(cancer: Cancer) -> tuple[Floats, Floats, Floats]:
    """Give the numbers of a cancer as kernels read them."""
    numbers = np.array(
        [
            cancer.exponent,
            np.log(cancer.capacity),
            cancer.dormant_share,
            cancer.wake_rate,
            cancer.nk_kill_rate,
            cancer.extinct,
            cancer.founders_single,
            cancer.founders_cluster,
            SPACING,
        ]
    )
    return numbers, np.cumsum(cancer.landing.ravel()), shed_table(cancer.exponent, cancer.capacity)


def _generation(
    disease: Disease, cancer: Cancer, tables: Course, parents: tuple[np.ndarray, ...], cut: Floats, seed: int
) -> Colonies:
    """Draw the colonies that these tumours found."""
    n = len(parents[0])
    patients = (disease.decay, disease.seeding, cut)
    law = law_of(cancer)
    counts, first = np.zeros(n, np.int64), np.zeros(n, np.int64)
    nothing = _output(0)
    threads.run_chunks(spreading.count, n, parents, patients, tables, law, seed, (*nothing, counts, first))
    if np.any(counts < 0):
        who = disease.number[parents[0][np.argmax(counts < 0)]]
        raise NumericsError(
            Fault(
                f"body.spread, patient {who}", "a tumour founds more colonies than can be told apart", code="AMB-N606"
            )
        )
    start = np.concatenate([[0], np.cumsum(counts)])
    first[:] = start[:-1]
    out = _output(int(start[-1]))
    threads.run_chunks(spreading.fill, n, parents, patients, tables, law, seed, (*out, counts, first))
    key, born, awake, origin, logit, place = out
    n_organs = len(cancer.organs)
    return Colonies(
        start=start,
        cut=cut,
        patient=np.repeat(parents[0], counts),
        parent=np.full(len(key), -1),
        generation=np.ones(len(key), np.int16),
        organ=(place % n_organs).astype(np.int8),
        cluster=place >= n_organs,
        born=born,
        awake=awake,
        origin=origin,
        logit=logit,
        key=key,
    )


def _output(n: int) -> tuple[np.ndarray, ...]:
    return np.empty(n, np.uint64), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)
