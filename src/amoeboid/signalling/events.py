"""Events of one moment: which become due, in which order they are executed, and what they set.

The meaning is that of SBML Level 3 Version 2 (Core, section 4.11): an event fires when its trigger turns from false
to true; its assignments are executed all at once after its delay, with values of the moment of the trigger or of the
execution. Of executions due at one moment the highest priority goes first; equal or missing priorities are drawn
from a keyed stream. After each single execution all triggers are looked at anew, so that an execution can call
up others or, where a trigger is not persistent, cancel what still waits.

What waits is an `Agenda` for one cell, and `EventState`, plain arrays, for many.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from amoeboid import seeds
from amoeboid.errors import Fault, NumericsError
from amoeboid.signalling import plain
from amoeboid.signalling.expression import Node

if TYPE_CHECKING:
    from amoeboid.signalling.system import System, SystemEvent

Floats = NDArray[np.float64]

MOST_EXECUTIONS = 10_000
"""Executions at one moment after which events are said to call each other without end."""
COMPARISONS = ("less", "less_equal", "equal")
"""Kinds of node whose value jumps where their two parts are equal."""


@dataclass(frozen=True)
class Pending:
    """An execution that waits: the event, the time at which it is due, and its values if it has them already."""

    event: int
    due: float
    values: tuple[float, ...] | None = None


@dataclass
class Agenda:
    """What one cell knows of its events: last values of triggers, waiting executions, number of draws so far."""

    triggers: list[bool]
    pending: list[Pending] = field(default_factory=list)
    draws: int = 0

    @property
    def next_due(self) -> float:
        """The time of the next waiting execution; infinite when none waits."""
        return min((one.due for one in self.pending), default=math.inf)


class Schedule:
    """The events of a system as compiled code, ready to be bound to the numbers of a cell.

    Parameters
    ----------
    system : System
        With `events`, `setters`, and `roots`.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.events = tuple(system.events)
        graph, slots = system.graph, slots_of(system)
        self.roots, turning = watched(system)
        forced = {
            node: (len(system.species) + row, 0.0 if graph.nodes[node][0] == "less" else 1.0)
            for node, row in turning.items()
        }
        self._triggers = plain.compiled(graph, [event.trigger for event in self.events], slots, forced)
        self._roots = plain.compiled(graph, self.roots, slots)
        self._orders = [self._one(event.priority, slots) for event in self.events]
        self._delays = [self._one(event.delay, slots) for event in self.events]
        self._values = [plain.compiled(graph, [node for _, node in event.assignments], slots) for event in self.events]
        self._factors = [self._setting(event, slots) for event in self.events]

    def _one(self, node: Node | None, slots: dict[str, plain.Slot]) -> plain.Binder | None:
        return None if node is None else plain.compiled(self.system.graph, [node], slots)

    def _setting(self, event: SystemEvent, slots: dict[str, plain.Slot]) -> tuple[list[int], list[int], plain.Binder]:
        """Give rows set, places of assignments whose value is multiplied, and the code of the factors."""
        setters = [self.system.setters[name] for name, _ in event.assignments]
        scaled = [place for place, (_, factor) in enumerate(setters) if factor is not None]
        nodes = [factor for _, factor in setters if factor is not None]
        return [row for row, _ in setters], scaled, plain.compiled(self.system.graph, nodes, slots)

    def bind(self, feeds: Sequence[float], constants: Sequence[float], keys: tuple[int, int] = (0, 0)) -> Events:
        """Join the events with the numbers of one cell.

        Parameters
        ----------
        feeds, constants : sequence of float
            Numbers of the cell, as Python floats.
        keys : (int, int)
            Seed and number of the cell, which key the draws among equal priorities.
        """
        return Events(self, feeds, constants, keys)


