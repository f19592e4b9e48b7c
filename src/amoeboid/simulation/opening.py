"""How the matrix of a tissue is opened, wired: tracks, cutting, tearing, and the membranes that stand in the way."""

from __future__ import annotations

import numpy as np

from amoeboid.process import Process
from amoeboid.simulation.scene import Scene
from amoeboid.tissue import contacts, matrix


def opens(scene: Scene) -> bool:
    """Tell whether pores are opened, by cutting or by force, rather than by passing cells alone."""
    medium = scene.medium
    return medium.kind == matrix.COLLAGEN and (scene.document.tissue.proteolysis or medium.yields or medium.deforms)


def opening(scene: Scene) -> tuple[Process, ...]:
    """Give the processes that open matrix and membranes, in the order in which they follow the shape of cells.

    Without proteolysis and in a gel that neither yields nor deforms, each cell that moves leaves a track as wide as
    its nucleus. Else the gel closes behind a cell unless it was cut, or torn by a pull above its yield stress. Cells
    know their tension by then.
    """
    tissue, medium, parameters = scene.document.tissue, scene.medium, scene.parameters
    opened: tuple[Process, ...]
    if opens(scene):
        opened = _by_force(scene)
    else:
        gain = 0.0 if medium.kind == matrix.RIGID else parameters["matrix.track_gain"]
        nucleus = np.array([parameters[f"cell.{name}.nucleus_area"] for name in scene.types])
        opened = (contacts.TrackWriting(scene.grid, nucleus, gain),)
    if not tissue.membranes:
        return opened
    sheets = [matrix.sheet(one.kind, one.axis, one.position, one.pore_area, parameters) for one in tissue.membranes]
    held = contacts.Membranes(parameters, scene.grid, sheets, scene.types)
    held.initial(scene.state)
    cuts = contacts.Activity(parameters, scene.types) if tissue.proteolysis else None
    return (held, *opened, contacts.Breach(parameters, scene.grid, sheets, cuts))


def _by_force(scene: Scene) -> tuple[Process, ...]:
    """Set pulling, tearing, and cutting where there is proteolysis."""
    parameters, grid, state = scene.parameters, scene.grid, scene.state
    pulling = contacts.Pulling(parameters, scene.domain, grid, scene.types)
    pulling.initial(state)
    tearing = contacts.Tearing(parameters, grid)
    tearing.initial(state)
    if not scene.document.tissue.proteolysis:
        return (pulling, tearing)
    cutting = contacts.Proteolysis(parameters, grid, scene.types, matrix.rest(scene.material, parameters))
    cutting.initial(state)
    return (pulling, tearing, cutting)
