"""Columns of numbers on disk, as CSV or Parquet."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError, StoreError

Columns = Mapping[str, NDArray[Any]]


def check_table(place: Path | None, where: str = "--out") -> None:
    """Refuse a table that is neither CSV nor Parquet, or has no folder, before anything is computed.

    Raises
    ------
    ScenarioError
        When the name ends otherwise.
    StoreError
        When there is no such folder.
    """
    if place is None:
        return
    if place.suffix not in (".csv", ".parquet"):
        raise ScenarioError(
            Fault(where, f"`{str(place)[:100]}` has no known ending", "`.csv` or `.parquet`", "",
                  "choose another name", "AMB-S56")
        )  # fmt: skip
    if not os.path.isdir(place.parent) or os.path.isdir(place):
        raise _refused(place, "no such folder" if not os.path.isdir(place.parent) else "this is a folder")


def _refused(place: Path, reason: str) -> StoreError:
    return StoreError(
        Fault(f"{str(place)[:200]}", f"cannot be written: {reason}", "a file in a folder that exists", "",
              "choose another place or name, or make room", "AMB-R63")
    )  # fmt: skip


def write_model(place: Path, text: str) -> Path:
    """Write a model as a new file; none is written over.

    Raises
    ------
    ScenarioError
        When the suffix is neither ``.xml`` nor ``.sbml``.
    StoreError
        When the file is there already, or cannot be written.
    """
    if place.suffix not in (".xml", ".sbml"):
        raise ScenarioError(
            Fault("export", f"`{str(place)[:100]}` has no known ending", "`.xml` or `.sbml`", "",
                  "choose another name", "AMB-S46")
        )  # fmt: skip
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _refused(place, "the file is there already") from None
    except (OSError, ValueError) as cause:
        reason = (cause.strerror if isinstance(cause, OSError) else "") or "no file can have that name"
        raise _refused(place, reason) from cause
    return place


def write_columns(place: Path, columns: Columns, units: Mapping[str, str]) -> Path:
    """Write columns of equal length, whole or not at all; units stand in the header of CSV, in metadata of Parquet.

    Raises
    ------
    ScenarioError, StoreError
        When the suffix is unknown, or the place cannot be written.
    """
    check_table(place, "path")
    if place.suffix == ".parquet":
        from amoeboid.store import write_table  # the store loads what most courses do not need

        write_table(place, columns, units)
        return place
    named = {f"{name} [{units[name]}]" if units.get(name) else name: column for name, column in columns.items()}
    temporary = place.with_name(f".{place.name[:100]}-{os.getpid()}")
    try:
        temporary.touch()  # the system says better than DuckDB why it refuses
        _write_csv(temporary, named)
        os.replace(temporary, place)
    except OSError as cause:
        raise _refused(place, cause.strerror or "the system refused") from cause
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return place


def _write_csv(place: Path, columns: Columns) -> None:
    import duckdb

    target = str(place).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.register("columns", dict(columns))
        try:
            connection.execute(f"COPY (SELECT * FROM columns) TO '{target}' (FORMAT csv, HEADER, NULLSTR 'nan')")
        except duckdb.IOException as cause:
            raise OSError(0, str(cause).splitlines()[0][:200]) from cause
