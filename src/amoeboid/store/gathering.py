"""Frames of one member gathered in memory, stacked into blocks, and blocks joined into arrays of the whole run.

The axis of cells of an array is that of all cells that there ever were, in order of their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.process import State
from amoeboid.store.columns import ABSENT, DIMENSIONS, FRAMES, INITIAL, SAMPLES, VOLUMES, Column, taken

Array = NDArray[Any]

_IDENTITY = INITIAL[0].name


class Gathering:
    """Rows of frames and samples since the last block.

    Examples
    --------
    >>> gathering = Gathering()
    >>> for tick, ids in enumerate(([4, 2], [2])):
    ...     where = np.array([[float(number), 0.0, 0.0] for number in ids])
    ...     gathering.add("time", 60.0 * tick, State({"cell.id": np.array(ids), "cell.position": where}))
    >>> gathering.stacked()["position"][:, :, 0].tolist()
    [[2.0, 4.0], [2.0, nan]]
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Array, Array]]] = {}
        self._known: Array | None = None

    def __bool__(self) -> bool:
        """Tell whether anything was gathered."""
        return bool(self._rows)

    def clear(self) -> None:
        """Forget what was gathered, once it is kept."""
        self._rows.clear()
        self._known = None

    def add(self, clock: str, time: float, state: State) -> None:
        """Gather what is kept at a time [s] by the clock of frames (``time``) or of samples (``cell_time``).

        Raises
        ------
        NumericsError
            When a value is not finite.
        """
        by_cell: tuple[Column, ...] = FRAMES if clock == "time" else SAMPLES
        whole = () if clock == "time" else VOLUMES
        order, ids = _in_order(state)
        if self._known is None or not np.array_equal(ids, self._known):
            by_cell = (*INITIAL, *by_cell)
            self._known = ids
        for name, array in taken(by_cell, time, state).items():
            self._add(name, ids, array if order is None else array[order])
        for name, array in taken(whole, time, state).items():
            self._add(name, ids, array)
        self._add(clock, ids, np.asarray(time, dtype=np.float64))

    def _add(self, name: str, ids: Array, row: Array) -> None:
        self._rows.setdefault(name, []).append((ids, row))

    def stacked(self) -> dict[str, Array]:
        """Give one array per name; cells are all that there were since the last block."""
        ever = _union([ids for entries in self._rows.values() for ids, _ in entries])
        initial = {column.name for column in INITIAL}
        return {
            name: _first_seen(ever, entries) if name in initial else _stack(name, ever, entries)
            for name, entries in self._rows.items()
        }


def joined(blocks: Iterable[Mapping[str, Array]]) -> dict[str, Array]:
    """Join blocks into one array per name, over all cells that there ever were."""
    parts = list(blocks)
    ids = [part[_IDENTITY] for part in parts if _IDENTITY in part]
    if not ids:
        return {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else ())}
    ever, initial = _union(ids), {column.name for column in INITIAL}
    arrays: dict[str, Array] = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        having = [(part[_IDENTITY], part[name]) for part in parts if name in part]
        if name in initial:
            arrays[name] = _first_seen(ever, having)
        else:
            arrays[name] = np.concatenate([_widened(name, ever, mine, array) for mine, array in having])
    return arrays


def _in_order(state: State) -> tuple[Array | None, Array]:
    """Give the order of rows by id, None where they stand so already, and the ids in that order."""
    ids = state["cell.id"] if "cell.id" in state else np.arange(len(state["cell.position"]))
    if bool(np.all(ids[1:] > ids[:-1])):
        return None, ids.copy()
    order = np.argsort(ids, kind="stable")
    return order, ids[order]


def _union(ids: list[Array]) -> Array:
    if all(np.array_equal(ids[0], other) for other in ids[1:]):
        return ids[0]
    return np.unique(np.concatenate(ids))


def _first_seen(ever: Array, entries: list[tuple[Array, Array]]) -> Array:
    """Give what each cell had when it was seen first."""
    found = np.empty(ever.shape, entries[0][1].dtype)
    for ids, row in reversed(entries):
        found[np.searchsorted(ever, ids)] = row
    return found


def _stack(name: str, ever: Array, entries: list[tuple[Array, Array]]) -> Array:
    return np.stack([_widened(name, ever, ids, row[None])[0] for ids, row in entries])


def _widened(name: str, ever: Array, ids: Array, array: Array) -> Array:
    """Give an array (n_times, n_cells, ...) with columns for cells that it does not hold."""
    if "cell" not in DIMENSIONS[name] or ids.size == ever.size:
        return array
    wide = np.full((array.shape[0], ever.size, *array.shape[2:]), ABSENT[array.dtype.kind], array.dtype)
    wide[:, np.searchsorted(ever, ids)] = array
    return wide
