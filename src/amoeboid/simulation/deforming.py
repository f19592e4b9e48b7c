"""The matrix that gives way to its cells, wired."""

from __future__ import annotations

from amoeboid.evidence import Parameters
from amoeboid.process import Process, State
from amoeboid.scenario import Matrix
from amoeboid.tissue import contacts, matrix
from amoeboid.tissue.geometry import Grid


def deforming(state: State, parameters: Parameters, medium: Matrix, grid: Grid) -> tuple[Process, ...]:
    """Give matrix mechanics for a gel that deforms, or nothing.

    Parameters
    ----------
    state : State
        With cells and matrix; ``cell.pull`` is there once the cells pull.
    parameters : Parameters
    medium : Matrix
        The matrix of the arm.
    grid : Grid
    """
    if not medium.deforms or medium.kind != matrix.COLLAGEN:
        return ()
    material = matrix.Material(medium.kind, medium.collagen or 0.0, medium.pore_area)
    moving = contacts.MatrixMechanics(parameters, grid, material)
    moving.initial(state)
    return (moving,)
