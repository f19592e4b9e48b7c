"""Reactions as jumps of whole numbers of molecules, and the machine code of their propensities.

A propensity is the rate of a reaction as a number of turnovers per unit of time. The code is made from the graph,
without contraction: a propensity then has the same bits whether it is computed after one reaction, after another, or
together with all others when a run is taken up again.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels import objects
from amoeboid.kernels.stochastic import GROUP
from amoeboid.signalling.expression import Graph, Node, children
from amoeboid.signalling.mathematics import TIME

_LARGEST = 40_000
"""Operations up to which each reaction has code of its own for what it changes; above it all is computed anew."""

_LIBRARY = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos",
    "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "gamma": "tgamma", "power": "pow",
}  # fmt: skip
_INTRINSIC = {"sqrt": "sqrt", "floor": "floor", "ceiling": "ceil", "abs": "fabs"}
_ARITHMETIC = {"add": "fadd", "multiply": "fmul"}
_COMPARISON = {"less": "olt", "less_equal": "ole", "equal": "oeq"}


@dataclass(frozen=True)
class Jumps:
    """Reactions that change amounts by whole numbers.

    Parameters
    ----------
    graph : Graph
        Holds the nodes below; its symbols are states, feeds, constants and `TIME`.
    states, feeds, constants : tuple of str
        Names of amounts, of the numbers of each cell and of the shared numbers.
    reactions : tuple of str
        Names.
    propensities : tuple of Node
        Turnovers per unit of time.
    changes : tuple of mapping of int to float
        For each reaction how much it changes which states.
    conditions : tuple of Node
        1 where a trigger is true, else 0.
    stops : tuple of Node
        Moments at which a comparison with the time changes; they may depend on the state.
    """

    graph: Graph
    states: tuple[str, ...]
    feeds: tuple[str, ...]
    constants: tuple[str, ...]
    reactions: tuple[str, ...]
    propensities: tuple[Node, ...]
    changes: tuple[Mapping[int, float], ...]
    conditions: tuple[Node, ...] = ()
    stops: tuple[Node, ...] = ()

    @cached_property
    def outputs(self) -> tuple[Node, ...]:
        """All that is computed after a reaction."""
        return (*self.propensities, *self.conditions, *self.stops)

    @cached_property
    def dependents(self) -> tuple[tuple[int, ...], ...]:
        """For each reaction the outputs that depend on what it changes."""
        readers: dict[str, set[int]] = {}
        for k, node in enumerate(self.outputs):
            for name in self.graph.names(node):
                readers.setdefault(name, set()).add(k)
        return tuple(
            tuple(sorted(set().union(*(readers.get(self.states[row], set()) for row in change))))
            for change in self.changes
        )

    @cached_property
    def room(self) -> tuple[Node, ...]:
        """For each propensity the sum over states of what it changes by when a state changes by itself."""
        graph, states = self.graph, set(self.states)
        rooms = []
        for node in self.propensities:
            total = graph.constant(0.0)
            for name in sorted(graph.names(node) & states):
                slope = graph.multiply(graph.symbol(name), graph.derivative(node, name))
                total = graph.add(total, graph.make("abs", slope))
            rooms.append(total)
        return tuple(rooms)

    @cached_property
    def tables(self) -> tuple[NDArray[Any], ...]:
        """Arrays that `amoeboid.kernels.leaping` wants: what reactions change, and which propensities read a state."""
        reading = [self.graph.names(node) for node in self.propensities]
        readers = [[k for k, names in enumerate(reading) if state in names] for state in self.states]
        return (
            np.cumsum([0, *(len(change) for change in self.changes)]),
            np.array([row for change in self.changes for row in change], dtype=np.int64),
            np.array([amount for change in self.changes for amount in change.values()], dtype=np.float64),
            np.cumsum([0, *(len(found) for found in readers)]),
            np.array([k for found in readers for k in found], dtype=np.int64),
        )

    @cached_property
    def code(self) -> tuple[int, int, int, int, int]:
        """Addresses and sizes that `amoeboid.kernels.stochastic` wants; compiled on first use."""
        text = source(self)
        loaded = objects.load(hashlib.sha256(text.encode()).hexdigest(), lambda: objects.Recipe(text, {}))
        sizes = (len(self.propensities), len(self.conditions), len(self.outputs))
        return (loaded.address("update"), loaded.address("room"), *sizes)


def source(jumps: Jumps) -> str:
    """Write the LLVM text of ``update`` and ``room``.

    ``update(which, x, u, p, out, time)`` lets reaction `which` happen, or none for -1. It changes ``x``, computes into
    ``out`` what depends on the change, and behind it the sums of groups of propensities, and gives the sum of all: not
    a number where one that it computed is below zero, -1 where an amount is. ``room`` computes `Jumps.room` into
    ``out``.
    """
    write = _Writer(jumps)
    texts = [write.update(), write.room()]
    declared = [f"declare double @{word}({', '.join(['double'] * n)})" for word, n in sorted(write.called.items())]
    return "\n".join([*declared, *texts])


def _number(value: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


class _Writer:
    """Writes functions of LLVM text; each block computes some outputs from the arrays."""

    def __init__(self, jumps: Jumps) -> None:
        self.jumps, self.graph = jumps, jumps.graph
        named = {"x": jumps.states, "u": jumps.feeds, "p": jumps.constants}
        self.slots = {name: (array, row) for array, names in named.items() for row, name in enumerate(names)}
        self.called: dict[str, int] = {}
        self.lines: list[str] = []
        self.count = 0

    def update(self) -> str:
        """Write the function that lets a reaction happen."""
        jumps, everything = self.jumps, tuple(range(len(self.jumps.outputs)))
        needed = [self.graph.needed(jumps.outputs[k] for k in found) for found in jumps.dependents]
        own = sum(map(len, needed)) <= _LARGEST
        self._begin("update", len(jumps.changes))
        joined = []
        for k, change in enumerate(jumps.changes):
            self.lines.append(f"r{k}:")
            fit = self._change(change)
            if own:
                self._block(jumps.dependents[k], fit)
            else:
                joined.append(f"[ {fit}, %r{k} ]")
                self.lines.append("  br label %all")
        self.lines += ["all:", f"  %fit = phi i1 {', '.join(['[ true, %entry ]', *joined])}"]
        self._block(everything, "%fit")
        return "\n".join([*self.lines, "}", ""])

    def room(self) -> str:
        """Write the function that gives the room of propensities for rounding."""
        self._begin("room", 0)
        self.lines.append("all:")
        known = self._values(self.jumps.room)
        for row, node in enumerate(self.jumps.room):
            self._store("out", row, known[node])
        return "\n".join([*self.lines, f"  ret double {_number(0.0)}", "}", ""])

    def _begin(self, name: str, n_cases: int) -> None:
        cases = " ".join(f"i64 {k}, label %r{k}" for k in range(n_cases))
        self.lines = [
            f"define double @{name}(i64 %which, i64 %ix, i64 %iu, i64 %ip, i64 %iout, double %time) {{",
            "entry:",
            *(f"  %{array} = inttoptr i64 %i{array} to ptr" for array in ("x", "u", "p", "out")),
            f"  switch i64 %which, label %all [ {cases} ]",
        ]

    def _new(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def _store(self, array: str, row: int, value: str) -> None:
        place = self._new(f"getelementptr inbounds double, ptr %{array}, i64 {row}")
        self.lines.append(f"  store double {value}, ptr {place}, align 8")

    def _read(self, array: str, row: int) -> str:
        place = self._new(f"getelementptr inbounds double, ptr %{array}, i64 {row}")
        return self._new(f"load double, ptr {place}, align 8")

    def _both(self, first: str, second: str) -> str:
        return second if first == "true" else self._new(f"and i1 {first}, {second}")

    def _change(self, change: Mapping[int, float]) -> str:
        """Change amounts; give whether none is below zero."""
        fit = "true"
        for row, amount in change.items():
            value = self._new(f"fadd double {self._read('x', row)}, {_number(amount)}")
            self._store("x", row, value)
            if amount < 0.0:
                fit = self._both(fit, self._new(f"fcmp oge double {value}, {_number(0.0)}"))
        return fit

    def _block(self, rows: Sequence[int], fit: str) -> None:
        """Compute rows of the output and the sums that change with them, and return the sum of all propensities."""
        outputs, n = self.jumps.outputs, len(self.jumps.propensities)
        known = self._values([outputs[row] for row in rows])
        found = {row: known[outputs[row]] for row in rows}
        sums = {group: self._sum(group, found) for group in sorted({row // GROUP for row in rows if row < n})}
        total = self._add([sums.get(k) or self._read("out", len(outputs) + k) for k in range(-(-n // GROUP))])
        for row, value in found.items():
            self._store("out", row, value)
        for group, value in sums.items():
            self._store("out", len(outputs) + group, value)
        good = "true"
        for row in rows:
            if row < n:
                good = self._both(good, self._new(f"fcmp oge double {found[row]}, {_number(0.0)}"))
        total = self._new(f"select i1 {good}, double {total}, double {_number(float('nan'))}")
        total = self._new(f"select i1 {fit}, double {total}, double {_number(-1.0)}")
        self.lines.append(f"  ret double {total}")

    def _sum(self, group: int, found: Mapping[int, str]) -> str:
        rows = range(group * GROUP, min(group * GROUP + GROUP, len(self.jumps.propensities)))
        return self._add([found.get(row) or self._read("out", row) for row in rows])

    def _add(self, values: Sequence[str]) -> str:
        total = values[0] if values else _number(0.0)
        for value in values[1:]:
            total = self._new(f"fadd double {total}, {value}")
        return total

    def _values(self, nodes: Iterable[Node]) -> dict[Node, str]:
        known: dict[Node, str] = {}
        for node in self.graph.needed(nodes):
            known[node] = self._operation(node, [known[part] for part in children(self.graph.nodes[node])])
        return known

    def _operation(self, node: Node, parts: list[str]) -> str:
        kind = self.graph.nodes[node][0]
        if kind == "constant":
            return _number(self.graph.nodes[node][1])
        if kind == "symbol":
            return self._load(self.graph.nodes[node][1])
        if kind in _ARITHMETIC:
            return self._new(f"{_ARITHMETIC[kind]} double {parts[0]}, {parts[1]}")
        if kind == "reciprocal":
            return self._new(f"fdiv double {_number(1.0)}, {parts[0]}")
        if kind in _COMPARISON:
            truth = self._new(f"fcmp {_COMPARISON[kind]} double {parts[0]}, {parts[1]}")
            return self._new(f"select i1 {truth}, double {_number(1.0)}, double {_number(0.0)}")
        if kind == "select":
            truth = self._new(f"fcmp une double {parts[0]}, {_number(0.0)}")
            return self._new(f"select i1 {truth}, double {parts[1]}, double {parts[2]}")
        if kind in ("clip", "inside"):
            return self._held(kind, parts[0])
        word = _LIBRARY.get(kind) or f"llvm.{_INTRINSIC[kind]}.f64"
        self.called[word] = len(parts)
        return self._new(f"call double @{word}({', '.join(f'double {part}' for part in parts)})")

    def _load(self, name: str) -> str:
        if name == TIME:
            return "%time"
        return self._read(*self.slots[name])

    def _held(self, kind: str, a: str) -> str:
        zero, one = _number(0.0), _number(1.0)
        below, above = self._new(f"fcmp olt double {a}, {zero}"), self._new(f"fcmp ogt double {a}, {one}")
        if kind == "clip":
            floor = self._new(f"select i1 {below}, double {zero}, double {a}")
            return self._new(f"select i1 {above}, double {one}, double {floor}")
        inside = [self._new(f"fcmp {word} double {a}, {end}") for word, end in (("ogt", zero), ("olt", one))]
        both = self._new(f"and i1 {inside[0]}, {inside[1]}")
        return self._new(f"select i1 {both}, double {one}, double {zero}")
