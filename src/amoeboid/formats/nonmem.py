"""Dosing records in rows, as NONMEM and its kin read them: who got how much, when, how fast, again and again.

A row is a dose, an observation, or a reset. Columns are told by name, in any order and case: ``ID TIME`` are needed;
``AMT RATE DUR EVID ADDL II SS CMT MDV DV`` are understood; every other column is a covariate. A full stop or nothing
is a missing entry. Lines that begin with ``C``, ``#`` or ``@`` after the header are comments.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, FormatError, nearest_name
from amoeboid.units import convert

MAX_BYTES = 256 * 1024**2
MAX_ROWS = 1_000_000
MOST_TOLD = 50
"""Bad rows told in one error; the rest are counted."""

COLUMNS = ("ID", "TIME", "AMT", "RATE", "DUR", "EVID", "ADDL", "II", "SS", "CMT", "MDV", "DV")
"""Columns with a meaning of their own."""

OBSERVATION, DOSE, OTHER, RESET, RESET_AND_DOSE = range(5)
"""What EVID says of a row."""

_LARGEST = 1e12  # of any number: more hours or milligrams are a slip
_MISSING = ("", ".", "NA", "NaN", "nan")


@dataclass(frozen=True)
class DosingRecords:
    """Rows of doses, observations and resets, in the order of the file; every column has an entry for each row.

    Parameters
    ----------
    id : (n,) str
        Who; rows of one individual stand together.
    time : (n,) float64 [s]
        Not falling within an individual, but where a reset or a new individual begins anew.
    amount : (n,) float64 [mg]
        0 where nothing is given.
    duration : (n,) float64 [s]
        Of an infusion; 0 for a dose that is not infused.
    event : (n,) int64
        `OBSERVATION` to `RESET_AND_DOSE`.
    additional : (n,) int64
        Further doses like this one.
    interval : (n,) float64 [s]
        Between them, and between the doses of a steady state.
    steady : (n,) int64
        0, 1 for a steady state that replaces what was there, 2 for one that comes on top.
    compartment : (n,) int64
        As in the file; 0 where it does not say.
    observed : (n,) float64
        Observed value; nan where there is none.
    covariates : mapping from name to (n,) array
        Numbers, or text where an entry is no number.
    line : (n,) int64
        Line of the file.
    name : str
        Of the file.
    """

    id: NDArray[np.str_]
    time: NDArray[np.float64]
    amount: NDArray[np.float64]
    duration: NDArray[np.float64]
    event: NDArray[np.int64]
    additional: NDArray[np.int64]
    interval: NDArray[np.float64]
    steady: NDArray[np.int64]
    compartment: NDArray[np.int64]
    observed: NDArray[np.float64]
    covariates: Mapping[str, NDArray[np.float64] | NDArray[np.str_]] = field(default_factory=dict)
    line: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    name: str = ""

    @property
    def individuals(self) -> NDArray[np.str_]:
        """Who there is, in the order of the file."""
        _, first = np.unique(self.id, return_index=True)
        return self.id[np.sort(first)]


def read_nonmem(path: str | Path, *, time_unit: str = "h", amount_unit: str = "mg") -> DosingRecords:
    r"""Read dosing records from a CSV file.

    Parameters
    ----------
    path : str or Path
        Text, separated by commas, semicolons or tabs, with a header.
    time_unit : str
        Of ``TIME II DUR``, and below the line of ``RATE``.
    amount_unit : str
        Of ``AMT``, and above the line of ``RATE``.

    Returns
    -------
    records : DosingRecords

    Raises
    ------
    FormatError
        When the file cannot be read, columns are missing, or rows cannot be; tells every bad row with its line, up to
        `MOST_TOLD`.
    UnitError
        When a unit is not one of time, or of mass.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "doses.csv"
    >>> _ = file.write_text("ID,TIME,AMT,ADDL,II\n1,0,15,13,12\n1,24,.,.,.\n")
    >>> records = read_nonmem(file)
    >>> records.event.tolist(), float(records.interval[0])
    ([1, 0], 43200.0)
    """
    file = Path(path)
    header, rows = _rows(file)
    missing = [name for name in ("ID", "TIME") if name not in header]
    if missing:
        near = nearest_name(missing[0], header)
        _refuse(file.name, f"no column {' and '.join(missing)}", "a header with ID and TIME", near, "AMB-F631")
    hour, milligram = convert(1.0, time_unit, "s"), convert(1.0, amount_unit, "mg")
    table = _Table(file.name, header)
    for line, row in rows:
        table.add(line, row)
    table.finish()
    return table.records(hour, milligram)


class _Table:
    """Rows of a file on their way into records, with what is wrong of them."""

    def __init__(self, name: str, header: list[str]) -> None:
        self.name, self.header = name, header
        self.extra = [column for column in header if column and column not in COLUMNS]
        self.faults: list[Fault] = []
        self.n_bad = 0
        self.numbers: dict[str, list[float]] = {column: [] for column in COLUMNS if column != "ID"}
        self.id: list[str] = []
        self.line: list[int] = []
        self.texts: dict[str, list[str]] = {column: [] for column in self.extra}
        self._seen: set[str] = set()
        self._last = ("", -math.inf)

    def add(self, line: int, row: list[str]) -> None:
        """Take a row, or note what is wrong with it."""
        cells = dict(zip(self.header, (cell.strip() for cell in row), strict=False))
        if len(row) != len(self.header):
            self._bad(line, f"{len(row)} entries under {len(self.header)} columns", "an entry for each column")
            return
        entry = {column: self._number(line, column, cells.get(column, "")) for column in self.numbers}
        if any(value is None for value in entry.values()):
            return
        known = {column: value for column, value in entry.items() if value is not None}
        known["EVID"] = _event(known)
        who = cells["ID"]
        wrong = [*_wrong(known), *self._order(who, known)]
        for what, expected in wrong:
            self._bad(line, what, expected)
        if not wrong:
            self.id.append(who)
            self.line.append(line)
            for column, values in self.numbers.items():
                values.append(known[column])
            for column in self.extra:
                self.texts[column].append(cells[column])

    def finish(self) -> None:
        """Tell all that is wrong, if anything is."""
        if not self.faults and not self.id:
            _refuse(self.name, "no row under the header", "one row at least", "", "AMB-F634")
        if self.n_bad > len(self.faults):
            self.faults.append(
                Fault(self.name, f"{self.n_bad - len(self.faults)} more", "", "", "correct these first", "AMB-F636")
            )
        if self.faults:
            raise FormatError(*self.faults)

    def records(self, hour: float, milligram: float) -> DosingRecords:
        """Give the records, with times [s] and amounts [mg] from their factors."""
        n = {column: np.array(values) for column, values in self.numbers.items()}
        amount = np.nan_to_num(n["AMT"]) * milligram
        with np.errstate(divide="ignore", invalid="ignore"):
            by_rate = np.where(n["RATE"] > 0.0, n["AMT"] / n["RATE"], 0.0)
        duration = np.where(n["DUR"] > 0.0, n["DUR"], by_rate) * hour
        whole = {key: np.nan_to_num(n[key]).astype(np.int64) for key in ("EVID", "ADDL", "SS", "CMT")}
        return DosingRecords(
            id=np.array(self.id),
            time=n["TIME"] * hour,
            amount=amount,
            duration=np.nan_to_num(duration),
            event=whole["EVID"],
            additional=whole["ADDL"],
            interval=np.nan_to_num(n["II"]) * hour,
            steady=whole["SS"],
            compartment=whole["CMT"],
            observed=np.where(n["MDV"] == 1.0, np.nan, n["DV"]),
            covariates={column: _column(self.texts[column]) for column in self.extra},
            line=np.array(self.line, dtype=np.int64),
            name=self.name,
        )

    def _number(self, line: int, column: str, cell: str) -> float | None:
        if cell in _MISSING:
            if column == "TIME":
                self._bad(line, "no TIME", "a time")
                return None
            return math.nan
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or abs(value) > _LARGEST:
            self._bad(line, f"{column} is `{cell[:40]}`", "a number" + (", hours and no clock" if ":" in cell else ""))
            return None
        return value

    def _order(self, who: str, row: Mapping[str, float]) -> list[tuple[str, str]]:
        """Note the individual; tell when he comes back after another, or his time runs backwards."""
        last, before = self._last
        wrong = []
        if not who or who in _MISSING:
            wrong.append(("no ID", "an individual"))
        elif who != last and who in self._seen:
            wrong.append((f"ID `{who[:40]}` comes back after another", "rows of one individual together"))
        elif who == last and row["TIME"] < before and row["EVID"] not in (RESET, RESET_AND_DOSE):
            wrong.append((f"TIME {row['TIME']:g} after {before:g}", "times that do not fall, but at a reset"))
        self._seen.add(who)
        self._last = (who, row["TIME"])
        return wrong

    def _bad(self, line: int, what: str, expected: str) -> None:
        self.n_bad += 1
        if len(self.faults) < MOST_TOLD:
            where = f"{self.name}, line {line}"
            self.faults.append(Fault(where, what, expected, "", "correct the row, or comment it out", "AMB-F632"))


def _event(row: Mapping[str, float]) -> float:
    """Give EVID, which where it is missing follows from the amount."""
    if not math.isnan(row["EVID"]):
        return row["EVID"]
    return float(DOSE if row["AMT"] > 0.0 else OBSERVATION)


def _wrong(row: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Give what cannot be in a row by itself, each with what is expected."""
    given = row["EVID"] in (DOSE, RESET_AND_DOSE)
    if row["EVID"] not in range(5):
        yield f"EVID is {row['EVID']:g}", "0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose"
    if row["TIME"] < 0.0:
        yield f"TIME is {row['TIME']:g}", "0 or more"
    if row["AMT"] < 0.0 and not given:
        yield f"AMT is {row['AMT']:g}", "an amount of 0 or more"
    if given and not row["AMT"] > 0.0:
        yield f"a dose with AMT {row['AMT']:g}", "an amount above 0"
    if row["EVID"] == OBSERVATION and row["AMT"] > 0.0:
        yield f"an observation with AMT {row['AMT']:g}", "EVID 1, or no amount"
    yield from _wrong_schedule(row)


