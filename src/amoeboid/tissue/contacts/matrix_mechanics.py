"""The matrix under the pull of cells: balance of forces, flow, and what the motion carries along."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.kernels.fibres import COMPONENTS
from amoeboid.process import State
from amoeboid.tissue import matrix
from amoeboid.tissue.geometry import Grid
from amoeboid.tissue.matrix import constitution, equilibrium, remodelling

Floats = NDArray[np.float64]

_ALONG = (-0.8, -0.4, 0.0, 0.4, 0.8)
"""Places along a cell, over half its length, at which its pull is handed on: middles of five equal parts."""

_CELLS = ("cell.id", "cell.position", "cell.polarity", "cell.radius", "cell.aspect", "cell.pull")
_MATRIX = (
    "matrix.collagen", "matrix.orientation", "matrix.track", "matrix.strain", "matrix.plastic", "matrix.displacement",
)  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """Energy of one advance [nN um]: what the gel held, what the cells did, what it holds, and how the solve went."""

    before: float
    work: float
    after: float
    newton: int
    inner: int
    residual: float


class MatrixMechanics:
    """Let the matrix give way to the pull of cells, quasi-statically, and flow.

    A cell is a force dipole: pull times its length along its polarity, spread as an active stress over the voxels
    around it, where there is matrix. So no net force and no torque enter. The motion that balances it carries
    collagen, fibres, tracks and the cells themselves; stiffness and pores follow. Membranes stand where they are.

    Parameters
    ----------
    parameters : Parameters
        Records ``matrix.*``, ``mechanics.modulus``.
    grid : Grid
    material : matrix.Material
        Collagen; a rigid lattice does not give way and has no such process.
    held : tuple of str
        Faces of the box at which the matrix cannot move, such as ``"z-"``.

    Raises
    ------
    NumericsError
        From `advance`, when a stress or stiffness is not finite, or no balance is found.
    """

    name = "matrix mechanics"
    reads: tuple[str, ...] = (*_CELLS, *_MATRIX)
    writes: tuple[str, ...] = (
        "cell.position", *_MATRIX, "matrix.stress", "matrix.stiffness", "matrix.pore_area",
    )  # fmt: skip

    def __init__(
        self,
        parameters: Parameters,
        grid: Grid,
        material: matrix.Material,
        *,
        held: tuple[str, ...] = equilibrium.FACES,
    ) -> None:
        self.interval = parameters["matrix.interval"]
        self.grid = grid
        self.held = held
        self.rest = matrix.rest(material, parameters)
        self.law = constitution.fibre_law(self.rest, parameters)
        self.ledger: Ledger | None = None

    def initial(self, state: State) -> None:
        """Lay the matrix down without strain."""
        shape = self.grid.shape
        for name in ("matrix.strain", "matrix.plastic", "matrix.stress"):
            state.put(name, np.zeros((*shape, 6)))
        state.put("matrix.displacement", np.zeros((*(n + 1 for n in shape), 3)))

    def advance(self, state: State, time: float, dt: float) -> None:
        """Relax the matrix over `dt` [s], balance the pull of the cells, and move what moves."""
        kept = state["matrix.strain"]
        load = self._load(state, constitution.flow(kept, dt, self.law))
        before = self._energy(kept, load)
        balance = equilibrium.solve(load, self.law)
        gel = self._carried(state, load, balance, round(time / dt))
        self._write(state, gel, balance)
        after = self._energy(state["matrix.strain"], self._load(state, state["matrix.strain"]))
        self.ledger = Ledger(before, balance.work, after, balance.newton, balance.inner, balance.residual)
        matrix.refresh(state, self.rest)

    def _load(self, state: State, strain: Floats) -> equilibrium.Load:
        collagen = state["matrix.collagen"]
        present = np.clip(collagen / self.rest.gel, 0.0, 1.0)
        volume = 4.0 / 3.0 * math.pi * state["cell.radius"] ** 3 / self.grid.voxel_volume
        cells = np.minimum(self.grid.spread(volume, state["cell.position"], state["cell.id"]), 1.0)
        other = self.law.liquid + cells * self.law.tissue  # bodies of cells resist wherever they are
        return equilibrium.Load(
            strain=strain,
            orientation=state["matrix.orientation"],
            moduli=constitution.gel_moduli(collagen, self.law),
            other=np.stack(constitution.lame(other, self.law.poisson), axis=-1),
            active=active_stress(state, self.grid) * present[..., None],
            edge=self.grid.spacing,
            held=self.held,
        )

    def _energy(self, strain: Floats, load: equilibrium.Load) -> float:
        energy = constitution.respond(strain, load.orientation, load.moduli, self.law).energy
        return self.grid.voxel_volume * equilibrium.total(energy)

    def _carried(
        self, state: State, load: equilibrium.Load, balance: equilibrium.Balance, turn: int
    ) -> remodelling.Gel:
        """Give the gel after the motion: turned, carried and settled."""
        collagen = state["matrix.collagen"]
        slope = remodelling.gradient(balance.motion, self.grid.spacing)
        lasting = state["matrix.plastic"] + (state["matrix.strain"] - load.strain)
        specific = np.divide(balance.response.energy, collagen, out=np.zeros_like(collagen), where=collagen > 0.0)
        parts = (
            remodelling.stretched(state["matrix.orientation"], slope),
            remodelling.turned(balance.strain, slope),
            remodelling.turned(lasting, slope),
            state["matrix.track"][..., None],
            specific[..., None],
        )
        gel = remodelling.Gel(collagen, np.concatenate(parts, axis=-1))
        gel = remodelling.carry(gel, balance.motion, self.grid.spacing, turn)
        gel.carried[..., 19] *= gel.collagen
        return remodelling.settle(gel, self.law)

    def _write(self, state: State, gel: remodelling.Gel, balance: equilibrium.Balance) -> None:
        self._move_cells(state, balance.motion)
        state["matrix.collagen"][...] = gel.collagen
        state["matrix.orientation"][...] = gel.carried[..., :6]
        state["matrix.strain"][...] = gel.carried[..., 6:12]
        state["matrix.plastic"][...] = gel.carried[..., 12:18]
        state["matrix.track"][...] = gel.carried[..., 18]
        state["matrix.displacement"][...] += balance.motion
        moduli = constitution.gel_moduli(gel.collagen, self.law)
        answer = constitution.respond(state["matrix.strain"], state["matrix.orientation"], moduli, self.law)
        state["matrix.stress"][...] = answer.stress

    def _move_cells(self, state: State, motion: Floats) -> None:
        """Carry cells with the matrix around them, as far as there is any."""
        position = state["cell.position"]
        present = np.clip(self.grid.sample(state["matrix.collagen"], position) / self.rest.gel, 0.0, 1.0)
        x, y, z = self.grid.origin
        half = 0.5 * self.grid.spacing
        n_z, n_y, n_x, _ = motion.shape
        corners = Grid((n_z, n_y, n_x), self.grid.spacing, (x - half, y - half, z - half))
        for axis in range(3):
            along = corners.sample(np.ascontiguousarray(motion[..., axis]), position)
            low, high = self.grid.origin[axis], self.grid.origin[axis] + self.grid.size[axis]
            position[:, axis] = np.clip(position[:, axis] + present * along, low, high)


def active_stress(state: State, grid: Grid) -> Floats:
    """Give the stress that cells put into the matrix, pull times length over volume along polarity [kPa].

    A cell of aspect ratio a and the volume of a sphere of radius R is 2 R a^(2/3) long, if it is a prolate spheroid.
    Its pull is spread along that length, and across it over a voxel.

    Returns
    -------
    stress : (n_z, n_y, n_x, 6) array
        Tension positive; sums over cells in order of their ids.
    """
    length = 2.0 * state["cell.radius"] * np.maximum(state["cell.aspect"], 1.0) ** (2.0 / 3.0)
    dipole = state["cell.pull"] * length / grid.voxel_volume
    p = state["cell.polarity"]
    points = [state["cell.position"] + (0.5 * share * length)[:, None] * p for share in _ALONG]
    total = np.zeros((*grid.shape, 6))
    for place, (a, b) in enumerate(COMPONENTS):
        part = dipole * p[:, a] * p[:, b] / len(points)
        for point in points:
            total[..., place] += grid.spread(part, point, state["cell.id"])
    return total
