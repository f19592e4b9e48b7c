"""Reactions as jumps of whole numbers of molecules, and the machine code of their propensities.

A propensity is the rate of a reaction as a number of turnovers per unit of time. The code is made from the graph,
without contraction: a propensity then has the same bits whether it is computed after one reaction, after another, or
together with all others when a run is taken up again.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels import objects, stochastic
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
        """Arrays that the kernels want: changes, groups to be summed anew, and propensities that read each state."""
        n = len(self.propensities)
        groups = [sorted({k // stochastic.GROUP for k in found if k < n}) for found in self.dependents]
        reading = [self.graph.names(node) for node in self.propensities]
        readers = [[k for k, names in enumerate(reading) if state in names] for state in self.states]
        return (
            np.cumsum([0, *(len(change) for change in self.changes)]),
            np.array([row for change in self.changes for row in change], dtype=np.int64),
            np.array([amount for change in self.changes for amount in change.values()], dtype=np.float64),
            np.cumsum([0, *(len(found) for found in groups)]),
            np.array([group for found in groups for group in found], dtype=np.int64),
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

    ``update(which, x, u, p, out, time)`` computes into ``out`` what depends on the changes of reaction `which`, or
    everything for -1; ``room`` does the same for `Jumps.room`, always all.
    """
    everything = dict(enumerate(jumps.outputs))
    parts = [{k: jumps.outputs[k] for k in found} for found in jumps.dependents]
    graph = jumps.graph
    if sum(len(graph.needed(part.values())) for part in parts) > _LARGEST:
        parts = []
    write = _Writer(jumps)
    texts = [write.function("update", [everything, *parts]), write.function("room", [dict(enumerate(jumps.room))])]
    declared = [f"declare double @{word}({', '.join(['double'] * n)})" for word, n in sorted(write.called.items())]
    return "\n".join([*declared, *texts])


def _number(value: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


class _Writer:
    """Writes functions of LLVM text; each block computes some outputs from the arrays."""

    def __init__(self, jumps: Jumps) -> None:
        self.graph = jumps.graph
        named = {"x": jumps.states, "u": jumps.feeds, "p": jumps.constants}
        self.slots = {name: (array, row) for array, names in named.items() for row, name in enumerate(names)}
        self.called: dict[str, int] = {}
        self.lines: list[str] = []
        self.count = 0

    def function(self, name: str, blocks: list[dict[int, Node]]) -> str:
        """Write a function whose first block is for all, and whose others are chosen by number."""
        cases = " ".join(f"i64 {k}, label %r{k}" for k in range(len(blocks) - 1))
        self.lines = [
            f"define void @{name}(i64 %which, i64 %ix, i64 %iu, i64 %ip, i64 %iout, double %time) {{",
            *(f"  %{array} = inttoptr i64 %i{array} to ptr" for array in ("x", "u", "p", "out")),
            f"  switch i64 %which, label %all [ {cases} ]",
        ]
        for k, block in enumerate(blocks):
            self.lines.append("all:" if k == 0 else f"r{k - 1}:")
            self._block(block)
        return "\n".join([*self.lines, "}", ""])

    def _new(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def _block(self, block: Mapping[int, Node]) -> None:
        known: dict[Node, str] = {}
        for node in self.graph.needed(block.values()):
            known[node] = self._operation(node, [known[part] for part in children(self.graph.nodes[node])])
        for row, node in block.items():
            place = self._new(f"getelementptr inbounds double, ptr %out, i64 {row}")
            self.lines.append(f"  store double {known[node]}, ptr {place}, align 8")
        self.lines.append("  ret void")

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
        array, row = self.slots[name]
        return self._new(f"load double, ptr {self._new(f'getelementptr inbounds double, ptr %{array}, i64 {row}')}")

    def _held(self, kind: str, a: str) -> str:
        zero, one = _number(0.0), _number(1.0)
        below, above = self._new(f"fcmp olt double {a}, {zero}"), self._new(f"fcmp ogt double {a}, {one}")
        if kind == "clip":
            floor = self._new(f"select i1 {below}, double {zero}, double {a}")
            return self._new(f"select i1 {above}, double {one}, double {floor}")
        inside = [self._new(f"fcmp {word} double {a}, {end}") for word, end in (("ogt", zero), ("olt", one))]
        both = self._new(f"and i1 {inside[0]}, {inside[1]}")
        return self._new(f"select i1 {both}, double {one}, double {zero}")
