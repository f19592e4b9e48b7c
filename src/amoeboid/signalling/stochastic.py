"""Many cells of few molecules: reactions one by one, or by leaps, with events.

The exact method draws when the next reaction happens and which it is; leaps draw how often each happens in a time so
short that rates hardly change. A cell's draws are keyed by its number and by a counter of its own, so its course does
not depend on other cells, on threads, nor, with the exact method, on the times of the output or on where a run was
taken up again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import seeds
from amoeboid.errors import Fault, NumericsError, ScenarioError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.kernels import leaping, stochastic
from amoeboid.kernels.threads import run_chunks
from amoeboid.signalling import molecules as numbers_of
from amoeboid.signalling.events import EventState, Schedule, event_state
from amoeboid.signalling.mathematics import TIME
from amoeboid.signalling.molecules import MOLECULES, Reading
from amoeboid.signalling.network import Network
from amoeboid.signalling.system import System, constants, translate

Floats = NDArray[np.float64]

METHODS = ("exact", "tau")
EPSILON = 0.03
"""Share by which leaps let propensities change."""

_MOST = 2_000_000_000
_MOST_ROUNDS = 1_000_000
_WHOLE = 1e-9
_GRAIN = 16


@dataclass(frozen=True)
class Model:
    """A network ready to be simulated molecule by molecule.

    Parameters
    ----------
    reading : Reading
        Its jumps.
    constants : (n_constants,) array
        Its numbers.
    method : str
        "exact" or "tau".
    epsilon : float
        Share by which leaps let propensities change; the exact method does not use it.
    """

    reading: Reading
    constants: Floats
    method: str = "exact"
    epsilon: float = EPSILON

    @property
    def system(self) -> System:
        """The equations behind the jumps."""
        return self.reading.system

    @property
    def where(self) -> str:
        """Name for messages."""
        return self.system.network.where

    @cached_property
    def schedule(self) -> Schedule | None:
        """The events, if there are any."""
        return Schedule(self.system) if self.system.events else None

    def scales(self, feeds: Floats) -> Floats:
        """Give the molecules in one unit of each state, (n_states, n_cells)."""
        return self._computed(self.reading.scales, feeds)

    def _computed(self, nodes: tuple[int, ...], feeds: Floats) -> Floats:
        nothing = np.full((len(self.system.species), feeds.shape[1]), np.nan)
        return self.system.compute(nodes, nothing, feeds, self.constants)


def model(
    found: Network | System,
    parameters: Parameters | None = None,
    *,
    method: str = "exact",
    epsilon: float = EPSILON,
    molecules: float | None = None,
) -> Model:
    """Make a network ready to be simulated molecule by molecule.

    Parameters
    ----------
    found : Network or System
        From `amoeboid.signalling.from_sbml`, or its equations.
    parameters : Parameters, optional
        Numbers of a network of our own; one from a file brings its own.
    method : str
        "exact" or "tau".
    epsilon : float
        Share by which leaps let propensities change, between 0 and 1.
    molecules : float, optional
        Molecules in one unit of substance; by default as the file says.

    Raises
    ------
    FormatError
        When the network has no meaning reaction by reaction; tells all reasons.
    ScenarioError
        When the method is unknown or epsilon is out of range.
    """
    if method not in METHODS or not 0.0 < epsilon < 1.0:
        raise ScenarioError(
            Fault("stochastic simulation", f"method `{method}`, epsilon `{epsilon:g}`",
                  f"one of {', '.join(METHODS)}; epsilon between 0 and 1", nearest_name(method, METHODS),
                  "correct the method or epsilon", "AMB-N67")
        )  # fmt: skip
    system = found if isinstance(found, System) else translate(found, parameters)
    values = constants(system, parameters)
    return Model(numbers_of.read(system, values, molecules), values, method, epsilon)


@dataclass
class Cells:
    """Molecules of many cells and all that their future depends on; a part of the cells is a part of each array.

    Parameters
    ----------
    counts : (n_states, n_cells) array
        Molecules of each species, and other states as they are.
    clock : (3, n_cells) array
        Time, moment at which the next reaction is due, and the sum of propensities that this was drawn with.
    draws : (n_cells,) int64 array
        Draws made.
    truth : (n_events, n_cells) uint8 array
        Last values of triggers.
    individual : (n_cells,) int64 array
        Number of each cell, which keys its draws.
    events : EventState, optional
        What the events of each cell wait for.
    """

    counts: Floats
    clock: Floats
    draws: NDArray[np.int64]
    truth: NDArray[np.uint8]
    individual: NDArray[np.int64]
    events: EventState | None = None


def begin(found: Model, feeds: Floats, individual: NDArray[np.int64] | None = None) -> Cells:
    """Give cells at time 0.

    Parameters
    ----------
    found : Model
        From `model`.
    feeds : (n_feeds, n_cells) array
        Numbers of each cell.
    individual : (n_cells,) array, optional
        Numbers that key the draws; 0, 1, ... by default.

    Raises
    ------
    NumericsError
        When a species begins with no amount, or with one that is no whole number where substance is counted.
    """
    n_cells = feeds.shape[1]
    values = found._computed(found.system.starts, feeds)[: found.reading.n_states]
    counts = np.ascontiguousarray(values * found.scales(feeds))
    for row in range(counts.shape[0]):
        if found.reading.counted[row]:
            counts[row] = _whole(found, counts[row], row, 0.0)
    clock = np.zeros((3, n_cells))
    clock[2] = -1.0
    schedule = found.schedule
    state = None if schedule is None else event_state(schedule, n_cells)
    return Cells(
        counts=counts,
        clock=clock,
        draws=np.zeros(n_cells, np.int64),
        truth=np.zeros((0, n_cells), np.uint8) if state is None else state.trigger.astype(np.uint8),
        individual=np.arange(n_cells) if individual is None else np.asarray(individual, np.int64),
        events=state,
    )


def _whole(found: Model, amount: Floats, row: int, time: float) -> Floats:
    """Give whole numbers of molecules: rounded from moles, refused where a count is a fraction."""
    rounded = np.asarray(np.round(amount), dtype=np.float64)
    near = np.abs(amount - rounded) <= _WHOLE * np.maximum(1.0, np.abs(rounded))
    bad = ~np.isfinite(amount) | (rounded < 0.0) | (~near if found.reading.molecules == 1.0 else False)
    if bad.any():
        name, value = found.reading.jumps.states[row], float(np.asarray(amount)[np.argmax(bad)])
        raise NumericsError(
            Fault(f"{found.where}, time {time:.6g}", f"{name} would be {value:g}", "a whole number from 0", "",
                  "give whole numbers, or say how many molecules one unit is", "AMB-N68")
        )  # fmt: skip
    return rounded


@dataclass(frozen=True)
class Output:
    """Times at which states are kept, the rows that are kept, and what was kept (n_rows, n_times, n_cells)."""

    times: Floats
    rows: NDArray[np.int64]
    kept: Floats


def advance(found: Model, cells: Cells, feeds: Floats, seed: int, output: Output | float) -> None:
    """Move cells in place up to a time, or to the last time of an output.

    Parameters
    ----------
    found : Model
        From `model`.
    cells : Cells
        From `begin`, or as the last call left them.
    feeds : (n_feeds, n_cells) array
        Numbers of each cell, held meanwhile; they may have changed since the last call.
    seed : int
        Seed of the run.
    output : Output or float
        What is kept, or the time up to which to go. Times begin with 0 and are in the unit of the network.

    Raises
    ------
    NumericsError
        When a propensity is negative or not a number, an amount would fall below zero, or a cell has too many
        reactions; names the reaction or the species, the time and the cell.
    """
    if not isinstance(output, Output):
        output = Output(np.array([output]), np.zeros(0, np.int64), np.zeros((0, 1, cells.draws.size)))
    place = np.stack([cells.draws, np.zeros_like(cells.draws)])
    limit = np.full(place.shape[1], np.inf) if cells.events is None else cells.events.next_due.copy()
    status = np.full(place.shape[1], stochastic.RUNNING)
    arrays = (cells.counts, cells.clock, place, cells.truth, limit, status, cells.individual, feeds, found.constants)
    kernel: Any = stochastic.exact if found.method == "exact" else leaping.leaping
    key: tuple[Any, ...] = (int(seeds.Stream.REACTION), seed, _MOST)
    key = key if found.method == "exact" else (*key, found.epsilon)
    jumps, kept = found.reading.jumps, (output.times, output.rows, output.kept)
    for _ in range(_MOST_ROUNDS):
        run_chunks(kernel, place.shape[1], jumps.code, jumps.tables, arrays, kept, key, grain=_GRAIN)
        cells.draws[:] = place[0]
        bad = (status != stochastic.DONE) & (status != stochastic.CHANGED) & (status != stochastic.LIMIT)
        if bad.any():
            raise NumericsError(*(_failure(found, cells, feeds, status, int(k)) for k in np.flatnonzero(bad)[:5]))
        waiting = np.flatnonzero(status != stochastic.DONE)
        if not waiting.size:
            return
        _settle(found, cells, feeds, (seed, waiting))
        assert cells.events is not None
        limit[waiting] = cells.events.next_due[waiting]
        status[waiting] = stochastic.RUNNING
    status[waiting] = stochastic.TOO_MANY
    raise NumericsError(_failure(found, cells, feeds, status, int(waiting[0])))


def _settle(found: Model, cells: Cells, feeds: Floats, who: tuple[int, NDArray[np.intp]]) -> None:
    """Execute the events of cells that stopped at a trigger or at the end of a delay."""
    seed, waiting = who
    schedule, state = found.schedule, cells.events
    assert schedule is not None
    assert state is not None
    scales, shared, n = found.scales(feeds), found.constants.tolist(), found.reading.n_states
    inverse = 1.0 / scales
    clocked = TIME in found.system.species
    for cell in waiting.tolist():
        time = float(cells.clock[0, cell])
        old = (cells.counts[:, cell] * inverse[:, cell]).tolist()
        y = [*old, time] if clocked else list(old)
        agenda = state.agenda(cell, schedule)
        events = schedule.bind(feeds[:, cell].tolist(), shared, (seed, int(cells.individual[cell])))
        if events.settle(y, time, agenda):
            for row in range(n):
                if y[row] != old[row]:
                    value = np.array([y[row] * scales[row, cell]])
                    value = _whole(found, value, row, time) if found.reading.counted[row] else value
                    cells.counts[row, cell] = value[0]
        state.keep(cell, agenda)


def _failure(found: Model, cells: Cells, feeds: Floats, status: NDArray[np.int64], cell: int) -> Fault:
    """Say where and of what one cell failed."""
    jumps, x = found.reading.jumps, cells.counts[:, cell]
    values = dict(zip(jumps.states, x.tolist(), strict=True)) | {TIME: float(cells.clock[0, cell])}
    values |= dict(zip(jumps.feeds, feeds[:, cell].tolist(), strict=True))
    values |= dict(zip(jumps.constants, found.constants.tolist(), strict=True))
    rates = jumps.graph.evaluate(jumps.propensities, values)
    worst = min(range(len(rates)), key=lambda k: rates[k] if rates[k] == rates[k] else -np.inf)
    what = {
        stochastic.UNFIT: f"reaction `{jumps.reactions[worst]}` has the propensity {rates[worst]:g}",
        stochastic.NEGATIVE: f"`{jumps.states[int(np.argmin(x))]}` fell to {x.min():g}",
    }
    told = what.get(int(status[cell]), stochastic.STATUS[int(status[cell])])
    return Fault(
        f"{found.where}, time {cells.clock[0, cell]:.6g}, cell {int(cells.individual[cell])}",
        told,
        "propensities from 0 on, and 0 where a reactant is used up",
        "",
        "write a net rate as two reactions, or use method `tau` or rates where molecules are many",
        "AMB-N69",
    )


@dataclass(frozen=True)
class Course:
    """Numbers of molecules of many cells over time.

    Parameters
    ----------
    names : tuple of str
        Quantities.
    times : (n_times,) array
        In the unit of the network's time.
    counts : (n_quantities, n_times, n_cells) array
        Molecules of species; other quantities as the model means them.
    """

    names: tuple[str, ...]
    times: Floats
    counts: Floats

    def quantity(self, name: str) -> Floats:
        """Give one quantity, (n_times, n_cells)."""
        return np.asarray(self.counts[self.names.index(name)], dtype=np.float64)


def simulate(
    found: Network | System | Model,
    times: ArrayLike,
    n_cells: int,
    seed: int,
    method: str = "exact",
    *,
    quantities: tuple[str, ...] = (),
    feeds: Floats | None = None,
    first: int = 0,
) -> Course:
    """Simulate many cells molecule by molecule.

    Parameters
    ----------
    found : Network, System or Model
        A `Model` keeps its own method.
    times : (n_times,) array_like
        Ascending from 0 on, in the unit of the network's time. A moment shows what is after all that happens in it.
    n_cells : int
        Cells, or repeats.
    seed : int
        Seed; the same seed gives the same bytes.
    method : str
        "exact", or "tau" for leaps.
    quantities : tuple of str
        Ids; all species by default.
    feeds : (n_feeds, n_cells) array, optional
        Inputs and own numbers of each cell, where the network has any.
    first : int
        Number of the first cell; numbers key the draws.

    Returns
    -------
    course : Course

    Raises
    ------
    FormatError
        When the network has no meaning reaction by reaction.
    NumericsError
        When a cell fails; see `advance`.
    """
    ready = found if isinstance(found, Model) else model(found, method=method)
    grid = np.atleast_1d(np.asarray(times, dtype=np.float64))
    rows = np.ones((len(ready.system.feeds), n_cells)) if feeds is None else feeds
    wanted = quantities or species(ready)
    _check(ready, grid, wanted)
    nodes = tuple(_quantity(ready, name) for name in wanted)
    names = frozenset[str]().union(*(ready.reading.jumps.graph.names(node) for node in nodes))
    states = ready.reading.jumps.states
    kept = np.array([row for row, name in enumerate(states) if name in names], np.int64)
    output = Output(grid, kept, np.empty((kept.size, grid.size, n_cells)))
    advance(ready, begin(ready, rows, np.arange(first, first + n_cells)), rows, seed, output)
    values: dict[str, Any] = {states[row]: output.kept[k] for k, row in enumerate(kept)}
    values |= dict(zip(ready.system.feeds, rows[:, None, :], strict=True)) | {TIME: grid[:, None]}
    values |= dict(zip(ready.system.constants, ready.constants.tolist(), strict=True))
    computed = ready.reading.jumps.graph.evaluate(nodes, values)
    shape = (grid.size, n_cells)
    return Course(wanted, grid, np.stack([np.broadcast_to(np.asarray(one, np.float64), shape) for one in computed]))


def species(found: Model) -> tuple[str, ...]:
    """Give the ids of all species of a model."""
    before = "amount of "
    return tuple(name.removeprefix(before) for name in found.system.quantities if name.startswith(before))


def _check(found: Model, times: Floats, wanted: tuple[str, ...]) -> None:
    known = found.system.quantities
    unknown = [name for name in wanted if name not in known]
    if unknown:
        what, near = f"unknown quantity `{unknown[0]}`", nearest_name(unknown[0], known)
        raise ScenarioError(Fault(found.where, what, "an id of the model", near, "correct the name", "AMB-N66"))
    if times.size == 0 or not np.isfinite(times).all() or times[0] < 0.0 or (np.diff(times) < 0.0).any():
        what = "times that do not rise from 0 on"
        raise ScenarioError(Fault(found.where, what, "finite rising times", "", "correct the times", "AMB-N63"))


def _quantity(found: Model, name: str) -> int:
    """Give the node of a quantity over the jumps' symbols: of a species its molecules."""
    graph, reading = found.reading.jumps.graph, found.reading
    states = found.system.species[: reading.n_states]
    if name in states and reading.counted[states.index(name)]:
        return graph.symbol(MOLECULES + name)
    known = {graph.symbol(state): node for state, node in zip(states, reading.amounts, strict=True)}
    amount = found.system.quantities.get("amount of " + name)
    if amount is None:
        return graph.replace([found.system.quantities[name]], known)[0]
    return graph.multiply(graph.constant(reading.molecules), graph.replace([amount], known)[0])


def moments(course: Course) -> tuple[Floats, Floats]:
    """Give mean and variance over cells of each quantity, each (n_quantities, n_times); the variance is unbiased.

    Examples
    --------
    >>> course = Course(("X",), np.array([0.0]), np.array([[[1.0, 3.0]]]))
    >>> [moment.tolist() for moment in moments(course)]
    [[[2.0]], [[2.0]]]
    """
    return course.counts.mean(axis=2), course.counts.var(axis=2, ddof=1)
