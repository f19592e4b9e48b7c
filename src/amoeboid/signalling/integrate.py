"""Integrate a system of equations for many cells: the compiled kernel, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import EvidenceError, Fault, NumericsError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.kernels import ode
from amoeboid.kernels.threads import run_chunks
from amoeboid.signalling import compiled
from amoeboid.signalling import system as equations
from amoeboid.signalling.network import Network
from amoeboid.signalling.system import System

Floats = NDArray[np.float64]

RELATIVE_TOLERANCE = 1e-4
"""Default relative tolerance of one step: local errors below the spread of any measured rate."""

_MOST_STEPS = 100_000
_FIRST_STEP = 1.0
_CALM = 1e-9
"""Relative change per second below which a cell counts as at rest: 1 % in some hundred days."""

_SMALL = 1e3  # absolute tolerances below which the change of a species is not weighed, so 0.1 % of its scale
_PARTS = 10


@dataclass(frozen=True)
class Model:
    """A network with its numbers, ready to be integrated for any number of cells.

    ``floor`` (n_species,) is what a state may not pass below in a step, minus infinity where it may have any sign; left
    out, ten absolute tolerances below zero.
    """

    system: System
    constants: Floats
    tolerance: Floats
    relative: float = RELATIVE_TOLERANCE
    method: str = "auto"
    floor: Floats | None = None

    @property
    def network(self) -> Network:
        """The network behind the equations."""
        return self.system.network

    @property
    def n_species(self) -> int:
        """Number of states."""
        return len(self.system.species)

    @cached_property
    def kernel(self) -> ode.Kernel:
        """The compiled function that integrates a range of cells; made on first use."""
        return compiled.compiled(self.system, compiled.method(self.method, self.relative))


def model(network: Network, parameters: Parameters, relative: float = RELATIVE_TOLERANCE) -> Model:
    """Join a network with its numbers, after the dimension check.

    Raises
    ------
    UnitError
        When a rate law has the wrong dimension.
    """
    system = equations.translate(network, parameters)
    numbers = equations.constants(system, parameters)
    return Model(system, numbers, equations.tolerances(system, numbers), relative)


def feeds(found: Model, inputs: Mapping[str, ArrayLike], n_cells: int, factors: Floats | None = None) -> Floats:
    """Put inputs and individual factors of all cells into one array.

    Parameters
    ----------
    found : Model
        From `model`.
    inputs : mapping of str to array_like
        By name of the input, a number or one per cell; those left out take their default.
    n_cells : int
        Number of cells.
    factors : (n_rates, n_cells) array, optional
        The cells' own factors; 1 where left out.

    Returns
    -------
    feeds : (n_feeds, n_cells) float64

    Raises
    ------
    EvidenceError
        When an input is unknown or lacks a value.
    """
    network = found.network
    known = [entry.name for entry in network.inputs]
    for name in inputs:
        if name not in known:
            raise EvidenceError(_bad_input(network, f"unknown input `{name}`", nearest_name(name, known)))
    rows = np.ones((len(found.system.feeds), n_cells))
    for row, entry in zip(rows, network.inputs, strict=False):
        value = inputs.get(entry.name, entry.default)
        if value is None:
            raise EvidenceError(_bad_input(network, f"no value for input `{entry.name}`", ""))
        row[:] = value
    if factors is not None:
        rows[len(known) :] = factors
    return rows


def _bad_input(network: Network, what: str, nearest: str) -> Fault:
    known = ", ".join(entry.name for entry in network.inputs)
    return Fault(network.where, what, f"values for {known}", nearest, "correct the inputs", "AMB-E24")


def start(found: Model, feeds: Floats) -> Floats:
    """Give the state from which the search for rest begins, (n_species, n_cells)."""
    zero = np.zeros((found.n_species, feeds.shape[1]))
    return np.ascontiguousarray(found.system.compute(found.system.starts, zero, feeds, found.constants))


def advance(found: Model, species: Floats, step: Floats, feeds: Floats, span: tuple[float, float]) -> None:
    """Integrate all cells over a span of time with fixed inputs, in place.

    Parameters
    ----------
    found : Model
        From `model`.
    species : (n_species, n_cells) array
        State; moved on in place.
    step : (n_cells,) array
        Remembered step of each cell [s]; moved on in place.
    feeds : (n_feeds, n_cells) array
        From `feeds`.
    span : (float, float)
        Time at which the span begins, and its length [s].

    Raises
    ------
    NumericsError
        When a cell cannot be integrated; names the time, the cell and the species. The state of that cell is then
        its last good one.
    """
    time, length = span
    n_cells = species.shape[1]
    status = np.zeros(n_cells, np.int64)
    reached = np.zeros(n_cells)
    feeds = np.ascontiguousarray(feeds)
    control = ode.Control(length, found.relative, most=_MOST_STEPS).array()
    floor = -10.0 * found.tolerance if found.floor is None else found.floor
    numbers = (found.constants, found.tolerance, floor, control)
    run_chunks(found.kernel, n_cells, species, step, feeds, *numbers, status, reached, np.arange(n_cells))
    if status.any():
        bad = np.flatnonzero(status)
        raise NumericsError(*(_failure(found, (species, feeds), status, int(k), time + reached[k]) for k in bad[:5]))


def _failure(found: Model, arrays: tuple[Floats, Floats], status: NDArray[np.int64], cell: int, time: float) -> Fault:
    """Say where and of what one cell failed."""
    species, feeds = arrays
    name = culprit(found, species[:, cell], feeds[:, cell])
    n_bad = int(np.count_nonzero(status))
    return Fault(
        f"process signalling, time {time:.6g} s, cell {cell}, species `{name}`",
        f"{ode.STATUS[int(status[cell])]} ({n_bad} of {status.size} cells failed)",
        "finite inputs and rates from which a step can be made",
        "",
        "look at the inputs of the cell (cytokine, targets, radius) and at overridden parameters",
        "AMB-N31",
    )


def culprit(found: Model, y: Floats, feeds: Floats) -> str:
    """Name the species of one cell that is not finite, or changes fastest for its size."""
    with np.errstate(all="ignore"):
        rate = found.system.rhs(y[:, None], feeds[:, None], found.constants)[:, 0]
        speed = np.abs(rate) / (np.abs(y) + found.tolerance)
    speed = np.where(np.isfinite(y) & np.isfinite(speed), speed, np.inf)
    return found.system.species[int(np.argmax(speed))]


def rest(found: Model, feeds: Floats, limit: float, begin: Floats | None = None) -> Floats:
    """Give the steady state that each cell comes to under fixed inputs, (n_species, n_cells).

    Parameters
    ----------
    found : Model
        From `model`.
    feeds : (n_feeds, n_cells) array
        Inputs, held.
    limit : float
        Longest time [s] waited for.
    begin : (n_species, n_cells) array, optional
        State from which to begin; matters where there are several steady states.

    Raises
    ------
    NumericsError
        When a cell is not at rest by then.
    """
    species = start(found, feeds) if begin is None else begin.copy()
    step = np.full(species.shape[1], _FIRST_STEP)
    time, span = 0.0, limit / _PARTS
    for _ in range(_PARTS):
        advance(found, species, step, feeds, (time, span))
        time += span
        rate = found.system.rhs(species, feeds, found.constants)
        unrest = (np.abs(rate) / (np.abs(species) + _SMALL * found.tolerance[:, None])).max(axis=0)
        if (unrest < _CALM).all():
            return species
    cell = int(np.argmax(unrest))
    name = culprit(found, species[:, cell], feeds[:, cell])
    raise NumericsError(
        Fault(
            f"process signalling, time {time:.6g} s, cell {cell}, species `{name}`",
            f"not at rest: still changes by {unrest[cell]:.1e} of itself per second",
            f"below {_CALM:g} per second",
            "",
            "look for an oscillation or a very slow rate in the parameters",
            "AMB-N32",
        )
    )
