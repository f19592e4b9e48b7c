"""One member of a scenario laid out: its numbers, its space, its cells in place, its matrix. What wiring reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from amoeboid import scenario
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import State
from amoeboid.scenario import Arm, Cells, Member, Scenario
from amoeboid.tissue import cells, matrix
from amoeboid.tissue.geometry import Box, Domain, Grid, Sphere


@dataclass(frozen=True)
class Scene:
    """What a member is made of, before any process is set.

    Attributes
    ----------
    document, member : Scenario, Member
    parameters : Parameters
        Numbers of the member's arm.
    domain, grid : Domain, Grid
    types : tuple of str
        Cell types in the order that ``cell.type`` counts.
    material : matrix.Material
        Of the arm.
    state : State
        Cells in place, the matrix around them, the clock at 0; processes fill in the rest.
    """

    document: Scenario
    member: Member
    parameters: Parameters
    domain: Domain
    grid: Grid
    types: tuple[str, ...]
    material: matrix.Material
    state: State

    @property
    def arm(self) -> Arm:
        """The condition."""
        return self.member.arm

    @property
    def medium(self) -> scenario.Matrix:
        """What the document says of the matrix of the arm."""
        return self.arm.matrix or self.document.tissue.matrix

    @property
    def seed(self) -> int:
        """Seed of all draws."""
        return self.member.seed

    @property
    def hypotheses(self) -> Mapping[str, str]:
        """Option of every hypothesis that a process reads."""
        return self.member.hypotheses


def parameters_of(document: Scenario, arm: Arm) -> Parameters:
    """Give the numbers of an arm: the catalogue, then what the scenario sets, then what the arm sets."""
    settings = {**document.parameters, **arm.parameters}
    overrides = {
        id: setting.override(f"scenario {document.name}")
        for id, setting in settings.items()
        if not id.startswith(scenario.OF_PATHWAY)
    }
    return Parameters(catalogue(), overrides)


def lay_out(document: Scenario, member: Member) -> Scene:
    """Place the cells of a member, and lay the matrix around them.

    Raises
    ------
    AmoeboidError
        When a number is missing, or cells cannot be placed as asked.
    """
    arm = member.arm
    parameters = parameters_of(document, arm)
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
    return Scene(document, member, parameters, domain, grid, cells.cell_types(placements), material, state)


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
