"""Cells and vessels: a wall that holds cells out, and the crossing of those that push hard enough.

The wall acts after the mechanics of each tick, by projection: a cell whose sphere reaches into a vessel is put back
beside it and loses its speed towards it. The gel around a vessel is not taken out: the voxels hold it as elsewhere.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from amoeboid import seeds
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.seeds import TICK, Stream
from amoeboid.tissue.cells import Bonding, laws, living
from amoeboid.tissue.geometry import Domain
from amoeboid.tissue.vessels import CrossingLaw, Nearest, Vessels, dot, gather_group

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PASSES = 2
"""Projections a tick: beside one vessel the first is enough, between two the second mends what the first did."""

_OF_CROSSING = ("flux.time", "flux.vessel", "flux.size", "flux.first")
_OF_CELL = ("flux.cell", "flux.type", "flux.tension", "flux.pMLC2", "flux.pSTAT3")


class VesselWall:
    """Hold cells out of vessels, and let those that touch one feel the sense of its flow.

    A cell in touch with a vessel that flows turns towards the flow by ``p' = b (d - p (p.d))``, b > 0 downstream.
    Where a vessel lies nearer to a face of the domain or to another vessel than a cell is wide, no cell fits in
    between, and one that is pushed there overlaps the wall.

    Parameters
    ----------
    vessels : Vessels
    domain : Domain
    parameters : Parameters
        Records ``vessel.flow_bias`` and ``vessel.contact``.
    """

    name = "vessel walls"
    interval = TICK
    reads: tuple[str, ...] = ("cell.position", "cell.radius", "cell.velocity", "cell.polarity")
    writes: tuple[str, ...] = ("cell.position", "cell.velocity", "cell.polarity")

    def __init__(self, vessels: Vessels, domain: Domain, parameters: Parameters) -> None:
        self.vessels = vessels
        self.size = np.array(domain.size)
        self.bias = parameters["vessel.flow_bias"]
        self.contact = parameters["vessel.contact"]
        self._along = np.where(vessels.flow[:, None] > 0.0, vessels.along, 0.0)

    def initial(self, state: State) -> None:
        """Put cells that reach into a vessel beside it.

        Raises
        ------
        ScenarioError
            When the centre of a cell lies in a vessel.
        """
        near = self.vessels.nearest(state["cell.position"])
        inside = np.flatnonzero(near.gap < 0.0)
        if inside.size:
            row = int(inside[0])
            where = ", ".join(f"{x:.1f}" for x in state["cell.position"][row])
            many = f"{inside.size} cells lie" if inside.size > 1 else "a cell lies"
            raise ScenarioError(
                Fault("tissue.vessels", f"{many} in a vessel, the first at {where} um in vessel "
                      f"{int(near.vessel[row]) + 1}", "cells beside vessels", "",
                      "move the vessel, or place the cells beside it", "AMB-S441")
            )  # fmt: skip
        self._project(state)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Put back the cells that reach into a vessel, and turn those that feel its flow."""
        if state.n_cells == 0:
            return
        self._project(state)
        if self.bias != 0.0:
            self._turn(state, dt)

    def _project(self, state: State) -> None:
        position, velocity, radius = (state[name] for name in ("cell.position", "cell.velocity", "cell.radius"))
        for _ in range(PASSES):
            near = self.vessels.nearest(position)
            rows = np.flatnonzero(near.gap < radius)
            if rows.size == 0:
                return
            way = near.outward[rows]
            depth = radius[rows] - near.gap[rows]
            position[rows] = np.clip(position[rows] + depth[:, None] * way, 0.0, self.size)
            inward = np.minimum(dot(velocity[rows], way), 0.0)
            velocity[rows] -= inward[:, None] * way

    def _turn(self, state: State, dt: float) -> None:
        near = self.vessels.nearest(state["cell.position"])
        rows = np.flatnonzero(near.gap < state["cell.radius"] + self.contact)
        polarity = state["cell.polarity"][rows]
        along = self._along[near.vessel[rows]]
        turned = polarity + self.bias * dt * (along - polarity * dot(polarity, along)[:, None])
        state["cell.polarity"][rows] = turned / np.sqrt(dot(turned, turned))[:, None]


