"""From one member of a scenario to a simulation: the only place where the scales are wired."""

from __future__ import annotations

import math

import numpy as np

from amoeboid import scenario, signalling
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import Process, State
from amoeboid.scenario import Arm, Cells, Member, Scenario
from amoeboid.simulation.crossing import vessel_processes
from amoeboid.simulation.deforming import deforming
from amoeboid.simulation.growing import growing
from amoeboid.simulation.loop import Simulation
from amoeboid.simulation.opening import opening
from amoeboid.simulation.surroundings import capacities, own_cytokine, surroundings, without_genes
from amoeboid.tissue import cells, contacts, matrix
from amoeboid.tissue.geometry import Box, Domain, Grid, Sphere


def parameters_of(document: Scenario, arm: Arm) -> Parameters:
    """Give the numbers of an arm: the catalogue, then what the scenario sets, then what the arm sets."""
    settings = {**document.parameters, **arm.parameters}
    overrides = {
        id: setting.override(f"scenario {document.name}")
        for id, setting in settings.items()
        if not id.startswith(scenario.OF_PATHWAY)
    }
    return Parameters(catalogue(), overrides)


def build(document: Scenario, member: Member) -> Simulation:
    """Make a member executable: place cells, fill ports at time 0, and set the processes in order.

    Cells start at their own steady state under the autocrine cytokine and the arm's knock-outs; medium with
    cytokine and drug is put around the tissue at time 0.

    Parameters
    ----------
    document : Scenario
    member : Member
        One of ``scenario.members(document)``.

    Raises
    ------
    AmoeboidError
        When a number is missing, or cells or drugs cannot be placed as asked.
    """
    arm = member.arm
    parameters = parameters_of(document, arm)
    hypotheses = dict(member.hypotheses)
    domain = Domain(document.tissue.size)
    grid = Grid.over(domain, document.tissue.voxel)
    groups = [group for group in document.tissue.cells if _is_there(group, arm)]
    placements = [_placement(group, arm) for group in groups]
    state = cells.place(placements, parameters, domain, seed=member.seed)
    state.put("clock.tick", np.zeros(1))
    medium = arm.matrix or document.tissue.matrix
    material = matrix.Material(medium.kind, medium.collagen or 0.0, medium.pore_area)
    counts = [cells.n_cells_of(one, parameters, domain) for one in placements]
    matrix.build(state, grid, material, parameters, _tumours(groups, state, counts))
    if medium.place is not None:
        matrix.confine(state, grid, Box(medium.place.centre or domain.centre, medium.place.size))
    simulation = Simulation(state, (), parameters)
    types = cells.cell_types(placements)
    rest, growth = (
        growing(state, parameters, domain, (types, member.seed, hypotheses)) if document.tissue.growth else ((), ())
    )
    first = surroundings(state, parameters, (document, member), (grid, types))
    pathway = _pathway(simulation, document, member, types)
    opened = opening(state, parameters, (document.tissue, medium), (domain, grid, types))
    last = _last(simulation, (domain, grid, types), (material.kind, member.seed, hypotheses), opened)
    moving = deforming(state, parameters, medium, grid)
    crossing = vessel_processes(simulation, document, member, types)
    simulation.processes = (*first, pathway, *rest, *last, *moving, *crossing, *growth)
    return simulation


def _is_there(group: Cells, arm: Arm) -> bool:
    """Whether an arm has a group of cells."""
    return (arm.cell_type or group.type) not in arm.without


def _placement(group: Cells, arm: Arm) -> cells.Placement:
    """Turn a group of cells of the document into a placement; a grid's spacing becomes its size."""
    place, size = group.place, group.place.size
    if place.shape == "grid" and place.spacing is not None and group.count is not None:
        side = place.spacing * math.ceil(group.count ** (1.0 / 3.0) - 1e-9)
        size = (side, side, side)
    return cells.Placement(
        type=arm.cell_type or group.type,
        shape=place.shape,
        count=group.count,
        radius=place.radius,
        centre=place.centre,
        size=size,
        points=place.points or (),
    )


def _tumours(groups: list[Cells], state: State, counts: list[int]) -> list[Sphere]:
    """Give the spheres that the compact groups of cells fill: no matrix grows inside a tumour."""
    hollow, first = [], 0
    for group, count in zip(groups, counts, strict=True):
        rows = slice(first, first + count)
        first += count
        if group.place.shape == "sphere" and count > 0:
            position = state["cell.position"][rows]
            centre = position.mean(axis=0)
            reach = np.linalg.norm(position - centre, axis=1) + state["cell.radius"][rows]
            x, y, z = (float(value) for value in centre)
            hollow.append(Sphere((x, y, z), float(reach.max())))
    return hollow


def _pathway(
    simulation: Simulation, document: Scenario, member: Member, types: tuple[str, ...]
) -> signalling.Signalling:
    """Set the pathway, shipped or from a file, and put the cells where it begins."""
    arm, parameters = member.arm, simulation.parameters
    network = signalling.network(scenario.mechanisms(document, member))
    if document.pathway.file:
        joined = signalling.join(scenario.pathway_model(document, arm), document.pathway.mapping, network, parameters)
        pathway = signalling.Signalling(joined.network, parameters, joined.spreads, joined.start)
    else:
        pathway = signalling.Signalling(network, parameters)
    for name, numbers in capacities(simulation.state, parameters, types).items():
        if name in pathway.reads:
            simulation.state.put(name, numbers)
    own = own_cytokine(arm, types)
    stimulus = own if isinstance(own, float) else own[simulation.state["cell.type"]]
    before = {"cell.cytokine": stimulus, **without_genes(arm, simulation.state, types)}
    simulation.notes["cells begin"] = pathway.initial(simulation.state, member.seed, before)
    return pathway


def _last(
    simulation: Simulation,
    space: tuple[Domain, Grid, tuple[str, ...]],
    choices: tuple[str, int, dict[str, str]],
    opened: tuple[Process, ...],
) -> tuple[Process, ...]:
    """Set what comes after the pathway: pores, polarity, mechanics, shape, and what opens the matrix."""
    state, parameters = simulation.state, simulation.parameters
    domain, grid, types = space
    kind, seed, hypotheses = choices
    pores = contacts.PoreSampling(matrix.pore_search(parameters), seed)
    pores.initial(state)
    polarity = cells.Polarity(parameters, domain, grid, seed=seed)
    mechanics = cells.Mechanics(parameters, domain, grid, types, matrix=kind, hypotheses=hypotheses)
    shape = cells.Shape(parameters, domain, grid)
    return (pores, polarity, mechanics, shape, *opened)
