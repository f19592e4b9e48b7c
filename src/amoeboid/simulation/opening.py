"""How the matrix of a tissue is opened, wired: tracks, cutting, tearing, and the membranes that stand in the way."""

from __future__ import annotations

import numpy as np

from amoeboid.evidence import Parameters
from amoeboid.process import Process, State
from amoeboid.scenario import Matrix, Tissue
from amoeboid.tissue import contacts, matrix
from amoeboid.tissue.geometry import Domain, Grid


def opening(
    state: State,
    parameters: Parameters,
    what: tuple[Tissue, Matrix],
    where: tuple[Domain, Grid, tuple[str, ...]],
) -> tuple[Process, ...]:
    """Give the processes that open matrix and membranes, in the order in which they follow the shape of cells.

    Without proteolysis and in a gel that neither yields nor deforms, each cell that moves leaves a track as wide as
    its nucleus. Else the gel closes behind a cell unless it was cut, or torn by a pull above its yield stress.

    Parameters
    ----------
    state : State
        With cells, matrix and tension.
    parameters : Parameters
    what : tuple of Tissue and Matrix
        The tissue of the document, and the matrix of the arm.
    where : tuple of Domain, Grid and the cell types
        Types in the order that ``cell.type`` counts.
    """
    tissue, medium = what
    domain, grid, types = where
    opened: tuple[Process, ...]
    cuts = contacts.Activity(parameters, types) if tissue.proteolysis else None
    if medium.kind == matrix.COLLAGEN and (tissue.proteolysis or medium.yields or medium.deforms):
        opened = _by_force(state, parameters, what, where)
    else:
        gain = 0.0 if medium.kind == matrix.RIGID else parameters["matrix.track_gain"]
        nucleus = np.array([parameters[f"cell.{name}.nucleus_area"] for name in types])
        opened = (contacts.TrackWriting(grid, nucleus, gain),)
    if not tissue.membranes:
        return opened
    sheets = [
        matrix.sheet(one.kind, one.axis, one.position, one.pore_area, parameters) for one in tissue.membranes
    ]  # fmt: skip
    held = contacts.Membranes(parameters, grid, sheets, types)
    held.initial(state)
    return (held, *opened, contacts.Breach(parameters, grid, sheets, cuts))


def _by_force(
    state: State,
    parameters: Parameters,
    what: tuple[Tissue, Matrix],
    where: tuple[Domain, Grid, tuple[str, ...]],
) -> tuple[Process, ...]:
    """Set pulling, tearing, and cutting where there is proteolysis."""
    tissue, medium = what
    domain, grid, types = where
    pulling = contacts.Pulling(parameters, domain, grid, types)
    pulling.initial(state)
    tearing = contacts.Tearing(parameters, grid)
    tearing.initial(state)
    if not tissue.proteolysis:
        return (pulling, tearing)
    material = matrix.Material(medium.kind, medium.collagen or 0.0, medium.pore_area)
    cutting = contacts.Proteolysis(parameters, grid, types, matrix.rest(material, parameters))
    cutting.initial(state)
    return (pulling, tearing, cutting)
