"""The processes of a tissue that grows: cells that cycle, divide and die, and dead ones that stay passive."""

from __future__ import annotations

from amoeboid.process import Process
from amoeboid.simulation.scene import Scene
from amoeboid.tissue import cells


def growing(scene: Scene) -> tuple[Process, ...]:
    """Spread cells over their cycle and give the process that ends a tick; nothing where cells do not grow.

    Cells get the ports of growth, and volumes by their place in the cycle.
    """
    if not scene.document.tissue.growth:
        return ()
    growth = cells.Growth(
        scene.parameters, scene.domain, scene.types, seed=scene.seed, hypotheses=scene.hypotheses
    )  # fmt: skip
    growth.initial(scene.state)
    return (growth,)


def resting(scene: Scene) -> tuple[Process, ...]:
    """Give the process behind the pathway that keeps the dead passive; nothing where nobody dies."""
    return (cells.Passive(scene.parameters),) if scene.document.tissue.growth else ()
