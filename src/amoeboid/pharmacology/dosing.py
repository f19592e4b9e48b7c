"""From dosing records to concentrations: each individual's doses, infusions, steady states and resets, superposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import EvidenceError, Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats import DosingRecords
from amoeboid.formats.nonmem import DOSE, RESET, RESET_AND_DOSE
from amoeboid.pharmacology.people import People, usual_person
from amoeboid.pharmacology.population import PopulationKinetics
from amoeboid.pharmacology.superposition import MOIETIES, Plan, superposed

Column = NDArray[np.float64]

PLASMA = 2
"""Compartment of the records that is plasma; 1, or none told, is where a tablet goes."""

_NAMES = {
    "age": ("AGE",),
    "weight": ("WT", "WEIGHT", "BWT"),
    "egfr": ("CRCL", "EGFR", "CLCR"),
    "platelets": ("PLT", "PLAT"),
    "haemoglobin": ("HGB", "HB"),
}
"""Names of covariate columns, by field of `People`."""


def people_of(records: DosingRecords) -> People:
    """Give the individuals of dosing records as people, numbered in the order of the file.

    Sex is read from ``SEX`` as M or F, or from ``SEXF`` as 1 for a woman; ``SEX`` as a number is refused, since files
    differ in what it means. A covariate without a column, or missing, is that of a usual man.

    Raises
    ------
    ScenarioError
        When a sex cannot be told, or a covariate is no number above 0.
    """
    who = records.individuals
    first = np.array([int(np.flatnonzero(records.id == one)[0]) for one in who])
    columns = {name: _covariate(records, name, first) for name in _NAMES}
    return People(number=np.arange(len(who), dtype=np.int64), sex=_sex(records, first), **columns)


def exposure_of(
    records: DosingRecords,
    population: PopulationKinetics,
    times: ArrayLike | None = None,
    *,
    moiety: str = "parent",
    parameters: Parameters | None = None,
) -> Column:
    """Give the total concentrations in plasma that follow from dosing records.

    Doses superpose exactly. A dose into compartment `PLASMA`, and one with a rate or duration, goes into plasma and
    not through the gut; its amount then counts over the oral bioavailability, as the record's volumes are apparent.
    A steady state of kind 1, and a reset, take away what was there before; one of kind 2 comes on top.

    Parameters
    ----------
    records : DosingRecords
        From `formats.read_nonmem`.
    population : PopulationKinetics
        A row for each individual, in the order of the file; see `people_of`.
    times : (n_times,) array_like, optional [s]
        On the clock of the records; those of the rows when left out.
    moiety : str
        Of `superposition.MOIETIES`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    total : float64 [nM]
        (individuals, n_times), or for each row of the records when no times are given.

    Raises
    ------
    ScenarioError
        When the population has other rows, or the moiety is not known or not followed.
    EvidenceError
        When a dose goes into plasma and the oral bioavailability of the drug is not known.
    """
    who = records.individuals
    if population.n != len(who) or moiety not in MOIETIES:
        raise ScenarioError(_no_match(population.n, len(who), moiety))
    p = parameters or Parameters(catalogue())
    at = None if times is None else np.atleast_1d(np.asarray(times, dtype=np.float64))
    total = np.zeros(len(records.id)) if at is None else np.zeros((len(who), at.size))
    for row, one in enumerate(who):
        own = np.flatnonzero(records.id == one)
        person = _Person(population.rows(row, row + 1), moiety, p)
        if at is None:
            total[own] = _individual(records, own, person, records.time[own])
        else:
            total[row] = _individual(records, own, person, at)
    return total


@dataclass(frozen=True)
class _Person:
    """One individual's kinetics, and what is asked of them."""

    kinetics: PopulationKinetics
    moiety: str
    parameters: Parameters


@dataclass(frozen=True)
class _Given:
    """What one row gives: from when [s], until when it counts, how much [mg], how, and into what."""

    start: float
    until: float
    amount: float
    plan: Plan
    kinetics: PopulationKinetics


def _individual(records: DosingRecords, own: NDArray[np.int64], person: _Person, at: Column) -> Column:
    """Superpose the doses of one individual at times [s]."""
    total = np.zeros(at.size)
    for given in _doses(records, own, person):
        counts = (at >= given.start) & (at < given.until)
        if np.any(counts):
            dose = np.array([given.amount])
            total[counts] += superposed(given.kinetics, dose, at[counts] - given.start, given.plan, person.moiety)[0]
    return total