class Intravasation:
    """Let cells in touch with a vessel cross its wall, alone or with the neighbours that hold on to them.

    Each cell in touch crosses within a tick with the probability 1 - exp(-h dt), h from `CrossingLaw`, by a draw
    keyed by its id and the tick. Which neighbours come along is told by `gather_group`; they must be near the wall.
    Dead cells do not cross, nor do types whose share ``cell.<type>.crossing`` is 0.
    Cells that cross leave the tissue; what they were is appended to the ports ``flux.*``.

    Parameters
    ----------
    vessels : Vessels
    parameters : Parameters
        Records ``vessel.*`` and those of adhesion.
    cell_types : sequence of str
        In the order that ``cell.type`` counts.
    seed : int
        Of the member.
    hypotheses : mapping from name to option
        ``junction_loosening`` is read.
    """

    name = "intravasation"
    interval = TICK
    reads: tuple[str, ...] = (
        "cell.id", "cell.type", "cell.position", "cell.radius", "cell.tension", "cell.drive", "cell.polarity",
        "cell.drive_force", "cell.passage",
    )  # fmt: skip
    writes: tuple[str, ...] = (*_OF_CROSSING, *_OF_CELL)

    def __init__(
        self,
        vessels: Vessels,
        parameters: Parameters,
        cell_types: Sequence[str],
        *,
        seed: int,
        hypotheses: Mapping[str, str] | None = None,
    ) -> None:
        self.vessels = vessels
        self.law = CrossingLaw.of(parameters)
        self.share = laws.by_type(parameters, cell_types, "crossing", "vessel.crossing_share")
        self.bonding = Bonding.of(parameters, cell_types, hypotheses)
        self.seed = seed

    def initial(self, state: State) -> None:
        """Begin with nothing that has crossed."""
        for name in self.written(state):
            state.put(name, np.empty(0))

    def written(self, state: State) -> tuple[str, ...]:
        """Give the ports that are kept: those of which the cells of a state have the quantity."""
        return tuple(name for name in (*_OF_CROSSING, *_OF_CELL) if name in _OF_CROSSING or _source(name) in state)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Let cells cross from ``time`` to ``time + dt`` [s]."""
        if state.n_cells == 0:
            return
        near = self.vessels.nearest(state["cell.position"])
        gap = near.gap - state["cell.radius"]
        crossing = self._crossing(state, np.flatnonzero((gap <= self.law.contact) & living(state)), (time, dt))
        if crossing.size == 0:
            return
        groups = self._groups(state, crossing, dataclasses.replace(near, gap=gap))
        self._record(state, groups, near.vessel, time + dt)
        gone = np.zeros(state.n_cells, dtype=bool)
        gone[[row for group in groups for row in group]] = True
        state.reindex(np.flatnonzero(~gone))

    def _crossing(self, state: State, rows: Ints, span: tuple[float, float]) -> Ints:
        """Give the rows, of cells in touch, that cross from a time on within a while [s]; in order of their ids."""
        time, dt = span
        tension = self.bonding.tension(state["cell.tension"][rows])
        hazard = self.share[state["cell.type"][rows]] * self.law.hazard(tension, state["cell.radius"][rows])
        draw = seeds.uniform(state["cell.id"][rows], round(time / TICK), Stream.CROSSING, self.seed)[:, 0]
        crossing = rows[draw < -np.expm1(-hazard * dt)]
        return np.asarray(crossing[np.argsort(state["cell.id"][crossing], kind="stable")])

    def _groups(self, state: State, crossing: Ints, near: Nearest) -> list[list[int]]:
        """Give the rows of each group, in order of the id of the cell that leads it; ``near`` is of their surfaces."""
        beside = _Beside(state, (self.bonding, self.law, self.share), near)
        groups: list[list[int]] = []
        for row in crossing.tolist():
            if row not in beside.gone:
                group = gather_group(row, beside.bonds, beside.back, self.law.most)
                beside.gone.update(group)
                groups.append(group)
        return groups

    def _record(self, state: State, groups: list[list[int]], vessel: Ints, time: float) -> None:
        size = np.array([len(group) for group in groups])
        rows = np.concatenate([np.array(group) for group in groups])
        before = state["flux.cell"].size
        added = {
            "flux.time": np.full(len(groups), time),
            "flux.vessel": vessel[[group[0] for group in groups]],
            "flux.size": size,
            "flux.first": before + np.cumsum(size) - size,
        }
        added |= {name: state[_source(name)][rows] for name in _OF_CELL if name in state}
        for name, more in added.items():
            state.put(name, np.concatenate([state[name], more]))


def _source(name: str) -> str:
    """Give the port of a cell's quantity that a port of those who crossed keeps."""
    return "cell.id" if name == "flux.cell" else name.replace("flux.", "cell.")


class _Beside:
    """The cells near vessels as a group that crosses sees them; made in the ticks in which some cell crosses."""

    def __init__(self, state: State, rules: tuple[Bonding, CrossingLaw, Floats], near: Nearest) -> None:
        bonding, law, share = rules
        self.gone: set[int] = set()
        self._state, self._bonding, self._law = state, bonding, law
        self._able = living(state) & (share[state["cell.type"]] > 0.0) & (near.gap <= law.follow)
        away = np.maximum(dot(state["cell.polarity"], near.outward), 0.0)
        self._own = state["cell.passage"] * state["cell.drive_force"] * away
        self._widest = 2.0 * float(state["cell.radius"].max()) + bonding.reach
        self._rows = np.flatnonzero(near.gap <= law.follow + self._widest)
        self._tree = cKDTree(state["cell.position"][self._rows])
        self._known: dict[int, dict[int, float]] = {}

    def back(self, row: int) -> float:
        """Give the force [nN] by which a cell pushes away from the vessel; infinite where it cannot come along."""
        return float(self._own[row]) if self._able[row] else math.inf

    def bonds(self, row: int) -> dict[int, float]:
        """Give the cells that hold on to one, in ascending order of id, with the force of each bond [nN]."""
        if row not in self._known:
            self._known[row] = self._found(row)
        return {other: force for other, force in self._known[row].items() if other not in self.gone}

    def _found(self, row: int) -> dict[int, float]:
        state = self._state
        others = self._rows[self._tree.query_ball_point(state["cell.position"][row], self._widest)]
        others = others[others != row]
        others = others[np.argsort(state["cell.id"][others], kind="stable")]
        force = self._bonding.force(state, row, others)
        return {int(other): float(f) for other, f in zip(others, force, strict=True) if f >= self._law.bond_least}
