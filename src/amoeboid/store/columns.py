"""What is kept of a state at each frame and sample, with unit and the meaning of each dimension."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.process import State, port

Array = NDArray[Any]


@dataclass(frozen=True)
class Column:
    """One recorded array: its name on disk, the port it is read from, its type and dimensions."""

    name: str
    source: str
    dtype: str
    dimensions: tuple[str, ...]
    take: Callable[[Array], Array] = np.asarray

    @property
    def unit(self) -> str:
        """Unit on disk."""
        return port(self.source).unit


def _length(vector: Array) -> Array:
    # |v|, written out so that the sum has one order
    with np.errstate(over="ignore"):  # what is infinite is refused by whoever keeps it
        squares = vector * vector
        return np.asarray(np.sqrt(squares[:, 0] + squares[:, 1] + squares[:, 2]))


_SAMPLE = ("sample", "cell")

INITIAL = (
    Column("id", "cell.id", "int64", ("cell",)),
    Column("type", "cell.type", "int64", ("cell",)),
    Column("radius", "cell.radius", "float64", ("cell",)),
)
FRAMES = (Column("position", "cell.position", "float32", ("frame", "cell", "axis")),)
SAMPLES = (
    Column("tension", "cell.tension", "float32", _SAMPLE),
    Column("pMLC2", "cell.pMLC2", "float32", _SAMPLE),
    Column("pSTAT3", "cell.pSTAT3", "float32", _SAMPLE),
    Column("drive", "cell.drive", "float32", _SAMPLE),
    Column("aspect", "cell.aspect", "float32", _SAMPLE),
    Column("contacts", "cell.contacts", "int16", _SAMPLE),
    Column("speed", "cell.velocity", "float32", _SAMPLE, _length),
    Column("passage", "cell.passage", "float32", _SAMPLE),
)

TIMES = {"time": ("frame",), "cell_time": ("sample",)}
UNITS = {"time": "s", "cell_time": "s", **{c.name: c.unit for c in (*INITIAL, *FRAMES, *SAMPLES)}}
DIMENSIONS = {**TIMES, **{c.name: c.dimensions for c in (*INITIAL, *FRAMES, *SAMPLES)}}


def taken(columns: tuple[Column, ...], time: float, state: State) -> dict[str, Array]:
    """Copy the columns that a state has, as they are kept on disk.

    Raises
    ------
    NumericsError
        When a value is not finite.
    """
    rows = {}
    for column in columns:
        if column.source in state:
            values = column.take(state[column.source])
            if not np.isfinite(values).all():
                raise not_finite(column.source, time, values)
            rows[column.name] = values.astype(column.dtype)
    return rows


def require_numbers(time: float, state: Mapping[str, Array]) -> None:
    """Refuse to keep a state that holds a value that is no number.

    Raises
    ------
    NumericsError
        Naming port, time and cell.
    """
    for name in sorted(state):
        array = state[name]
        if array.dtype.kind == "f" and np.isnan(array).any():
            raise not_finite(name, time, array)


def not_finite(name: str, time: float, array: Array) -> NumericsError:
    """Give the error that names quantity, time and place of the first value that is not finite."""
    place = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
    return NumericsError(
        Fault(
            f"time {time:g} s, `{name}`{place}",
            f"the value is `{array[tuple(place)]}`",
            f"a finite number [{port(name).unit}]",
            "",
            "resume from the last checkpoint with smaller steps, or look for an extreme parameter override",
            "AMB-N20",
        )
    )


def joined(blocks: Iterable[Mapping[str, Array]]) -> dict[str, Array]:
    """Join blocks into one array per name; what is the same at all times comes from the first."""
    initial = {column.name for column in INITIAL}
    rows: dict[str, list[Array]] = {}
    for block in blocks:
        for name, array in block.items():
            rows.setdefault(name, []).append(array)
    return {name: parts[0] if name in initial else np.concatenate(parts) for name, parts in rows.items()}