def _doses(records: DosingRecords, own: NDArray[np.int64], person: _Person) -> Iterator[_Given]:
    """Give the doses of one individual, each with the time of the next reset."""
    clears = np.isin(records.event[own], (RESET, RESET_AND_DOSE)) | (
        (records.event[own] == DOSE) & (records.steady[own] == 1)
    )
    for place, row in enumerate(own):
        if records.event[row] in (DOSE, RESET_AND_DOSE):
            later = records.time[own[place + 1 :][clears[place + 1 :]]]
            until = float(later[0]) if later.size else np.inf
            start, amount = float(records.time[row]), float(records.amount[row])
            yield _Given(start, until, amount, _plan(records, int(row)), _way(records, int(row), person))


def _plan(records: DosingRecords, row: int) -> Plan:
    if records.steady[row]:
        return Plan(float(records.interval[row]), 1.0 + float(records.additional[row]), primed=True)
    if records.additional[row]:
        return Plan(float(records.interval[row]), 1.0 + float(records.additional[row]))
    return Plan()


def _way(records: DosingRecords, row: int, person: _Person) -> PopulationKinetics:
    """Give the kinetics of a dose by the way it goes: as the drug's record has it, or straight into plasma."""
    kinetics, duration = person.kinetics, float(records.duration[row])
    if duration == 0.0 and records.compartment[row] != PLASMA:
        return kinetics
    none = np.zeros(1)
    return replace(
        kinetics,
        absorption_rate=none,
        zero_order_duration=np.array([duration]),
        zero_order_share=1.0 if duration > 0.0 else 0.0,
        lag=none,
        transit_rate=none,
        transit_count=0,
        bioavailability=np.array([_into_plasma(kinetics.drug, person.parameters)]),
    )


def _into_plasma(id: str, p: Parameters) -> float:
    """Give what an amount put into plasma counts against apparent volumes."""
    if f"drug.{id}.intravenous_share" in p:
        return p[f"drug.{id}.intravenous_share"]
    if f"drug.{id}.oral_bioavailability" in p:
        return 1.0 / p[f"drug.{id}.oral_bioavailability"]
    raise EvidenceError(
        Fault(
            f"drug.{id}",
            "a dose goes into plasma, and how much of one by mouth arrives there is not known",
            f"a value `drug.{id}.oral_bioavailability`",
            "",
            "add the value with its source, or give the dose by mouth (no RATE, no DUR, CMT 1)",
            "AMB-E630",
        )
    )


def _covariate(records: DosingRecords, name: str, first: NDArray[np.int64]) -> Column:
    usual = float(getattr(usual_person(), name)[0])
    for column in _NAMES[name]:
        values = records.covariates.get(column)
        if values is not None and values.dtype.kind == "f":
            own = np.asarray(values[first], dtype=np.float64)
            return np.where(np.isnan(own), usual, own)
    return np.full(len(first), usual)


def _sex(records: DosingRecords, first: NDArray[np.int64]) -> NDArray[np.str_]:
    covariates: Mapping[str, NDArray[np.float64] | NDArray[np.str_]] = records.covariates
    if "SEXF" in covariates and covariates["SEXF"].dtype.kind == "f":
        return np.where(covariates["SEXF"][first] == 1.0, "F", "M")
    if "SEX" not in covariates:
        return np.full(len(first), "M")
    values = covariates["SEX"][first]
    if values.dtype.kind == "f" or not np.all(np.isin(values, ("M", "F"))):
        raise ScenarioError(
            Fault(
                f"{records.name}, column SEX",
                "an entry that is not M or F",
                "M or F, or a column SEXF with 1 for a woman",
                "",
                "write the sex in letters, since numbers are used both ways",
                "AMB-S639",
            )
        )
    return np.asarray(values)


def _no_match(n: int, individuals: int, moiety: str) -> Fault:
    if n != individuals:
        return Fault("population", f"{n} rows for {individuals} individuals", "a row for each individual, in order", "",
                     "draw it for `people_of(records)`", "AMB-S640")  # fmt: skip
    return Fault("moiety", f"`{moiety}`", ", ".join(MOIETIES), "", "ask for one of them", "AMB-S641")
