"""Cells with events: the kernel stops each at a root or a waiting execution, events happen, and it goes on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import NumericsError
from amoeboid.kernels import ode
from amoeboid.signalling import failing
from amoeboid.signalling.batch import Model
from amoeboid.signalling.events import EventState, Moment, execute
from amoeboid.signalling.system import TIME

Floats = NDArray[np.float64]
Arrays = tuple[Floats, Floats, Floats]

MOST_STOPS = 10_000
"""Stops of one cell in one span after which events are said to have no end."""
_SHORT = 1e-13
"""Share of a span that is not worth a step."""
_NEAR = 3e-12
"""Share of a span within which two moments are one: a delay that begins at a root ends as late as the root is told."""


def advance(found: Model, arrays: Arrays, span: tuple[float, float], state: EventState) -> None:
    """Move all cells over a span, through all their events.

    Parameters
    ----------
    found : Model
        From `integrate.model`.
    arrays : (species, step, feeds)
        Of all cells; species and step change in place.
    span : (float, float)
        Begin and length [time of the network].
    state : EventState
        What the cells know of their events; changes in place.

    Raises
    ------
    NumericsError
        When a cell fails, or its events have no end.
    """
    course = _Course(found, arrays, span, state)
    course.settle(course.stirred(), None)
    for _ in range(MOST_STOPS):
        moving = np.flatnonzero(course.left > 0.0)
        if not moving.size:
            course.settle(course.stirred(), None)  # what becomes true at the very end
            return
        course.go_on(moving)
    cell = int(np.argmax(course.left))
    raise NumericsError(failing.endless(found.network, cell, float(course.times[cell])))


class _Course:
    """Cells on their way through a span; ``left`` (n_cells,) is what each has still before it."""

    def __init__(self, found: Model, arrays: Arrays, span: tuple[float, float], state: EventState) -> None:
        self.found, self.arrays, self.state = found, arrays, state
        species, names = arrays[0], found.system.species
        n_cells = species.shape[1]
        self.clock = species[names.index(TIME)] if TIME in names else np.full(n_cells, float(span[0]))
        self.begin, self.length = self.clock.copy(), float(span[1])
        self.done = np.zeros(n_cells)

    @property
    def left(self) -> Floats:
        return self.length - self.done

    @property
    def times(self) -> Floats:
        return self.begin + self.done

    def stirred(self) -> NDArray[np.intp]:
        """Give the cells in which a trigger is not what it was, or something is due."""
        species, _, feeds = self.arrays
        system = self.found.system
        with np.errstate(all="ignore"):
            values = system.compute(tuple(one.trigger for one in system.events), species, feeds, self.found.constants)
        true = (values == values) & (values != 0.0)
        turned = (true != (self.state.trigger != 0)).any(axis=0)
        return np.flatnonzero(turned | (self.state.next_due <= self.moments))

    @property
    def moments(self) -> Floats:
        """The times, or those of executions that are due within the width to which a root is known."""
        due = self.state.next_due
        return np.where((due > self.times) & (due - self.times <= _NEAR * self.length), due, self.times)

    def settle(self, cells: NDArray[np.intp], crossed: NDArray[np.bool_] | None) -> None:
        """Let happen what is due in some cells at their moments."""
        species, _, feeds = self.arrays
        moment = Moment(cells, self.moments[cells], crossed)
        execute(self.found.schedule, self.state, moment, (species, feeds, self.found.constants))

    def go_on(self, cells: NDArray[np.intp]) -> None:
        """Move cells to their next stop, or to the end."""
        due = self.state.next_due - self.begin
        target = np.minimum(self.length, due)
        length = target - self.done
        walking = cells[length[cells] > _SHORT * self.length]
        stopped = np.zeros(len(self.done), dtype=np.bool_)
        turned = np.zeros((len(self.found.schedule.roots), len(self.done)), dtype=np.bool_)
        if walking.size:
            outcome = self.found.move(self.arrays, length, walking)
            failing.check(self.found, self.arrays, outcome, self.times + outcome.reached)
            stopped[walking] = outcome.status[walking] == ode.AT_ROOT
            turned[:, walking] = outcome.turned[: len(turned), walking] > 0.0
            self.done[walking] += outcome.reached[walking]
        came = np.zeros(len(self.done), dtype=np.bool_)
        came[cells] = ~stopped[cells]
        self.done[came] = target[came]
        self.clock[came] = self.times[came]
        here = np.flatnonzero(stopped | (came & (due <= self.length)))
        if here.size:
            self.settle(here, turned[:, here])
