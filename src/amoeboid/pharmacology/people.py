"""Who takes a drug: sex, age, weight, kidneys and blood counts of patients, one row for each."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import special

from amoeboid import units
from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.seeds import Stream, normal, uniform

Column = NDArray[np.float64]

_DRAW = 7  # index within the stream of patients, so that other draws of a patient do not fall on these
_SEX_INDEX = 8  # as above, for the one uniform draw

# Cockcroft and Gault's estimate of creatinine clearance: (140 - age) weight / (72 creatinine), 0.85 of it in women;
# years, kg, mg/dl and ml/min. Recalled; every population model of the library counts the kidneys so.
_OLDEST_AGE, _CREATININE_FACTOR, _WOMAN_FACTOR = 140.0, 72.0, 0.85


_UNITS = {"age": "year", "weight": "kg", "creatinine": "mg/dl", "haemoglobin": "g/dl"}
"""Unit of a cohort's numbers here, by the first word of the key; platelets are 10^9/L, without unit in the records."""


@dataclass(frozen=True)
class People:
    """Patients as drugs and marrow see them; every column has a row for each.

    Parameters
    ----------
    number : (n,) int64
        Number of the patient, which keys all random draws.
    sex : (n,) str
        ``"M"`` or ``"F"``.
    age : (n,) float64 [year]
    weight : (n,) float64 [kg]
    egfr : (n,) float64 [ml/min]
        Filtration of the kidneys, as clearance of creatinine.
    platelets : (n,) float64 [10^9/L]
        Before treatment.
    haemoglobin : (n,) float64 [g/dl]
        Before treatment.

    Raises
    ------
    ScenarioError
        When columns differ in length, a sex is neither, or a number is not above 0 and finite; tells all.
    """

    number: NDArray[np.int64]
    sex: NDArray[np.str_]
    age: Column
    weight: Column
    egfr: Column
    platelets: Column
    haemoglobin: Column

    def __post_init__(self) -> None:
        faults = [
            _fault(field.name, f"{len(getattr(self, field.name))} rows", f"{self.n} rows, as `number` has")
            for field in fields(self)
            if len(getattr(self, field.name)) != self.n
        ]
        if not np.all(np.isin(self.sex, ("M", "F"))):
            faults.append(_fault("sex", "an entry that is no sex", '"M" or "F"'))
        for name in ("age", "weight", "egfr", "platelets", "haemoglobin"):
            column = getattr(self, name)
            if not np.all(np.isfinite(column) & (column > 0.0)):
                faults.append(_fault(name, "an entry that is no number above 0", "numbers above 0, finite"))
        if faults:
            raise ScenarioError(*faults)

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.number)

    @property
    def woman(self) -> NDArray[np.bool_]:
        """Tell for each whether she is a woman."""
        return np.asarray(self.sex == "F")

    def rows(self, first: int, last: int) -> People:
        """Give patients `first` to `last` by row, `last` not among them."""
        return People(*(getattr(self, field.name)[first:last] for field in fields(self)))


def cohorts(parameters: Parameters | None = None) -> tuple[str, ...]:
    """Give the names of the populations that `draw_people` knows.

    Examples
    --------
    >>> "solid" in cohorts()
    True
    """
    p = parameters or Parameters(catalogue())
    return tuple(sorted({id.split(".")[1] for id in p.catalogue.ids("people.")}))


