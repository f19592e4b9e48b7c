"""Integrate a system of equations for many cells: the compiled kernel, and what is said when it fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import EvidenceError, Fault, NumericsError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.signalling import eventful, failing, rescue, setting
from amoeboid.signalling import events as events_of
from amoeboid.signalling import system as equations
from amoeboid.signalling.batch import RELATIVE_TOLERANCE, Model
from amoeboid.signalling.events import EventState
from amoeboid.signalling.network import Network

__all__ = ["RELATIVE_TOLERANCE", "EventState", "Model", "advance", "event_state", "feeds", "model", "rest", "start"]

Floats = NDArray[np.float64]

_FIRST_STEP = 1.0
_CALM = 1e-9
"""Relative change per second below which a cell counts as at rest: 1 % in some hundred days."""

_SMALL = 1e3  # absolute tolerances below which the change of a species is not weighed, so 0.1 % of its scale
_PARTS = 10


def model(
    network: Network,
    parameters: Parameters | None = None,
    relative: float = RELATIVE_TOLERANCE,
    *,
    absolute: ArrayLike | None = None,
    method: str = "auto",
    individual: Sequence[str] = (),
) -> Model:
    """Join a network with its numbers, after the dimension check.

    Parameters
    ----------
    network : Network
        Our own, or from `from_sbml`.
    parameters : Parameters, optional
        Numbers of our own network; a network from a file brings its own.
    relative : float
        Relative tolerance of one step.
    absolute : float or (n_species,) array_like, optional
        Absolute tolerance, in the units of the states; a share of their scales where it is left out.
    method : str
        "auto", or a name in `amoeboid.kernels.tableau.METHODS`.
    individual : sequence of str
        Constants that each cell has of its own: they become rows of the feeds, after all others.

    Raises
    ------
    UnitError
        When a rate law has the wrong dimension.
    NumericsError
        When a method or a constant is unknown, or a tolerance is not above 0.

    Examples
    --------
    >>> from amoeboid.evidence import Parameters, catalogue
    >>> from amoeboid.signalling import network
    >>> model(network(), Parameters(catalogue())).n_species
    19
    """
    system = equations.translate(network, parameters)
    numbers = equations.constants(system, parameters)
    tolerance = setting.tolerances(system, numbers, relative, absolute)
    floor = None if network.model is None else np.full(len(tolerance), -np.inf)
    setting.check(network, relative, method)
    values = dict(zip(system.constants, numbers.tolist(), strict=True))
    system, numbers = setting.individualised(system, numbers, individual)
    return Model(system, numbers, tolerance, relative, method, floor, {name: values[name] for name in individual})


def feeds(found: Model, inputs: Mapping[str, ArrayLike], n_cells: int, factors: Floats | None = None) -> Floats:
    """Put inputs and individual factors of all cells into one array.

    Parameters
    ----------
    found : Model
        From `model`.
    inputs : mapping of str to array_like
        By name of the input or individual constant, a number or one per cell; those left out take their default.
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
    defaults = {entry.name: entry.default for entry in network.inputs} | dict(found.individual)
    for name in inputs:
        if name not in defaults:
            raise EvidenceError(_bad_input(network, f"unknown input `{name}`", nearest_name(name, defaults)))
    place = {name: row for row, name in enumerate(found.system.feeds)}
    rows = np.ones((len(place), n_cells))
    for name, default in defaults.items():
        value = inputs.get(name, default)
        if value is None:
            raise EvidenceError(_bad_input(network, f"no value for input `{name}`", ""))
        rows[place[name]] = value
    if factors is not None:
        first = len(network.inputs)
        rows[first : len(rows) - len(found.individual)] = factors
    return rows


def _bad_input(network: Network, what: str, nearest: str) -> Fault:
    known = ", ".join(entry.name for entry in network.inputs)
    return Fault(network.where, what, f"values for {known}", nearest, "correct the inputs", "AMB-E24")


def start(found: Model, feeds: Floats) -> Floats:
    """Give the state from which the search for rest begins, (n_species, n_cells)."""
    zero = np.zeros((found.n_species, feeds.shape[1]))
    return np.ascontiguousarray(found.system.compute(found.system.starts, zero, feeds, found.constants))


def advance(
    found: Model,
    species: Floats,
    step: Floats,
    feeds: Floats,
    span: tuple[float, float],
    events: EventState | None = None,
) -> None:
    """Integrate all cells over a span of time with fixed inputs, in place.

    Parameters
    ----------
    found : Model
        From `model`.
    species : (n_species, n_cells) array
        State; moved on in place.
    step : (n_cells,) array
        Remembered step of each cell [time of the network]; moved on in place.
    feeds : (n_feeds, n_cells) array
        From `feeds`.
    span : (float, float)
        Time at which the span begins, and its length [time of the network: s for our own].
    events : EventState, optional
        From `event_state`, for a network with events; moved on in place.

    Raises
    ------
    NumericsError
        When a cell cannot be integrated; names the time, the cell and the species. The state of that cell is then
        its last good one. When a network has events and no event state is given.
    """
    arrays = (species, step, np.ascontiguousarray(feeds, dtype=np.float64))
    if found.system.events:
        if events is None:
            raise NumericsError(failing.without_events(found.network))
        eventful.advance(found, arrays, span, events)
        return
    n_cells = species.shape[1]
    outcome = found.move(arrays, np.full(n_cells, float(span[1])), np.arange(n_cells))
    rescue.rescue(found, arrays, float(span[1]), outcome)
    failing.check(found, arrays, outcome, span[0] + outcome.reached)


def event_state(found: Model, n_cells: int, number: NDArray[np.int64] | None = None, seed: int = 0) -> EventState:
    """Give what cells know of their events before their first moment.

    ``number`` (n_cells,) of the cells (0, 1, ... when left out) and ``seed`` key the order among equal priorities.
    """
    state = events_of.event_state(found.schedule, n_cells)
    return dataclasses.replace(state, number=state.number if number is None else number, seed=seed)


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
        if (unrest < _CALM * found.network.second).all():
            return species
    cell = int(np.argmax(unrest))
    name = failing.culprit(found, species[:, cell], feeds[:, cell])
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
