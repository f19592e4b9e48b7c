"""From states to what is measured: observables and their noise, and how both move with the parameters.

Formulas stand in the graph of the model, so that their derivatives are exact; rows of one observable are computed
together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import AmoeboidError, Fault, FormatError
from amoeboid.formats.sbml import Math
from amoeboid.inference.mapping import Assignment, Courses, Numbering
from amoeboid.inference.problem import FitProblem, Floats, Observable
from amoeboid.inference.simulation import Histories
from amoeboid.signalling import TIME as CLOCK
from amoeboid.signalling import System, formula
from amoeboid.signalling.expression import Node
from amoeboid.signalling.mathematics import Writer

Rows = NDArray[np.int64]
TIME = "time"
_PLACEHOLDER = re.compile(r"^(observable|noise)Parameter(\d+)_")


@dataclass(frozen=True)
class Read:
    """Values and noise, (n_vectors, n_rows); their slopes by the scaled parameters, (n_rows, n_parameters)."""

    value: Floats
    sigma: Floats
    value_slope: Floats | None = None
    sigma_slope: Floats | None = None


@dataclass(frozen=True)
class _Group:
    """Rows of one observable, its formula and noise, and their derivatives by each symbol."""

    rows: Rows
    symbols: tuple[str, ...]
    nodes: tuple[Node, ...]  # formula, noise, then both derivatives of each symbol
    placeholders: Mapping[str, Assignment]


class Readings:
    """The measured rows of a problem on one model.

    Parameters
    ----------
    problem : FitProblem
        With observables and rows.
    system : System
        Equations of the model.
    numbers : mapping of str to float
        Constants and inputs of the model by name.
    found : Courses
        Runs of the problem.
    numbering : Numbering
        Parameters of the problem.

    Raises
    ------
    FormatError
        When a formula cannot be read, or names something unknown.
    """

    def __init__(
        self,
        problem: FitProblem,
        system: System,
        numbers: Mapping[str, float],
        found: Courses,
        numbering: Numbering,
    ) -> None:
        self.problem, self.system, self.numbers = problem, system, numbers
        self.courses, self.numbering = found, numbering
        data = problem.data
        self.times = np.unique(data.time)
        self.time_place = np.searchsorted(self.times, data.time)
        self.run = found.of_experiment[data.experiment]
        self._state = {name: k for k, name in enumerate(system.species)}
        self._groups = [
            self._group(one, np.flatnonzero(data.observable == k))
            for k, one in enumerate(problem.observables)
            if (data.observable == k).any()
        ]

    def _group(self, one: Observable, rows: Rows) -> _Group:
        graph = self.system.graph
        where = f"{self.problem.where}, observable `{one.name}`"
        nodes = [self._node(text, where, one.name) for text in (one.formula, one.noise)]
        symbols = tuple(sorted(graph.names(nodes[0]) | graph.names(nodes[1])))
        slopes = [graph.derivative(node, name) for name in symbols for node in nodes]
        placeholders = {name: self._placeholder(name, rows) for name in symbols if self._is_placeholder(name, one.name)}
        return _Group(rows, symbols, (*nodes, *slopes), placeholders)

    def _is_placeholder(self, name: str, observable: str) -> bool:
        return bool(_PLACEHOLDER.match(name)) and name.endswith("_" + observable)

    def _placeholder(self, name: str, rows: Rows) -> Assignment:
        found = _PLACEHOLDER.match(name)
        assert found is not None
        data = self.problem.data
        entries = data.observable_entries if found[1] == "observable" else data.noise_entries
        return Assignment.of((entries[row][int(found[2]) - 1] for row in rows), self.numbering)

    def _node(self, text: str, where: str, observable: str) -> Node:
        try:
            math = formula(re.sub(r"\bpow\s*\(", "power(", text), where)
            return Writer(self.system.graph).write(math, self._meanings(math, observable), where)
        except FormatError:
            raise
        except AmoeboidError as error:
            faults = [Fault(f.where, f.what, f.expected, f.nearest, f.do, "AMB-F126") for f in error.faults]
            raise FormatError(*faults) from error

    def _meanings(self, math: Math, observable: str) -> dict[str, Node]:
        """Say what names mean: quantities of the model, its numbers, parameters of the fit, placeholders, time."""
        graph = self.system.graph
        names = {name: graph.symbol(name) for name in self._state} | dict(self.system.quantities)
        readouts = self.system.network.readouts
        names |= {one.name: node for one, node in zip(readouts, self.system.readouts, strict=True)}
        known = [*self.numbers, *self.numbering.place, *self.numbering.fixed]
        for name in known:
            names.setdefault(name, graph.symbol(name))
        names.setdefault(TIME, graph.symbol(CLOCK if CLOCK in self._state else TIME))
        for name in _named(math):
            if self._is_placeholder(name, observable):
                names[name] = graph.symbol(name)
        return names

    def read(self, values: Floats, histories: Histories) -> Read:
        """Compute observables and noise of every row.

        Parameters
        ----------
        values : (n_vectors, n_parameters) array
            Numbers of the parameters.
        histories : Histories
            Courses at `times`; with slopes only for one vector.

        Returns
        -------
        read : Read
        """
        shape = (values.shape[0], self.problem.data.n_rows)
        value, sigma = np.empty(shape), np.empty(shape)
        slopes = histories.slopes
        value_slope = None if slopes is None else np.zeros((shape[1], values.shape[1]))
        sigma_slope = None if slopes is None else np.zeros((shape[1], values.shape[1]))
        for group in self._groups:
            nodes = group.nodes if slopes is not None else group.nodes[:2]
            table = {name: self._values(name, group, values, histories) for name in group.symbols}
            with np.errstate(all="ignore"):
                found = self.system.graph.evaluate(nodes, table)
            value[:, group.rows], sigma[:, group.rows] = found[0], found[1]
            if value_slope is not None and sigma_slope is not None:
                for k, name in enumerate(group.symbols):
                    moved = self._moved(name, group, values[0], histories)
                    value_slope[group.rows] += np.reshape(found[2 + 2 * k], (-1, 1)) * moved
                    sigma_slope[group.rows] += np.reshape(found[3 + 2 * k], (-1, 1)) * moved
        return Read(value, sigma, value_slope, sigma_slope)

    def _values(self, name: str, group: _Group, values: Floats, histories: Histories) -> Floats:
        """Give what a symbol is in each row of a group, (n_vectors, n_rows) or broadcastable."""
        rows = group.rows
        if name in group.placeholders:
            return group.placeholders[name].numbers(values)
        if name in self._state:
            return np.asarray(histories.states[self._state[name]][self.time_place[rows], :, self.run[rows]].T)
        if name in self.courses.moving:
            place = self.courses.moving.index(name)
            by_run = np.stack([run.after.numbers(values)[..., place] for run in self.courses.runs], axis=-1)
            return np.asarray(by_run[:, self.run[rows]])
        if name in self.numbers:
            return np.full(1, self.numbers[name])
        if name in self.numbering.place:
            return np.asarray(values[:, self.numbering.place[name], None])
        if name in self.numbering.fixed:
            return np.full(1, self.numbering.fixed[name])
        return self.problem.data.time[rows] if name == TIME else np.ones(1)

    def _moved(self, name: str, group: _Group, values: Floats, histories: Histories) -> Floats:
        """Give how a symbol moves with each scaled parameter in each row of a group, (n_rows, n_parameters)."""
        rows = group.rows
        if name in self._state:
            assert histories.slopes is not None
            return np.asarray(histories.slopes[self._state[name]][self.time_place[rows], self.run[rows]])
        moved = np.zeros((rows.size, values.size))
        if name in group.placeholders:
            column = group.placeholders[name].column
        elif name in self.courses.moving:
            place = self.courses.moving.index(name)
            column = np.array([run.after.column[place] for run in self.courses.runs])[self.run[rows]]
        else:
            column = np.full(rows.size, self.numbering.place.get(name, -1))
        there = np.flatnonzero(column >= 0)
        moved[there, column[there]] = self.numbering.slopes(values)[column[there]]
        return moved


def _named(math: Math) -> set[str]:
    if math[0] == "name":
        return {math[1]}
    return set().union(*(_named(part) for part in math[1:] if isinstance(part, tuple)), set())
