"""Treatment as kernels read it: levels of founding, and what killing and growth have lost or won by a day.

Integrals hold the excess over 1, so that a treatment that changes nothing adds exactly 0 and an arm at dose 0 is the
control to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError
from amoeboid.process import Treatment

Floats = NDArray[np.float64]
Course = tuple[Floats, Floats, Floats, Floats, Floats]


def course(treatment: Treatment, n: int) -> Course:
    """Give edges, levels, their bounds, excesses and their integrals of a treatment of n patients.

    Raises
    ------
    ScenarioError
        When the treatment has rows for another number of patients.
    """
    parts = (treatment.single, treatment.cluster, treatment.extravasation, treatment.killing, treatment.growth)
    rows = max(len(part) for part in parts)
    if any(len(part) not in (1, n) for part in parts):
        what = f"treatment of {rows} patients for {n}"
        do = "give one row for all, or one for each"
        raise ScenarioError(Fault("treatment", what, f"1 or {n} rows", "", do, "AMB-S605"))
    single, cluster, leaving, killing, growth = (np.broadcast_to(part, (rows, part.shape[1])) for part in parts)
    levels = np.ascontiguousarray([single * leaving, cluster * leaving])
    excess = np.ascontiguousarray([killing - 1.0, growth - 1.0])
    total = np.zeros((2, rows, excess.shape[2] + 1))
    np.cumsum(excess * np.diff(treatment.edges), axis=2, out=total[:, :, 1:])
    return treatment.edges.astype(np.float64), levels, _bounds(levels, total[1]), excess, total


def some_of(course: Course, some: NDArray[np.int64], n: int) -> Course:
    """Give the treatment of some of n patients; a common row stays common."""
    if len(some) == n or course[1].shape[1] == 1:
        return course
    edges, levels, bounds, excess, total = course
    return edges, levels[:, some], bounds[some], excess[:, some], total[:, some]


def _bounds(levels: Floats, gained: Floats) -> Floats:
    """Give the logarithm of the highest level, 0 at least, and the most days of growth that are added, (rows, 2)."""
    days = (gained - np.minimum.accumulate(gained, axis=1)).max(axis=1)
    return np.stack([np.log(levels.max(axis=(0, 2), initial=1.0)), days], axis=1)
