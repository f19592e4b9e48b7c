"""Generations of colonies: what tumours found, what those found, until patients die or their plan ends.

Death makes the process finite without a bound of our own: what is known so far of a patient's colonies gives a day by
which he is dead at the latest, and only what is founded before it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.colonies import Rows, joined
from amoeboid.body.course import Course
from amoeboid.body.death import cancer_death
from amoeboid.body.disease import Disease
from amoeboid.body.growth import SPACING, scaled_age, shed_table
from amoeboid.body.lumps import Lumps, lumps_of, merged
from amoeboid.body.plan import Plan
from amoeboid.kernels import spreading, threads

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Law = tuple[Floats, Floats, Floats, Floats]
Room = tuple[NDArray[np.uint64], Floats, Floats, Floats, Floats, Whole]


@dataclass(frozen=True)
class Tumours:
    """Tumours that may found colonies; each array is (n_tumours,), `tables` are what kernels read of them."""

    index: Whole
    tables: tuple[Whole, NDArray[np.uint64], Floats, Floats, Floats, Whole]
    generation: int

    @property
    def patient(self) -> Whole:
        """Row of the patient."""
        return self.tables[0]


@dataclass(frozen=True)
class Patients:
    """Patients while their colonies are drawn: cut [day], and cells that no colony may lack by then, 0: any."""

    disease: Disease
    cut: Floats
    least: Floats

    def tables(self, cut: Floats, capacity: float) -> tuple[Floats, Floats, Floats, Floats]:
        """Give what kernels read of them; `cut` may be earlier by now."""
        asked = self.least > 0.0
        scaled = np.where(asked, scaled_age(np.where(asked, self.least, 1.0), capacity), 0.0)
        return self.disease.decay, self.disease.seeding, cut, scaled


@dataclass(frozen=True)
class Rules:
    """What is the same for all patients, or told of each beside his disease."""

    cancer: Cancer
    course: Course
    plan: Plan
    seed: int


@dataclass(frozen=True)
class Grown:
    """Colonies of all generations, and by patient: death of metastases, cut, and who had too many to be drawn."""

    rows: Rows
    lethal: Floats
    cut: Floats
    crowded: Flags


def grow(patients: Patients, rules: Rules) -> Grown:
    """Draw generation after generation; a patient who comes to have too many colonies is given up and told."""
    disease, cancer, plan = patients.disease, rules.cancer, rules.plan
    cut, lethal = patients.cut, np.full(disease.n, np.inf)
    known, crowded = np.zeros(disease.n), np.zeros(disease.n, np.bool_)
    rows, tumours, law = nothing(), primaries(disease, cancer, plan), law_of(cancer)
    lumps: list[Lumps] = []
    for _ in range(plan.generations):
        told = (patients.tables(cut, cancer.capacity), rules.course, law, rules.seed)
        counts = counted(tumours, told)
        # a negative count: more than keys can tell apart
        known += np.bincount(tumours.patient, np.where(counts < 0, np.inf, counts), disease.n)
        crowded |= known > plan.most
        counts[crowded[tumours.patient]] = 0
        found = founded(tumours, counts, told, len(cancer.organs))
        if not len(found):
            break
        rows, tumours = joined(rows, found), as_tumours(found, len(rows))
        if cancer.hazard == 0.0:
            continue
        touched = np.unique(found.patient)
        lumps = [merged(*lumps, lumps_of(found, disease, cancer, rules.course))]
        day = cancer_death(disease, cancer, rules.course, (lumps[0], touched, cut), plan.mortal, rules.seed)
        # more burden kills no later; a day after the cut, by rounding, is told as never
        lethal[touched] = np.minimum(lethal[touched], day)
        cut = np.minimum(cut, lethal)
    return Grown(rows, lethal, cut, crowded)


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
            cancer.release_rate,
        ]
    )
    # row 0: what the primary founds; below: what colonies found, by organ, as multiples of it
    weights = np.concatenate([cancer.landing[None], cancer.onward_landing]).reshape(1 + len(cancer.organs), -1)
    onward = weights.sum(axis=1)
    landing = np.cumsum(weights, axis=1) / np.maximum(onward, np.finfo(float).tiny)[:, None]
    return numbers, np.ascontiguousarray(landing), shed_table(cancer.exponent, cancer.capacity), onward


def primaries(disease: Disease, cancer: Cancer, plan: Plan) -> Tumours:
    """Give the primaries of patients, each from its first cell until it is out."""
    n, born = disease.n, -disease.history(cancer)
    number, out = disease.number.astype(np.uint64), plan.out(n).astype(np.float64)
    return Tumours(np.full(n, -1), (np.arange(n), number, born, born, out, np.zeros(n, np.int64)), 0)


def as_tumours(found: Rows, before: int) -> Tumours:
    """Give new colonies, so many lie before them, as those that found the next."""
    index, endless = before + np.arange(len(found)), np.full(len(found), np.inf)
    source, generation = 1 + found.organ.astype(np.int64), int(found.generation[0])
    return Tumours(index, (found.patient, found.key, found.origin, found.awake, endless, source), generation)


def counted(tumours: Tumours, told: tuple[object, ...]) -> Whole:
    """Count the colonies that each tumour founds; negative where they are more than keys can tell apart."""
    counts = np.zeros(len(tumours.index), np.int64)
    threads.run_chunks(spreading.count, len(counts), tumours.tables, *told, (*_room(0), counts, counts))
    return counts


def founded(tumours: Tumours, counts: Whole, told: tuple[object, ...], n_organs: int) -> Rows:
    """Draw the colonies that these tumours found, so many each; of none where the count is 0."""
    out = _room(int(counts.sum()))
    first = np.cumsum(counts) - counts
    threads.run_chunks(spreading.fill, len(counts), tumours.tables, *told, (*out, counts, first))
    key, born, awake, origin, logit, place = out
    return Rows(
        patient=np.repeat(tumours.patient, counts),
        parent=np.repeat(tumours.index, counts),
        generation=np.full(len(key), tumours.generation + 1, np.int16),
        organ=(place % n_organs).astype(np.int8),
        cluster=place >= n_organs,
        born=born,
        awake=awake,
        origin=origin,
        logit=logit,
        key=key,
    )


def nothing() -> Rows:
    """Give no colonies."""
    whole, day = np.zeros(0, np.int64), np.zeros(0)
    flag, key = np.zeros(0, np.bool_), np.zeros(0, np.uint64)
    return Rows(whole, whole, whole.astype(np.int16), whole.astype(np.int8), flag, day, day, day, day, key)


def _room(n: int) -> Room:
    """Make room for keys, days of arrest, waking and origin, logits, and places by class and organ."""
    return np.empty(n, np.uint64), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)
