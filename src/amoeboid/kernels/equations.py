"""What a generated kernel computes: the equations of a system, and a tape on which equal operations are one.

An expression arrives as nodes of a graph, parts before wholes (kinds as in `KINDS`). On the tape the symbols have
become loads from arrays, and code that is made later, such as the elimination, is added to the same tape, so that
whatever equals what is there already costs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "constant": 0, "symbol": 0, "add": 2, "multiply": 2, "reciprocal": 1, "power": 2, "exp": 1, "log": 1, "sqrt": 1,
    "sin": 1, "cos": 1, "tan": 1, "arcsin": 1, "arccos": 1, "arctan": 1, "sinh": 1, "cosh": 1, "tanh": 1,
    "floor": 1, "ceiling": 1, "abs": 1, "gamma": 1, "less": 2, "less_equal": 2, "equal": 2, "select": 3, "clip": 1,
    "inside": 1,
}  # fmt: skip
"""Kinds of nodes and how many parts each has; a constant holds a number, a symbol a name."""


@dataclass(frozen=True)
class Equations:
    """A system: unknowns ``y``, numbers of each cell ``u``, numbers shared by all cells ``p``.

    Parameters
    ----------
    nodes : sequence of tuple
        Graph, parts before wholes; more than is needed may be there.
    slots : mapping of str to (str, int)
        For each symbol its array, "y", "u" or "p", and its row there.
    rates : tuple of int
        Node of the rate of change of each unknown.
    slopes : mapping of (int, int) to int
        Node of the derivative of rate i by unknown j, where that is not zero.
    roots : tuple of int
        Nodes whose change of sign marks a place where rates or triggers jump.
    n_species, n_feeds, n_constants : int
        Rows of ``y``, ``u`` and ``p``.
    """

    nodes: Sequence[tuple[Any, ...]]
    slots: Mapping[str, tuple[str, int]]
    rates: tuple[int, ...]
    slopes: Mapping[tuple[int, int], int]
    roots: tuple[int, ...] = ()
    n_species: int = 0
    n_feeds: int = 0
    n_constants: int = 0
    needed: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needed", tuple(needed(self.nodes, (*self.rates, *self.slopes.values(), *self.roots))))

    def used_by(self, outputs: Iterable[int]) -> list[int]:
        """Give all nodes that some of the outputs need."""
        return needed(self.nodes, outputs)

    def digest(self) -> str:
        """Give the hash of all that the kernel depends on; names of symbols and unused nodes do not count."""
        place = {node: k for k, node in enumerate(self.needed)}
        told = hashlib.sha256()
        for node in self.needed:
            kind, *parts = self.nodes[node]
            if kind == "symbol":
                parts = list(self.slots[parts[0]])
            elif kind == "constant":
                parts = [float(parts[0]).hex()]
            else:
                parts = [place[part] for part in parts]
            told.update(f"{kind} {parts};".encode())
        ends = ([place[k] for k in self.rates], [(*ij, place[k]) for ij, k in sorted(self.slopes.items())])
        sizes = (self.n_species, self.n_feeds, self.n_constants)
        told.update(repr((ends, [place[k] for k in self.roots], sizes)).encode())
        return told.hexdigest()


def needed(nodes: Sequence[tuple[Any, ...]], outputs: Iterable[int]) -> list[int]:
    """Give all nodes that the outputs need, parts before wholes.

    Examples
    --------
    >>> needed([("symbol", "x"), ("constant", 2.0), ("multiply", 1, 0), ("exp", 0)], [2])
    [0, 1, 2]
    """
    found: set[int] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            if nodes[node][0] not in ("constant", "symbol"):
                stack.extend(nodes[node][1:])
    return sorted(found)


class Tape:
    """A list of operations, equal ones only once: ("load", array, row), ("constant", x), or a kind with its parts.

    Besides `KINDS` there is ("subtract", a, b).

    Examples
    --------
    >>> tape = Tape()
    >>> x = tape.load("y", 0)
    >>> tape.add(x, tape.constant(0.0)) == x
    True
    """

    def __init__(self) -> None:
        self.operations: list[tuple[Any, ...]] = []
        self._place: dict[tuple[Any, ...], int] = {}

    def put(self, *operation: Any) -> int:
        """Give the place of an operation, put down if it is new."""
        # the text of a number keeps -0.0 and 0.0 apart, and lets one nan equal another
        key = ("constant", float(operation[1]).hex()) if operation[0] == "constant" else operation
        if key not in self._place:
            self._place[key] = len(self.operations)
            self.operations.append(operation)
        return self._place[key]

    def load(self, array: str, row: int) -> int:
        """Give row of an array."""
        return self.put("load", array, row)

    def constant(self, value: float) -> int:
        """Give a number."""
        return self.put("constant", float(value))

    def is_constant(self, place: int, value: float) -> bool:
        """Tell whether an operation is a certain number."""
        operation = self.operations[place]
        return bool(operation[0] == "constant" and operation[1] == value)

    def add(self, a: int, b: int) -> int:
        """Give a + b."""
        if self.is_constant(a, 0.0):
            return b
        return a if self.is_constant(b, 0.0) else self.put("add", *sorted((a, b)))

    def multiply(self, a: int, b: int) -> int:
        """Give a · b."""
        if self.is_constant(a, 1.0):
            return b
        return a if self.is_constant(b, 1.0) else self.put("multiply", *sorted((a, b)))

    def subtract(self, a: int, b: int) -> int:
        """Give a - b."""
        return a if self.is_constant(b, 0.0) else self.put("subtract", a, b)

    def negate(self, a: int) -> int:
        """Give -a."""
        operation = self.operations[a]
        if operation[0] == "constant":
            return self.constant(-operation[1])
        if (positive := self._negated(a)) is not None:
            return positive
        if operation[0] == "subtract":
            return self.put("subtract", operation[2], operation[1])
        return self.multiply(self.constant(-1.0), a)

    def enter(self, equations: Equations, held: Mapping[int, int] | None = None) -> dict[int, int]:
        """Put down all nodes of a system; give the place of each node.

        Parameters
        ----------
        equations : Equations
            The system.
        held : mapping of int to int
            Nodes whose value is not computed but read from a row of the array "s".
        """
        place: dict[int, int] = {}
        for node in equations.needed:
            kind, *parts = equations.nodes[node]
            if held and node in held:
                place[node] = self.load("s", held[node])
            elif kind == "symbol":
                place[node] = self.load(*equations.slots[parts[0]])
            elif kind == "constant":
                place[node] = self.constant(parts[0])
            else:
                parts = [place[part] for part in parts]
                own = {"add": self._sum, "multiply": self.multiply}.get(kind)
                place[node] = own(*parts) if own else self.put(kind, *parts)
        return place

    def _sum(self, a: int, b: int) -> int:
        for left, right in ((a, b), (b, a)):
            negative = self._negated(right)
            if negative is not None:
                return self.subtract(left, negative)
        return self.add(a, b)

    def _negated(self, place: int) -> int | None:
        """Give x where the operation is -1 · x."""
        operation = self.operations[place]
        if operation[0] != "multiply":
            return None
        for one, other in (operation[1:], operation[:0:-1]):
            if self.is_constant(one, -1.0):
                return int(other)
        return None