def draw_people(
    n: int, seed: int, *, first: int = 0, cohort: str = "solid", parameters: Parameters | None = None
) -> People:
    """Draw patients of a population, each from nothing but the seed and his number.

    Age and platelets are log-normal between their least and most, creatinine and weight log-normal by sex, haemoglobin
    normal by sex and above its least; filtration follows from age, weight, sex and creatinine (Cockcroft and Gault).
    What a cohort does not say is as in ``solid``. Adults only.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        Seed of the study.
    first : int
        Number of the first; the others follow.
    cohort : str
        Population of `cohorts`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    people : People

    Raises
    ------
    ScenarioError
        When the cohort is not known.

    Examples
    --------
    >>> draw_people(1000, seed=1).n
    1000
    """
    p = parameters or Parameters(catalogue())
    v = _numbers(cohort, p)
    number = np.arange(first, first + n, dtype=np.int64)
    woman = uniform(number, _SEX_INDEX, Stream.PATIENT, seed)[:, 0] < v["woman_share"]
    z = normal(number, _DRAW, Stream.PATIENT, seed, 5)
    age = _between(v, "age", z[:, 0])
    weight = np.where(woman, _spread(v, "weight_woman", z[:, 1]), _spread(v, "weight_man", z[:, 1]))
    creatinine = np.where(woman, _spread(v, "creatinine_woman", z[:, 2]), _spread(v, "creatinine_man", z[:, 2]))
    egfr = (_OLDEST_AGE - age) * weight / (_CREATININE_FACTOR * creatinine) * np.where(woman, _WOMAN_FACTOR, 1.0)
    middle, deviation = np.where(woman, v["haemoglobin_woman"], v["haemoglobin_man"]), v["haemoglobin_deviation"]
    haemoglobin = middle + deviation * _cut(z[:, 4], (v["haemoglobin_least"] - middle) / deviation, np.inf)
    platelets = _between(v, "platelets", z[:, 3])
    return People(number, np.where(woman, "F", "M"), age, weight, egfr, platelets, haemoglobin)


def usual_person(sex: str = "M", *, cohort: str = "solid", parameters: Parameters | None = None) -> People:
    """Give one person, number 0, with the middle of each distribution of a cohort.

    Raises
    ------
    ScenarioError
        When the cohort is not known, or the sex is neither M nor F.

    Examples
    --------
    >>> float(usual_person("F").weight[0])
    68.0
    """
    v = _numbers(cohort, parameters or Parameters(catalogue()))
    kind = "woman" if sex == "F" else "man"
    age, weight, creatinine = v["age"], v[f"weight_{kind}"], v[f"creatinine_{kind}"]
    egfr = (_OLDEST_AGE - age) * weight / (_CREATININE_FACTOR * creatinine) * (_WOMAN_FACTOR if sex == "F" else 1.0)
    columns = (age, weight, egfr, v["platelets"], v[f"haemoglobin_{kind}"])
    return People(np.zeros(1, dtype=np.int64), np.array([sex]), *(np.array([x]) for x in columns))


def _numbers(cohort: str, p: Parameters) -> dict[str, float]:
    """Give the numbers of a cohort over those of ``solid``, in the units of `People`; spreads as ``<key>.spread``."""
    known = cohorts(p)
    if cohort not in known:
        raise ScenarioError(_unknown(cohort, known))
    found: dict[str, float] = {}
    for name in ("solid", cohort):
        for key, number in p.group(f"people.{name}").items():
            record = p.value(f"people.{name}.{key}")
            target = _UNITS.get(key.split("_")[0])
            found[key] = units.convert(number, record.internal_unit, target) if target else number
            if record.spread is not None:
                found[f"{key}.spread"] = record.spread
    return found


def _between(v: dict[str, float], key: str, z: Column) -> Column:
    """Give log-normal numbers between the least and the most of a key."""
    spread = v[f"{key}.spread"]
    low, high = (np.log(v[f"{key}_{end}"] / v[key]) / spread for end in ("least", "most"))
    return _spread(v, key, _cut(z, low, high))


def _cut(z: Column, low: Column | float, high: Column | float) -> Column:
    """Turn normal draws into draws of the normal law between two bounds, each from the one draw that it was."""
    below, above = special.ndtr(low), special.ndtr(high)
    return np.asarray(np.clip(special.ndtri(below + special.ndtr(z) * (above - below)), low, high))


def _spread(v: dict[str, float], key: str, z: Column) -> Column:
    return np.asarray(v[key] * np.exp(v.get(f"{key}.spread", 0.0) * z), dtype=np.float64)


def _fault(field: str, what: str, expected: str) -> Fault:
    return Fault(f"people.{field}", what, expected, "", f"correct `{field}`", "AMB-S630")


def _unknown(cohort: str, known: tuple[str, ...]) -> Fault:
    return Fault(
        "cohort",
        f"unknown cohort `{cohort}`",
        ", ".join(f"`{name}`" for name in known),
        nearest_name(cohort, known),
        "correct the name",
        "AMB-S631",
    )
