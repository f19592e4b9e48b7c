"""How the matrix of a tissue is opened, wired: tracks, cutting, tearing, and the membranes that stand in the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.process import Process, State
from amoeboid.scenario import Matrix, Tissue
from amoeboid.tissue import contacts, matrix
from amoeboid.tissue.geometry import Domain, Grid


@dataclass(frozen=True)
class Opening:
    """What opens the matrix.

    Attributes
    ----------
    types : (n_types,) array of bool, optional
        Types of cells that open pores; none where nothing but moving cells leaves tracks.
    processes : tuple of Process
        In the order in which they follow the shape of cells.
    """

    types: NDArray[np.bool_] | None
    processes: tuple[Process, ...]


def opening(
    state: State,
    parameters: Parameters,
    what: tuple[Tissue, Matrix],
    where: tuple[Domain, Grid, tuple[str, ...]],
) -> Opening:
    """Set the processes that open matrix and membranes.

    Without proteolysis and in a gel that does not deform, each cell that moves leaves a track as wide as its nucleus.
    Else the gel closes behind a cell unless it was cut, or torn by a pull above its yield stress.

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
    cuts = contacts.Activity(parameters, types) if tissue.proteolysis else None
    if medium.kind == matrix.COLLAGEN and (tissue.proteolysis or medium.deforms):
        opened = _by_force(state, parameters, what, where)
    else:
        gain = 0.0 if medium.kind == matrix.RIGID else parameters["matrix.track_gain"]
        nucleus = np.array([parameters[f"cell.{name}.nucleus_area"] for name in types])
        opened = Opening(None, (contacts.TrackWriting(grid, nucleus, gain),))
    if not tissue.membranes:
        return opened
    sheets = [
        matrix.sheet(one.kind, one.axis, one.position, one.pore_area, parameters) for one in tissue.membranes
    ]  # fmt: skip
    held = contacts.Membranes(parameters, grid, sheets, types)
    held.initial(state)
    return Opening(opened.types, (held, *opened.processes, contacts.Breach(parameters, grid, sheets, cuts)))


def _by_force(
    state: State,
    parameters: Parameters,
    what: tuple[Tissue, Matrix],
    where: tuple[Domain, Grid, tuple[str, ...]],
) -> Opening:
    """Set pulling, tearing, and cutting where there is proteolysis."""
    tissue, medium = what
    domain, grid, types = where
    pulling = contacts.Pulling(parameters, domain, grid, types)
    pulling.initial(state)
    tearing = contacts.Tearing(parameters, grid)
    opening_types = np.ones(len(types), dtype=np.bool_)
    if not tissue.proteolysis:
        return Opening(opening_types, (pulling, tearing))
    material = matrix.Material(medium.kind, medium.collagen or 0.0, medium.pore_area)
    cutting = contacts.Proteolysis(parameters, grid, types, matrix.rest(material, parameters))
    cutting.initial(state)
    return Opening(opening_types, (pulling, tearing, cutting))
