"""Patients as their disease: how fast it grows and seeds, and how large it is at diagnosis."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.growth import age_at, cells_of
from amoeboid.errors import Fault, ScenarioError
from amoeboid.kernels import random, threads
from amoeboid.seeds import Stream

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_PATIENTS = 2**32
"""Patients that the keys of random draws can tell apart."""

LARGEST = 0.5
"""Share of the capacity that no primary exceeds at diagnosis: beyond it age says nothing about size."""


@dataclass(frozen=True)
class Disease:
    """One row per patient; each array is (n,).

    Parameters
    ----------
    number : int64
        Number of the patient: the key of all his draws.
    decay : float64 [1/day]
        Gompertz decay of every lesion.
    cells : float64 [cells]
        The primary at diagnosis, day 0.
    seeding : float64 [1/day]
        Colonies founded per day by an untreated tumour of one cell.
    age : float64 [year]
        Of the patient at diagnosis.

    Raises
    ------
    ScenarioError
        When lengths differ or a number is outside its range; tells all.
    """

    number: Whole
    decay: Floats
    cells: Floats
    seeding: Floats
    age: Floats

    def __post_init__(self) -> None:
        n = self.number.shape
        faults = [] if len(n) == 1 else [_fault("number", f"shape {n}", "one number per patient")]
        if np.any((self.number < 0) | (self.number >= MOST_PATIENTS)):
            faults.append(_fault("number", "a number of a patient cannot be a key", f"0 to {MOST_PATIENTS - 1}"))
        for name, low in (("decay", 0.0), ("cells", 1.0), ("seeding", -1.0), ("age", -1.0)):
            row = getattr(self, name)
            if row.shape != n:
                faults.append(_fault(name, f"shape {row.shape}", f"one per patient, {n}"))
            elif not np.all(np.isfinite(row) & (row > low) & (row >= 0.0)):
                faults.append(
                    _fault(name, "a number is out of range or not finite", f"finite, above {max(low, 0.0):g}")
                )
        if faults:
            raise ScenarioError(*faults)

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.number)

    def rows(self, first: int, last: int) -> Disease:
        """Give patients `first` to `last`, `last` not among them."""
        return self.take(slice(first, last))

    def take(self, which: slice | Whole | NDArray[np.bool_]) -> Disease:
        """Give the patients at these rows."""
        return Disease(**{field.name: getattr(self, field.name)[which] for field in dataclasses.fields(self)})

    def history(self, cancer: Cancer) -> Floats:
        """Give the days [day] from the first cell to diagnosis, (n,)."""
        return age_at(self.cells, self.decay, cancer.capacity)


def draw_disease(cancer: Cancer, n: int, seed: int, first: int = 0) -> Disease:
    """Draw patients `first` to `first + n` of a kind of cancer.

    Decay, seeding and diameter are log-normal and independent, age is normal, and cut at 18 and 100 years. A patient
    is a function of seed and number alone. Primaries are cut at half of the capacity.

    Parameters
    ----------
    cancer : Cancer
    n : int
        Number of patients.
    seed : int
    first : int
        Number of the first patient.

    Raises
    ------
    ScenarioError
        When there are less than no patients, or more than keys.
    """
    if n < 0 or first < 0 or first + n > MOST_PATIENTS:
        what = f"patients `{first}` to `{first + n}`"
        do = "ask for fewer patients"
        raise ScenarioError(Fault("body.draw_disease", what, f"numbers 0 to {MOST_PATIENTS - 1}", "", do, "AMB-S602"))
    number = np.arange(first, first + n, dtype=np.int64)
    z = np.empty((n, 4))
    threads.run_chunks(random.fill_normals, n, number, (0, int(Stream.DISEASE), 0, np.uint64(seed)), z)
    width = cells_of(_lognormal(cancer.diameter, z[:, 2]), cancer.density)
    return Disease(
        number=number,
        decay=_lognormal(cancer.decay, z[:, 0]),
        cells=np.clip(width, 2.0, LARGEST * cancer.capacity),
        seeding=_lognormal(cancer.seeding, z[:, 1]),
        age=np.clip(cancer.age[0] + cancer.age[1] * z[:, 3], *_AGES),
    )


_AGES = (18.0, 100.0)  # [year]: adults, and no patient older than the life tables that other causes of death come from


def _lognormal(law: tuple[float, float], z: Floats) -> Floats:
    median, spread = law
    return np.asarray(median * np.exp(spread * z))


def _fault(field: str, what: str, expected: str) -> Fault:
    return Fault(f"disease.{field}", what, expected, "", f"correct `{field}`", "AMB-S601")
