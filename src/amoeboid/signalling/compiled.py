"""From a system of equations to its compiled kernel, and the choice of the method."""

from __future__ import annotations

from amoeboid.kernels import ode, tableau
from amoeboid.kernels.elimination import elimination
from amoeboid.kernels.equations import Equations
from amoeboid.kernels.tableau import METHODS, Tableau
from amoeboid.signalling.events import watched
from amoeboid.signalling.system import TIME, System

MOST_OPERATIONS = 60_000
"""Operations of an elimination that are still compiled: about 20 s."""
_DENSE = 1_000


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


def method(name: str, system: System) -> Tableau:
    """Give a method by name.

    "auto" is the Rosenbrock method of order 4: on our own network at a relative tolerance of 1e-4 it costs what that
    of order 3 costs and errs a tenth as much. A Rosenbrock method costs the same whatever the stiffness, and on
    pathways that are not stiff little more than the explicit one. Only where the elimination would take too long to
    compile, in systems in which all depends on all, it is the explicit one.
    """
    if name != "auto":
        return METHODS[name]
    if len(system.slopes) > _DENSE and elimination(len(system.species), system.slopes).n_operations > MOST_OPERATIONS:
        return tableau.DOPRI5
    return tableau.RODAS4


def compiled(system: System, tableau: Tableau) -> ode.Kernel:
    """Give the compiled kernel of a system, from the cache when it is there."""
    return ode.kernel(equations(system), tableau)


def waves(system: System) -> bool:
    """Tell whether some root bends in time by itself, so that it may come and go within a long step."""
    graph = system.graph
    return any(TIME in graph.names(graph.derivative(root, TIME)) for root in watched(system)[0])