def _wrong_schedule(row: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Give what cannot be in how a row's amount is given, again and again."""
    for column in ("RATE", "DUR"):
        if row[column] < 0.0:
            yield f"{column} is {row[column]:g}", "0 or more; rates and durations that a model estimates are not known"
    if row["RATE"] > 0.0 and row["DUR"] > 0.0 and not math.isclose(row["RATE"] * row["DUR"], row["AMT"], rel_tol=1e-6):
        yield f"RATE {row['RATE']:g} and DUR {row['DUR']:g} do not make AMT {row['AMT']:g}", "one of them"
    for column in ("ADDL", "SS", "CMT"):
        if row[column] < 0.0 or row[column] % 1.0 > 0.0:
            yield f"{column} is {row[column]:g}", "a whole number, 0 or more"
    if row["SS"] > 2.0:
        yield f"SS is {row['SS']:g}", "0, 1 or 2"
    if (row["ADDL"] > 0.0 or row["SS"] > 0.0) and not row["II"] > 0.0:
        yield "further doses or a steady state without II", "an interval above 0"
    if row["MDV"] not in (0.0, 1.0) and not math.isnan(row["MDV"]):
        yield f"MDV is {row['MDV']:g}", "0 or 1"


def _column(cells: list[str]) -> NDArray[np.float64] | NDArray[np.str_]:
    try:
        return np.array([math.nan if cell in _MISSING else float(cell) for cell in cells])
    except ValueError:
        return np.array(cells)


def _rows(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Give the header in capitals and the rows with their lines; comments and empty lines are left out."""
    try:
        size = file.stat().st_size
        text = file.read_text("utf-8-sig") if size <= MAX_BYTES else ""
    except (OSError, ValueError) as cause:
        reason = (cause.strerror if isinstance(cause, OSError) else "") or "it is no text"
        raise FormatError(
            Fault(str(file)[:200], f"cannot be read: {reason}", "a CSV file", "", "correct the path", "AMB-F630")
        ) from cause
    lines = text.splitlines()
    if size > MAX_BYTES or len(lines) > MAX_ROWS:
        what = f"{size:,} bytes, {len(lines):,} lines"
        _refuse(file.name, what, f"at most {MAX_BYTES:,} bytes and {MAX_ROWS:,} lines; split it", "", "AMB-F633")
    if not lines:
        _refuse(file.name, "the file is empty", "a header and rows", "", "AMB-F635")
    mark = max(",;\t", key=lines[0].count)
    header = [cell.strip().lstrip("#@").strip().upper() for cell in next(csv.reader([lines[0]], delimiter=mark))]
    kept = (
        (number, next(csv.reader([line], delimiter=mark)))
        for number, line in enumerate(lines[1:], start=2)
        if line.strip() and not line.lstrip().startswith(("C", "#", "@"))
    )
    return header, list(kept)


def _refuse(where: str, what: str, expected: str, near: str, code: str) -> NoReturn:
    raise FormatError(Fault(where, what, expected, near, "correct the file", code))
