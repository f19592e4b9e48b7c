"""The arrays behind the ports: all that a simulation is at one moment, so all that a checkpoint holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import EvidenceError, Fault, nearest_name
from amoeboid.process.ports import port

Array = NDArray[Any]

CELLS = "n_cells"
"""Name of the axis of cells in the shape of a port."""


class State(Mapping[str, Array]):
    """Arrays by port name. A process has no memory of its own: what must survive a resume is a port.

    Examples
    --------
    >>> state = State({"cell.tension": np.array([0.5, 1.0])})
    >>> float(state["cell.tension"].sum())
    1.5
    """

    def __init__(self, arrays: Mapping[str, Array] | None = None) -> None:
        self._arrays: dict[str, Array] = {}
        for name, array in (arrays or {}).items():
            self.put(name, array)

    def __getitem__(self, name: str) -> Array:
        try:
            return self._arrays[name]
        except KeyError:
            raise EvidenceError(
                Fault(
                    "",
                    f"port `{name}` holds nothing yet",
                    "a port that a process has written",
                    nearest_name(name, self._arrays),
                    "put its writer before its reader",
                    "AMB-E10",
                )
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def put(self, name: str, array: Array) -> None:
        """Set the array behind a port, with the port's type; the array is taken over, not copied."""
        self._arrays[name] = np.ascontiguousarray(array, dtype=np.dtype(port(name).dtype))

    def drop(self, names: Iterable[str]) -> None:
        """Forget the arrays behind ports, where there are any."""
        for name in names:
            self._arrays.pop(name, None)

    def reindex(self, source: Array) -> None:
        """Let the cells be others: row k of every array by cell becomes what row ``source[k]`` was.

        Cells that are not named are gone, and those named twice are there twice, until the caller tells the copies
        apart. Lists of neighbours go: who they name is no longer there.

        Parameters
        ----------
        source : (n_cells_after,) array of int

        Examples
        --------
        >>> state = State({"cell.tension": np.array([0.5, 1.0])})
        >>> state.reindex(np.array([1, 1]))
        >>> state["cell.tension"].tolist()
        [1.0, 1.0]
        """
        self.drop(name for name in tuple(self._arrays) if name.startswith("mechanics."))
        for name, array in self._arrays.items():
            shape = port(name).shape
            if CELLS in shape:
                self._arrays[name] = np.ascontiguousarray(np.take(array, source, axis=shape.index(CELLS)))

    def only(self, names: Iterable[str]) -> State:
        """Give a state with writable arrays of `names` and read-only views of the rest (used in tests)."""
        writable = set(names)
        view = State()
        for name, array in self._arrays.items():
            if name in writable:
                view._arrays[name] = array
            else:
                view._arrays[name] = array.view()
                view._arrays[name].flags.writeable = False
        return view

    def copy(self) -> State:
        """Give a deep copy."""
        return State({name: array.copy() for name, array in self._arrays.items()})

    def hash(self) -> str:
        """Give the SHA-256 of every array with its name, type and shape, in name order."""
        digest = hashlib.sha256()
        for name in sorted(self._arrays):
            array = self._arrays[name]
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self["cell.id"].shape[0])

    @property
    def bytes(self) -> int:
        """Size of all arrays in bytes."""
        return sum(array.nbytes for array in self._arrays.values())
