"""The tables of a whole run: measures and events of every member, with folds against the reference arm."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from amoeboid.analysis.contracting import contraction_rows
from amoeboid.analysis.crossing import crossing_rows
from amoeboid.analysis.growing import growth_rows
from amoeboid.analysis.invading import InvasionAssay, invasion_rows
from amoeboid.analysis.member import EventRow, MeasureRow, Recorded, Thresholds, measure_member
from amoeboid.analysis.transmigrating import Chamber, transmigration_rows
from amoeboid.evidence import Parameters
from amoeboid.scenario import Scenario

_FOLDS = {"pMLC2_mean": "pMLC2_fold", "pSTAT3_mean": "pSTAT3_fold"}
MOST_AT_ONCE = 4
"""Members measured at a time; each holds its frames in memory."""

MEASURE_UNITS = {"time_s": "s"}
"""Units of columns that have one unit; the column ``unit`` gives that of ``value``."""


class MemberLike(Protocol):
    """A member of a run, as `amoeboid.store` gives it."""

    @property
    def id(self) -> str:
        """Name of the member."""
        ...

    @property
    def arm(self) -> str:
        """Name of its arm."""
        ...

    @property
    def replicate(self) -> int:
        """Number of its replicate."""
        ...

    @property
    def hypotheses(self) -> Mapping[str, str]:
        """Options that it does not take by default."""
        ...

    def frames(self) -> Recorded:
        """Give what it recorded."""
        ...


@dataclass(frozen=True)
class RunTables:
    """Columns of the tables of measures and of events.

    Parameters
    ----------
    measures : dict of str to list
        member, arm, replicate, hypotheses, name, time_s, value, unit.
    events : dict of str to list
        member, arm, replicate, hypotheses, time_s, cell, kind.
    """

    measures: dict[str, list[Any]]
    events: dict[str, list[Any]]


@dataclass(frozen=True)
class Conventions:
    """By what the members of a run are measured.

    Parameters
    ----------
    thresholds : Thresholds
    reference : str
        Name of the arm whose means are 1 in the folds, replicate by replicate.
    types : mapping of str to tuple of str
        Cell types by name of the arm, in the order of their index; types are told apart where they are given.
    invasion : InvasionAssay, optional
        Where the gel has one flat face, through which cells invade.
    chamber : Chamber, optional
        Where there are membranes.
    """

    thresholds: Thresholds
    reference: str
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    invasion: InvasionAssay | None = None
    chamber: Chamber | None = None

    @classmethod
    def of(cls, document: Scenario, parameters: Parameters) -> Conventions:
        """Read them from a scenario and the numbers of its reference arm."""
        return cls(
            Thresholds.of(parameters),
            document.reference_arm.name,
            {arm.name: document.types_of(arm) for arm in document.arms},
            InvasionAssay.of(document, parameters),
            Chamber.of(document, parameters),
        )


def measure_run(members: Iterable[MemberLike], conventions: Conventions) -> RunTables:
    """Measure every member of a run.

    Parameters
    ----------
    members : iterable of MemberLike
        Finished members.
    conventions : Conventions
    """
    table: dict[str, list[Any]] = {name: [] for name in ("member", "arm", "replicate", "hypotheses")}
    measured = table | {name: [] for name in ("name", "time_s", "value", "unit")}
    measured = {name: list(column) for name, column in measured.items()}
    events: dict[str, list[Any]] = {name: [] for name in (*table, "time_s", "cell", "kind")}
    listed = list(members)

    def measure(member: MemberLike) -> tuple[list[MeasureRow], list[EventRow]]:
        frames = member.frames()
        types = conventions.types.get(member.arm, ())
        rows, escapes = measure_member(frames, conventions.thresholds, types)
        rows += crossing_rows(frames, types)
        rows += growth_rows(frames)
        rows += contraction_rows(frames)
        if conventions.invasion is not None:
            rows += invasion_rows(frames, member.arm, conventions.invasion)
        if conventions.chamber is not None:
            rows += transmigration_rows(frames, member.arm, conventions.chamber)
        return rows, escapes

    # reading and array work release the interpreter's lock, so two threads take half the time of one
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_AT_ONCE)) as pool:
        found = list(pool.map(measure, listed))
    for member, (rows, escapes) in zip(listed, found, strict=True):
        for row in rows:
            _append(measured, member, name=row.name, time_s=row.time, value=row.value, unit=row.unit)
        for escape in escapes:
            _append(events, member, time_s=escape.time, cell=escape.cell, kind=escape.kind)
    _append_folds(measured, conventions.reference)
    return RunTables(measured, events)


def options_text(hypotheses: Mapping[str, str]) -> str:
    """Write options as one text, ``question=option`` joined by ``;`` in order of the question.

    Examples
    --------
    >>> options_text({"nk_loss": "half", "jak1_rock_link": "slow"})
    'jak1_rock_link=slow;nk_loss=half'
    """
    return ";".join(f"{question}={hypotheses[question]}" for question in sorted(hypotheses))


def _append(table: dict[str, list[Any]], member: MemberLike, **values: Any) -> None:
    origin = {"member": member.id, "arm": member.arm, "replicate": member.replicate}
    for name, value in (origin | {"hypotheses": options_text(member.hypotheses)} | values).items():
        table[name].append(value)


def _append_folds(table: dict[str, list[Any]], reference: str) -> None:
    n_rows = len(table["name"])
    base = {
        tuple(table[key][row] for key in ("replicate", "hypotheses", "name", "time_s")): table["value"][row]
        for row in range(n_rows)
        if table["arm"][row] == reference and table["name"][row] in _FOLDS
    }
    for row in range(n_rows):
        if table["name"][row] not in _FOLDS:
            continue
        denominator = base.get(tuple(table[key][row] for key in ("replicate", "hypotheses", "name", "time_s")))
        if denominator:
            fold = MeasureRow(_FOLDS[table["name"][row]], table["time_s"][row], table["value"][row] / denominator, "1")
            for key in ("member", "arm", "replicate", "hypotheses"):
                table[key].append(table[key][row])
            for key, value in zip(("name", "time_s", "value", "unit"), vars(fold).values(), strict=True):
                table[key].append(value)


def as_arrays(table: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Turn columns into arrays, so that rows can be chosen by masks."""
    return {name: np.asarray(column) for name, column in table.items()}
