"""A pathway that a person brings: what it is, and the verbs that answer questions of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import signalling
from amoeboid.errors import Fault, NumericsError, ScenarioError, nearest_name
from amoeboid.formats.sbml import SbmlModel, write_sbml
from amoeboid.signalling.system import TIME, System
from amoeboid.workflow.pathways import engine, rest, settings, shipped
from amoeboid.workflow.pathways.courses import Courses
from amoeboid.workflow.pathways.describe import Description, describe
from amoeboid.workflow.pathways.engine import Equations, Question
from amoeboid.workflow.pathways.settings import Names, Number, Spread
from amoeboid.workflow.pathways.source import START, Source, names_of, read_source
from amoeboid.workflow.tables import Table

Floats = NDArray[np.float64]
Times = ArrayLike | Sequence[Number] | Number
Numbers = Mapping[str, Number]
Spreads = Mapping[str, Spread]


@dataclass(frozen=True)
class Pathway:
    """A pathway with its numbers, made by `pathway`: tables of what it is, and verbs that run it.

    Numbers are in the model's own units; text with a unit, such as ``"2 h"`` or ``"5 nM"``, is converted where the
    model declares one.
    """

    source: Source
    _made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    # ---- what it is -------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Id of the model, or what it came from."""
        id = self.source.network.name
        return id if id != "__main" or self.record is None else self.record.where

    @property
    def record(self) -> SbmlModel | None:
        """What the file says; None for the shipped network."""
        return self.source.record

    @cached_property
    def description(self) -> Description:
        """The model in tables."""
        if self.record is not None:
            return describe(self.record)
        return shipped.describe(self.source.network, self.source.parameters)

    @property
    def title(self) -> str:
        """What the model is called."""
        return str(self.description.facts["title"]["value"])

    @property
    def species(self) -> Table:
        """Species: what they start at, unit, compartment, and what changes them."""
        return self.description.species

    @property
    def parameters(self) -> Table:
        """Parameters, sizes and numbers of single reactions."""
        return self.description.parameters

    @property
    def reactions(self) -> Table:
        """Reactions with their equations and rates."""
        return self.description.reactions

    @property
    def rules(self) -> Table:
        """Rules and what is computed at the start."""
        return self.description.rules

    @property
    def events(self) -> Table:
        """Events: when they happen and what they set."""
        return self.description.events

    @property
    def units(self) -> dict[str, str]:
        """Unit of every quantity and of ``time``, as far as the model declares them."""
        return dict(self.description.units)

    @property
    def notices(self) -> tuple[str, ...]:
        """What is odd about the model."""
        return self.description.notices

    @property
    def system(self) -> System:
        """The equations, with nothing set."""
        return self._equations(()).system

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Names of all that can be read over time."""
        return tuple(name for name in engine.quantities(self._equations(()).system) if name != TIME)

    def sbml(self) -> str:
        """Give the model as SBML Level 3 Version 2, whatever it was read from.

        Raises
        ------
        FormatError
            When it holds a fast reaction, which that version cannot say.
        """
        record = self.record
        if record is None:
            record = signalling.to_sbml(self.source.network, self.source.parameters)
        return write_sbml(record)

    # ---- what it does -----------------------------------------------------------------------------------------------

    def simulate(
        self,
        times: Times,
        n_cells: int = 1,
        *,
        vary: Spreads | None = None,
        set: Numbers | None = None,
        before: Numbers | None = None,
        quantities: Sequence[str] | None = None,
        seed: int = 1,
        relative: float | None = None,
        method: str = "auto",
    ) -> Courses:
        """Follow one or many cells over time.

        Parameters
        ----------
        times : array_like, text or number
            Rising times in the model's unit or as texts; one time such as ``"2 h"`` gives 101 points from 0 to it.
        n_cells : int
            Number of cells; they differ only by `vary`.
        vary : mapping, optional
            Id to a log-normal spread, to a law such as ``("uniform", 1.0, 2.0)``, or to (n_cells,) values.
        set : mapping, optional
            Id to a number or text with unit that replaces the model's: a parameter, a size, or what a species
            begins with.
        before : mapping, optional
            Numbers under which the cells had come to rest before time 0; they begin there, and not as the file says.
            The shipped network always begins at rest, of an untreated cell when this is left out.
        quantities : sequence of str, optional
            What to keep; species and what rules compute when left out.
        seed : int
            Of all draws.
        relative : float, optional
            Relative tolerance of one step.
        method : str
            ``auto``, ``kernel`` (all cells at once), ``plain`` (one by one, for events), ``ssa`` or ``tau``
            (molecule by molecule).

        Returns
        -------
        courses : Courses

        Raises
        ------
        ScenarioError, UnitError
            When a name, number, time or unit is not one of the model.
        NumericsError
            When a cell cannot be followed; names species and time.
        """
        moments = settings.read_times(times, self.units.get("time", ""), self.name)
        asked = _Asked(set, vary, before, seed)
        question = self._question(moments, n_cells, asked, quantities)
        question = engine.with_precision(question, relative, method)
        equations = self._equations(asked.names)
        engine.check_size(question, self.name)
        if before is not None or self.record is None:
            question = self._rested(question, asked)
        values, used = engine.courses(equations, question)
        units = self._counted() if used in ("ssa", "tau") else self.units
        return self._told(moments, question, values, (_ENGINES[used],), units)

    def steady(
        self,
        *,
        set: Numbers | None = None,
        n_cells: int = 1,
        vary: Spreads | None = None,
        quantities: Sequence[str] | None = None,
        seed: int = 1,
    ) -> Courses:
        """Give where the cells come to rest from their start, one point; NaN for a cell that does not.

        Raises
        ------
        NumericsError
            When no cell comes to rest; says what still changes.
        """
        asked = _Asked(set, vary, None, seed)
        question = self._question(np.zeros(1), n_cells, asked, quantities)
        return self._at_rest(question, asked)

    def scan(
        self,
        name: str,
        values: ArrayLike | str,
        *,
        at: Number | None = None,
        set: Numbers | None = None,
        before: Numbers | None = None,
        quantities: Sequence[str] | None = None,
    ) -> Courses:
        """Give quantities against the values of one number: at rest, or at a time after the start.

        Parameters
        ----------
        name : str
            Parameter, size, or species that it begins with.
        values : array_like or text
            Such as ``[0.1, 1, 10]`` or ``"0.1:10:21 log"``.
        at : number or text, optional
            Time at which to look; at rest when left out.
        set, before, quantities
            As in `simulate`.
        """
        points = settings.read_values(values) if isinstance(values, str) else settings.check_values(values, self.name)
        asked = _Asked(set, {self.numbers.check(name, "scan"): points}, before, 1)
        question = self._question(np.zeros(1), len(points), asked, quantities)
        if at is None:
            found, when = self._at_rest(question, asked), "at rest"
        else:
            moment = settings.spread_times(at, 2, self.units.get("time", ""), self.name)[1:]
            found = self._at_time(engine.with_times(question, moment), asked)
            when = f"after {moment[0]:.6g} {self.units.get('time', '')}".rstrip()
        return replace(
            found, title=f"{found.title}, {when}", axis=name, points=points, values=found.values[:, 0, :, None],
            logarithmic=settings.is_logarithmic(points),
        )  # fmt: skip

    def _counted(self) -> dict[str, str]:
        """Give units where species are counted."""
        species = [one.id for one in self.record.species] if self.record is not None else []
        return self.units | dict.fromkeys(species, "molecules")

    # ---- how --------------------------------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> Names:
        """Numbers that may be set or varied, with what they are when nothing is set."""
        return names_of(self.source, self._equations(()).system)

    def _equations(self, names: tuple[str, ...]) -> Equations:
        """Give the equations in which some ids are plain numbers, made once."""
        bound = tuple(sorted(name for name in names if not self.source.is_free(name)))
        if bound not in self._made:
            source = self.source.freed(bound, self.numbers.value) if bound else self.source
            self._made[bound] = (source, Equations(signalling.translate(source.network, source.parameters)))
        found: Equations = self._made[bound][1]
        return found

    def _source(self, names: tuple[str, ...]) -> Source:
        self._equations(names)
        bound = tuple(sorted(name for name in names if not self.source.is_free(name)))
        found: Source = self._made[bound][0]
        return found

    def _question(self, times: Floats, n_cells: int, asked: _Asked, names: Sequence[str] | None) -> Question:
        n_cells = settings.check_cells(n_cells, self.name)
        given = {self.numbers.check(k, "set"): self.numbers.number(k, v, "set") for k, v in asked.given.items()}
        drawn = settings.varied(self.numbers, asked.spreads, given, (n_cells, asked.seed))
        chosen = self._chosen(names)
        own = self._source(asked.names).numbers
        typical = {**own, **{_constant(name, own): value for name, value in given.items()}}
        numbers: dict[str, float | Floats] = {
            **typical,
            **{_constant(name, own): value for name, value in drawn.items()},
        }
        return Question(times, n_cells, numbers, chosen, seed=asked.seed, typical=typical)

    def _rested(self, question: Question, asked: _Asked) -> Question:
        """Let the cells begin where they rest under other numbers; what is set stays set where it is no input."""
        inputs = self.source.resting
        system = self._equations(asked.names).system
        later = {*inputs, *system.setters} if self.record is not None else {*inputs}
        kept = {k: v for k, v in asked.given.items() if k not in later}
        before = {self.numbers.check(k, "before"): v for k, v in {**kept, **asked.earlier}.items()}
        spreads = {k: v for k, v in asked.spreads.items() if k not in later}
        earlier = _Asked(before, spreads, None, asked.seed)
        found = rest.settle(self._equations(earlier.names), self._question(np.zeros(1), question.n_cells, earlier, ()))
        if not found.is_calm.all():
            raise self._restless(found)
        return engine.beginning(question, self._with_states(found.state, question, asked))

    def _with_states(self, state: Floats, question: Question, asked: _Asked) -> Floats:
        """Put what is set of a state into a state of rest."""
        system = self._equations(asked.names).system
        for name in asked.names:
            if name in system.setters and START + name in question.numbers:
                row, factor = system.setters[name]
                size = 1.0 if factor is None else system.graph.evaluate((factor,), {**question.numbers})[0]
                state[row] = question.numbers[START + name] * size
        return state

    def _at_rest(self, question: Question, asked: _Asked) -> Courses:
        equations = self._equations(asked.names)
        engine.check_size(question, self.name)
        found = rest.settle(equations, question)
        if not found.is_calm.any():
            raise self._restless(found)
        kept = engine.batch(equations, question).keep(
            engine.nodes_of(equations.system, question.quantities), found.state
        )
        kept[:, ~found.is_calm] = np.nan
        notes = [f"at rest after at most {found.waited:.3g} {self.units.get('time') or 'of the model time'}"]
        if not found.is_calm.all():
            notes.append(f"{np.count_nonzero(~found.is_calm)} of {question.n_cells} find no rest: {found.why}")
        return self._told(np.array([found.waited]), question, kept[:, None], tuple(notes))

    def _at_time(self, question: Question, asked: _Asked) -> Courses:
        if asked.before is not None or self.record is None:
            question = self._rested(question, asked)
        values, used = engine.courses(self._equations(asked.names), question)
        return self._told(question.times, question, values, (_ENGINES[used],))

    def _told(
        self,
        times: Floats,
        question: Question,
        values: Floats,
        notes: tuple[str, ...],
        units: dict[str, str] | None = None,
    ) -> Courses:
        return Courses(
            axis="time",
            points=times,
            names=question.quantities,
            values=values,
            units=units or self.units,
            title=self.title,
            notes=notes,
            called={str(row["id"]): str(row["name"]) for row in self.species},
        )

    def _restless(self, found: rest.Stillness) -> NumericsError:
        return NumericsError(
            Fault(
                f"{self.name}, rest",
                f"no rest was found up to time {found.waited:.3g}: {found.why}",
                "a model that settles",
                "",
                "look at its course with `simulate`; it may oscillate, grow, or follow the clock",
                "AMB-N33",
            )
        )

    def _chosen(self, names: Sequence[str] | None) -> tuple[str, ...]:
        if names is None:
            return self._usual
        known = engine.quantities(self._equations(()).system)
        for name in names:
            if name not in known:
                raise ScenarioError(
                    Fault(f"{self.name}, quantities", f"the model has no quantity `{name!s:.80}`",
                          "a species, parameter, rule, reaction or readout", nearest_name(str(name), known),
                          "`amoeboid pathway show` lists them", "AMB-S58")
                )  # fmt: skip
        return tuple(dict.fromkeys(names))

    @cached_property
    def _usual(self) -> tuple[str, ...]:
        """Species, and what rules compute."""
        known = engine.quantities(self._equations(()).system)
        if self.record is None:
            return tuple(known)
        changing = [one.id for one in self.record.species]
        changing += [rule.variable for rule in self.record.rules if rule.kind in ("assignment", "rate")]
        return tuple(name for name in dict.fromkeys(changing) if name in known)


@dataclass(frozen=True)
class _Asked:
    """What a person set, varied, and held before."""

    set: Numbers | None
    vary: Spreads | None
    before: Numbers | None
    seed: int

    @property
    def given(self) -> Numbers:
        return self.set or {}

    @property
    def earlier(self) -> Numbers:
        return self.before or {}

    @property
    def spreads(self) -> Spreads:
        return self.vary or {}

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.given, *self.spreads)


def _constant(name: str, numbers: Mapping[str, float]) -> str:
    """Give the name that an id has among the constants of the equations."""
    return name if name in numbers else START + name


_ENGINES = {
    "kernel": "all cells at once, by the compiled kernel",
    "plain": "cells one by one, with every event and jump located",
    "ssa": "molecule by molecule, exact",
    "tau": "molecule by molecule, in leaps",
}


def pathway(source: str | os.PathLike[str]) -> Pathway:
    """Give a pathway: an SBML or Antimony file, Antimony text, or the name of a shipped network (``jak1_rock``).

    Raises
    ------
    ScenarioError
        When there is no such file or network.
    FormatError
        When the file cannot be read, or uses what is not supported; tells element and line.

    Examples
    --------
    >>> model = pathway("S -> P; k*S; k = 0.1; S = 10; P = 0")
    >>> course = model.simulate([0, 10, 20])
    >>> [round(float(number), 3) for number in course["S"]]
    [10.0, 3.679, 1.353]
    """
    return Pathway(read_source(source))
