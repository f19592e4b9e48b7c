"""What is seen of colonies: their burden on given days, and the day on which each can be seen.

A scan shows a lesion of diameter D with chance 1 / (1 + e^{-(D - D50) / w}). Each lesion keeps its own place on that
curve, since some are hidden and some lie open: two scans of one lesion of one size agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.colonies import Colonies
from amoeboid.body.course import Course, course
from amoeboid.body.growth import cells_of, scaled_age
from amoeboid.kernels import burden as kernels
from amoeboid.kernels import threads

Floats = NDArray[np.float64]

LEAST = 1.0
"""Diameter [mm] below which nothing is seen: about a voxel of a scan; bears on one lesion in a thousand or so."""


def burden(colonies: Colonies, days: Floats) -> Floats:
    """Give the cells in all metastases of each patient on given days, (n, n_days).

    Complete up to the cut of a patient; after it as if he lived, without what would have been founded since.

    Parameters
    ----------
    colonies : Colonies
    days : (n_days,) float64 [day]
    """
    n = colonies.disease.n
    when = np.ascontiguousarray(days, dtype=np.float64)
    out = np.empty((n, len(when)))
    lesions = (colonies.start, colonies.origin, colonies.awake, np.ones(len(colonies)))
    threads.run_chunks(kernels.total, n, lesions, _body(colonies), course_of(colonies), when, out)
    return out


def reached(colonies: Colonies, diameter: float | Floats) -> Floats:
    """Give the day on which each colony reaches a diameter [mm], under treatment, (n_colonies,) [day]."""
    cancer = colonies.cancer
    scaled = np.broadcast_to(scaled_age(cells_of(diameter, cancer.density), cancer.capacity), (len(colonies),))
    out = np.empty(len(colonies))
    lesions = (colonies.start, colonies.origin, colonies.awake, out)
    threads.run_chunks(
        kernels.reached, colonies.disease.n, lesions, _body(colonies), course_of(colonies), np.array(scaled), out
    )
    return out


def visible(colonies: Colonies) -> Floats:
    """Give the day from which imaging shows each colony, (n_colonies,) [day]."""
    half, width = colonies.cancer.detection
    # P(seen) = 1 / (1 + e^{-(D - D50) / w}) > U  <=>  D > D50 + w ln(U / (1 - U))
    return reached(colonies, np.maximum(half + width * colonies.logit, LEAST))


def primary_cells(colonies: Colonies, days: Floats) -> Floats:
    """Give the cells of each primary on given days, 0 from the day on which it is out, (n, n_days)."""
    disease, plan = colonies.disease, colonies.plan
    n, born = disease.n, -disease.history(colonies.cancer)
    when = np.ascontiguousarray(days, dtype=np.float64)
    out = np.empty((n, len(when)))
    lesions = (np.arange(n + 1), born, born, np.ones(n))
    threads.run_chunks(kernels.total, n, lesions, _body(colonies), course_of(colonies), when, out)
    return np.where(when < plan.out(n)[:, None], out, 0.0)


def first_visit(day: Floats, visits: Floats) -> Floats:
    """Give the first visit on or after a day, infinite when there is none; visits [day] rise.

    Examples
    --------
    >>> first_visit(np.array([10.0, 90.0, 91.0]), np.array([0.0, 90.0]))
    array([90., 90., inf])
    """
    return np.append(visits, np.inf)[np.searchsorted(visits, day)]


def course_of(colonies: Colonies) -> Course:
    """Give the treatment of colonies as kernels read it."""
    return course(colonies.treatment, colonies.disease.n)


def _body(colonies: Colonies) -> tuple[Floats, float]:
    return colonies.disease.decay, float(np.log(colonies.cancer.capacity))
