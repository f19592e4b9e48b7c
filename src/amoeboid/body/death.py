"""Death: of metastases, by a hazard that rises with their burden, or of other causes, by a law of age.

Each patient has a threshold for either cause, the same in every arm, and dies when the integral of the hazard passes
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.colonies import Rows
from amoeboid.body.course import Course
from amoeboid.body.disease import Disease
from amoeboid.kernels import burden as kernels
from amoeboid.kernels import random, threads
from amoeboid.seeds import Stream

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

YEAR = 365.25
"""Days in a Julian year: ages are years, all else is days."""


def thresholds(disease: Disease, seed: int) -> Floats:
    """Draw the exponential thresholds of each patient, other causes and metastases, (n, 2)."""
    words = np.empty((disease.n, 4), np.uint32)
    threads.run_chunks(random.fill_words, disease.n, disease.number, (0, int(Stream.DEATH_OF_PATIENT), 0, seed), words)
    return -np.log((words[:, :2] + 0.5) * 2.0**-32)


def other_death(disease: Disease, cancer: Cancer, horizon: float, seed: int) -> Floats:
    """Give the day of death of other causes, infinite beyond the horizon, (n,) [day].

    Gompertz mortality in age, inverted in closed form.
    """
    start, rise = cancer.other_death
    threshold = thresholds(disease, seed)[:, 0]
    # h(t) = h0 e^{b (age + t)};  int_0^T h = E  =>  T = ln(1 + b E / (h0 e^{b age})) / b
    with np.errstate(divide="ignore"):
        wait = threshold / (start * np.exp(rise * disease.age))
    day = np.log1p(rise / YEAR * wait) * YEAR / rise if rise > 0.0 else wait
    return np.where(day < horizon, day, np.inf)


def cancer_death(
    disease: Disease, cancer: Cancer, course: Course, known: tuple[Rows, Whole, Floats], seed: int
) -> Floats:
    """Give the day of death of metastases of some patients, infinite after their cut.

    Parameters
    ----------
    disease, cancer, course
        Of all patients.
    known : Rows, (n_some,) int64, (n,) float64 [day]
        Colonies so far, rows of the patients who are asked for, and the days up to which it matters.
    seed : int

    Returns
    -------
    day : (n_some,) float64 [day]
    """
    rows, some, cut = known
    everybody = len(some) == disease.n
    place = np.full(disease.n, -1)
    place[some] = np.arange(len(some))
    at = np.flatnonzero(place[rows.patient] >= 0)
    at = at[np.argsort(rows.patient[at], kind="stable")]
    start = np.concatenate([[0], np.cumsum(np.bincount(place[rows.patient[at]], minlength=len(some)))])
    lesions = (start, rows.origin[at], rows.awake[at], cancer.weights[rows.organ[at]])
    part = course if everybody or course[1].shape[1] == 1 else _of(course, some)
    hazard = (
        cancer.hazard,
        cancer.burden_half,
        cancer.steepness,
        thresholds(disease.take(some), seed)[:, 1],
        cut[some],
    )
    day = np.empty(len(some))
    body = (disease.decay[some], float(np.log(cancer.capacity)))
    threads.run_chunks(kernels.dying, len(some), lesions, body, part, hazard, day)
    return day


def _of(course: Course, some: Whole) -> Course:
    edges, levels, strata, excess, total = course
    return edges, levels[:, some], strata[some], excess[:, some], total[:, some]
