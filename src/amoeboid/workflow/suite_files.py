"""Cases in the layout of the SBML Test Suite: where they are, their settings, their expected results."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, FormatError

Floats = NDArray[np.float64]

_MODEL = re.compile(r"(?P<case>\d+)-sbml-l(?P<level>\d)v(?P<version>\d)\.xml")
_MOST_POINTS = 10_000_000
_LARGEST = 50 * 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """What a case asks for: times, variables, tolerances, and which species are amounts or concentrations.

    `mean_range` and `deviation_range` belong to stochastic cases, which list what they compare in `output`.
    """

    start: float
    duration: float
    steps: int
    variables: tuple[str, ...]
    absolute: float
    relative: float
    amount: tuple[str, ...] = ()
    concentration: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    mean_range: tuple[float, float] | None = None
    deviation_range: tuple[float, float] | None = None

    @property
    def stochastic(self) -> bool:
        """Say whether the case compares means and standard deviations of many repeats."""
        return self.mean_range is not None

    @property
    def times(self) -> Floats:
        """The times of the output, (steps + 1,)."""
        return self.start + self.duration * np.arange(self.steps + 1) / max(self.steps, 1)


@dataclass(frozen=True)
class Case:
    """The files of one case; `model` is the level asked for, else the highest there is."""

    number: str
    model: Path
    settings: Path
    results: Path


def find_cases(directory: Path, level: str = "l3v2") -> list[Case]:
    """Find all cases below a folder, in the order of their numbers, whether flat or a folder each.

    Parameters
    ----------
    directory : Path
        Searched with all that is below it.
    level : str
        Preferred level and version; where a case lacks it the highest other is taken.

    Raises
    ------
    FormatError
        When the folder is missing or holds no case.
    """
    found = []
    for place in sorted(directory.rglob("*-settings.txt")) if directory.is_dir() else []:
        number = place.name.removesuffix("-settings.txt")
        model = _model(place.parent, number, level)
        if number.isdigit() and model is not None:
            found.append(Case(number, model, place, place.parent / f"{number}-results.csv"))
    if not found:
        raise FormatError(
            Fault(
                str(directory)[:300],
                "no case here" if directory.is_dir() else "no such folder",
                "a folder with NNNNN-sbml-l3v2.xml, NNNNN-settings.txt and NNNNN-results.csv, flat or a folder each",
                "",
                "name the folder of the cases",
                "AMB-F100",
            )
        )
    return sorted(found, key=lambda case: (int(case.number), str(case.settings)))


def _model(folder: Path, number: str, level: str) -> Path | None:
    levels = {}
    for place in folder.glob(f"{number}-sbml-l?v?.xml"):
        match = _MODEL.fullmatch(place.name)
        if match:
            levels[f"l{match['level']}v{match['version']}"] = place
    return levels.get(level, levels[max(levels)] if levels else None)


def read_settings(place: Path) -> Settings:
    """Read the settings of a case.

    Raises
    ------
    FormatError
        When a line is missing or is not what it should be.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp()) / "00001-settings.txt"
    >>> lines = ["start: 0", "duration: 5", "steps: 50", "variables: S1, S2", "absolute: 1e-7", "relative: 1e-4"]
    >>> _ = place.write_text(chr(10).join(lines))
    >>> read_settings(place).variables
    ('S1', 'S2')
    """
    entries = {}
    for line in _text(place).splitlines():
        key, _, value = line.partition(":")
        entries[key.strip().lower()] = value.strip()
    mean_range = _range(entries.get("meanrange", ""), place)
    return Settings(
        start=_number(entries, "start", place, "0"),
        duration=_number(entries, "duration", place),
        steps=int(_number(entries, "steps", place)),
        variables=_names(entries.get("variables", "")),
        absolute=_number(entries, "absolute", place, "0"),
        relative=_number(entries, "relative", place, "0"),
        amount=_names(entries.get("amount", "")),
        concentration=_names(entries.get("concentration", "")),
        output=_names(entries.get("output", "")),
        mean_range=mean_range,
        deviation_range=_range(entries.get("sdrange", ""), place),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _number(entries: dict[str, str], key: str, place: Path, default: str = "") -> float:
    text = entries.get(key, "") or default
    try:
        number = float(text)
        good = math.isfinite(number) and abs(number) < _MOST_POINTS if key == "steps" else math.isfinite(number)
    except ValueError:
        good = False
    if not good or (key != "start" and number < 0.0):
        raise _bad(place, f"{key}: `{text[:40]}`", "a number", "AMB-F101")
    return number


def _range(text: str, place: Path) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        low, high = (float(part) for part in text.strip("()[] ").split(","))
    except ValueError as cause:
        raise _bad(place, f"a range `{text[:40]}`", "two numbers such as (-3, 3)", "AMB-F102") from cause
    return low, high


def read_results(place: Path) -> tuple[tuple[str, ...], Floats]:
    """Read expected results: the names of the columns, and (n_times, n_columns).

    Raises
    ------
    FormatError
        When a row has another length than the first, or an entry is no number.
    """
    lines = [line for line in _text(place).splitlines() if line.strip(" ,\t")]
    if not lines:
        raise _bad(place, "an empty file", "a line of names and lines of numbers", "AMB-F103")
    names = tuple(name.strip().strip('"') for name in lines[0].split(","))
    rows = [[_value(entry) for entry in line.split(",")] for line in lines[1:]]
    for line, row in enumerate(rows, start=2):
        if len(row) < len(names) or None in row[: len(names)]:
            raise _bad(place, f"row {line}", f"{len(names)} numbers", "AMB-F104")
    return names, np.array([row[: len(names)] for row in rows], dtype=np.float64).reshape(len(rows), len(names))


def _value(text: str) -> float | None:
    try:
        return float(text.strip().strip('"'))
    except ValueError:
        return None


def _text(place: Path) -> str:
    try:
        if place.stat().st_size > _LARGEST:
            raise _bad(place, "a file of more than 50 MB", "a smaller one", "AMB-F105")
        return place.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as cause:
        reason = cause.strerror or "cannot be read"
        raise _bad(place, reason, "a file that can be read", "AMB-F106") from cause


def _bad(place: Path, what: str, expected: str, code: str) -> FormatError:
    return FormatError(Fault(place.name, what, expected, "", "correct the file", code))


def column(names: Iterable[str], name: str) -> int | None:
    """Give the place of a named column: the very name, else the same in other case; None where there is none."""
    known = list(names)
    if name in known:
        return known.index(name)
    folded = [one.casefold() for one in known]
    return folded.index(name.casefold()) if folded.count(name.casefold()) == 1 else None
