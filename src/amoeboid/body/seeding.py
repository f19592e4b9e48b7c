"""Seeding: all colonies of patients under a treatment, drawn exactly."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.colonies import Colonies, Rows, appended, by_patient, picked
from amoeboid.body.course import course, some_of
from amoeboid.body.death import other_death
from amoeboid.body.disease import Disease
from amoeboid.body.generations import Patients, Rules, grow, nothing
from amoeboid.body.plan import Plan
from amoeboid.errors import Fault, NumericsError
from amoeboid.process import Treatment

Floats = NDArray[np.float64]

SMALLEST_LEFT_OUT = 100.0
"""Cells below which colonies of a crowded patient are left out at first."""

FACTOR = 100.0
"""By which that number rises at each attempt."""

LARGEST_LEFT_OUT = 1e6
"""Cells that no colony may have and be left out: a millimetre, the least that scans show."""

EXPLODED = "AMB-N607"
"""Code of the error of a patient who has more colonies than can be followed."""


def spread(disease: Disease, cancer: Cancer, treatment: Treatment, plan: Plan, seed: int) -> Colonies:
    """Draw all colonies of patients under a treatment.

    Exact in law: no time steps. Growth is Gompertz without noise but for the luck of founders. A patient with more
    colonies than the plan's `most` loses those that would be small at his end, and `least` tells how small.

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
        When a patient has more large colonies than the plan allows; says who.
    ScenarioError
        When treatment or plan are for another number of patients.
    """
    n, tables = disease.n, course(treatment, disease.n)
    other, lethal, least = other_death(disease, cancer, plan.horizon, seed), np.full(n, np.inf), np.zeros(n)
    cut, who, rows = np.minimum(other, plan.horizon), np.arange(n), nothing()
    while len(who):
        patients = Patients(disease.take(who), cut[who], least[who])
        own_plan = dataclasses.replace(plan, resection=plan.out(n)[who])
        grown = grow(patients, Rules(cancer, some_of(tables, who, n), own_plan, seed))
        # of the crowded: at the latest then
        cut[who], lethal[who] = grown.cut, np.minimum(lethal[who], grown.lethal)
        rows = appended(rows, picked(grown.rows, np.flatnonzero(~grown.crowded[grown.rows.patient])), who)
        who = who[grown.crowded]
        least[who] = np.maximum(FACTOR * least[who], SMALLEST_LEFT_OUT)
        _refuse_explosion(disease, least, plan)
    rows, start = by_patient(rows, cut)
    fields = {field.name: getattr(rows, field.name) for field in dataclasses.fields(Rows)}
    return Colonies(
        **fields,
        start=start,
        other_death=other,
        cancer_death=lethal,
        least=least,
        disease=disease,
        cancer=cancer,
        treatment=treatment,
        plan=plan,
        seed=seed,
    )


def _refuse_explosion(disease: Disease, least: Floats, plan: Plan) -> None:
    if np.any(least > LARGEST_LEFT_OUT):
        who = disease.number[np.argmax(least)]
        raise NumericsError(
            Fault(
                f"body.spread, patient {who}",
                f"more than {plan.most} colonies of over {LARGEST_LEFT_OUT:g} cells in one patient",
                f"up to {plan.most}",
                "",
                "lower seeding or the horizon, let burden kill sooner, or allow more in `plan.most`",
                EXPLODED,
            )
        )
