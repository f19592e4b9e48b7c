"""Death: of metastases, by a hazard that rises with their burden, or of other causes, by a law of age.

Each patient has a threshold for either cause, the same in every arm, and dies when the integral of the hazard passes
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.course import Course, some_of
from amoeboid.body.disease import Disease
from amoeboid.body.lumps import Lumps
from amoeboid.kernels import burden as kernels
from amoeboid.kernels import random, threads
from amoeboid.seeds import Stream
from amoeboid.units import DAYS_A_YEAR

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def thresholds(disease: Disease, seed: int) -> Floats:
    """Draw the exponential thresholds of each patient, other causes and metastases, (n, 2)."""
    words = np.empty((disease.n, 4), np.uint32)
    threads.run_chunks(
        random.fill_words, disease.n, disease.number, (0, int(Stream.DEATH_OF_PATIENT), 0, np.uint64(seed)), words
    )
    return np.asarray(-np.log((words[:, :2] + 0.5) * 2.0**-32))


def other_death(disease: Disease, cancer: Cancer, horizon: float, seed: int) -> Floats:
    """Give the day of death of other causes, infinite beyond the horizon, (n,) [day].

    Gompertz mortality in age, inverted in closed form.
    """
    start, rise = cancer.other_death
    threshold = thresholds(disease, seed)[:, 0]
    # h(t) = h0 e^{b (age + t)};  int_0^T h = E  =>  T = ln(1 + b E / (h0 e^{b age})) / b
    with np.errstate(divide="ignore"):
        wait = threshold / (start * np.exp(rise * disease.age))
    day = np.log1p(rise / DAYS_A_YEAR * wait) * DAYS_A_YEAR / rise if rise > 0.0 else wait
    return np.where(day < horizon, day, np.inf)


def cancer_death(
    disease: Disease, cancer: Cancer, course: Course, known: tuple[Lumps, Whole, Floats], mortal: float, seed: int
) -> Floats:
    """Give the day of death of metastases of some patients, infinite after their cut.

    Parameters
    ----------
    disease, cancer, course
        Of all patients.
    known : Lumps, (n_some,) int64, (n,) float64 [day]
        Colonies so far, rows of the patients who are asked for, and the days up to which it matters.
    mortal : float [day]
        Day from which metastases can kill.
    seed : int

    Returns
    -------
    day : (n_some,) float64 [day]
    """
    lumps, some, cut = known
    patients = disease.take(some)
    part = some_of(course, some, disease.n)
    most = (cancer.hazard, cancer.burden_half, cancer.steepness)
    hazard = (*most, thresholds(patients, seed)[:, 1], cut[some], mortal)
    day, body = np.empty(len(some)), (patients.decay, float(np.log(cancer.capacity)))
    tables = lumps.tables(some, float(cancer.weights.max()))
    threads.run_chunks(kernels.dying, len(some), tables, body, part, hazard, day)
    return day