class Events:
    """The events of one cell: executes what is due at a moment, in place.

    See Also
    --------
    Schedule.bind : makes it.
    """

    def __init__(
        self, schedule: Schedule, feeds: Sequence[float], constants: Sequence[float], keys: tuple[int, int]
    ) -> None:
        def bound(code: plain.Binder | None) -> plain.Function | None:
            return None if code is None else code(feeds, constants)

        self.schedule, self.keys = schedule, keys
        self._triggers = schedule._triggers(feeds, constants)
        self._roots = schedule._roots(feeds, constants)
        self._orders = [bound(code) for code in schedule._orders]
        self._delays = [bound(code) for code in schedule._delays]
        self._values = [code(feeds, constants) for code in schedule._values]
        self._factors = [(rows, scaled, code(feeds, constants)) for rows, scaled, code in schedule._factors]

    def begin(self) -> Agenda:
        """Give the agenda before the first moment: triggers as the file says they were."""
        return Agenda([bool(event.initially) for event in self.schedule.events])

    def settle(self, y: list[float], time: float, agenda: Agenda, crossed: Iterable[int] = ()) -> bool:
        """Execute all that is due at one moment; `y` and `agenda` change in place.

        Parameters
        ----------
        y : list of float
            State of the cell.
        time : float
            The moment.
        agenda : Agenda
            From `begin`.
        crossed : iterable of int
            Rows of ``schedule.roots`` that pass 0 at this moment, whatever rounding says of their value: their two
            sides count as equal.

        Returns
        -------
        changed : bool
            Whether anything was executed.

        Raises
        ------
        NumericsError
            When a delay is negative or not a number, or events call each other without end.
        """
        if not self.schedule.events:
            return False
        equal = self._equal(crossed)
        before = self._roots(y) if any(equal) else ()
        self._look(y, time, agenda, equal)
        for count in range(MOST_EXECUTIONS):
            ready = [one for one in agenda.pending if one.due <= time]
            if not ready:
                return count > 0
            chosen = self._choose(ready, y, agenda)
            agenda.pending.remove(chosen)
            self._execute(chosen, y)
            if before:
                after = self._roots(y)
                equal = [flag if old == new else 0.0 for flag, old, new in zip(equal, before, after, strict=True)]
            self._look(y, time, agenda, equal)
        raise NumericsError(self._endless(time, agenda))

    def _equal(self, crossed: Iterable[int]) -> list[float]:
        equal = [0.0] * len(self.schedule.roots)
        for row in crossed:
            equal[row] = 1.0
        return equal

    def _look(self, y: list[float], time: float, agenda: Agenda, equal: list[float]) -> None:
        """Note which triggers turned: plan what turned true, cancel what turned false and is not persistent."""
        now = [value == value and value != 0.0 for value in self._triggers(y + equal)]
        for event, (old, new) in enumerate(zip(agenda.triggers, now, strict=True)):
            if old and not new and not self.schedule.events[event].persistent:
                agenda.pending[:] = [one for one in agenda.pending if one.event != event]
            if new and not old:
                agenda.pending.append(self._planned(event, y, time))
        agenda.triggers[:] = now

    def _planned(self, event: int, y: list[float], time: float) -> Pending:
        delay = self._delays[event]
        wait = 0.0 if delay is None else delay(y)[0]
        if not wait >= 0.0:
            raise NumericsError(self._bad_delay(event, time, wait))
        values = self._values[event](y) if self.schedule.events[event].at_trigger else None
        return Pending(event, time + wait, values)

    def _choose(self, ready: list[Pending], y: list[float], agenda: Agenda) -> Pending:
        """Take the highest priority of this moment; among equals, and those without, draw."""
        if len(ready) == 1:
            return ready[0]
        orders = [self._order(one.event, y) for one in ready]
        top = max(orders)
        best = [one for one, order in zip(ready, orders, strict=True) if order == top]
        if len(best) == 1:
            return best[0]
        seed, cell = self.keys
        draw = float(seeds.uniform(cell, agenda.draws, seeds.Stream.EVENT, seed)[0])
        agenda.draws += 1
        return best[int(draw * len(best))]

    def _order(self, event: int, y: list[float]) -> float:
        order = self._orders[event]
        value = -math.inf if order is None else order(y)[0]
        return value if value == value else -math.inf

    def _execute(self, one: Pending, y: list[float]) -> None:
        """Set all quantities of an event at once.

        All are meant for the state before the event: a concentration is turned into an amount with the volume that
        the compartment had, also where the same event changes that volume (case 01779 of the SBML Test Suite).
        """
        values = list(self._values[one.event](y) if one.values is None else one.values)
        rows, scaled, code = self._factors[one.event]
        if scaled:
            for place, factor in zip(scaled, code(y), strict=True):
                values[place] *= factor
        for row, value in zip(rows, values, strict=True):
            y[row] = value

    def _bad_delay(self, event: int, time: float, wait: float) -> Fault:
        return Fault(
            f"{self.schedule.system.network.where}, event `{self.schedule.events[event].name}`, time {time:.6g}",
            f"a delay of {wait:g}",
            "a delay that is 0 or more",
            "",
            "correct the mathematics of the delay",
            "AMB-N48",
        )

    def _endless(self, time: float, agenda: Agenda) -> Fault:
        names = {self.schedule.events[one.event].name for one in agenda.pending if one.due <= time}
        return Fault(
            f"{self.schedule.system.network.where}, time {time:.6g}",
            f"more than {MOST_EXECUTIONS} executions of events at one moment ({', '.join(sorted(names))[:120]})",
            "events that come to an end",
            "",
            "look for events that trigger each other",
            "AMB-N49",
        )


