"""What cells live in, wired: drugs and cytokines in the medium, what cells make, oxygen, and what targets are left."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import pharmacology
from amoeboid.evidence import Parameters
from amoeboid.process import Process, State
from amoeboid.scenario import CYTOKINES, Arm, Drug, Member, Scenario
from amoeboid.tissue import cells, contacts, fields
from amoeboid.tissue.geometry import Grid

Types = tuple[str, ...]


def surroundings(
    state: State, parameters: Parameters, told: tuple[Scenario, Member], space: tuple[Grid, Types]
) -> tuple[Process, ...]:
    """Set what comes before the pathway: medium, fields, what cells meet, what is left of targets.

    Parameters
    ----------
    state : State
        With cells placed; ports are filled as they are at time 0.
    parameters : Parameters
    told : Scenario and Member
    space : Grid and cell types
        The types in the order of ``cell.type``.
    """
    document, member = told
    arm, (grid, types) = member.arm, space
    exposure = pharmacology.Exposure([administration(drug) for drug in arm.drugs], document.medium, parameters)
    medium = fields.Medium(arm.fields, arm.pulse if arm.pulse is not None else math.inf)
    given: tuple[Process, ...] = (exposure,) if arm.pulse is None else (exposure, medium)
    exposure.initial(state)
    if arm.pulse is not None:
        medium.initial(state)
    cytokines = _cytokines(parameters, told, types)
    moving = [
        fields.Diffusion(one, grid, _bath(one.name, arm), parameters["fields.theta"]) for one in cytokines.values()
    ]
    moving += [
        fields.Diffusion(
            fields.substance(name, fields.DRUG, parameters), grid, f"bath.{name}", parameters["fields.theta"]
        )
        for name in exposure.drugs
    ]
    others = list(exposure.drugs)
    if document.tissue.oxygen is not None:
        inert = (cells.PHASES.index("necrotic"),) if document.tissue.growth else ()
        oxygen = fields.oxygen(parameters, types, inert)
        moving.append(fields.Diffusion(oxygen, grid, document.tissue.oxygen, parameters["fields.theta"]))
        others.append(fields.OXYGEN)
    for field in moving:
        field.initial(state)
    if document.tissue.oxygen is not None:
        state.put("field.oxygen", np.full(grid.shape, document.tissue.oxygen))
    meeting = contacts.CellField(grid, sorted(cytokines), others, own_cytokine(arm, types))
    meeting.initial(state)
    occupancy = pharmacology.Occupancy(exposure.drugs, missing_genes(arm, types), dict(member.hypotheses), parameters)
    occupancy.initial(state)
    return (*given, *moving, meeting, occupancy)


def _cytokines(parameters: Parameters, told: tuple[Scenario, Member], types: Types) -> dict[str, fields.Substance]:
    """Give the cytokines that an arm adds or that some cell makes, by name."""
    document, member = told
    found = {}
    for name in sorted({*CYTOKINES, *member.arm.fields}):
        one = fields.substance(name, fields.CYTOKINE, parameters)
        if document.tissue.secretion:
            one = fields.secreted(one, parameters, types, member.hypotheses.get("secretion_loop", "off"))
        if one.secretion:
            # in every arm alike, whether medium with it is added or not
            one = replace(one, beyond=parameters["fields.cytokine.beyond"])
        if name in member.arm.fields or one.secretion:
            found[name] = one
    return found


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


def own_cytokine(arm: Arm, types: Types) -> float | NDArray[np.float64]:
    """Give what cells make for themselves [nM]: one number, or one for each type where an arm tells types apart."""
    if not arm.autocrine_in:
        return arm.autocrine
    return np.array([arm.autocrine_in.get(name, arm.autocrine) for name in types])


def missing_genes(arm: Arm, types: Types) -> dict[int, tuple[str, ...]]:
    """Give the genes that an arm takes out, by index of the cell type; `pharmacology.ALL` for those of every cell."""
    here = {types.index(name): genes for name, genes in arm.knockouts_in.items() if name in types}
    return {pharmacology.ALL: arm.knockouts, **here}


def without_genes(arm: Arm, state: State, types: Types) -> dict[str, ArrayLike]:
    """Give by port what knock-outs leave of each target they touch: how cells begin before any drug."""
    lacking = pharmacology.Occupancy([], missing_genes(arm, types)).genes(state)
    alike = {f"target.{name}": 0.0 for name in arm.knockouts}
    return {**lacking, **alike}


def capacities(state: State, parameters: Parameters, types: Types) -> dict[str, NDArray[np.float64]]:
    """Give by port what a pathway may ask of cells beside what they meet: memory, and the stiffness they hold on to.

    Memory is ``cell.<type>.memory``, none for a type without a record; stiffness is 0 until a process samples it.
    """
    memory = np.zeros(len(types))
    for index, name in enumerate(types):
        if f"cell.{name}.memory" in parameters:
            memory[index] = parameters[f"cell.{name}.memory"]
    stiffness = state["cell.stiffness"] if "cell.stiffness" in state else np.zeros(state.n_cells)
    return {"cell.memory": memory[state["cell.type"]], "cell.stiffness": stiffness}
