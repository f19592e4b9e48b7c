"""One cell's course in time with tight tolerances: the plain twin of the compiled kernels, and their judge.

Between discontinuities the states follow LSODA (Petzold 1983, doi:10.1137/0904010; its dense output locates roots),
and where that fails Radau IIA. The course is cut at each change of a comparison in rates, rules and triggers, at each
execution of an event, and at each time that can be computed beforehand; there it starts anew. A state that no
process moves is held and not integrated; one that the file leaves without a value stays without.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, NumericsError, nearest_name
from amoeboid.signalling import crossing, plain
from amoeboid.signalling.events import Agenda, Events, Schedule, slots_of
from amoeboid.signalling.expression import Node
from amoeboid.signalling.mathematics import TIME
from amoeboid.signalling.stretch import Problem, Stretch, stretch
from amoeboid.signalling.system import System

Floats = NDArray[np.float64]

RELATIVE, ABSOLUTE = 1e-10, 1e-14
"""Default tolerances: two orders tighter than the tightest comparison that the product makes."""
_TINIEST = 1e-40
"""Smallest absolute tolerance that is chosen."""

_STRETCHES = 100
"""Where roots are sought, one step is at most this part of the whole span."""
_PARTS = 100
_MOST_RESTARTS = 20_000
"""Discontinuities within one of so many parts of the span: 100,000 in all may be meant, if time goes on."""
_SNAP = 8.0
"""Times that differ by so many units in the last place are one moment."""
_MOST_ULPS = 64
_BLUR = 1e-11
"""An output nearer to an event than this share of the span is one at its moment: rounding must not decide."""
_EARLY = 1e3  # times its time is what a moment's blur is a share of, where that is less than the span


@dataclass(frozen=True)
class Trajectory:
    """States of one cell over time; ``species`` is (n_species, n_times) in the units of the network."""

    system: System
    constants: Floats
    feeds: Floats
    times: Floats
    species: Floats

    def quantity(self, name: str) -> Floats:
        """Give a named quantity at all times, (n_times,), in the file's own unit.

        Raises
        ------
        NumericsError
            When the system has no such quantity.
        """
        known = self.system.quantities
        if name not in known:
            where = f"{self.system.network.where}, quantity"
            near = nearest_name(name, known)
            raise NumericsError(
                Fault(where, f"unknown quantity `{name}`", "an id of the model", near, "correct the name", "AMB-N93")
            )
        found = self.system.compute((known[name],), self.species, self.feeds[:, None], self.constants)
        return np.asarray(found[0], dtype=np.float64)


@dataclass(frozen=True)
class Control:
    """Tolerances of a course, and what keys its draws among simultaneous events."""

    relative: float = RELATIVE
    absolute: float | Floats | None = None
    seed: int = 0
    cell: int = 0


def simulate(
    system: System,
    constants: Floats,
    feeds: Floats,
    times: ArrayLike,
    *,
    relative: float = RELATIVE,
    absolute: float | Floats | None = None,
    seed: int = 0,
) -> Trajectory:
    """Follow one cell from time 0 with events and all discontinuities.

    Parameters
    ----------
    system : System
        From `translate`.
    constants : (n_constants,) array
        From `signalling.system.constants`.
    feeds : (n_feeds,) array
        Inputs and individual numbers, held.
    times : (n_times,) array_like
        Rising, from 0 on, in the unit of the network's time. A value at the time of an event is the one after it.
    relative : float
        Relative tolerance of one step.
    absolute : float or (n_species,) array, optional
        Absolute tolerance; left out, `ABSOLUTE` of 1 or of the smallest beginning that is not 0, whichever is less:
        files in mole hold amounts of 1e-15.
    seed : int
        Keys the order of simultaneous events of equal priority.

    Returns
    -------
    trajectory : Trajectory

    Raises
    ------
    NumericsError
        When a state becomes infinite or is not a number, a step cannot be made, or events do not come to an end; names
        the species, the time and the last good value.
    """
    control = Control(relative, absolute, seed)
    return Engine(system).simulate(constants, feeds, times, control)


class Engine:
    """A system as compiled Python code, ready for many courses with different numbers."""

    def __init__(self, system: System) -> None:
        self.system = system
        graph, self.slots = system.graph, slots_of(system)
        names, still = system.species, graph.constant(0.0)
        self.clock = names.index(TIME) if TIME in names else -1
        self.moving = tuple(row for row, rate in enumerate(system.rates) if rate != still and row != self.clock)
        self.movers = frozenset({TIME, *(names[row] for row in self.moving)})
        self.schedule = Schedule(system)
        self.rates = self._code([system.rates[row] for row in self.moving])
        self.starts = self._code(system.starts)
        self.roots = self._code(self.schedule.roots)
        self.sought = crossing.sought(self.schedule.roots, self._is_exact, self._moves)
        exact = [self.schedule.roots[row] for row in self.sought.exact]
        self.root_slopes = self._code([graph.derivative(root, TIME) for root in exact])
        self.jumps = self._jumping()
        self.steps = self._code(self.jumps) if self.jumps else None

    def _code(self, nodes: Sequence[Node]) -> plain.Binder:
        return plain.compiled(self.system.graph, nodes, self.slots)

    @cached_property
    def slopes(self) -> tuple[NDArray[np.intp], NDArray[np.intp], plain.Binder]:
        """Rows, columns and code of the Jacobian of the moving states."""
        place = {row: k for k, row in enumerate(self.moving)}
        known = {(i, j): node for (i, j), node in self.system.slopes.items() if i in place and j in place}
        rows = np.array([place[i] for i, _ in known], np.intp)
        columns = np.array([place[j] for _, j in known], np.intp)
        return rows, columns, self._code(list(known.values()))

    def _moves(self, node: Node) -> bool:
        """Say whether a number changes between events."""
        return not self.system.graph.names(node).isdisjoint(self.movers)

    def _is_exact(self, root: Node) -> bool:
        """Say whether a root is linear in time and rests on nothing that moves."""
        graph = self.system.graph
        if graph.names(root) & self.movers != {TIME}:
            return False
        slope = graph.derivative(root, TIME)
        smooth = all(graph.nodes[node][0] not in _STEPS for node in graph.needed([root]))
        return smooth and TIME not in graph.names(slope)

    def _jumping(self) -> list[Node]:
        """Give the nodes with whole numbers as values on which rates or triggers rest and that can move."""
        graph = self.system.graph
        used = [*self.system.rates, *(event.trigger for event in self.system.events), *self.schedule.roots]
        return [
            node for node in graph.needed(used) if graph.nodes[node][0] in ("floor", "ceiling") and self._moves(node)
        ]

    def simulate(
        self, constants: Floats, feeds: Floats, times: ArrayLike, control: Control | None = None
    ) -> Trajectory:
        """Follow one cell; see `simulate`."""
        grid = _checked(times, self.system.network.where)
        numbers = (np.asarray(feeds, dtype=np.float64).ravel(), np.asarray(constants, dtype=np.float64))
        with _quiet():
            species = _Course(self, numbers, grid, control or Control()).run()
        return Trajectory(self.system, numbers[1], numbers[0], grid, species)


_STEPS = ("floor", "ceiling", "less", "less_equal", "equal", "select", "abs", "clip", "inside", "gamma")


class _Course:
    """The state of one cell on its way."""

    def __init__(self, engine: Engine, numbers: tuple[Floats, Floats], times: Floats, control: Control) -> None:
        feeds, constants = numbers[0].tolist(), numbers[1].tolist()
        self.engine, self.times, self.control = engine, times, control
        self.events: Events = engine.schedule.bind(feeds, constants, (control.seed, control.cell))
        self.agenda: Agenda = self.events.begin()
        steps = None if engine.steps is None else engine.steps(feeds, constants)
        roots, slopes = engine.roots(feeds, constants), engine.root_slopes(feeds, constants)
        self.watch = crossing.Watch(roots, slopes, engine.sought, steps)
        self.binding = (feeds, constants)
        self.rates = engine.rates(feeds, constants)
        self.time, self.end = 0.0, float(times[-1])
        self.y: list[float] = list(engine.starts(feeds, constants)([math.nan] * len(engine.system.species)))
        self.absolute = _absolute(control, self.y, engine.moving)
        self.recorded = np.empty((len(self.y), len(times)))
        self.n_recorded = 0

    def run(self) -> Floats:
        """Follow the cell to the last time; give (n_species, n_times)."""
        self._arrive(())
        count, mark = 0, 0.0
        while self.n_recorded < len(self.times):
            if self.time >= mark:
                count, mark = 0, self.time + self.end / _PARTS
            count += 1
            if count > _MOST_RESTARTS:
                raise NumericsError(self._restless())
            self._go_on()
        return self.recorded

    def _restless(self) -> Fault:
        return Fault(
            f"{self.engine.system.network.where}, time {self.time:.6g}",
            f"more than {_MOST_RESTARTS} discontinuities within {self.end / _PARTS:.3g}",
            "a course that is smooth most of the time",
            "",
            "look for events or conditions that turn to and fro, or ask for a shorter span",
            "AMB-N92",
        )

    def _arrive(self, crossed: tuple[int, ...]) -> None:
        """Execute what is due now, note outputs of this moment, and what only follows it."""
        self._set_clock()
        self.events.settle(self.y, self.time, self.agenda, crossed)
        blur = self._blur(self.time)
        if self._next()[0] > self.time + blur:  # else the outputs of this moment wait for what follows at once
            self._record(self.time + blur)
        self.events.settle(self.y, self.time, self.agenda)
        sides = self.watch.sides(self.y)
        if any(sides[row] == 0.0 for row in self.engine.sought.exact):  # what holds only after this moment, as t > 5
            self.time = math.nextafter(self.time, math.inf)
            self._set_clock()
            self.events.settle(self.y, self.time, self.agenda)

    def _blur(self, time: float) -> float:
        """Give how near to a moment an output is one of that moment."""
        return max(_BLUR * min(self.end, _EARLY * time), _SNAP * math.ulp(time))

    def _set_clock(self) -> None:
        if self.engine.clock >= 0:
            self.y[self.engine.clock] = self.time

    def _record(self, until: float) -> None:
        """Note the present state for all outputs up to a time."""
        while self.n_recorded < len(self.times) and self.times[self.n_recorded] <= until:
            self.recorded[:, self.n_recorded] = self.y
            if self.engine.clock >= 0:
                self.recorded[self.engine.clock, self.n_recorded] = self.times[self.n_recorded]
            self.n_recorded += 1

    def _stop(self) -> tuple[float, tuple[int, ...]]:
        """Give the next time at which something is known to happen, and the rows of roots that are 0 there."""
        nearest, rows = self._next()
        return (nearest, rows) if nearest <= self.end + self._blur(self.end) else (self.end, ())

    def _next(self) -> tuple[float, tuple[int, ...]]:
        """Give the next execution or computed root; times that differ by rounding are one."""
        due = [one.due for one in self.agenda.pending if one.due > self.time]
        turn, rows = self.watch.next_exact(self.y, self.time)
        nearest = min([*due, turn])
        if nearest == math.inf:
            return nearest, ()
        edge = nearest + _SNAP * math.ulp(nearest)
        return max(one for one in (*due, turn) if one <= edge), rows if turn <= edge else ()

    def _go_on(self) -> None:
        """Follow one smooth stretch to its stop or to the first change."""
        stop, rows = self._stop()
        before = self.watch.sides(self.y)
        if stop - self.time > 2.0 * _SNAP * math.ulp(stop):
            found = self._follow(stop)
            if found is not None:
                self._arrive(found.rows)
                return
        self.time = stop
        self._set_clock()
        after = self.watch.sides(self.y)
        for _ in range(_MOST_ULPS):  # rounding may leave a computed root short of 0
            if all(after[row] != before[row] for row in rows):
                break
            self.time = math.nextafter(self.time, math.inf)
            self._set_clock()
            after = self.watch.sides(self.y)
        self._arrive(self.watch.crossed(before, after))

    def _follow(self, stop: float) -> crossing.Crossing | None:
        """Integrate up to a stop; give the first change of a root on the way, where there is one."""
        before = self.watch.mark(self.y)
        longest = math.inf if self.watch.idle else max(self.end / _STRETCHES, 1e-300)
        for piece in self._stretch(stop, longest):
            if not self.watch.idle:
                found = self.watch.first(piece.state, (piece.begin, piece.end), before)
                if found is not None:
                    self._record_along(piece, found.time - self._blur(found.time))
                    self.y, self.time = piece.state(found.time), found.time
                    return found
            self._record_along(piece, min(piece.end, stop - self._blur(stop)))
            self.y, self.time = piece.state(piece.end), piece.end
        return None

    @cached_property
    def _problem(self) -> Problem:
        engine = self.engine
        rows, columns, code = engine.slopes
        slopes = (rows, columns, code(*self.binding))
        tolerances = (self.control.relative, self.absolute)
        return Problem(engine.system, engine.moving, engine.clock, self.rates, slopes, tolerances)

    def _stretch(self, stop: float, longest: float) -> Iterator[Stretch]:
        return stretch(self._problem, (self.y, self.time), stop, longest)

    def _record_along(self, piece: Stretch, until: float) -> None:
        """Note outputs inside a piece; those at a stop or at a change wait for what happens there."""
        n, m = self.n_recorded, int(np.searchsorted(self.times, until, side="right"))
        if m > n:
            self.recorded[:, n:m] = piece.states(self.times[n:m])
            self.n_recorded = m


def _absolute(control: Control, y: list[float], moving: tuple[int, ...]) -> float | Floats:
    if control.absolute is not None:
        return control.absolute
    sizes = [abs(y[row]) for row in moving if math.isfinite(y[row]) and y[row] != 0.0]
    return max(ABSOLUTE * min([1.0, *sizes]), _TINIEST)


def _checked(times: ArrayLike, where: str) -> Floats:
    grid = np.atleast_1d(np.asarray(times, dtype=np.float64))
    if grid.size == 0 or not np.isfinite(grid).all() or grid[0] < 0.0 or (np.diff(grid) < 0.0).any():
        raise NumericsError(
            Fault(f"{where}, times", "times that do not rise from 0 on", "finite times, 0 or later, in rising order",
                  "", "sort the times", "AMB-N94")
        )  # fmt: skip
    return grid


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep warnings of solvers silent: what they fail at is tried anew or told as an error."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
