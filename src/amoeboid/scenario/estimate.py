"""What a run will cost: seconds of one core and bytes on disk, from counts of cells, voxels and steps."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from amoeboid.evidence import catalogue
from amoeboid.scenario.checks import expected_count
from amoeboid.scenario.document import Arm, Scenario
from amoeboid.scenario.loading import pathway_model
from amoeboid.scenario.members import members
from amoeboid.scenario.vocabulary import CYTOKINES

MECHANICS_STEP = 30.0
"""Step [s] of mechanics."""

NETWORK_STEP = 60.0
"""Step [s] of pathway, fields, matrix sampling and polarity."""


OWN_STATES = 19
"""States of our own network, whose cost is in `Costs.cell_minute`."""

_STATE_BYTES = 8.0


@dataclass(frozen=True)
class Costs:
    """Seconds of one core and bytes, measured on the demo arms; ``spread`` is the factor each way.

    Parameters
    ----------
    cell_step : float [s]
        One cell, one mechanics step, with contacts, active force and matrix sampling.
    cell_minute : float [s]
        One cell, one minute of its pathway, polarity, pores, shape and tracks.
    voxel_step : float [s]
        One voxel, one step of one substance.
    tick : float [s]
        Fixed cost of 60 s of simulated time, however few the cells.
    member, start : float [s]
        Fixed cost of one member (placing and relaxing cells, opening files), and of a run.
    state_minute : float [s]
        One minute of one state of a pathway file, beyond `OWN_STATES`.
    cell_frame, cell_sample, cell_state, voxel_state : float [byte]
        One cell in one frame, in one sample of scalars, in one checkpoint; one voxel in one checkpoint.
    member_files : float [byte]
        Fixed size of one member on disk.
    spread : float
        The range is the estimate divided and multiplied by this.
    """

    cell_step: float = 4e-7
    cell_minute: float = 1e-6
    state_minute: float = 1.5e-8
    voxel_step: float = 1e-8
    tick: float = 1e-3
    member: float = 1.0
    start: float = 5.0
    cell_frame: float = 11.0
    cell_sample: float = 32.0
    cell_state: float = 900.0
    voxel_state: float = 88.0
    member_files: float = 60_000.0
    spread: float = 2.5


@dataclass(frozen=True)
class Estimate:
    """Cost of a run: seconds of one core, bytes on disk, members; each with a range of low to high."""

    core_seconds: float
    disk_bytes: float
    n_members: int
    n_cells: int
    n_voxels: int
    core_seconds_range: tuple[float, float] = field(default=(0.0, 0.0))
    disk_bytes_range: tuple[float, float] = field(default=(0.0, 0.0))


def estimate(scenario: Scenario, costs: Costs | None = None) -> Estimate:
    """Estimate what a run of a scenario costs.

    Linear in cells, voxels and steps; good to the factor ``costs.spread``. Divide by the number of
    processes for the time by the clock.

    Examples
    --------
    >>> from amoeboid.scenario import load
    >>> estimate(load("melanoma-escape")).n_members
    49
    """
    costs = costs or Costs()
    more = _more_states(scenario)
    costs = replace(
        costs,
        cell_minute=costs.cell_minute + more * costs.state_minute,
        cell_state=costs.cell_state + more * _STATE_BYTES,
    )
    n_cells = sum(expected_count(cells.model_dump()) for cells in scenario.tissue.cells)
    n_voxels = math.prod(scenario.tissue.shape)
    all_members = members(scenario)
    seconds = costs.start + sum(
        _seconds(scenario, _count_substances(scenario, member.arm), (n_cells, n_voxels), costs)
        for member in all_members
    )
    size = len(all_members) * _bytes(scenario, n_cells, n_voxels, costs)
    return Estimate(
        seconds,
        size,
        len(all_members),
        n_cells,
        n_voxels,
        (seconds / costs.spread, seconds * costs.spread),
        (size / costs.spread, size * costs.spread),
    )


def _count_substances(scenario: Scenario, arm: Arm) -> int:
    """Count the fields of an arm: what it adds, what its cells make, and oxygen."""
    made = {
        name
        for name in CYTOKINES
        for cell_type in scenario.types_of(arm)
        if scenario.tissue.secretion and f"cell.{cell_type}.secretion.{name}" in catalogue().values
    }
    return len(made.union(arm.fields)) + len(arm.drugs) + (scenario.tissue.oxygen is not None)


def _more_states(scenario: Scenario) -> int:
    """Count what changes in a pathway file, beyond the states of our own network."""
    if not scenario.pathway.file:
        return 0
    model = pathway_model(scenario, scenario.arms[0])
    n_rated = sum(rule.kind == "rate" for rule in model.rules)
    return max(0, sum(not (entry.constant or entry.boundary) for entry in model.species) + n_rated - OWN_STATES)


def _seconds(scenario: Scenario, n_substances: int, counts: tuple[int, int], costs: Costs) -> float:
    """Estimate the seconds of one member."""
    n_cells, n_voxels = counts
    steps, ticks = scenario.duration / MECHANICS_STEP, scenario.duration / NETWORK_STEP
    return (
        costs.member
        + ticks * costs.tick
        + n_cells * (steps * costs.cell_step + ticks * costs.cell_minute)
        + ticks * n_voxels * n_substances * costs.voxel_step
    )


def _bytes(scenario: Scenario, n_cells: int, n_voxels: int, costs: Costs) -> float:
    """Estimate the bytes of one member: its frames, samples, and two checkpoints."""
    n_frames = scenario.duration / scenario.output.frames_every + 1
    n_samples = scenario.duration / scenario.output.cells_every + 1
    recorded = n_cells * (n_frames * costs.cell_frame + n_samples * costs.cell_sample)
    return costs.member_files + recorded + 2 * (n_cells * costs.cell_state + n_voxels * costs.voxel_state)
