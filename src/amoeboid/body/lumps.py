"""Colonies of one age put together, so that a patient with a hundred thousand costs no more than one with a thousand.

All lesions of a patient follow one curve on his clock of growth. Those whose clocks differ by little are one lump at
their mean: to second order nothing is lost, some 1e-4 of the burden. Only death is found from lumps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.colonies import Rows
from amoeboid.body.course import Course
from amoeboid.body.disease import Disease
from amoeboid.kernels import burden as kernels
from amoeboid.kernels import threads

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Tables = tuple[Whole, Floats, Floats, Floats]

WIDTH = 0.05
"""Growth of ln(cells) while small, across a lump: its spread then changes the sum by WIDTH^2 / 24, 1e-4."""

_BITS = 24
_MIDDLE = 1 << (_BITS - 1)


@dataclass(frozen=True)
class Lumps:
    """Lumps sorted by patient, then from old to young; each array is (n_lumps,).

    Parameters
    ----------
    place : int64
        Row of the patient and age class, in one number.
    count : int64
        Colonies in the lump.
    weight : float64
        Sum of their weights.
    moment : float64 [day]
        Sum of weight times origin on the clock of growth.
    """

    place: Whole
    count: Whole
    weight: Floats
    moment: Floats

    @property
    def patient(self) -> Whole:
        """Row of the patient."""
        return self.place >> _BITS

    def tables(self, some: Whole, heaviest: float) -> Tables:
        """Give start, origin, weight and what lies behind each lump, of some patients in rising order.

        Sums over patients are of whole numbers only, so that no patient feels who else is there.
        """
        first, last = np.searchsorted(self.patient, some), np.searchsorted(self.patient, some, side="right")
        start = np.concatenate([[0], np.cumsum(last - first)])
        at = np.arange(start[-1]) + np.repeat(first - start[:-1], last - first)
        by_now = np.cumsum(self.count[at])
        behind = np.append(by_now, 0)[np.repeat(start[1:] - 1, last - first)] - by_now
        return start, self.moment[at] / self.weight[at], self.weight[at], heaviest * behind


def lumps_of(rows: Rows, disease: Disease, cancer: Cancer, course: Course) -> Lumps:
    """Give colonies as lumps; weights are those of their organs."""
    clock = np.empty(len(rows))
    threads.run_chunks(kernels.clocks, len(rows), rows.patient, (rows.origin, rows.awake), course, clock)
    rate = disease.decay[rows.patient] * np.log(cancer.capacity)
    age = np.clip(np.floor(clock * rate / WIDTH), -_MIDDLE, _MIDDLE - 1).astype(np.int64)
    weight = cancer.weights[rows.organ]
    one = Lumps((rows.patient << _BITS) + age + _MIDDLE, np.ones(len(rows), np.int64), weight, weight * clock)
    return merged(one)


def merged(*parts: Lumps) -> Lumps:
    """Put lumps of the same patient and age together."""
    place = np.concatenate([part.place for part in parts])
    order = np.argsort(place, kind="stable")
    first = np.flatnonzero(np.diff(place[order], prepend=-1))
    if not len(first):
        return parts[0]
    columns = ("count", "weight", "moment")
    sums = (np.add.reduceat(np.concatenate([getattr(part, x) for part in parts])[order], first) for x in columns)
    return Lumps(place[order][first], *sums)
