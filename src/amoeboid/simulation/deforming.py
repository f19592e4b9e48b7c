"""The matrix that gives way to its cells, wired."""

from __future__ import annotations

from amoeboid.process import Process
from amoeboid.simulation.scene import Scene
from amoeboid.tissue import contacts, matrix


def deforming(scene: Scene) -> tuple[Process, ...]:
    """Give matrix mechanics for a gel that deforms, or nothing; ``cell.pull`` is there once the cells pull."""
    if not scene.medium.deforms or scene.material.kind != matrix.COLLAGEN:
        return ()
    moving = contacts.MatrixMechanics(scene.parameters, scene.grid, scene.material)
    moving.initial(scene.state)
    return (moving,)
