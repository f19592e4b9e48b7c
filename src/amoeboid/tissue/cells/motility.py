"""The processes of one tick: where cells point, and how long they are."""

from __future__ import annotations

import numpy as np

from amoeboid.evidence import Parameters
from amoeboid.kernels import motion, posture, threads
from amoeboid.process import State, field_port
from amoeboid.seeds import TICK, Stream
from amoeboid.tissue.cells import laws
from amoeboid.tissue.geometry import Domain, Grid

_MATRIX = ("matrix.collagen", "matrix.stiffness", "matrix.pore_area", "matrix.track")


class Polarity:
    """Turn the polarity of cells once a tick: away from neighbours, along fibres, up a gradient, and at random.

    Without neighbours, fibres and gradient the correlation of a cell's polarity is exp(-t / tau) at every tick,
    with the cell's own persistence time tau.

    Parameters
    ----------
    parameters : Parameters
        Records ``motility.contact_inhibition``, ``motility.contact_guidance``, ``motility.chemotaxis``,
        ``motility.durotaxis``.
    domain, grid : Domain, Grid
    seed : int
        Of the member.
    attractant : str
        Substance whose gradient cells follow; none when empty.
    """

    name = "polarity"
    interval = TICK
    writes: tuple[str, ...] = ("cell.polarity",)

    def __init__(self, parameters: Parameters, domain: Domain, grid: Grid, *, seed: int, attractant: str = "") -> None:
        self._space = laws.space(domain, grid, "none")
        self._attractant = field_port(attractant).name if attractant else ""
        self._steering = posture.Steering(
            parameters["motility.contact_inhibition"],
            parameters["motility.contact_guidance"],
            parameters["motility.chemotaxis"] if attractant else 0.0,
            parameters["motility.durotaxis"],
            seed,
            int(Stream.POLARITY),
        )
        self.reads: tuple[str, ...] = (
            "cell.id",
            "cell.position",
            "cell.radius",
            "cell.persistence",
            "cell.crowding",
            "matrix.orientation",
            "matrix.stiffness",
            *((self._attractant,) if attractant else ()),
        )

    def advance(self, state: State, time: float, dt: float) -> None:
        """Turn all cells from ``time`` to ``time + dt`` [s]; draws are keyed by the tick at ``time``."""
        cells = (
            state["cell.id"],
            state["cell.position"],
            state["cell.radius"],
            state["cell.persistence"],
            state["cell.crowding"],
        )
        orientation = state["matrix.orientation"]
        attractant = state[self._attractant] if self._attractant else orientation[..., 0]
        fields = (orientation, np.ascontiguousarray(attractant), state["matrix.stiffness"])
        threads.run_chunks(
            posture.turn, state.n_cells, cells, state["cell.polarity"], fields, self._space, self._steering,
            round(time / TICK), dt,
        )  # fmt: skip


class Shape:
    """Relax the aspect ratio of cells: protrusion and adhesion draw them long, tension rounds them.

    Parameters
    ----------
    parameters : Parameters
        Records ``motility.aspect_*``, ``motility.tissue_grip`` and those of Rac and stiffness.
    domain, grid : Domain, Grid
    """

    name = "shape"
    interval = TICK
    reads: tuple[str, ...] = ("cell.position", "cell.tension", "cell.drive", *_MATRIX)
    writes: tuple[str, ...] = ("cell.aspect",)

    def __init__(self, parameters: Parameters, domain: Domain, grid: Grid) -> None:
        self._space = laws.space(domain, grid, "none")
        self._law = laws.law(parameters)
        self._figure = posture.Figure(
            parameters["motility.aspect_span"],
            parameters["motility.aspect_tension"],
            parameters["motility.aspect_time"],
            parameters["motility.tissue_grip"],
        )

    def advance(self, state: State, time: float, dt: float) -> None:
        """Relax all cells from ``time`` to ``time + dt`` [s]."""
        cells = (state["cell.position"], state["cell.tension"], state["cell.drive"])
        gel = motion.Gel(*(state[name] for name in _MATRIX))
        threads.run_chunks(
            posture.reshape, state.n_cells, cells, state["cell.aspect"], gel, self._space, self._law,
            self._figure, dt,
        )  # fmt: skip