@dataclass
class EventState:
    """Agendas of many cells as arrays, so that they can be stored, restored, and cut.

    ``trigger`` is (n_events, n_cells), 0 or 1; ``event`` (n_waiting, n_cells), -1 where nothing waits; ``due``
    (n_waiting, n_cells), infinite where nothing waits; ``value`` (n_waiting, n_assignments, n_cells), not a number
    where it is computed at the execution; ``draws`` (n_cells,). Rows of what waits are added when they are needed.
    ``number`` (n_cells,) and ``seed`` key the order among equal priorities, so that it is a cell's own in any batch.
    """

    trigger: NDArray[np.int8]
    event: NDArray[np.int32]
    due: Floats
    value: Floats
    draws: NDArray[np.int64]
    number: NDArray[np.int64]
    seed: int = 0

    @property
    def next_due(self) -> Floats:
        """The time of each cell's next waiting execution, (n_cells,); infinite where none waits."""
        return np.asarray(self.due.min(axis=0, initial=np.inf), dtype=np.float64)

    def agenda(self, cell: int, schedule: Schedule) -> Agenda:
        """Give the agenda of one cell."""
        pending = []
        for row in np.flatnonzero(self.event[:, cell] >= 0):
            event = schedule.events[int(self.event[row, cell])]
            values = tuple(self.value[row, : len(event.assignments), cell].tolist()) if event.at_trigger else None
            pending.append(Pending(int(self.event[row, cell]), float(self.due[row, cell]), values))
        return Agenda([bool(one) for one in self.trigger[:, cell]], pending, int(self.draws[cell]))

    def keep(self, cell: int, agenda: Agenda) -> None:
        """Put the agenda of one cell back."""
        self._make_room(len(agenda.pending))
        self.trigger[:, cell] = agenda.triggers
        self.event[:, cell], self.due[:, cell], self.value[:, :, cell] = -1, np.inf, np.nan
        for row, one in enumerate(agenda.pending):
            self.event[row, cell], self.due[row, cell] = one.event, one.due
            if one.values is not None:
                self.value[row, : len(one.values), cell] = one.values
        self.draws[cell] = agenda.draws

    def _make_room(self, n_waiting: int) -> None:
        more = n_waiting - self.event.shape[0]
        if more > 0:
            _, n_assignments, n_cells = self.value.shape
            self.event = np.concatenate([self.event, np.full((more, n_cells), -1, np.int32)])
            self.due = np.concatenate([self.due, np.full((more, n_cells), np.inf)])
            self.value = np.concatenate([self.value, np.full((more, n_assignments, n_cells), np.nan)])


