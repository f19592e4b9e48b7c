"""Tables as Parquet, by way of DuckDB: columns in, columns out."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.store.durable import TEMPORARY, flush_folder, flush_tree, remove, told
from amoeboid.store.layout import damaged
from amoeboid.store.processes import writer

Array = NDArray[Any]

_TYPES = {"f": "DOUBLE", "i": "BIGINT", "u": "UBIGINT", "b": "BOOLEAN"}


def write_table(path: Path, columns: Mapping[str, Any], units: Mapping[str, str]) -> None:
    """Write columns of equal length as one Parquet file, whole or not at all.

    Parameters
    ----------
    path : path
        Ends in ``.parquet``.
    columns : mapping
        Name to array or sequence (n_rows,): floats, integers, booleans or text.
    units : mapping
        Name to unit, kept as metadata of the file under ``units``.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    import duckdb

    arrays = {name: np.asarray(column) for name, column in columns.items()}
    temporary = path.with_name(f"{TEMPORARY}{path.name}-{writer()}")
    with told(path, sum(array.nbytes for array in arrays.values())):
        try:
            temporary.mkdir()
            with duckdb.connect() as connection:
                connection.execute("SET threads = 1")
                _copy(connection, temporary / path.name, arrays, units)
            flush_tree(temporary)
            os.replace(temporary / path.name, path)
        except duckdb.IOException as cause:
            raise _refusal(str(cause)) from cause
        finally:
            remove(temporary)
        flush_folder(path.parent)


def _copy(connection: Any, path: Path, arrays: Mapping[str, Array], units: Mapping[str, str]) -> None:
    lists = [
        f"unnest(${i}::{_TYPES.get(array.dtype.kind, 'VARCHAR')}[]) AS {_quoted(name, chr(34))}"
        for i, (name, array) in enumerate(arrays.items(), start=1)
    ]
    connection.execute(f"CREATE TABLE rows AS SELECT {', '.join(lists)}", [array.tolist() for array in arrays.values()])
    note = _quoted(json.dumps(dict(units), sort_keys=True), "'")
    target = _quoted(str(path), "'")
    connection.execute(f"COPY rows TO {target} (FORMAT parquet, KV_METADATA {{units: {note}}})")


def _refusal(text: str) -> OSError:
    """Give what DuckDB says of the disk as the system would say it."""
    if os.strerror(errno.ENOSPC) in text:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return OSError(text.splitlines()[0][:200])


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark + mark) + mark


def read_table(path: Path) -> dict[str, Array]:
    """Read a Parquet file as columns; text comes as object arrays of `str`, absent numbers as NaN.

    Raises
    ------
    StoreError
        When the file is missing or is no Parquet.
    """
    import duckdb

    try:
        with duckdb.connect() as connection:
            fetched = connection.execute("SELECT * FROM read_parquet($1)", [str(path)]).fetchnumpy()
    except duckdb.Error as cause:
        raise damaged(path, str(cause).splitlines()[0]) from cause
    return {name: _plain(column) for name, column in fetched.items()}


def read_units(path: Path) -> dict[str, str]:
    """Read the units of the columns of a Parquet file that `write_table` wrote."""
    import duckdb

    query = "SELECT value FROM parquet_kv_metadata($1) WHERE key = 'units'::BLOB"
    with duckdb.connect() as connection:
        rows = connection.execute(query, [str(path)]).fetchall()
    return dict(json.loads(rows[0][0])) if rows else {}


def _plain(column: Any) -> Array:
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled(np.nan if column.dtype.kind == "f" else "" if column.dtype.kind == "O" else 0))
    return np.asarray(column)
