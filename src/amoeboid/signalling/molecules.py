"""From the equations of a network to jumps of molecule numbers, or a refusal by name.

Amounts become numbers of molecules: a concentration is multiplied with the size of its compartment and with the number
of molecules in one unit of substance. What has no exact meaning reaction by reaction is refused: rate rules, rates
that change smoothly with time, stoichiometries that are not whole or not constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from amoeboid import units
from amoeboid.errors import AmoeboidError, Fault, FormatError
from amoeboid.signalling.expression import COMPARISONS, Graph, Node
from amoeboid.signalling.jumps import Jumps
from amoeboid.signalling.mathematics import TIME
from amoeboid.signalling.splitting import Sides, Splitter
from amoeboid.signalling.system import System
from amoeboid.signalling.system_of_file import SystemReaction

Floats = NDArray[np.float64]

MOLECULES = "molecules of "
"""Before a state: its number of molecules."""

BACKWARD = " (backward)"
"""After a reaction: what happens in the other direction."""

_COUNTED = ("item", "count", "molecule", "dimensionless", "1", "")
_AVOGADRO = 6.02214076e23  # exact since 2019
_WHOLE = 1e-9


@dataclass(frozen=True)
class Reading:
    """Jumps, and how the states of the system follow from amounts.

    ``amounts[i]`` is state i of the system (without the time) as a node over the jumps' symbols; ``scales[i]`` is what
    it is multiplied with to give molecules, over the system's own symbols; ``counted[i]`` says whether it is molecules.
    """

    system: System
    jumps: Jumps
    molecules: float
    amounts: tuple[Node, ...]
    scales: tuple[Node, ...]
    counted: tuple[bool, ...]

    @property
    def n_states(self) -> int:
        """Number of states without the time."""
        return len(self.amounts)


def molecules_per_unit(system: System) -> float:
    """Give the number of molecules in one unit of a file's substance; 1 where the file names none.

    Raises
    ------
    FormatError
        When the unit is neither a number of things nor moles.
    """
    model = system.network.model
    text = "" if model is None else model.unit_of.get("substance", "")
    if text in _COUNTED:
        return 1.0
    try:
        return units.convert(1.0, text, "mol") * _AVOGADRO
    except AmoeboidError as cause:
        raise FormatError(
            Fault(system.network.where, f"substance is in `{text}`, which are no molecules", "items or moles", "",
                  "say how many molecules one unit is: `molecules=`", "AMB-N60")
        ) from cause  # fmt: skip


def read(system: System, constants: Floats, molecules: float | None = None) -> Reading:
    """Give the jumps of a system.

    Parameters
    ----------
    system : System
        From `amoeboid.signalling.translate`.
    constants : (n_constants,) array
        Its numbers; stoichiometries and signs are taken from them.
    molecules : float, optional
        Molecules in one unit of substance; by default as the file says.

    Raises
    ------
    FormatError
        When the system cannot be simulated reaction by reaction; tells all reasons at once.
    """
    return _Reader(system, constants, molecules_per_unit(system) if molecules is None else molecules).read()


class _Reader:
    def __init__(self, system: System, constants: Floats, molecules: float) -> None:
        self.system, self.graph, self.molecules = system, system.graph, molecules
        self.numbers = dict(zip(system.constants, constants.tolist(), strict=True))
        self.states = tuple(name for name in system.species if name != TIME)
        self.faults: list[Fault] = []

    @cached_property
    def counted(self) -> tuple[bool, ...]:
        """Whether each state is a species; others are plain numbers that events set."""
        return tuple("amount of " + name in self.system.quantities for name in self.states)

    @cached_property
    def scales(self) -> tuple[Node, ...]:
        """What each state is multiplied with to give molecules: for a concentration the size of its compartment."""
        graph, found = self.graph, []
        for name, counted in zip(self.states, self.counted, strict=True):
            if not counted:
                found.append(graph.constant(1.0))
                continue
            size = graph.derivative(self.system.quantities["amount of " + name], name)
            found.append(graph.multiply(graph.constant(self.molecules), size))
        return tuple(found)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the states of the jumps."""
        return tuple(MOLECULES + name if c else name for name, c in zip(self.states, self.counted, strict=True))

    @cached_property
    def amounts(self) -> tuple[Node, ...]:
        graph = self.graph
        plain = [graph.symbol(name) for name in self.names]
        return tuple(graph.divide(node, scale) for node, scale in zip(plain, self.scales, strict=True))

    def read(self) -> Reading:
        known = {self.graph.symbol(name): node for name, node in zip(self.states, self.amounts, strict=True)}
        self._refuse_rates()
        turnovers = [one for reaction in self.system.reactions for one in self._turnovers(reaction, known)]
        conditions = self.graph.replace([event.trigger for event in self.system.events], known)
        laws = [law for _, law, _ in turnovers]
        stops = tuple(self._stops([*laws, *conditions]))
        if self.faults:
            raise FormatError(*self.faults)
        jumps = Jumps(
            graph=self.graph,
            states=self.names,
            feeds=self.system.feeds,
            constants=self.system.constants,
            reactions=tuple(name for name, _, _ in turnovers),
            propensities=tuple(laws),
            changes=tuple(change for _, _, change in turnovers),
            conditions=tuple(conditions),
            stops=stops,
        )
        return Reading(self.system, jumps, self.molecules, self.amounts, self.scales, self.counted)

    def _refuse(self, what: str, expected: str, do: str, code: str) -> None:
        self.faults.append(Fault(self.system.network.where, what, expected, "", do, code))

    def _refuse_rates(self) -> None:
        """Refuse rate rules: a state whose rate is not that of reactions."""
        if self.system.network.model is None:
            names = ", ".join(f"`{rule.species}`" for rule in self.system.network.rate_rules)
            what = f"a network of our own, in which some states change continuously: {names}"
            self._refuse(what, "a network from a file, all of reactions", "simulate it by rates", "AMB-N61")
            return
        by_reaction = {row for reaction in self.system.reactions for row, _ in reaction.changes}
        still = self.graph.constant(0.0)
        for row, name in enumerate(self.states):
            if row not in by_reaction and self.system.rates[row] != still:
                what = f"`{name}` changes continuously, by a rate rule"
                self._refuse(what, "reactions, rules without rates, events", "simulate it by rates", "AMB-N61")

    def _turnovers(
        self, reaction: SystemReaction, known: dict[Node, Node]
    ) -> Iterator[tuple[str, Node, Mapping[int, float]]]:
        """Give name, propensity and changes of what a reaction does, in both directions where it goes both ways."""
        law = self.graph.replace([reaction.rate], dict(known))[0]
        law = self.graph.multiply(self.graph.constant(self.molecules), law)
        change = {row: self._whole(reaction, row, count) for row, count in reaction.changes}
        change = {row: count for row, count in change.items() if count != 0.0}
        self._refuse_smooth(reaction.name, law)
        parts: tuple[Node, ...] = (law,)
        if self._reversible(reaction.name):
            used = tuple(self.names[row] for row, count in change.items() if count < 0.0)
            made = tuple(self.names[row] for row, count in change.items() if count > 0.0)
            parts = self._splitter.split(law, Sides(used, made))
        yield reaction.name, parts[0], change
        if len(parts) > 1:
            yield reaction.name + BACKWARD, parts[1], {row: -count for row, count in change.items()}

    def _reversible(self, name: str) -> bool:
        model = self.system.network.model
        return model is None or any(one.id == name and one.reversible for one in model.reactions)

    @cached_property
    def _splitter(self) -> Splitter:
        signs = {name: 1 if value >= 0.0 else -1 for name, value in self.numbers.items() if value == value}
        signs |= dict.fromkeys((*self.system.feeds, TIME), 1)
        return Splitter(self.graph, signs | {n: 1 for n, c in zip(self.names, self.counted, strict=True) if c})

    def _whole(self, reaction: SystemReaction, row: int, count: Node) -> float:
        """Give how many molecules one turnover changes a state by; refuse what is not a constant whole number."""
        where, fixed = f"reaction `{reaction.name}` changes `{self.states[row]}`", frozenset(self.numbers)
        if not self.graph.names(count) <= fixed:
            self._refuse(f"{where} by a number that itself can change", "constant whole numbers",
                         "simulate it by rates", "AMB-N62")  # fmt: skip
            return 0.0
        number = float(self.graph.evaluate([count], self.numbers)[0])
        if not abs(number - round(number, 0)) <= _WHOLE:
            self._refuse(f"{where} by {number:g}", "whole numbers of molecules", "simulate it by rates", "AMB-N62")
            return 0.0
        return float(round(number))

    def _refuse_smooth(self, name: str, law: Node) -> None:
        """Refuse a rate that rests on the time in any way but by comparing it."""
        if rests_smoothly_on_time(self.graph, law):
            what = f"the rate of reaction `{name}` changes smoothly with time"
            self._refuse(what, "rates that are constant between reactions", "simulate it by rates", "AMB-N64")

    def _stops(self, nodes: list[Node]) -> Iterator[Node]:
        """Give the moments at which comparisons with the time turn; refuse those that cannot be computed."""
        graph, seen = self.graph, set()
        for node in graph.needed(nodes):
            kind, *parts = graph.nodes[node]
            if kind not in COMPARISONS or not graph.depends(node, TIME):
                continue
            root = graph.subtract(parts[0], parts[1])
            slope = graph.derivative(root, TIME)
            if graph.depends(slope, TIME) or not _is_smooth(graph, root):
                self._refuse("a comparison with the time that is not linear in it",
                             "comparisons such as `time > 10`", "write it with the time alone", "AMB-N65")  # fmt: skip
                continue
            begin = graph.replace([root], {graph.symbol(TIME): graph.constant(0.0)})[0]
            stop = graph.negate(graph.divide(begin, slope))
            if stop not in seen:
                seen.add(stop)
                yield stop
        for event in self.system.events:
            if rests_smoothly_on_time(graph, event.trigger):
                what = f"the trigger of event `{event.name}` rests on the time in another way than by a comparison"
                self._refuse(what, "comparisons such as `time > 10`", "write it as a comparison", "AMB-N65")


def _is_smooth(graph: Graph, node: Node) -> bool:
    rough = ("floor", "ceiling", "less", "less_equal", "equal", "select", "abs", "clip", "inside", "gamma")
    return not any(graph.nodes[k][0] in rough and graph.depends(k, TIME) for k in graph.needed([node]))


def rests_smoothly_on_time(graph: Graph, node: Node) -> bool:
    """Tell whether a node rests on the time in any way but through comparisons.

    Examples
    --------
    >>> graph = Graph()
    >>> time, ten = graph.symbol(TIME), graph.constant(10.0)
    >>> [rests_smoothly_on_time(graph, n) for n in (graph.make("less", ten, time), graph.multiply(ten, time))]
    [False, True]
    """
    stack, seen = [node], set()
    while stack:
        top = stack.pop()
        kind, *parts = graph.nodes[top]
        if top in seen or kind in COMPARISONS or not graph.depends(top, TIME):
            continue
        if kind == "symbol":
            return True
        seen.add(top)
        stack.extend(parts)
    return False
