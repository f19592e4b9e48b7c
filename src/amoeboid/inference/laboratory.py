"""A laboratory's own table of dose-response and time courses: read, checked, in internal units.

One row is one measured value. Columns: ``time``, ``dose``, ``readout``, ``value``, ``sd``, and where needed
``cytokine``, ``drug``, ``condition`` (a label, such as the blot), ``knockout``. Units stand in the header,
``time [min]``, or are given beside. The dose is that of the row's drug, or of its cytokine, whichever is named
without an amount.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from amoeboid import pharmacology, units
from amoeboid.errors import AmoeboidError, Fault, FormatError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.scenario import CYTOKINES

NEEDED = ("time", "dose", "readout", "value")
OPTIONAL = ("sd", "cytokine", "drug", "condition", "knockout")
LARGEST = 20_000_000
"""Bytes of a table that is read."""

MOST_ROWS = 100_000


@dataclass(frozen=True)
class TableUnits:
    """What the header leaves open: units of time and dose, the cytokine that is dosed, and the medium.

    ``dosed`` names what the dose is in a pathway file, in the file's own unit; there is no cytokine or drug then.
    """

    time: str = ""
    dose: str = ""
    cytokine: str = "OSM"
    medium: str = "serum-free"
    dosed: str = ""


@dataclass(frozen=True)
class LabRow:
    """One measured value: time [s] after the stimulus, cytokine [nM], free drugs [nM], readout, value and sd.

    ``sd`` is None where the table gives none; ``condition`` is the table's label.
    """

    where: str
    time: float
    cytokine: float
    drugs: tuple[tuple[str, float], ...]
    knockouts: tuple[str, ...]
    readout: str
    value: float
    sd: float | None
    condition: str
    dose: float
    """As written, for figures."""
    series: str = ""
    """What was given besides the dose, for figures."""


@dataclass(frozen=True)
class LabTable:
    """Rows of a table, its name for messages, and the units in which doses and times are written."""

    where: str
    rows: tuple[LabRow, ...]
    dose_unit: str
    time_unit: str = "s"


class _Reader:
    """Reads rows and collects what is wrong with them."""

    def __init__(self, where: str, given: TableUnits, parameters: Parameters) -> None:
        self.where, self.given, self.parameters = where, given, parameters
        self.faults: list[Fault] = []

    def tell(self, where: str, what: str, expected: str, code: str, nearest: str = "") -> None:
        """Note a fault, at most 20 of them."""
        if len(self.faults) < 20:
            self.faults.append(Fault(where, what, expected, nearest, "correct the table", code))

    def number(self, text: str, where: str, name: str) -> float:
        """Read a finite number; NaN and a note when it is none."""
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            self.tell(where, f"`{name}` is `{text[:40]}`", "a finite number", "AMB-F127")
            return math.nan
        return found

    def header(self, names: list[str]) -> tuple[dict[str, int], dict[str, str]]:
        """Find columns and their units."""
        places: dict[str, int] = {}
        unit: dict[str, str] = {"time": self.given.time, "dose": self.given.dose}
        for place, text in enumerate(names):
            name, _, rest = text.strip().partition("[")
            key = name.strip().lower()
            if key not in (*NEEDED, *OPTIONAL):
                known = ", ".join((*NEEDED, *OPTIONAL))
                self.tell(f"{self.where}, line 1", f"unknown column `{text.strip()[:40]}`", known, "AMB-F128",
                          nearest_name(key, (*NEEDED, *OPTIONAL)))  # fmt: skip
                continue
            if key in places:
                self.tell(f"{self.where}, line 1", f"column `{key}` comes twice", "each column once", "AMB-F128")
            places[key] = place
            if rest:
                unit[key] = rest.strip().rstrip("]").strip()
        missing = [name for name in NEEDED if name not in places]
        if missing:
            self.tell(f"{self.where}, line 1", "no column " + ", ".join(f"`{name}`" for name in missing),
                      "a table with " + ", ".join(NEEDED), "AMB-F128")  # fmt: skip
        for name, kind, example in (("time", "time", "min"), ("dose", "concentration", "ng/ml")):
            if name in places and not (name == "dose" and self.given.dosed):
                self._check_unit(name, unit[name], kind, example)
        return places, unit

    def _check_unit(self, name: str, unit: str, kind: str, example: str) -> None:
        where = f"{self.where}, column `{name}`"
        if not unit:
            self.tell(where, "no unit", f"a header such as `{name} [{example}]`, or the unit as an option", "AMB-F129")
            return
        if kind == "concentration" and units.is_mass_concentration(unit):
            return
        try:
            units.convert(1.0, unit, units.INTERNAL[kind], where)
        except AmoeboidError as error:
            self.faults.extend(error.faults)

    def row(self, cells: Mapping[str, str], where: str, unit: Mapping[str, str]) -> LabRow | None:
        """Read one row; None when something is wrong with it."""
        before = len(self.faults)
        time = self.number(cells["time"], where, "time")
        value = self.number(cells["value"], where, "value")
        dose = self.number(cells["dose"], where, "dose") if cells["dose"] else 0.0
        if time < 0.0 or dose < 0.0:
            self.tell(where, "a time or dose below 0", "from 0 on", "AMB-F127")
        sd = self._sd(cells.get("sd", ""), where)
        try:
            cytokine, drugs, knockouts = self._treatment(cells, dose, unit["dose"], where)
        except AmoeboidError as error:
            for fault in error.faults:
                self.tell(where, f"{fault.where}: {fault.what}", fault.expected, fault.code, fault.nearest)
            return None
        if len(self.faults) > before:
            return None
        seconds = units.convert(time, unit["time"], "s", where)
        named = [cells.get(name, "") for name in ("cytokine", "drug")]
        named = [text for text in named if text.lower() not in ("", "none")]
        if all(" " in text for text in named) and not cells.get("cytokine"):  # the dose is that of what is not named
            named.insert(0, self.given.dosed or self.given.cytokine)
        series = " + ".join([*named, *(f"{one} knock-out" for one in knockouts)])
        return LabRow(where, seconds, cytokine, drugs, knockouts, cells["readout"], value, sd,
                      cells.get("condition", ""), dose, series or "no stimulus")  # fmt: skip

    def _sd(self, text: str, where: str) -> float | None:
        if not text:
            return None
        sd = self.number(text, where, "sd")
        if sd <= 0.0:
            self.tell(where, f"sd {sd:g}", "a standard deviation above 0; leave it out to have it estimated",
                      "AMB-F127")  # fmt: skip
        return sd

    def _treatment(
        self, cells: Mapping[str, str], dose: float, unit: str, where: str
    ) -> tuple[float, tuple[tuple[str, float], ...], tuple[str, ...]]:
        """Give cytokine [nM] (autocrine included), free drugs [nM] and knock-outs."""
        cytokine, drug = cells.get("cytokine", ""), cells.get("drug", "")
        if self.given.dosed:
            if cytokine or drug or cells.get("knockout"):
                self.tell(where, "a cytokine, drug or knock-out", "a dose alone: a file knows no others", "AMB-F127")
            return 0.0, (), ()
        amount = f"{dose!r} {unit}"
        open_drug = bool(drug) and drug.lower() != "none" and not any(c.isspace() for c in drug)
        if not cytokine and not open_drug:
            cytokine = self.given.cytokine
        if cytokine.lower() not in ("", "none") and not any(c.isspace() for c in cytokine):
            if open_drug:
                self.tell(where, f"`{cytokine}` and `{drug}` both without an amount",
                          'the amount of one beside its name, such as "OSM 10 ng/ml"', "AMB-F127")  # fmt: skip
            cytokine = f"{cytokine} {amount}"
        free: tuple[tuple[str, float], ...] = ()
        if drug and drug.lower() != "none":
            free = (self._free(drug if not open_drug else f"{drug} {amount}"),)
        names = [name.strip() for name in cells.get("knockout", "").split("+") if name.strip()]
        knockouts = tuple(sorted(pharmacology.check_knockouts(names)))
        return self._cytokine(cytokine) + self.parameters["signalling.autocrine"], free, knockouts

    def _free(self, text: str) -> tuple[str, float]:
        name, _, amount = text.partition(" ")
        record = pharmacology.drug(name, "drug")
        total = units.parse(amount, "concentration", f"drug {name}")
        return record.id, float(pharmacology.free_from_total(total, record.id, self.given.medium, self.parameters))

    def _cytokine(self, text: str) -> float:
        if text.strip().lower() in ("", "none"):
            return 0.0
        name, _, amount = text.partition(" ")
        if name not in CYTOKINES:
            raise FormatError(_unknown_cytokine(name, "cytokine"))
        value, unit = units.split(amount, "cytokine")
        if unit and units.is_mass_concentration(unit):
            mass = units.convert(value, unit, "ng/ml", "cytokine")
            # ng/ml over g/mol is 1e-6 mol/m^3 = 1000 nM
            return 1000.0 * mass / self.parameters[f"cytokine.{name}.molar_mass"]
        return units.parse(amount, "concentration", "cytokine")


def _unknown_cytokine(name: str, where: str) -> Fault:
    known, what = ", ".join(CYTOKINES), f"unknown cytokine `{name[:40]}`"
    return Fault(where, what, known, nearest_name(name, CYTOKINES), "correct the name", "AMB-F127")


def read_table(path: Path, given: TableUnits, parameters: Parameters) -> LabTable:
    """Read a table of measured values from a CSV file (comma, semicolon or tab).

    Parameters
    ----------
    path : Path
        The file.
    given : TableUnits
        Units that the header leaves open, the cytokine that is dosed, the medium.
    parameters : Parameters
        For molar masses, free shares and the autocrine level.

    Raises
    ------
    FormatError
        When the file is no such table; tells up to 20 faults at once.
    """
    text = _text(path)
    pharmacology.serum_share(given.medium, "--medium")
    if given.cytokine not in CYTOKINES:
        raise FormatError(_unknown_cytokine(given.cytokine, "--cytokine"))
    return parse_table(text, str(path), given, parameters)


def parse_table(text: str, where: str, given: TableUnits, parameters: Parameters) -> LabTable:
    r"""Read a table from text; see `read_table`.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> text = "time [min],dose [ng/ml],readout,value,sd\n15,10,pSTAT3,3.1,0.4\n"
    >>> parse_table(text, "blot.csv", TableUnits(), Parameters(catalogue())).rows[0].time
    900.0
    """
    lines = list(_cells(text))
    reader = _Reader(where, given, parameters)
    if not lines:
        raise FormatError(Fault(where, "no rows", "a header and measured values", "", "add rows", "AMB-F128"))
    places, unit = reader.header(lines[0][1])
    if reader.faults:
        raise FormatError(*reader.faults)
    rows = []
    for number, cells in lines[1:]:
        place = f"{where}, line {number}"
        if len(cells) != len(lines[0][1]):
            reader.tell(place, f"{len(cells)} cells", f"{len(lines[0][1])}, as in the header", "AMB-F128")
            continue
        row = reader.row({name: cells[k].strip() for name, k in places.items()}, place, unit)
        rows += [row] if row is not None else []
    if not rows and not reader.faults:
        reader.tell(where, "a header and no measured values", "at least two rows", "AMB-F128")
    if reader.faults:
        raise FormatError(*reader.faults)
    return LabTable(where, tuple(rows), unit["dose"], unit["time"])


def _cells(text: str) -> Iterable[tuple[int, list[str]]]:
    """Give lines that hold something, with their numbers; the separator is the most frequent of the header."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                yield reader.line_num, cells
    except csv.Error as cause:
        what = f"cannot be read: {cause}"
        raise FormatError(Fault("table", what, "comma-separated text", "", "save as CSV", "AMB-F128")) from cause


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            what = f"{path.stat().st_size / 1e6:.0f} MB"
            raise FormatError(Fault(str(path), what, "at most 20 MB", "", "summarise the data", "AMB-F128"))
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as cause:
        if isinstance(cause, FormatError):
            raise
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else "not text in UTF-8"
        what = f"cannot be read: {reason}"
        raise FormatError(Fault(str(path)[:200], what, "a CSV file", "", "give another file", "AMB-F128")) from cause
    if text.count("\n") > MOST_ROWS or "\0" in text:
        what = "too many rows, or no text"
        raise FormatError(Fault(str(path), what, f"up to {MOST_ROWS:,} rows", "", "summarise the data", "AMB-F128"))
    return text
