"""Seeding: who founds colonies, generation by generation, until the patient dies or the plan ends.

Death makes the process finite without a bound of our own: what is known so far of a patient's colonies gives a day by
which he is dead at the latest, and only what is founded before it is asked for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.colonies import Colonies, Rows, by_patient, joined
from amoeboid.body.course import Course, course
from amoeboid.body.death import cancer_death, other_death
from amoeboid.body.disease import Disease
from amoeboid.body.growth import SPACING, shed_table
from amoeboid.body.lumps import Lumps, lumps_of, merged
from amoeboid.body.plan import Plan
from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels import spreading, threads
from amoeboid.process import Treatment

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Law = tuple[Floats, Floats, Floats, Floats]
Room = tuple[NDArray[np.uint64], Floats, Floats, Floats, Floats, Whole]


@dataclass(frozen=True)
class Tumours:
    """Tumours that may found colonies; each array is (n_tumours,)."""

    index: Whole
    patient: Whole
    key: NDArray[np.uint64]
    origin: Floats
    since: Floats
    until: Floats
    source: Whole
    generation: int

    @property
    def tables(self) -> tuple[NDArray[np.generic], ...]:
        """Give what kernels read of them."""
        return self.patient, self.key, self.origin, self.since, self.until, self.source


@dataclass(frozen=True)
class _Rules:
    """What kernels are told beside the tumours."""

    n_organs: int
    course: Course
    law: Law
    seed: int


def spread(disease: Disease, cancer: Cancer, treatment: Treatment, plan: Plan, seed: int) -> Colonies:
    """Draw all colonies of patients under a treatment.

    Exact in law: no time steps, no bound on numbers. Growth is Gompertz without noise but for the luck of founders.

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
        When a patient has more colonies than the plan allows, or a tumour more than keys; says who.
    ScenarioError
        When treatment or plan are for another number of patients.
    """
    tables = course(treatment, disease.n)
    rules = _Rules(len(cancer.organs), tables, law_of(cancer), seed)
    other = other_death(disease, cancer, plan.horizon, seed)
    cut, lethal = np.minimum(other, plan.horizon), np.full(disease.n, np.inf)
    rows, tumours = _nothing(), _primaries(disease, cancer, plan)
    lumps: list[Lumps] = []
    for _ in range(plan.generations):
        found = _founded(disease, cut, tumours, rules, plan.most)
        if not len(found):
            break
        rows, tumours = joined(rows, found), _as_tumours(found, len(rows))
        touched = np.unique(found.patient)
        lumps = [merged(*lumps, lumps_of(found, disease, cancer, tables))]
        lethal[touched] = cancer_death(disease, cancer, tables, (lumps[0], touched, cut), plan.mortal, seed)
        cut = np.minimum(cut, lethal)
    rows, start = by_patient(rows, cut)
    fields = {field.name: getattr(rows, field.name) for field in dataclasses.fields(Rows)}
    return Colonies(
        **fields,
        start=start,
        other_death=other,
        cancer_death=lethal,
        disease=disease,
        cancer=cancer,
        treatment=treatment,
        plan=plan,
        seed=seed,
    )


def law_of(cancer: Cancer) -> Law:
    """Give a cancer as kernels read it: numbers, landing by source, table of shedding, seeding by source."""
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
    # row 0: what the primary founds; below: what colonies found, by organ, as multiples of it
    weights = np.concatenate([cancer.landing[None], cancer.onward_landing]).reshape(1 + len(cancer.organs), -1)
    onward = weights.sum(axis=1)
    landing = np.cumsum(weights, axis=1) / np.maximum(onward, np.finfo(float).tiny)[:, None]
    return numbers, np.ascontiguousarray(landing), shed_table(cancer.exponent, cancer.capacity), onward


def _primaries(disease: Disease, cancer: Cancer, plan: Plan) -> Tumours:
    n, born = disease.n, -disease.history(cancer)
    number, out = disease.number.astype(np.uint64), plan.out(n).astype(np.float64)
    return Tumours(np.full(n, -1), np.arange(n), number, born, born, out, np.zeros(n, np.int64), 0)


def _as_tumours(found: Rows, before: int) -> Tumours:
    """Give new colonies, so many lie before them, as those that found the next."""
    index, endless = before + np.arange(len(found)), np.full(len(found), np.inf)
    source, generation = 1 + found.organ.astype(np.int64), int(found.generation[0])
    return Tumours(index, found.patient, found.key, found.origin, found.awake, endless, source, generation)


def _founded(disease: Disease, cut: Floats, tumours: Tumours, rules: _Rules, most: int) -> Rows:
    """Draw the colonies that these tumours found: count them, make room, write them."""
    n = len(tumours.index)
    told = (tumours.tables, (disease.decay, disease.seeding, cut), rules.course, rules.law, rules.seed)
    counts, first = np.zeros(n, np.int64), np.zeros(n, np.int64)
    threads.run_chunks(spreading.count, n, *told, (*_room(0), counts, first))
    _refuse_explosion(counts, tumours, disease, most)
    first[1:] = np.cumsum(counts)[:-1]
    out = _room(int(counts.sum()))
    threads.run_chunks(spreading.fill, n, *told, (*out, counts, first))
    key, born, awake, origin, logit, place = out
    return Rows(
        patient=np.repeat(tumours.patient, counts),
        parent=np.repeat(tumours.index, counts),
        generation=np.full(len(key), tumours.generation + 1, np.int16),
        organ=(place % rules.n_organs).astype(np.int8),
        cluster=place >= rules.n_organs,
        born=born,
        awake=awake,
        origin=origin,
        logit=logit,
        key=key,
    )


def _refuse_explosion(counts: Whole, tumours: Tumours, disease: Disease, most: int) -> None:
    total = np.bincount(tumours.patient, np.where(counts < 0, np.inf, counts), disease.n)
    if np.any(total > most):
        who = disease.number[np.argmax(total)]
        raise NumericsError(
            Fault(
                f"body.spread, patient {who}, generation {tumours.generation + 1}",
                f"{total.max():g} colonies of one patient",
                f"up to {most} in a generation",
                "",
                "lower seeding or the horizon, let burden kill sooner, or allow more in `plan.most`",
                "AMB-N607",
            )
        )


def _room(n: int) -> Room:
    """Make room for keys, days of arrest, waking and origin, logits, and places by class and organ."""
    return np.empty(n, np.uint64), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)


def _nothing() -> Rows:
    whole, day = np.zeros(0, np.int64), np.zeros(0)
    flag, key = np.zeros(0, np.bool_), np.zeros(0, np.uint64)
    return Rows(whole, whole, whole.astype(np.int16), whole.astype(np.int8), flag, day, day, day, day, key)
