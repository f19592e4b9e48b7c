"""What cells live in, wired: drugs and cytokines in the medium, what cells make, oxygen, and what targets are left."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import pharmacology
from amoeboid.process import Process
from amoeboid.scenario import CYTOKINES, Arm, Drug
from amoeboid.simulation.scene import Scene
from amoeboid.tissue import cells, contacts, fields


def surroundings(scene: Scene) -> tuple[Process, ...]:
    """Set what comes before the pathway: medium, fields, what cells meet, what is left of targets.

    Ports are filled as they are at time 0.
    """
    state, parameters, arm = scene.state, scene.parameters, scene.arm
    administered = [administration(drug) for drug in arm.drugs]
    exposure = pharmacology.Exposure(administered, scene.document.medium, parameters)
    exposure.initial(state)
    given: tuple[Process, ...] = (exposure,)
    if arm.pulse is not None:
        medium = fields.Medium(arm.fields, arm.pulse)
        medium.initial(state)
        given = (exposure, medium)
    cytokines = _cytokines(scene)
    moving = _diffusing(scene, cytokines, exposure.drugs)
    others = [*exposure.drugs, *([] if scene.document.tissue.oxygen is None else [fields.OXYGEN])]
    meeting = contacts.CellField(scene.grid, sorted(cytokines), others, own_cytokine(scene))
    meeting.initial(state)
    hypotheses = dict(scene.hypotheses)
    occupancy = pharmacology.Occupancy(exposure.drugs, missing_genes(scene), hypotheses, parameters)
    occupancy.initial(state)
    return (*given, *moving, meeting, occupancy)


def _diffusing(scene: Scene, cytokines: Mapping[str, fields.Substance], drugs: Sequence[str]) -> list[fields.Diffusion]:
    """Set the fields of cytokines, drugs and oxygen, in this order."""
    parameters, grid, theta = scene.parameters, scene.grid, scene.parameters["fields.theta"]
    moving = [fields.Diffusion(one, grid, _bath(one.name, scene.arm), theta) for one in cytokines.values()]
    moving += [
        fields.Diffusion(fields.substance(name, fields.DRUG, parameters), grid, f"bath.{name}", theta) for name in drugs
    ]
    tissue = scene.document.tissue
    if tissue.oxygen is not None:
        oxygen = fields.oxygen(parameters, scene.types, _inert(scene))
        moving.append(fields.Diffusion(oxygen, grid, tissue.oxygen, theta))
    for field in moving:
        field.initial(scene.state)
    if tissue.oxygen is not None:
        scene.state.put("field.oxygen", np.full(grid.shape, tissue.oxygen))
    return moving


def _cytokines(scene: Scene) -> dict[str, fields.Substance]:
    """Give the cytokines that an arm adds or that some cell makes, by name."""
    parameters, added = scene.parameters, scene.arm.fields
    found = {}
    for name in sorted({*CYTOKINES, *added}):
        one = fields.substance(name, fields.CYTOKINE, parameters)
        if scene.document.tissue.secretion:
            one = fields.secreted(one, parameters, scene.types, scene.hypotheses.get("secretion_loop", "off"))
        if one.secretion:
            # in every arm alike, whether medium with it is added or not
            one = replace(one, beyond=parameters["fields.cytokine.beyond"])
        one = replace(one, inert=_inert(scene))
        if name in added or one.secretion:
            found[name] = one
    return found


def _inert(scene: Scene) -> tuple[int, ...]:
    """Give the phases in which a cell neither makes nor takes up anything."""
    return (cells.PHASES.index("necrotic"),) if scene.document.tissue.growth else ()


def _bath(name: str, arm: Arm) -> float | str:
    """Give what the faces hold of a cytokine: what the arm adds, for good or until its washout, else nothing."""
    if name not in arm.fields:
        return 0.0
    return arm.fields[name] if arm.pulse is None else f"bath.{name}"


def administration(drug: Drug) -> pharmacology.Administration:
    """Turn a drug of the document into what pharmacology gives; doses that would fall after the stop are left out."""
    stop = math.inf if drug.stop is None else drug.stop
    if drug.concentration is not None:
        return pharmacology.Constant(drug.name, drug.concentration, drug.start if drug.start > 0.0 else -math.inf, stop)
    count = None if drug.stop is None or not drug.interval else math.ceil((stop - drug.start) / drug.interval)
    return pharmacology.Regimen(drug.name, drug.dose or 0.0, drug.interval, drug.start, count)


def own_cytokine(scene: Scene) -> float | NDArray[np.float64]:
    """Give what cells make for themselves [nM]: one number, or one for each type where an arm tells types apart."""
    arm = scene.arm
    if not arm.autocrine_in:
        return arm.autocrine
    return np.array([arm.autocrine_in.get(name, arm.autocrine) for name in scene.types])


def missing_genes(scene: Scene) -> dict[int, tuple[str, ...]]:
    """Give the genes that an arm takes out, by index of the cell type; `pharmacology.ALL` for those of every cell."""
    arm, types = scene.arm, scene.types
    here = {types.index(name): genes for name, genes in arm.knockouts_in.items() if name in types}
    return {pharmacology.ALL: arm.knockouts, **here}


def without_genes(scene: Scene) -> dict[str, ArrayLike]:
    """Give by port what knock-outs leave of each target they touch: how cells begin before any drug."""
    lacking = pharmacology.Occupancy([], missing_genes(scene)).genes(scene.state)
    alike = {f"target.{name}": 0.0 for name in scene.arm.knockouts}
    return {**lacking, **alike}


def capacities(scene: Scene) -> dict[str, NDArray[np.float64]]:
    """Give by port what a pathway may ask of cells beside what they meet: memory, and the stiffness they hold on to.

    Memory is ``cell.<type>.memory``, none for a type without a record; stiffness is 0 until a process samples it.
    """
    parameters, state = scene.parameters, scene.state
    memory = np.zeros(len(scene.types))
    for index, name in enumerate(scene.types):
        if f"cell.{name}.memory" in parameters:
            memory[index] = parameters[f"cell.{name}.memory"]
    stiffness = state["cell.stiffness"] if "cell.stiffness" in state else np.zeros(state.n_cells)
    return {"cell.memory": memory[state["cell.type"]], "cell.stiffness": stiffness}
