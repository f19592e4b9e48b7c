"""What is kept of a state at each frame and sample, with unit and the meaning of each dimension.

Cells are kept in order of their number, whatever their order in the state. Where a population changes, an array has a
column for every cell that there ever was, and `ABSENT` stands where a cell is not yet, or no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    only_with: str = ""
    """Port without which the column says nothing and is not kept."""

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
    Column("pull", "cell.pull", "float32", _SAMPLE),
    Column("oxygen", "cell.at.oxygen", "float32", _SAMPLE),
    Column("phase", "cell.phase", "int8", _SAMPLE),
    Column("current_radius", "cell.radius", "float32", _SAMPLE, only_with="cell.phase"),
)
_VOLUME = ("sample", "z", "y", "x")
VOLUMES = (
    Column("collagen", "matrix.collagen", "float32", _VOLUME, only_with="cell.pull"),
    Column("track", "matrix.track", "float32", _VOLUME, only_with="cell.pull"),
    Column("membrane", "matrix.membrane", "float32", _VOLUME),
)
_CROSSED = ("crossed",)
FLUX = tuple(
    Column(f"flux_{name}", f"flux.{name}", dtype, dimensions)
    for name, dtype, dimensions in (
        ("time", "float64", ("crossing",)),
        ("vessel", "int64", ("crossing",)),
        ("size", "int64", ("crossing",)),
        ("first", "int64", ("crossing",)),
        ("cell", "int64", _CROSSED),
        ("type", "int64", _CROSSED),
        ("tension", "float64", _CROSSED),
        ("pMLC2", "float64", _CROSSED),
        ("pSTAT3", "float64", _CROSSED),
    )
)

ABSENT = {"f": np.nan, "i": -1}
"""What stands for a cell that does not exist at a time, by kind of number."""

TIMES = {"time": ("frame",), "cell_time": ("sample",)}
_ALL = (*INITIAL, *FRAMES, *SAMPLES, *VOLUMES, *FLUX)
UNITS = {"time": "s", "cell_time": "s", **{c.name: c.unit for c in _ALL}}
DIMENSIONS = {**TIMES, **{c.name: c.dimensions for c in _ALL}}


def taken(columns: tuple[Column, ...], time: float, state: State) -> dict[str, Array]:
    """Copy the columns that a state has, as they are kept on disk.

    Raises
    ------
    NumericsError
        When a value is not finite.
    """
    rows = {}
    for column in columns:
        if column.source in state and (not column.only_with or column.only_with in state):
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
