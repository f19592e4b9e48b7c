"""Trials as CDISC analysis tables: ADSL, one row per subject, and ADTTE, one row per subject and endpoint.

Names and labels keep to the basics of ADaM (names of at most 8 characters, labels of at most 40); CNSR is 0 for an
event and above 0 for a reason of censoring; AVAL = ADT - STARTDT + 1 in whole days, and TTEXACT the exact time.
Subjects are virtual: what was not simulated (race, site) says so.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, FormatError
from amoeboid.formats.datasets import LABEL_LENGTH, NAME, Dataset, Variable, write_dataset

FIRST_DAY = datetime.date(2000, 1, 1)
"""Day 0 of a virtual trial, when none is given: no real trial is meant."""


@dataclass(frozen=True)
class Subjects:
    """Who took part: one row per subject, (n,) arrays.

    Parameters
    ----------
    study : str
        Name of the trial, STUDYID.
    number : int
        Number of the virtual patient; unique.
    arm : str
        Planned arm.
    randomised : float [day]
        Since the first day of the trial.
    age : float [year], sex : ``M`` or ``F``
    more : tuple of Variable
        What else is known at baseline, such as ``Variable("TUMDIAM", "Diameter of Primary (mm)", …)``.
    first_day : datetime.date
        Calendar day 0; by convention 2000-01-01.
    """

    study: str
    number: NDArray[np.int64]
    arm: NDArray[Any]
    randomised: NDArray[np.float64]
    age: NDArray[np.float64]
    sex: NDArray[Any]
    more: tuple[Variable, ...] = ()
    first_day: datetime.date = FIRST_DAY

    @property
    def names(self) -> NDArray[np.str_]:
        """Names of subjects, USUBJID."""
        return np.array([f"{self.study}-{number:08d}" for number in self.number], dtype=np.str_)

    @property
    def randomisation_date(self) -> NDArray[np.datetime64]:
        """Calendar day of randomisation."""
        return _dates(np.datetime64(self.first_day, "D"), self.randomised)


@dataclass(frozen=True)
class Endpoint:
    """Time to one event, one value per subject.

    Parameters
    ----------
    code, name : str
        PARAMCD (``OS``) and PARAM (``Overall Survival``); the unit, days, is added.
    time : (n,) float [day]
        Since randomisation.
    censoring : (n,) int
        CNSR: 0 for the event, else the number of a reason.
    event : str
        EVNTDESC of the event, such as ``Death``.
    reasons : mapping of int to str
        Text of each reason, such as ``{1: "End of follow-up", 2: "Lost to follow-up"}``.
    """

    code: str
    name: str
    time: NDArray[np.float64]
    censoring: NDArray[np.int64]
    event: str
    reasons: Mapping[int, str] = field(default_factory=lambda: {1: "End of follow-up"})


def adsl(subjects: Subjects) -> Dataset:
    """Give the table of subjects, one row each.

    Raises
    ------
    FormatError
        When a subject comes twice, lengths differ, or a variable's name or label is not of ADaM.

    Examples
    --------
    >>> arms, ages, sexes = np.array(["A", "B"]), np.array([61.0, 58.9]), np.array(["F", "M"])
    >>> two = Subjects("DEMO", np.array([3, 4]), arms, np.zeros(2), ages, sexes)
    >>> adsl(two)["USUBJID"].tolist()
    ['DEMO-00000003', 'DEMO-00000004']
    """
    _check_subjects(subjects)
    n = subjects.number.size
    arm, date = np.asarray(subjects.arm, dtype=np.str_), subjects.randomisation_date
    order, group = np.unique(arm, return_inverse=True)
    variables = (
        Variable("STUDYID", "Study Identifier", _same(subjects.study, n)),
        Variable("USUBJID", "Unique Subject Identifier", subjects.names),
        Variable("SUBJID", "Subject Identifier for the Study", np.array([f"{k:08d}" for k in subjects.number])),
        Variable("SITEID", "Study Site Identifier", _same("VIRTUAL", n)),
        Variable("AGE", "Age", np.floor(np.asarray(subjects.age, dtype=np.float64)).astype(np.int64), "year"),
        Variable("AGEU", "Age Units", _same("YEARS", n)),
        Variable("SEX", "Sex", np.asarray(subjects.sex, dtype=np.str_)),
        Variable("RACE", "Race", _same("UNKNOWN", n)),
        Variable("ARM", "Description of Planned Arm", arm),
        Variable("TRT01P", "Planned Treatment for Period 01", arm),
        Variable("TRT01PN", "Planned Treatment for Period 01 (N)", group.astype(np.int64) + 1),
        Variable("ITTFL", "Intent-To-Treat Population Flag", _same("Y", n)),
        Variable("RANDDT", "Date of Randomization", date),
        *subjects.more,
    )
    return Dataset("ADSL", f"Subject-Level Analysis, {order.size} arms"[:LABEL_LENGTH], variables)


def adtte(subjects: Subjects, endpoints: Sequence[Endpoint]) -> Dataset:
    """Give the table of times to event, one row per subject and endpoint, subject by subject.

    Raises
    ------
    FormatError
        As `adsl`; when an endpoint has another number of subjects, a time that is negative or not finite, or
        a reason without text; when an endpoint comes twice.

    Examples
    --------
    >>> arms, ages, sexes = np.array(["A", "B"]), np.array([61.0, 58.9]), np.array(["F", "M"])
    >>> two = Subjects("DEMO", np.array([3, 4]), arms, np.zeros(2), ages, sexes)
    >>> survival = Endpoint("OS", "Overall Survival", np.array([10.5, 99.0]), np.array([0, 1]), "Death")
    >>> adtte(two, [survival])["AVAL"].tolist()
    [11, 100]
    """
    _check_subjects(subjects)
    n, m = subjects.number.size, len(endpoints)
    _check_endpoints(endpoints, n)
    start = np.repeat(subjects.randomisation_date, m)
    time = _woven([endpoint.time for endpoint in endpoints]).astype(np.float64)
    date = _dates(start, time)
    censoring = _woven([endpoint.censoring for endpoint in endpoints]).astype(np.int64)
    texts = _woven([_descriptions(endpoint) for endpoint in endpoints])
    arm = np.repeat(np.asarray(subjects.arm, dtype=np.str_), m)
    codes = [endpoint.code for endpoint in endpoints]
    variables = (
        Variable("STUDYID", "Study Identifier", _same(subjects.study, n * m)),
        Variable("USUBJID", "Unique Subject Identifier", np.repeat(subjects.names, m)),
        Variable("TRTP", "Planned Treatment", arm),
        Variable("ASEQ", "Analysis Sequence Number", np.tile(np.arange(1, m + 1), n)),
        Variable("PARAM", "Parameter", np.tile(np.array([f"{e.name} (days)" for e in endpoints], np.str_), n)),
        Variable("PARAMCD", "Parameter Code", np.tile(np.array(codes, np.str_), n)),
        Variable("AVAL", "Analysis Value", (date - start).astype(np.int64) + 1, "day"),
        Variable("CNSR", "Censor", censoring),
        Variable("STARTDT", "Time to Event Origin Date for Subject", start),
        Variable("ADT", "Analysis Date", date),
        Variable("EVNTDESC", "Event or Censoring Description", texts),
        Variable("TTEXACT", "Exact Simulated Time to Event (days)", time, "day"),
    )
    return Dataset("ADTTE", "Time-to-Event Analysis", variables)


def write_trial(subjects: Subjects, endpoints: Sequence[Endpoint], folder: str | Path) -> tuple[Path, ...]:
    """Write ``adsl`` and ``adtte`` as CSV and Parquet, and ``variables.csv``, which says what each variable is.

    Raises
    ------
    FormatError
        As `adsl`, `adtte` and `write_dataset`.
    """
    tables = (adsl(subjects), adtte(subjects, endpoints))
    files = [(table, Path(folder) / f"{table.name.lower()}.{kind}") for table in tables for kind in ("csv", "parquet")]
    for table, file in [*files, (_variables(tables), Path(folder) / "variables.csv")]:
        write_dataset(table, file)
    return (*(file for _, file in files), Path(folder) / "variables.csv")


def _variables(tables: Sequence[Dataset]) -> Dataset:
    rows = [(table.name, v.name, v.label, v.kind, v.unit) for table in tables for v in table.variables]
    labels = ("Dataset Name", "Variable Name", "Variable Label", "Type", "Unit")
    names = ("DATASET", "VARIABLE", "LABEL", "TYPE", "UNIT")
    columns = zip(names, labels, zip(*rows, strict=True), strict=True)
    return Dataset(
        "DEFINE", "What Each Variable Is", tuple(Variable(a, b, np.array(c, np.str_)) for a, b, c in columns)
    )


def _check_subjects(subjects: Subjects) -> None:
    n = subjects.number.size
    columns = (subjects.arm, subjects.randomised, subjects.age, subjects.sex)
    if {np.shape(column) for column in columns} != {(n,)} or np.unique(subjects.number).size != n:
        what = f"{n} numbers of subjects, {np.unique(subjects.number).size} of them unlike"
        fault = Fault(
            "ADSL", what, "each subject once, with arm, day, age and sex", "", "write one trial at a time", "AMB-F679"
        )
        raise FormatError(fault)


def _check_endpoints(endpoints: Sequence[Endpoint], n: int) -> None:
    faults = []
    if len({endpoint.code for endpoint in endpoints}) != len(endpoints) or not endpoints:
        faults.append(Fault("ADTTE", "no endpoint, or one twice", "each PARAMCD once", "", "rename one", "AMB-F670"))
    for endpoint in endpoints:
        where, time = f"ADTTE, {endpoint.code}", np.asarray(endpoint.time, dtype=np.float64)
        shapes = {time.shape, np.shape(endpoint.censoring)}
        if shapes != {(n,)} or not np.all(np.isfinite(time) & (time >= 0.0)):
            what = f"times and censoring of shapes {sorted(shapes)}, or a time negative or not finite"
            do = "censor at the end of follow-up"
            faults.append(Fault(where, what, f"{n} times of 0 or more [day]", "", do, "AMB-F670"))
        missing = set(np.unique(endpoint.censoring).tolist()) - {0, *endpoint.reasons}
        if missing or min(endpoint.reasons, default=1) < 1:
            what = f"CNSR {sorted(missing)} without a reason, or a reason below 1"
            faults.append(
                Fault(where, what, "0 for the event, a text for all others", "", "add the reason", "AMB-F670")
            )
        if not NAME.fullmatch(endpoint.code):
            expected = "1 to 8 capital letters and digits"
            faults.append(Fault(where, f"PARAMCD `{endpoint.code}`", expected, "", "shorten it", "AMB-F670"))
    if faults:
        raise FormatError(*faults)


def _descriptions(endpoint: Endpoint) -> NDArray[np.str_]:
    codes, place = np.unique(endpoint.censoring, return_inverse=True)
    texts = [endpoint.event if code == 0 else endpoint.reasons[int(code)] for code in codes]
    return np.array(texts, dtype=np.str_)[place]


def _dates(start: ArrayLike, days: NDArray[np.float64]) -> NDArray[np.datetime64]:
    return np.asarray(np.asarray(start, dtype="datetime64[D]") + np.floor(days).astype("timedelta64[D]"))


def _woven(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Lay columns of endpoints row by row: all endpoints of the first subject, then of the next."""
    return np.stack([np.asarray(column) for column in columns], axis=1).reshape(-1)


def _same(text: str, n: int) -> NDArray[np.str_]:
    return np.full(n, text)  # not dtype=str, which is text of one character
