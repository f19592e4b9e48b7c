"""From a network to a system of equations: dimension check, right-hand side, sparse Jacobian, kernel.

Species are the unknowns. Inputs and the factors of single cells are one list of per-cell numbers (`feeds`);
parameters are one list of numbers shared by all cells, so that an override needs no new compilation.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, FormatError
from amoeboid.evidence import Parameters
from amoeboid.signalling import dimension, rate_text
from amoeboid.signalling.expression import Graph, Node
from amoeboid.signalling.mathematics import TIME
from amoeboid.signalling.network import Network, stoichiometry
from amoeboid.signalling.rate_text import parse, unknown_name
from amoeboid.signalling.system_of_file import SystemEvent, SystemReaction, equations

__all__ = ["FACTOR", "TIME", "System", "SystemEvent", "SystemReaction", "constants", "tolerances", "translate"]

Floats = NDArray[np.float64]
FACTOR = "factor of "
"""Before the name of an individual factor, so that it cannot be the name of anything in a rate text."""

_ABSOLUTE = 1e-6
"""Absolute tolerance of a species as a share of its scale."""


@dataclass(frozen=True)
class System:
    """Equations of a network: a graph with the rates of change, their derivatives, and the readouts.

    ``rates[i]`` is the rate of change of species i; ``slopes[i, j]`` its derivative by species j where
    that is not zero. ``starts``, ``scales``, ``readouts`` and ``sums`` (found, expected) are nodes as well.

    ``quantities`` gives every id as it is meant in mathematics, for species also "amount of X" and "concentration of
    X". A root is a continuous function whose change of sign marks a jump of a rate or a trigger. ``setters`` says for
    a quantity that is a state its row, and what a new value is multiplied with to give the state (a size, taken before
    any assignment of the moment). A state with the name `TIME`, always the last, is the time.
    """

    network: Network
    graph: Graph
    species: tuple[str, ...]
    feeds: tuple[str, ...]
    constants: tuple[str, ...]
    rates: tuple[Node, ...]
    slopes: Mapping[tuple[int, int], Node]
    starts: tuple[Node, ...]
    scales: tuple[Node, ...]
    readouts: tuple[Node, ...]
    sums: tuple[tuple[Node, Node], ...]
    quantities: Mapping[str, Node] = field(default_factory=dict)
    events: tuple[SystemEvent, ...] = ()
    roots: tuple[Node, ...] = ()
    setters: Mapping[str, tuple[int, Node | None]] = field(default_factory=dict)
    reactions: tuple[SystemReaction, ...] = ()

    def values(self, y: Floats, feeds: Floats, constants: Floats) -> dict[str, Any]:
        """Give numbers or arrays by name, as `Graph.evaluate` wants them."""
        return {
            **dict(zip(self.species, y, strict=True)),
            **dict(zip(self.feeds, feeds, strict=True)),
            **dict(zip(self.constants, constants, strict=True)),
        }

    def compute(self, nodes: tuple[Node, ...], y: Floats, feeds: Floats, constants: Floats) -> Floats:
        """Compute nodes for all cells.

        Parameters
        ----------
        nodes : tuple of Node
            Such as ``system.readouts``.
        y : (n_species, ...) array
            State in internal units.
        feeds : (n_feeds, ...) array
            Inputs, then individual factors.
        constants : (n_constants,) array
            From `constants`.

        Returns
        -------
        numbers : (n_nodes, ...) array
        """
        found = self.graph.evaluate(nodes, self.values(y, feeds, constants))
        shape = np.shape(y)[1:]
        if not nodes:
            return np.zeros((0, *shape))
        return np.stack([np.broadcast_to(np.asarray(number, dtype=np.float64), shape) for number in found])

    def rhs(self, y: Floats, feeds: Floats, constants: Floats) -> Floats:
        """Give the rate of change of every species, (n_species, ...) [unit of the species per s]."""
        return self.compute(self.rates, y, feeds, constants)

    def jacobian(self, y: Floats, feeds: Floats, constants: Floats) -> Floats:
        """Give the dense Jacobian of one cell with state (n_species,) and feeds (n_feeds,)."""
        numbers = self.compute(tuple(self.slopes.values()), y, feeds, constants)
        dense = np.zeros((len(self.species), len(self.species)))
        for (i, j), number in zip(self.slopes, numbers, strict=True):
            dense[i, j] = number
        return dense


class _Builder:
    """Names of a network while its texts are put into one graph; rules are resolved when first met."""

    def __init__(self, network: Network, powers: Mapping[str, int]) -> None:
        self.network = network
        self.graph = Graph()
        self.nodes: dict[str, Node] = {}
        self.units: dict[str, dimension.Dimension] = {}
        self.rules = {rule.name: rule for rule in network.rules}
        self.open: list[str] = []
        where = network.where
        for name, unit in _states_and_inputs(network):
            self._declare(name, unit, self.graph.symbol(name), where)
        factors = {scaled: one.name for one in network.individuals for scaled in one.scales}
        for name, unit in network.parameters.items():
            node = self.graph.symbol(name)
            if name in factors:
                node = self.graph.multiply(node, self.graph.symbol(FACTOR + factors[name]))
            self._declare(name, unit, node, where)
        for name in network.exponents:
            self._declare(name, "1", self.graph.constant(float(powers[name])), where)

    def _declare(self, name: str, unit: str, node: Node, where: str) -> None:
        if name in self.units or name in self.rules:
            raise FormatError(
                Fault(
                    where,
                    f"two things are called `{name}`",
                    "one name for one thing",
                    "",
                    "rename one",
                    "AMB-F26",
                )
            )
        self.units[name] = dimension.dimension(unit, f"{where}, `{name}`")
        self.nodes[name] = node

    def text(self, text: str, unit: str, where: str) -> Node:
        """Put a text into the graph after its dimension check."""
        place = f"{self.network.where}, {where}"
        tree = parse(text, place)
        for name in _names(tree):
            if name in self.rules and name not in self.nodes:
                self._resolve(name)
        dimension.check(tree, self.units, dimension.dimension(unit, place), place)
        return rate_text.build(self.graph, tree, self.nodes, place)

    def _resolve(self, name: str) -> None:
        rule = self.rules[name]
        if name in self.open:
            circle = " → ".join([*self.open, name])
            raise FormatError(
                Fault(
                    self.network.where,
                    f"rules in a circle: {circle}",
                    "rules that rest on states and numbers",
                    "",
                    "break the circle",
                    "AMB-F27",
                )
            )
        self.open.append(name)
        node = self.text(rule.text, rule.unit, f"rule `{name}`")
        self.open.pop()
        self.nodes[name] = node
        self.units[name] = dimension.dimension(rule.unit)


def _states_and_inputs(network: Network) -> list[tuple[str, str]]:
    states = [(entry.name, entry.unit) for entry in network.species]
    return states + [(entry.name, entry.unit) for entry in network.inputs]


def _names(tree: ast.expr) -> list[str]:
    return [part.id for part in ast.walk(tree) if isinstance(part, ast.Name)]


def _per_second(unit: str) -> str:
    return "1/s" if unit == "1" else f"{unit}/s"


def _rates(builder: _Builder) -> tuple[Node, ...]:
    """Sum rates over reactions: dy_i/dt = sum_r n_ir v_r."""
    network, graph = builder.network, builder.graph
    units = {entry.name: entry.unit for entry in network.species}
    total = dict.fromkeys(units, graph.constant(0.0))
    for reaction in network.reactions:
        where = f"reaction `{reaction.name}`"
        change = stoichiometry(reaction, network.where)
        for name in change:
            if name not in units:
                raise FormatError(unknown_name(f"{network.where}, {where}", name, units))
        rate = builder.text(reaction.rate, _per_second(units[next(iter(change))]), where)
        for name, count in change.items():
            total[name] = graph.add(total[name], graph.multiply(graph.constant(float(count)), rate))
    for rule in network.rate_rules:
        if rule.species not in units:
            raise FormatError(unknown_name(f"{network.where}, rate rule", rule.species, units))
        rate = builder.text(rule.rate, _per_second(units[rule.species]), f"rate of `{rule.species}`")
        total[rule.species] = graph.add(total[rule.species], rate)
    return tuple(total.values())


def translate(network: Network, parameters: Parameters | None = None) -> System:
    """Turn a network into equations, after checking the dimension of every text.

    Only the whole numbers of exponents are taken from `parameters`; all others stay symbols.

    Raises
    ------
    UnitError
        When a rate has another dimension than its reaction asks for; names the reaction.
    FormatError
        When a text cannot be read or names something unknown.
    """
    if network.model is not None:
        return _of_file(network)
    assert parameters is not None, "a network of our own has its numbers in the evidence"
    return _translate(network, network.powers(parameters))


def _of_file(network: Network) -> System:
    factors = {scaled: FACTOR + one.name for one in network.individuals for scaled in one.scales}
    found = equations(network, factors)
    feeds = [entry.name for entry in network.inputs] + [FACTOR + entry.name for entry in network.individuals]
    return System(
        network=network,
        graph=found.graph,
        species=found.species,
        feeds=tuple(feeds),
        constants=tuple(name for name in network.given if name not in feeds),
        rates=found.rates,
        slopes=_slopes(found.graph, found.rates, found.species),
        starts=found.starts,
        scales=found.starts,
        readouts=found.readouts,
        sums=found.sums,
        quantities=found.quantities,
        events=found.events,
        roots=found.roots,
        setters=found.setters,
        reactions=found.reactions,
    )


def _slopes(graph: Graph, rates: tuple[Node, ...], names: tuple[str, ...]) -> dict[tuple[int, int], Node]:
    zero, place = graph.constant(0.0), {name: row for row, name in enumerate(names)}
    found = {}
    for i, rate in enumerate(rates):
        for j in sorted(place[name] for name in graph.names(rate) if name in place):
            slope = graph.derivative(rate, names[j])
            if slope != zero:
                found[i, j] = slope
    return found


def _translate(network: Network, powers: Mapping[str, int]) -> System:
    builder = _Builder(network, powers)
    rates = _rates(builder)
    names = tuple(entry.name for entry in network.species)
    units = {entry.name: entry.unit for entry in network.species}
    graph = builder.graph
    feeds = [entry.name for entry in network.inputs] + [FACTOR + entry.name for entry in network.individuals]
    return System(
        network=network,
        graph=graph,
        species=names,
        feeds=tuple(feeds),
        constants=tuple(network.parameters),
        rates=rates,
        slopes=_slopes(graph, rates, names),
        starts=tuple(builder.text(e.start, e.unit, f"start of `{e.name}`") for e in network.species),
        scales=tuple(builder.text(e.scale, e.unit, f"scale of `{e.name}`") for e in network.species),
        readouts=tuple(builder.text(str(e.text), e.unit, f"readout `{e.name}`") for e in network.readouts),
        sums=tuple(
            (
                builder.text(e.sum, units[_names(parse(e.sum, e.name))[0]], f"sum `{e.name}`"),
                builder.text(e.total, units[_names(parse(e.sum, e.name))[0]], f"total `{e.name}`"),
            )
            for e in network.conserved
        ),
    )


def constants(system: System, parameters: Parameters | None = None) -> Floats:
    """Give the numbers of all parameters in the order of ``system.constants``."""
    numbers = system.network.numbers(parameters)
    return np.array([numbers[name] for name in system.constants])


def tolerances(system: System, constants: Floats) -> Floats:
    """Give the absolute tolerance of every species, in the unit of the species."""
    feeds = np.ones(len(system.feeds))
    if system.network.model is not None:
        begins = np.abs(system.compute(system.starts, np.zeros(len(system.species)), feeds, constants))
        known = begins[np.isfinite(begins) & (begins > 0.0)]
        typical = float(np.median(known)) if known.size else 1.0
        return _ABSOLUTE * np.where(np.isfinite(begins) & (begins > 0.0), np.minimum(begins, typical), typical)
    return _ABSOLUTE * system.compute(system.scales, np.zeros(len(system.species)), feeds, constants)
