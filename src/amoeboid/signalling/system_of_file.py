"""The equations of a network that came from a file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from amoeboid.errors import Fault, FormatError, nearest_name
from amoeboid.formats.sbml import Event, Math
from amoeboid.signalling import algebra
from amoeboid.signalling.conservation import conserved
from amoeboid.signalling.contents import AMOUNT, Contents
from amoeboid.signalling.expression import COMPARISONS, Graph, Node
from amoeboid.signalling.lowering import Lowering
from amoeboid.signalling.mathematics import TIME
from amoeboid.signalling.network import Network


@dataclass(frozen=True)
class SystemEvent:
    """An event of a network as nodes.

    ``trigger`` is true where it is not 0; ``assignments`` give the new value of each quantity, to be brought into the
    state by ``System.setters``.
    """

    name: str
    trigger: Node
    delay: Node | None
    priority: Node | None
    persistent: bool
    initially: bool
    at_trigger: bool
    assignments: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class SystemReaction:
    """A reaction as nodes: its rate in extents per time, and by row of the state what one extent makes of it.

    ``changes`` are in amounts; a state that is a concentration changes by these over the size of its compartment.
    """

    name: str
    rate: Node
    changes: tuple[tuple[int, Node], ...]


@dataclass(frozen=True)
class Equations:
    """All nodes of a file; the fields are those of `amoeboid.signalling.System`."""

    graph: Graph
    species: tuple[str, ...]
    rates: tuple[Node, ...]
    starts: tuple[Node, ...]
    readouts: tuple[Node, ...]
    quantities: Mapping[str, Node]
    events: tuple[SystemEvent, ...]
    roots: tuple[Node, ...]
    setters: Mapping[str, tuple[int, Node | None]]
    reactions: tuple[SystemReaction, ...]
    sums: tuple[tuple[Node, Node], ...]


def equations(network: Network, factors: Mapping[str, str]) -> Equations:
    """Give the equations of a network that came from a file.

    Parameters
    ----------
    network : Network
        From `amoeboid.signalling.from_sbml`.
    factors : mapping of str to str
        By constant, the symbol that multiplies it in each cell.

    Raises
    ------
    FormatError
        When definitions stand in a circle, ids are unknown, or mathematics cannot be put into the graph.
    """
    assert network.model is not None
    graph, known = Graph(), (*network.given, *(entry.name for entry in network.inputs))
    pairs = algebra.unknowns(Contents(network.model))
    contents = Contents(network.model, frozenset(pairs.values()))
    found = Lowering(graph, contents, known, factors)
    found.solutions = _solutions(contents, Lowering(graph, contents, known, factors), pairs)
    states = contents.states
    rates = [found.change(name) for name in states]
    starts = [found.start(name) for name in states]
    quantities = _quantities(contents, found)
    events = tuple(_event(contents, found, event) for event in network.model.events if event.trigger is not None)
    rows = {name: row for row, name in enumerate(states)}
    reactions = tuple(_reactions(contents, found, rows))
    readouts = tuple(_readout(network, found, quantities, entry.name, entry.text) for entry in network.readouts)
    used = [*rates, *quantities.values(), *readouts, *(node for event in events for node in _nodes(event))]
    if any(graph.depends(node, TIME) for node in used):
        states, rates, starts = (*states, TIME), [*rates, graph.constant(1.0)], [*starts, graph.constant(0.0)]
    watched = [*rates, *(event.trigger for event in events)]
    return Equations(
        graph=graph,
        species=states,
        rates=tuple(rates),
        starts=tuple(starts),
        readouts=readouts,
        quantities=quantities,
        events=events,
        roots=tuple(roots(graph, watched, states)),
        setters={name: (row, found.factor(name)) for name, row in rows.items()},
        reactions=reactions,
        sums=tuple(_sums(contents, found, reactions)),
    )


def _solutions(contents: Contents, found: Lowering, pairs: Mapping[int, str]) -> dict[str, Node]:
    """Give what algebraic rules determine, from the rules with the unknowns as symbols."""
    rules = algebra.rules(contents)
    nodes = {
        name: found.mathematics(rules[rule], f"{contents.model.where}, algebraic rule") for rule, name in pairs.items()
    }
    return algebra.solved(found.graph, nodes, contents)


def _quantities(contents: Contents, found: Lowering) -> dict[str, Node]:
    ids: Iterable[str] = (*contents.species, *contents.compartments, *contents.parameters, *contents.references)
    quantities = {name: found.value(name) for name in ids}
    for name in contents.species:
        quantities |= found.both(name)
    return quantities | {reaction.id: found.value(reaction.id) for reaction in contents.model.reactions}


def _reactions(contents: Contents, found: Lowering, rows: Mapping[str, int]) -> Iterator[SystemReaction]:
    """Give every reaction that has a law."""
    changes: dict[str, dict[int, Node]] = {
        reaction.id: {} for reaction in contents.model.reactions if reaction.law is not None
    }
    for part in (part for parts in contents.parts.values() for part in parts):
        change, row, count = changes[part.reaction], rows[part.reference.species], found.stoichiometry(part)
        change[row] = found.graph.add(change[row], count) if row in change else count
    return (SystemReaction(name, found.value(name), tuple(change.items())) for name, change in changes.items())


def _sums(contents: Contents, found: Lowering, reactions: Iterable[SystemReaction]) -> Iterator[tuple[Node, Node]]:
    """Give sums of amounts that only reactions could change and do not, and what they are at the beginning."""
    graph, rows = found.graph, {name: row for row, name in enumerate(contents.states)}
    alone = [rows[name] for name in contents.parts if name not in contents.by_event]
    changes = [{row: graph.value(count) for row, count in reaction.changes} for reaction in reactions]
    plain = [{row: math.nan if count is None else count for row, count in change.items()} for change in changes]
    for total in conserved(plain, alone):
        node = graph.constant(0.0)
        for row, count in total.items():
            amount = found.both(contents.states[row])[AMOUNT + contents.states[row]]
            node = graph.add(node, graph.multiply(graph.constant(float(count)), amount))
        yield node, found.at_start(node)


def _event(contents: Contents, found: Lowering, event: Event) -> SystemEvent:
    def node(tree: Math) -> Node:
        return found.mathematics(tree, contents.where(event.id, "event"))

    assert event.trigger is not None
    return SystemEvent(
        name=event.id,
        trigger=node(event.trigger),
        delay=None if event.delay is None else node(event.delay),
        priority=None if event.priority is None else node(event.priority),
        persistent=event.persistent,
        initially=event.initially,
        at_trigger=event.at_trigger,
        assignments=tuple((name, node(tree)) for name, tree in event.assignments if tree is not None),
    )


def _nodes(event: SystemEvent) -> Iterator[Node]:
    yield event.trigger
    yield from (node for node in (event.delay, event.priority) if node is not None)
    yield from (node for _, node in event.assignments)


def _readout(network: Network, found: Lowering, quantities: Mapping[str, Node], name: str, text: str | Math) -> Node:
    if not isinstance(text, str):
        return found.mathematics(text, f"{network.where}, readout `{name}`")
    if text not in quantities:
        raise FormatError(
            Fault(f"{network.where}, readout `{name}`", f"`{text}` is no id of the file", "an id, or mathematics",
                  nearest_name(text, quantities), "correct the id", "AMB-F92")
        )  # fmt: skip
    return quantities[text]


def roots(graph: Graph, watched: Iterable[Node], states: Iterable[str]) -> Iterator[Node]:
    """Give the functions of the state whose change of sign marks a jump: a - b of every comparison in nodes.

    Steps of ``floor`` and ``ceiling`` lie where sin(π a) changes its sign.
    """
    names = frozenset(states)
    seen: set[Node] = set()
    for node in graph.needed(watched):
        kind, *parts = graph.nodes[node]
        if kind in COMPARISONS:
            root = graph.subtract(parts[0], parts[1])
            twin = graph.subtract(parts[1], parts[0])
        elif kind in ("floor", "ceiling"):
            root = twin = graph.make("sin", graph.multiply(graph.constant(math.pi), parts[0]))
        else:
            continue
        if root not in seen and graph.names(root) & names:
            seen |= {root, twin}
            yield root
