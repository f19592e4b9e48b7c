"""Patients of a cohort: how long each was followed, whether a metastasis was found, and what was known at diagnosis.

Columns of a table: ``time [unit]``, ``event`` (1, 0, true, false, yes, no), ``diameter [mm]`` (or ``diameter_mm``), and
where known ``er`` (positive, negative, 1, 0) and ``grade`` (1, 2, 3). Empty cells of the last two are unknown.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import units
from amoeboid.errors import AmoeboidError, Fault, FormatError, nearest_name
from amoeboid.inference.problem import Floats

COLUMNS = ("time", "event", "diameter", "er", "grade")
NEEDED = COLUMNS[:3]

LARGEST_DIAMETER = 300.0
"""Diameter [mm] above which a primary is taken for a mistake of unit."""

MOST_BYTES = 20_000_000
MOST_FAULTS = 20

_TRUE, _FALSE = {"1", "true", "yes", "positive", "+", "1.0"}, {"0", "false", "no", "negative", "-", "0.0"}


@dataclass(frozen=True)
class Cohort:
    """One row per patient; times count from diagnosis, when the primary was taken out.

    Parameters
    ----------
    time : (n,) float64 [day]
        To the metastasis that was found, or to the end of follow-up.
    event : (n,) bool
        Whether a metastasis was found.
    diameter : (n,) float64 [mm]
        Of the primary.
    growth : mapping of str to (n,) float64
        What may go with faster growth, by name; NaN is unknown.

    Raises
    ------
    FormatError
        When there is nobody, nobody relapses, lengths differ or a number is outside its range; tells all.
    """

    time: Floats
    event: NDArray[np.bool_]
    diameter: Floats
    growth: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = self.time.shape
        faults = [
            _fault(
                f"cohort, {name}",
                f"shape {row.shape}",
                f"one per patient, {n}",
                "give every column for every patient",
                621,
            )
            for name, row in (("event", self.event), ("diameter", self.diameter), *self.growth.items())
            if row.shape != n
        ]
        if len(n) != 1 or not self.time.size:
            faults.append(
                _fault("cohort, time", f"shape {n}", "one row per patient, one at least", "give patients", 621)
            )
        if not faults:
            faults = self._out_of_range()
        if faults:
            raise FormatError(*faults)

    def _out_of_range(self) -> list[Fault]:
        limits = f"above 0 and to {LARGEST_DIAMETER:g} mm"
        bad_size = ~((self.diameter > 0.0) & (self.diameter <= LARGEST_DIAMETER))
        rows = (
            ("time", ~((self.time >= 0.0) & np.isfinite(self.time)), self.time, "finite, 0 or more"),
            ("diameter", bad_size, self.diameter, limits),
            *((name, np.isinf(row), row, "finite, or NaN for unknown") for name, row in self.growth.items()),
        )
        faults = [
            _fault(
                f"cohort, {name} of row {int(np.argmax(bad)) + 1}",
                f"`{row[np.argmax(bad)]}`",
                wanted,
                "correct it",
                622,
            )
            for name, bad, row, wanted in rows
            if bad.any()
        ]
        if not self.event.any():
            what = "nobody relapses: nothing can be learnt of how fast"
            faults.append(_fault("cohort, event", what, "one relapse at least", "follow patients for longer", 623))
        return faults

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.time.size

    def take(self, which: ArrayLike) -> Cohort:
        """Give the patients of a mask or of places."""
        rows = np.asarray(which)
        growth = {name: row[rows] for name, row in self.growth.items()}
        return Cohort(self.time[rows], self.event[rows], self.diameter[rows], growth)


def cohort(
    time: ArrayLike, event: ArrayLike, diameter: ArrayLike, growth: Mapping[str, ArrayLike] | None = None
) -> Cohort:
    """Check columns and make a cohort of them.

    Parameters
    ----------
    time : (n,) array_like of float [day]
    event : (n,) array_like of bool, or of 0 and 1
    diameter : (n,) array_like of float [mm]
    growth : mapping of str to (n,) array_like, optional
        What may go with faster growth.

    Raises
    ------
    FormatError
        As `Cohort`, and when events are not 0 or 1.

    Examples
    --------
    >>> cohort([700.0, 4000.0], [1, 0], [25.0, 12.0]).n
    2
    """
    happened = np.asarray(event)
    if happened.dtype != np.bool_ and not np.all(np.isin(happened, (0, 1))):
        raise FormatError(
            _fault("cohort, event", "not 0 or 1", "0 (followed to the end) or 1 (found)", "correct it", 624)
        )
    rows = {name: np.asarray(row, dtype=np.float64) for name, row in (growth or {}).items()}
    numbers = [np.asarray(column, dtype=np.float64) for column in (time, diameter)]
    return Cohort(numbers[0], happened.astype(np.bool_), numbers[1], rows)


def read_cohort(path: str | Path) -> Cohort:
    """Read a cohort from a table of comma-separated values.

    Estrogen receptor and grade become what may go with faster growth: ``ER-negative`` (0, 1) and ``grade`` less 2.

    Raises
    ------
    FormatError
        When the file cannot be read, columns are missing or unknown, a cell is not what its column holds; tells all.
    """
    place = Path(path)
    try:
        if place.stat().st_size > MOST_BYTES:
            what = f"more than {MOST_BYTES} bytes"
            raise FormatError(_fault(str(place), what, "a table of patients", "give one row per patient", 625))
        lines = list(csv.reader(place.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        what = f"cannot be read: {error}"
        raise FormatError(_fault(str(place), what, "a table in UTF-8", "check the path", 625)) from error
    if not lines:
        raise FormatError(_fault(str(place), "empty", "a header and rows", "write the header", 625))
    return _table(str(place), lines)


def _table(where: str, lines: list[list[str]]) -> Cohort:
    faults: list[Fault] = []
    places, scale = _header(where, lines[0], faults)
    columns: dict[str, list[float]] = {name: [] for name in places}
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        for name, place in places.items():
            text = cells[place].strip() if place < len(cells) else ""
            columns[name].append(_cell(name, text, f"{where}, line {number}, `{name}`", faults))
    if faults:
        raise FormatError(*faults[:MOST_FAULTS])
    rows = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
    growth = {}
    if "er" in rows:
        growth["ER-negative"] = 1.0 - rows["er"]
    if "grade" in rows:
        growth["grade"] = rows["grade"] - 2.0
    return Cohort(rows["time"] * scale, rows["event"].astype(np.bool_), rows["diameter"], growth)


def _header(where: str, names: list[str], faults: list[Fault]) -> tuple[dict[str, int], float]:
    """Find the columns, and the days in the unit of time."""
    places: dict[str, int] = {}
    scale = math.nan
    line = f"{where}, line 1"
    for place, text in enumerate(names):
        name, _, unit = text.strip().lower().replace("diameter_mm", "diameter [mm]").partition("[")
        name, unit = name.strip(), unit.strip().rstrip("]").strip()
        if name not in COLUMNS or name in places:
            what = f"column `{text.strip()[:40]}` comes twice" if name in places else f"unknown column `{text[:40]}`"
            faults.append(Fault(line, what, ", ".join(COLUMNS), nearest_name(name, COLUMNS), "rename it", "AMB-F626"))
            continue
        places[name] = place
        if name == "time":
            scale = _days(unit, line, faults)
        elif name == "diameter" and unit != "mm":
            faults.append(_fault(line, f"diameter in `{unit}`", "`diameter [mm]`", "convert it", 626))
    missing = ", ".join(f"`{name}`" for name in NEEDED if name not in places)
    if missing:
        faults.append(_fault(line, f"no column {missing}", ", ".join(NEEDED), "add it", 626))
    return places, scale


def _days(unit: str, line: str, faults: list[Fault]) -> float:
    try:
        return units.convert(1.0, unit or "dimensionless", "day", f"{line}, `time`")
    except AmoeboidError as error:
        faults.extend(error.faults)
        return math.nan


def _cell(name: str, text: str, where: str, faults: list[Fault]) -> float:
    """Read one cell; NaN where it is unknown or wrong."""
    word = text.lower()
    if not word and name in ("er", "grade"):
        return math.nan
    if name in ("event", "er"):
        if word in _TRUE | _FALSE:
            return float(word in _TRUE)
        faults.append(_fault(where, f"`{text[:40]}`", "1 or 0, yes or no, positive or negative", "correct it", 627))
        return math.nan
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (name == "grade" and number not in (1.0, 2.0, 3.0)):
        wanted = "1, 2 or 3, or nothing" if name == "grade" else "a finite number"
        faults.append(_fault(where, f"`{text[:40]}`", wanted, "correct it", 628))
    return number


def _fault(where: str, what: str, expected: str, do: str, number: int) -> Fault:
    return Fault(where, what, expected, "", do, f"AMB-F{number}")
