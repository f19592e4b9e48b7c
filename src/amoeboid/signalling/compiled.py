"""From a system of equations to its compiled kernel, and the choice of the method."""

from __future__ import annotations

from amoeboid.kernels import ode, tableau
from amoeboid.kernels.equations import Equations
from amoeboid.kernels.tableau import METHODS, Tableau
from amoeboid.signalling.events import watched
from amoeboid.signalling.system import TIME, System

LOOSE = 1e-4
"""Relative tolerance from which on the method of order 3 is the cheaper one."""


def equations(system: System) -> Equations:
    """Give the equations of a system as kernels take them; its roots are those of `events.watched`."""
    roots = watched(system)[0]
    slots = {name: ("y", row) for row, name in enumerate(system.species)}
    slots |= {name: ("u", row) for row, name in enumerate(system.feeds)}
    slots |= {name: ("p", row) for row, name in enumerate(system.constants)}
    return Equations(
        nodes=tuple(system.graph.nodes),
        slots=slots,
        rates=tuple(system.rates),
        slopes=dict(system.slopes),
        roots=roots,
        n_species=len(system.species),
        n_feeds=len(system.feeds),
        n_constants=len(system.constants),
    )


def method(name: str, relative: float) -> Tableau:
    """Give a method by name; "auto" is stiff: order 3 for loose tolerances, else order 4."""
    if name == "auto":
        return tableau.RODAS3 if relative >= LOOSE else tableau.RODAS4
    return METHODS[name]


def compiled(system: System, tableau: Tableau) -> ode.Kernel:
    """Give the compiled kernel of a system, from the cache when it is there."""
    return ode.kernel(equations(system), tableau)


def waves(system: System) -> bool:
    """Tell whether some root bends in time by itself, so that it may come and go within a long step."""
    graph = system.graph
    return any(TIME in graph.names(graph.derivative(root, TIME)) for root in watched(system)[0])