def event_state(schedule: Schedule, n_cells: int, n_waiting: int = 4) -> EventState:
    """Give the event state of many cells before their first moment."""
    n_assignments = max((len(event.assignments) for event in schedule.events), default=0)
    trigger = np.array([event.initially for event in schedule.events], np.int8)
    return EventState(
        trigger=np.repeat(trigger[:, None], n_cells, axis=1),
        event=np.full((n_waiting, n_cells), -1, np.int32),
        due=np.full((n_waiting, n_cells), np.inf),
        value=np.full((n_waiting, n_assignments, n_cells), np.nan),
        draws=np.zeros(n_cells, np.int64),
        number=np.arange(n_cells),
    )


@dataclass(frozen=True)
class Moment:
    """Cells that stand still at a moment of their own: which, when, and which roots each of them passes.

    ``cells`` and ``times`` are (n,); ``crossed`` is (n_roots, n), true where a root of the system passes 0.
    """

    cells: NDArray[np.intp]
    times: Floats
    crossed: NDArray[np.bool_] | None = None


def execute(
    schedule: Schedule, state: EventState, moment: Moment, arrays: tuple[Floats, Floats, Floats]
) -> NDArray[np.bool_]:
    """Execute in many cells all that is due at their moments; species and state change in place.

    Parameters
    ----------
    schedule : Schedule
        The events of the system.
    state : EventState
        From `event_state`.
    moment : Moment
        The cells that stopped.
    arrays : (species, feeds, constants)
        (n_species, n_cells), (n_feeds, n_cells), (n_constants,).

    Returns
    -------
    changed : (n,) bool
        Whether anything was executed.
    """
    species, feeds, constants = arrays
    shared = constants.tolist()
    changed = np.zeros(len(moment.cells), dtype=np.bool_)
    for place, cell in enumerate(moment.cells.tolist()):
        events = schedule.bind(feeds[:, cell].tolist(), shared, (state.seed, int(state.number[cell])))
        agenda, y, time = state.agenda(cell, schedule), species[:, cell].tolist(), float(moment.times[place])
        crossed = () if moment.crossed is None else np.flatnonzero(moment.crossed[:, place]).tolist()
        changed[place] = events.settle(y, time, agenda, crossed)
        changed[place] |= events.settle(y, time, agenda)
        if changed[place]:
            species[:, cell] = y
        state.keep(cell, agenda)
    return changed


def slots_of(system: System) -> dict[str, plain.Slot]:
    """Give the place of each symbol of a system: state "y", feeds "u", constants "p"."""
    slots: dict[str, plain.Slot] = {name: ("p", row) for row, name in enumerate(system.constants)}
    slots |= {name: ("u", row) for row, name in enumerate(system.feeds)}
    return slots | {name: ("y", row) for row, name in enumerate(system.species)}


def watched(system: System) -> tuple[tuple[Node, ...], dict[Node, int]]:
    """Give the roots of a system and of its triggers, and for each comparison in a trigger the row of its root.

    A root is a - b for a comparison of a with b; where it passes 0 the comparison turns.
    """
    graph = system.graph
    rows = {root: row for row, root in enumerate(dict.fromkeys(system.roots))}
    turning: dict[Node, int] = {}
    for node in graph.needed([event.trigger for event in system.events]):
        if graph.nodes[node][0] in COMPARISONS:
            a, b = graph.nodes[node][1:]
            root, opposite = graph.subtract(a, b), graph.subtract(b, a)
            turning[node] = rows[opposite] if opposite in rows else rows.setdefault(root, len(rows))
    return tuple(rows), turning
