"""Tables of analysis data with labels: names and labels after ADaM, written and read as CSV and Parquet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, FormatError

NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
LABEL_LENGTH = 40
TEXT_LENGTH = 200


@dataclass(frozen=True)
class Variable:
    """One column: name, label, values of one type, and the unit where the label does not say it."""

    name: str
    label: str
    values: NDArray[Any]
    unit: str = ""

    @property
    def kind(self) -> str:
        """Type as ADaM names it: text, integer, float or date."""
        return {"U": "text", "O": "text", "i": "integer", "u": "integer", "M": "date"}.get(
            self.values.dtype.kind, "float"
        )


@dataclass(frozen=True)
class Dataset:
    """A table with its name (``ADSL``), its label and its variables, all of one length."""

    name: str
    label: str
    variables: tuple[Variable, ...]

    def __post_init__(self) -> None:
        faults = [fault for variable in self.variables for fault in _name_faults(self.name, variable)]
        names = [variable.name for variable in self.variables]
        lengths = {variable.values.shape for variable in self.variables}
        if len(lengths) > 1 or any(len(shape) != 1 for shape in lengths):
            what = f"variables have shapes {sorted(lengths)}"
            faults.append(Fault(self.name, what, "one value per row", "", "give arrays of one length", "AMB-F677"))
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            what = f"the variable `{twice[0]}` comes twice"
            faults.append(Fault(self.name, what, "each variable once", "", "rename one", "AMB-F677"))
        if faults:
            raise FormatError(*faults)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Give the values of a variable."""
        return next(variable.values for variable in self.variables if variable.name == name)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.variables[0].values.size) if self.variables else 0


def write_dataset(dataset: Dataset, path: str | Path) -> None:
    """Write a table as CSV or Parquet, by the ending; Parquet keeps the labels in its metadata.

    Raises
    ------
    FormatError
        When the ending is neither ``.csv`` nor ``.parquet``, or the file cannot be written.
    """
    file = Path(path)
    labels = ", ".join(f"{v.name}: {_quoted(v.label)}" for v in dataset.variables)
    kinds = {
        ".csv": "(format csv, header true, dateformat '%Y-%m-%d')",
        ".parquet": f"(format parquet, compression zstd, kv_metadata {{{labels}}})",
    }
    if file.suffix.lower() not in kinds:
        _refuse(str(file), f"cannot write `{file.suffix}`", "a name that ends in .csv or .parquet", "name it so")
    columns = {v.name: v.values.astype(object) if v.kind == "text" else _plain(v) for v in dataset.variables}
    chosen = ", ".join(_column(variable) for variable in dataset.variables)
    # under another name first, so that nobody meets half a table
    part = file.with_name(f".{file.name}.part")
    import duckdb

    with duckdb.connect() as base:
        base.register("rows", columns)
        try:
            base.execute(f"copy (select {chosen} from rows) to {_quoted(str(part))} {kinds[file.suffix.lower()]}")
            part.replace(file)
        except (duckdb.Error, OSError) as cause:
            part.unlink(missing_ok=True)
            reason = str(cause).splitlines()[0][:200]
            _refuse(str(file), f"cannot be written: {reason}", "", "choose a folder that exists")


def read_dataset(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read an ADaM table from CSV or Parquet: variable name to values, dates as days, ``NA`` and nothing as missing.

    Raises
    ------
    FormatError
        When the file cannot be read as a table.
    """
    file = Path(path)
    import duckdb

    with duckdb.connect() as base:
        try:
            if file.suffix.lower() == ".parquet":
                rows = base.from_parquet(str(file))
            else:
                rows = base.read_csv(str(file), header=True, na_values=["NA", ""])
            table = rows.fetchnumpy()
        except duckdb.Error as cause:
            _refuse(
                str(file), f"cannot be read: {str(cause).splitlines()[0][:200]}", "CSV or Parquet", "correct the path"
            )
    return {name: _days(column) for name, column in table.items()}


def _days(column: Any) -> NDArray[Any]:
    values = np.ma.getdata(column)
    if values.dtype.kind == "M":
        values = np.where(np.ma.getmaskarray(column), np.datetime64("NaT"), values).astype("datetime64[D]")
    elif values.dtype.kind == "f":
        values = np.where(np.ma.getmaskarray(column), np.nan, values)
    return np.asarray(values)


def _name_faults(table: str, variable: Variable) -> list[Fault]:
    faults = []
    if not NAME.fullmatch(variable.name):
        expected = "1 to 8 capital letters and digits, a letter first"
        faults.append(Fault(table, f"variable `{variable.name}`", expected, "", "shorten the name", "AMB-F676"))
    if not 0 < len(variable.label) <= LABEL_LENGTH:
        what = f"the label of `{variable.name}` has {len(variable.label)} characters"
        faults.append(Fault(table, what, f"1 to {LABEL_LENGTH}", "", "shorten the label", "AMB-F676"))
    if variable.kind == "float" and np.isinf(variable.values).any():
        do = "leave it missing (NaN), or censor it"
        faults.append(Fault(table, f"`{variable.name}` holds an infinite number", "numbers or NaN", "", do, "AMB-F677"))
    if variable.kind == "text" and any(len(str(text)) > TEXT_LENGTH for text in variable.values):
        what = f"`{variable.name}` holds a text of over {TEXT_LENGTH} characters"
        faults.append(Fault(table, what, f"at most {TEXT_LENGTH}", "", "shorten it", "AMB-F676"))
    return faults


def _column(variable: Variable) -> str:
    """Give the SQL of a column; what is missing (no number, no day) is empty by itself."""
    return f"cast({variable.name} as date) as {variable.name}" if variable.kind == "date" else variable.name


def _plain(variable: Variable) -> NDArray[Any]:
    return variable.values.astype("datetime64[us]") if variable.kind == "date" else variable.values


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _refuse(where: str, what: str, expected: str, do: str) -> NoReturn:
    raise FormatError(Fault(where, what, expected, "", do, "AMB-F678"))
