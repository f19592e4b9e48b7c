"""Simulate all runs of a problem, and what each parameter does to their states, as cells of one batch.

The states of one run and their slopes along one parameter are one cell (`signalling.directional`), so a gradient is a
wider batch through the same kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.inference.mapping import Courses, Numbering
from amoeboid.inference.problem import Entry, Floats
from amoeboid.signalling import directional, individualised, integrate
from amoeboid.signalling.sensitivity import DIRECTION, SLOPE, is_smooth
from amoeboid.signalling.system import System

Lanes = NDArray[np.int64]

_CALM = 1e-6
"""Change over the whole time waited, as a share of a state, below which it counts as at rest."""

_WAITS = 7
_FACTOR = 10.0
_ASIDE = 1e-4  # on the scale of a parameter, for differences


@dataclass(frozen=True)
class Precision:
    """Relative tolerance, absolute tolerance of each state (n_species,), and the time first waited for rest."""

    relative: float
    absolute: Floats
    wait: float


@dataclass(frozen=True)
class Histories:
    """Courses: ``states`` (n_species, n_times, n_vectors, n_runs) and their slopes.

    ``slopes`` (n_species, n_times, n_runs, n_parameters) are by the parameters on their scales, None if not asked for.
    """

    states: Floats
    slopes: Floats | None = None


class Simulator:
    """Runs of a problem on one model.

    Parameters
    ----------
    system : System
        Equations of the model.
    numbers : mapping of str to float
        Constants and inputs by name.
    found : Courses
        Runs of the problem.
    numbering : Numbering
        Parameters of the problem.
    precision : Precision
        How exactly to integrate.
    """

    def __init__(
        self,
        system: System,
        numbers: Mapping[str, float],
        found: Courses,
        numbering: Numbering,
        precision: Precision,
    ) -> None:
        constants = [name for name in found.moving if name in system.constants]
        self.system = individualised(system, constants)
        self.numbers, self.courses, self.numbering, self.precision = numbers, found, numbering, precision
        # a number of which neither rates nor starts know cannot move a state
        used = frozenset[str]().union(*(system.graph.names(node) for node in (*system.rates, *system.starts)))
        self.active = tuple(name for name in found.moving if name in used)
        self.setters = system.setters
        self.is_smooth = is_smooth(self.system, self.active)

    @cached_property
    def plain(self) -> integrate.Model:
        """The model whose moving numbers belong to each cell."""
        return self._model(self.system, self.precision.absolute)

    @cached_property
    def joined(self) -> integrate.Model:
        """The same with the slope along one parameter."""
        joined = directional(self.system, self.active)
        row = {name: k for k, name in enumerate(self.system.species)}
        plain = [name.removeprefix(SLOPE) for name in joined.species]
        return self._model(joined, self.precision.absolute[[row[name] for name in plain]])

    def _model(self, system: System, absolute: Floats) -> integrate.Model:
        constants = np.array([self.numbers[name] for name in system.constants])
        free = np.full(len(system.species), -np.inf)  # slopes, and some states of files, have any sign
        return integrate.Model(system, constants, absolute, self.precision.relative, floor=free)

    @cached_property
    def touched(self) -> tuple[tuple[int, ...], ...]:
        """For each run the parameters that may change its states."""
        moving = self.courses.moving
        idle = [k for k, name in enumerate(moving) if name not in self.active]
        found = []
        for run in self.courses.runs:
            columns = run.touched(self.numbering)
            still = run.without(idle).touched(self.numbering)
            found.append(tuple(sorted(columns & still)))
        return tuple(found)

    def states(self, values: Floats, times: Floats) -> Histories:
        """Simulate every run for each of several parameter vectors (n_vectors, n_parameters), in their own units.

        Parameters
        ----------
        values : (n_vectors, n_parameters) array
            Numbers, not on their scales.
        times : (n_times,) array
            Rising times from 0 on.

        Raises
        ------
        NumericsError
            When a course cannot be integrated.
        """
        n_vectors, n_runs = values.shape[0], len(self.courses.runs)
        lane_run = np.tile(np.arange(n_runs), n_vectors)
        lane_values = np.repeat(values, n_runs, axis=0)
        history = self._integrate(self.plain, lane_run, lane_values, None, times)
        return Histories(history.reshape(history.shape[0], times.size, n_vectors, n_runs))

    def states_and_slopes(self, values: Floats, times: Floats) -> Histories:
        """Simulate every run for one parameter vector (n_parameters,), with its slopes by every parameter.

        Where events or jumps would make the slopes jump, they come from differences of courses instead.
        """
        if not self.is_smooth:
            return self._differences(values, times)
        lanes = [(run, column) for run, columns in enumerate(self.touched) for column in (columns or (-1,))]
        lane_run = np.array([run for run, _ in lanes])
        lane_column = np.array([column for _, column in lanes])
        lane_values = np.repeat(values[None, :], len(lanes), axis=0)
        history = self._integrate(self.joined, lane_run, lane_values, lane_column, times)
        species = self.joined.system.species
        n_runs, n_states = len(self.courses.runs), len(self.system.species)
        states = np.empty((n_states, times.size, 1, n_runs))
        slopes = np.zeros((n_states, times.size, n_runs, values.size))
        first = {run: lane for lane, run in reversed(list(enumerate(lane_run)))}
        columns = [first[run] for run in range(n_runs)]
        moved = lane_column >= 0
        for row, name in enumerate(self.system.species):
            states[row, :, 0, :] = history[species.index(name)][:, columns]
            if SLOPE + name in species:
                part = history[species.index(SLOPE + name)]
                slopes[row][:, lane_run[moved], lane_column[moved]] = part[:, moved]
        return Histories(states, slopes)

    def _differences(self, values: Floats, times: Floats) -> Histories:
        """Give slopes from courses a little to either side of each parameter."""
        columns = sorted({column for run in self.touched for column in run})
        vectors = np.repeat(values[None, :], 1 + 2 * len(columns), axis=0)
        for k, column in enumerate(columns):
            shift = _ASIDE * self.numbering.slopes(values)[column]
            vectors[1 + 2 * k, column] -= shift
            vectors[2 + 2 * k, column] += shift
        found = self.states(vectors, times).states
        slopes = np.zeros((*found.shape[:2], found.shape[3], values.size))
        for k, column in enumerate(columns):
            slopes[..., column] = (found[:, :, 2 + 2 * k] - found[:, :, 1 + 2 * k]) / (2.0 * _ASIDE)
        return Histories(found[:, :, :1], slopes)

    def _integrate(
        self, model: integrate.Model, lane_run: Lanes, values: Floats, columns: Lanes | None, times: Floats
    ) -> Floats:
        """Give the history (n_states, n_times, n_lanes) of lanes, each with its run, numbers and direction."""
        lanes = _LanesOf(self, model, lane_run, values, columns)
        feeds, species = lanes.begin()
        step = np.full(species.shape[1], _first_step(times))
        history = np.empty((species.shape[0], times.size, species.shape[1]))
        events = integrate.event_state(model, species.shape[1]) if model.system.events else None
        now = 0.0
        for k, time in enumerate(times):
            if time > now:
                integrate.advance(model, species, step, feeds, (now, float(time - now)), events)
                now = float(time)
            history[:, k] = species
        return history


def _first_step(times: Floats) -> float:
    later = times[times > 0.0]
    return float(later.min()) * 1e-3 if later.size else 1.0


class _LanesOf:
    """Feeds and starts of lanes."""

    def __init__(
        self, of: Simulator, model: integrate.Model, run: Lanes, values: Floats, columns: Lanes | None
    ) -> None:
        self.of, self.model, self.run, self.values, self.columns = of, model, run, values, columns
        self.by_scale = of.numbering.slopes(values)

    def begin(self) -> tuple[Floats, Floats]:
        """Give feeds and states at time 0, after the rest before it where there is one."""
        runs = self.of.courses.runs
        feeds = self._feeds(after=True)
        species = integrate.start(self.model, feeds)
        rested = np.array([runs[k].before is not None for k in self.run])
        if rested.any():
            early = np.ascontiguousarray(self._feeds(after=False)[:, rested])
            begin = integrate.start(self.model, early)
            self._set_states(begin, np.flatnonzero(rested), after=False)
            species[:, rested] = self._rest(early, np.ascontiguousarray(begin))
        self._set_states(species, np.arange(self.run.size), after=True)
        return feeds, np.ascontiguousarray(species)

    def _feeds(self, *, after: bool) -> Floats:
        system, found = self.model.system, self.of.courses
        feeds = np.ones((len(system.feeds), self.run.size))
        row = {name: k for k, name in enumerate(system.feeds)}
        for name, number in self.of.numbers.items():
            if name in row:
                feeds[row[name]] = number
        for k, run in enumerate(found.runs):
            lanes = np.flatnonzero(self.run == k)
            assigned = run.after if after or run.before is None else run.before
            numbers = assigned.numbers(self.values[lanes])
            for place, name in enumerate(found.moving):
                feeds[row[name], lanes] = numbers[:, place]
            if self.columns is not None:
                for name in self.of.active:
                    column = assigned.column[found.moving.index(name)]
                    along = (self.columns[lanes] == column) & (column >= 0)
                    feeds[row[DIRECTION + name], lanes] = np.where(along, self.by_scale[lanes, column], 0.0)
        return feeds

    def _set_states(self, species: Floats, lanes: Lanes, *, after: bool) -> None:
        """Put the starts that experiments set in the place of the model's own, with their slopes."""
        names = self.model.system.species
        for place, lane in enumerate(lanes):
            run = self.of.courses.runs[self.run[lane]]
            for name, entry in (run.states if after else run.states_before or {}).items():
                number, slope = self._entry(entry, int(lane))
                factor = self._factor(name, int(lane), after=after)
                species[names.index(name), place] = number * factor
                if SLOPE + name in names:
                    species[names.index(SLOPE + name), place] = slope * factor

    def _entry(self, entry: Entry, lane: int) -> tuple[float, float]:
        numbering = self.of.numbering
        if isinstance(entry, float):
            return entry, 0.0
        if entry not in numbering.place:
            return numbering.fixed[entry], 0.0
        column = numbering.place[entry]
        along = self.columns is not None and self.columns[lane] == column
        return float(self.values[lane, column]), float(self.by_scale[lane, column]) if along else 0.0

    def _factor(self, name: str, lane: int, *, after: bool) -> float:
        """Give what turns a species as it is meant into its state: the size of its compartment, or 1."""
        setter = self.of.setters.get(name)
        if setter is None or setter[1] is None:
            return 1.0
        feeds = self._feeds(after=after)[:, lane : lane + 1]
        zero = np.zeros((len(self.model.system.species), 1))
        return float(self.model.system.compute((setter[1],), zero, feeds, self.model.constants)[0, 0])

    def _rest(self, feeds: Floats, species: Floats) -> Floats:
        """Wait until every state and slope is at rest; each wait is ten times as long as the last."""
        step = np.full(species.shape[1], self.of.precision.wait * 1e-6)
        floor = 1e3 * self.model.tolerance[:, None]
        time, span = 0.0, self.of.precision.wait
        events = integrate.event_state(self.model, species.shape[1]) if self.model.system.events else None
        for _ in range(_WAITS):
            integrate.advance(self.model, species, step, feeds, (time, span), events)
            time += span
            rate = self.model.system.rhs(species, feeds, self.model.constants)
            unrest = np.abs(rate) * time / (np.abs(species) + floor)
            if (unrest < _CALM).all():
                return species
            span *= _FACTOR
        state = self.model.system.species[int(np.argmax(unrest.max(axis=1)))]
        raise NumericsError(
            Fault("rest before the experiment", f"`{state}` is not at rest after {time:.3g} units of time",
                  "a model that comes to rest", "", "start the experiments without a rest before", "AMB-N70")
        )  # fmt: skip
