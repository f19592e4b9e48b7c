"""How states change with numbers of a network: the equations joined with one directional derivative.

With y' = f(y, k) and a direction v in the space of the numbers k, the slope s = dy/dk v obeys

    s' = (df/dy) s + (df/dk) v,        s(0) = (dy(0)/dk) v

so that y and s are one system of twice the size, whose direction is a per-cell number: every number of every
experiment is one more cell of the batch, and the compiled kernels need no change. The derivatives are those of the
graph. Where a rate jumps at a moment that depends on a number or a state, slopes would jump too, which these
equations do not say: `is_smooth` tells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from amoeboid.signalling.expression import Graph, Node
from amoeboid.signalling.system import TIME, System

SLOPE = "slope of "
"""Before the name of a state, in the name of its slope."""

DIRECTION = "direction of "
"""Before the name of a number, in the name of the per-cell number that says how far the direction follows it."""


def is_smooth(system: System, moving: Sequence[str]) -> bool:
    """Tell whether `directional` says all: no events, and jumps only at moments that no moving number shifts.

    Parameters
    ----------
    system : System
        From `translate`.
    moving : sequence of str
        Constants or feeds by which slopes are wanted.
    """
    still = {TIME, *system.constants, *system.feeds} - set(moving)
    return not system.events and all(system.graph.names(root) <= still for root in system.roots)


def individualised(system: System, names: Sequence[str]) -> System:
    """Give a system in which some constants are numbers of each cell, behind its other feeds.

    Parameters
    ----------
    system : System
        From `translate`.
    names : sequence of str
        Constants of the system.

    Examples
    --------
    >>> from amoeboid.evidence import Parameters, catalogue
    >>> from amoeboid.signalling import network, translate
    >>> individualised(translate(network(), Parameters(catalogue())), ["gap"]).feeds[-1]
    'gap'
    """
    chosen = set(names)
    return dataclasses.replace(
        system,
        feeds=(*system.feeds, *(name for name in system.constants if name in chosen)),
        constants=tuple(name for name in system.constants if name not in chosen),
    )


def directional(system: System, names: Sequence[str]) -> System:
    """Join a system with the slope of its states along a direction in the space of some of its feeds.

    Parameters
    ----------
    system : System
        The feeds among it that are named may have a direction.
    names : sequence of str
        Feeds of the system; for each a feed ``direction of <name>`` is added at the end, in this order.

    Returns
    -------
    system : System
        States y, then their slopes; the state of time, if there is one, stays last and has no slope.
    """
    graph = system.graph
    moving = [k for k, name in enumerate(system.species) if name != TIME]
    slopes = {name: graph.symbol(SLOPE + name) for name in (system.species[k] for k in moving)}
    directions = {name: graph.symbol(DIRECTION + name) for name in names}
    rates = tuple(_slope(graph, system.rates[k], {**slopes, **directions}) for k in moving)
    starts = tuple(_slope(graph, system.starts[k], directions) for k in moving)
    n_first = len(moving)
    order = [*moving, *(k for k in range(len(system.species)) if k not in moving)]
    place = {k: (row if row < n_first else row + n_first) for row, k in enumerate(order)}
    tail = order[n_first:]
    species = (
        *(system.species[k] for k in moving),
        *(SLOPE + system.species[k] for k in moving),
        *(system.species[k] for k in tail),
    )
    joined = {(place[i], place[j]): node for (i, j), node in system.slopes.items()}
    for row, rate in enumerate(rates):
        for column, name in enumerate(species):
            if name in graph.names(rate) and (node := graph.derivative(rate, name)) != graph.constant(0.0):
                joined[n_first + row, column] = node
    return dataclasses.replace(
        system,
        species=species,
        feeds=(*system.feeds, *(DIRECTION + name for name in names)),
        rates=(*(system.rates[k] for k in moving), *rates, *(system.rates[k] for k in tail)),
        slopes=joined,
        starts=(*(system.starts[k] for k in moving), *starts, *(system.starts[k] for k in tail)),
        scales=tuple(system.scales[k] for k in (*moving, *moving, *tail)) if system.scales else (),
        sums=(),
    )


def _slope(graph: Graph, node: Node, along: dict[str, Node]) -> Node:
    """Give the derivative of a node along a direction: the sum over its symbols of slope times direction."""
    total = graph.constant(0.0)
    for name in sorted(graph.names(node) & along.keys()):
        total = graph.add(total, graph.multiply(graph.derivative(node, name), along[name]))
    return total
