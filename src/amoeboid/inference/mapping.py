"""Which number of the model is which parameter of the fit, run by run.

A *run* is one course of the model: experiments that set the same are one run. In each run every number of the model is
either fixed or a parameter of the fit; what one parameter does to the states of one run is one cell of a batch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, FormatError, nearest_name
from amoeboid.inference.problem import Entry, Experiment, FitProblem, Floats, from_scale, scale_slope

Settings = Mapping[str, Entry]


@dataclass(frozen=True)
class Numbering:
    """Numbers by parameter of the fit: ``place`` maps a name to its row of a vector, ``fixed`` to its number."""

    place: Mapping[str, int]
    fixed: Mapping[str, float]
    scales: tuple[str, ...]

    @classmethod
    def of(cls, problem: FitProblem) -> Numbering:
        """Number the parameters of a problem."""
        moved = problem.estimated
        fixed = {one.name: one.nominal for one in problem.parameters if not one.estimate}
        return cls({one.name: k for k, one in enumerate(moved)}, fixed, tuple(one.scale for one in moved))

    def values(self, theta: Floats) -> Floats:
        """Take vectors (..., n_parameters) from their scales to numbers."""
        found = np.array(theta, dtype=np.float64)
        for scale in ("log", "log10"):
            columns = np.array([one == scale for one in self.scales], dtype=bool)
            found[..., columns] = from_scale(found[..., columns], scale)
        return found

    def slopes(self, values: Floats) -> Floats:
        """Give the derivative of each number (..., n_parameters) by its place on the scale."""
        found = np.ones_like(values)
        for scale in ("log", "log10"):
            columns = np.array([one == scale for one in self.scales], dtype=bool)
            found[..., columns] = scale_slope(values[..., columns], scale)
        return found

    def known(self, name: str) -> bool:
        """Tell whether a name is a parameter of the fit."""
        return name in self.place or name in self.fixed


@dataclass(frozen=True)
class Assignment:
    """For a list of entries: ``number`` (n,) where fixed, ``column`` (n,) int64 the parameter instead, else -1."""

    number: Floats
    column: NDArray[np.int64]

    @classmethod
    def of(cls, entries: Iterable[Entry], numbering: Numbering) -> Assignment:
        """Look entries up; an unknown name becomes NaN."""
        numbers, columns = [], []
        for entry in entries:
            named = isinstance(entry, str)
            columns.append(numbering.place.get(str(entry), -1) if named else -1)
            numbers.append(numbering.fixed.get(str(entry), np.nan) if named else float(entry))
        return cls(np.array(numbers, dtype=np.float64), np.array(columns, dtype=np.int64))

    def without(self, idle: list[int]) -> Assignment:
        """Give the same with some entries following no parameter."""
        column = self.column.copy()
        column[idle] = -1
        return Assignment(self.number, column)

    def numbers(self, values: Floats) -> Floats:
        """Give the entries, (..., n), for parameter values (..., n_parameters)."""
        if values.shape[-1] == 0:
            return np.broadcast_to(self.number, (*values.shape[:-1], self.number.size)).copy()
        return np.asarray(np.where(self.column >= 0, values[..., np.maximum(self.column, 0)], self.number))


@dataclass(frozen=True)
class Run:
    """One course: entries for the moving numbers of the model, and starts that are set, before and after the change.

    ``before`` and ``states_before`` are None where the model starts at once. ``states`` maps species to entries.
    """

    after: Assignment
    states: Mapping[str, Entry]
    before: Assignment | None = None
    states_before: Mapping[str, Entry] | None = None

    def without(self, idle: list[int]) -> Run:
        """Give the run with some of its moving numbers fixed."""
        return dataclasses.replace(
            self, after=self.after.without(idle), before=None if self.before is None else self.before.without(idle)
        )

    def touched(self, numbering: Numbering) -> frozenset[int]:
        """Give the parameters that may change the states of this run."""
        entries = [*self.states.values(), *(self.states_before or {}).values()]
        named = {numbering.place[entry] for entry in entries if isinstance(entry, str) and entry in numbering.place}
        columns = [self.after.column] if self.before is None else [self.after.column, self.before.column]
        return frozenset(named | {int(column) for column in np.concatenate(columns) if column >= 0})


@dataclass(frozen=True)
class Courses:
    """The runs of a problem; ``of_experiment`` (n_experiments,) int64 says which run an experiment is.

    ``moving`` names the numbers of the model (constants or inputs) that are not the same in every run and fit.
    """

    moving: tuple[str, ...]
    runs: tuple[Run, ...]
    of_experiment: NDArray[np.int64]


def courses(problem: FitProblem, numbering: Numbering, numbers: Mapping[str, float], species: Iterable[str]) -> Courses:
    """Find the runs of a problem.

    Parameters
    ----------
    problem : FitProblem
        With experiments.
    numbering : Numbering
        Of the same problem.
    numbers : mapping of str to float
        Constants and inputs of the model with the values that they have when nothing sets them.
    species : iterable of str
        States that an experiment may set at the beginning.

    Raises
    ------
    FormatError
        When an experiment sets what the model does not have, or by a parameter that is not there; tells all.
    """
    states = set(species)
    _check(problem, numbering, set(numbers), states)
    own: dict[str, Entry] = {name: name for name in numbers if numbering.known(name)}
    set_ones = {name for one in problem.experiments for part in (one.settings, one.before or {}) for name in part}
    moving = tuple(name for name in numbers if name in own or name in set_ones)

    def assigned(settings: Settings) -> Assignment:
        return Assignment.of((settings.get(name, own.get(name, numbers[name])) for name in moving), numbering)

    def starts(settings: Settings) -> dict[str, Entry]:
        return {name: entry for name, entry in settings.items() if name in states}

    found: dict[str, int] = {}
    runs: list[Run] = []
    places = []
    for one in problem.experiments:
        key = repr((sorted(one.settings.items()), None if one.before is None else sorted(one.before.items())))
        if key not in found:
            found[key] = len(runs)
            first = None if one.before is None else assigned(one.before)
            runs.append(Run(assigned(one.settings), starts(one.settings), first, starts(one.before or {})))
        places.append(found[key])
    return Courses(moving, tuple(runs), np.array(places, dtype=np.int64))


def _check(problem: FitProblem, numbering: Numbering, numbers: set[str], states: set[str]) -> None:
    faults = []
    for one in problem.experiments:
        for name, entry in _settings(one):
            where = f"{problem.where}, experiment `{one.name}`"
            if name not in numbers and name not in states:
                known = sorted(numbers | states)
                faults.append(Fault(where, f"sets `{name}`, which the model does not have",
                                    "a constant, input, species or compartment of the model",
                                    nearest_name(name, known), "correct the name", "AMB-F124"))  # fmt: skip
            if isinstance(entry, str) and not numbering.known(entry):
                known = [*numbering.place, *numbering.fixed]
                faults.append(Fault(where, f"sets `{name}` to `{entry[:60]}`", "a number or a parameter of the fit",
                                    nearest_name(entry, known), "correct the entry", "AMB-F125"))  # fmt: skip
    if faults:
        raise FormatError(*faults)


def _settings(one: Experiment) -> list[tuple[str, Entry]]:
    return [*one.settings.items(), *(one.before or {}).items()]
