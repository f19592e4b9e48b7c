"""Virtual patients of a trial: drawn, screened by their natural history, and set down on the day of randomisation.

Patients are numbered from 0. A number is a candidate for every trial of its seed; who is eligible is decided by what
would happen to him untreated until randomisation, so selection is by simulation and has no weights.

Day 0 of all that leaves here is randomisation: tumour size and age are moved there in closed form.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import body, pharmacology
from amoeboid.pharmacology import People
from amoeboid.process import untreated
from amoeboid.seeds import Stream, uniform
from amoeboid.trials.premises import Premises
from amoeboid.units import DAYS_A_YEAR

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_LATEST = 10.0 * DAYS_A_YEAR
# [day] after diagnosis: whose metastases show later is not enrolled in a trial of metastatic disease; a bound on work
_ALIVE = 9  # index within the stream of patients, beside those of `pharmacology.people`
_GAULT_AGE = 140.0  # Cockcroft and Gault: filtration goes as 140 less age, as in `pharmacology.draw_people`


@dataclass(frozen=True)
class Patients:
    """Patients on the day of randomisation, day 0; n rows.

    Parameters
    ----------
    disease : body.Disease
        Size of the primary on day 0, as if it had never been out; number, growth, seeding, age on day 0.
    people : People
        As drugs and marrow see them.
    diagnosis : (n,) float64 [day]
        0 or before.
    resection : (n,) float64 [day]
        Day on which the primary is out; infinite: it stays.
    screened : int
        Candidates who were looked at to find them.
    """

    disease: body.Disease
    people: People
    diagnosis: Floats
    resection: Floats
    screened: int

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.disease.n


def screen(premises: Premises, first: int, n: int) -> Patients:
    """Draw candidates `first` to `first + n` and keep the eligible ones.

    Before surgery (neoadjuvant, perioperative): a primary in place, no metastasis that a scan shows; randomised at
    diagnosis. Adjuvant: the primary is out at diagnosis, none is shown and he lives at randomisation. Metastatic: a
    metastasis shows within ten years of diagnosis, a first line of treatment that is not simulated has passed since,
    and he lives; whose metastases showed at diagnosis keeps his primary.

    Parameters
    ----------
    premises : Premises
        The trial.
    first, n : int
        Numbers of the candidates.

    Returns
    -------
    Patients
    """
    disease = body.draw_disease(premises.cancer, n, premises.document.seed, first)
    people = _people(premises, disease, first)
    kept = _fits(premises, disease)
    disease, people = disease.take(kept), take(people, kept)
    at, out, eligible = _HISTORIES[premises.trial.setting](premises, disease)
    disease, people = disease.take(eligible), take(people, eligible)
    at, out = at[eligible], out[eligible]
    later = moved(disease, at, premises.cancer)
    return Patients(later, _aged(people, later.age), 0.0 - at, out - at, n)


def moved(disease: body.Disease, days: Floats, cancer: body.Cancer) -> body.Disease:
    """Give the same disease as seen from a later day: primary grown on, patient older.

    A primary that is out has the size that it would have; with its day of resection it has founded the same colonies.
    """
    grown = body.size(disease.history(cancer) + days, disease.decay, cancer.capacity)
    # a tumour at its capacity has no age: the largest number below
    cells = np.where(days == 0.0, disease.cells, np.minimum(grown, np.nextafter(cancer.capacity, 0.0)))
    return dataclasses.replace(disease, cells=cells, age=disease.age + days / DAYS_A_YEAR)


def take(people: People, rows: Marks) -> People:
    """Give the people of some rows."""
    return People(**{field.name: getattr(people, field.name)[rows] for field in dataclasses.fields(People)})


def _people(premises: Premises, disease: body.Disease, first: int) -> People:
    """Draw the people behind the diseases; age is that of the disease."""
    known = premises.parameters_of_people()
    people = pharmacology.draw_people(
        disease.n, premises.document.seed, first=first, cohort=premises.cohort, parameters=known
    )
    return _aged(people, disease.age)


def _aged(people: People, age: Floats) -> People:
    """Give people of another age, with the filtration of that age."""
    return dataclasses.replace(
        people, age=age, egfr=np.maximum(people.egfr * (_GAULT_AGE - age) / (_GAULT_AGE - people.age), 1.0)
    )


def _fits(premises: Premises, disease: body.Disease) -> Marks:
    """Tell who has the size and the age that are asked for."""
    asked = premises.trial.eligibility
    fits = np.ones(disease.n, dtype=bool)
    for bounds, values in (
        (asked.diameter, body.diameter(disease.cells, premises.cancer.density)),
        (asked.age, disease.age),
    ):
        if bounds is not None:
            fits &= (values >= bounds[0]) & (values <= bounds[1])
    return fits


History = tuple[Floats, Floats, Marks]
"""Day of randomisation and of resection, since diagnosis, and who is eligible."""


def _before_surgery(premises: Premises, disease: body.Disease) -> History:
    surgery = premises.trial.surgery
    assert surgery is not None
    at, out = np.zeros(disease.n), np.full(disease.n, surgery)
    known = _untreated(premises, disease, out, 0.0)
    return at, out, np.isinf(known.first_visible) & np.isinf(known.death)


def _after_surgery(premises: Premises, disease: body.Disease) -> History:
    wait = premises.trial.after_surgery
    assert wait is not None
    at, out = np.full(disease.n, wait), np.zeros(disease.n)
    known = _untreated(premises, disease, out, wait)
    return at, out, np.isinf(known.first_visible) & np.isinf(known.death) & _lives(premises, disease, at)


def _with_metastases(premises: Premises, disease: body.Disease) -> History:
    at_once = np.isfinite(_untreated(premises, disease, np.zeros(disease.n), 0.0).first_visible)
    out = np.where(at_once, np.inf, 0.0)
    wait = premises.days("trial.first_line.duration")
    known = _untreated(premises, disease, out, _LATEST + wait)
    at = np.maximum(known.first_visible, 0.0) + wait
    enrolled = np.isfinite(at) & (known.death > at) & (at <= _LATEST + wait)
    at = np.where(enrolled, at, 0.0)
    return at, out, enrolled & _lives(premises, disease, at)


_HISTORIES = {
    "neoadjuvant": _before_surgery,
    "perioperative": _before_surgery,
    "adjuvant": _after_surgery,
    "metastatic": _with_metastases,
}


def _untreated(premises: Premises, disease: body.Disease, out: Floats, horizon: float) -> body.Outcome:
    """Follow the natural history of the cancer alone, from diagnosis; metastases may have killed before it."""
    alone = dataclasses.replace(premises.cancer, other_death=(0.0, premises.cancer.other_death[1]))
    plan = body.Plan(horizon, out, mortal=-np.inf)
    return body.follow(disease, alone, untreated(), plan, premises.document.seed)


def _lives(premises: Premises, disease: body.Disease, days: Floats) -> Marks:
    """Tell who has not died of other causes between diagnosis and a day.

    The draw is one of its own: the threshold of `body` counts from randomisation, and stays what it is in those chosen.
    """
    start, rise = premises.cancer.other_death
    # S = exp(-int_0^t h), h = h0 e^{b age(t)}, age in years
    older = np.expm1(rise / DAYS_A_YEAR * days) * DAYS_A_YEAR / rise if rise > 0.0 else days
    passed = start * np.exp(rise * disease.age) * older
    draw = uniform(disease.number, _ALIVE, Stream.PATIENT, premises.document.seed)[..., 0]
    return draw < np.exp(-passed)
