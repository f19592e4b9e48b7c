"""From what is asked to numbers: all cells at once through the compiled kernel, or one by one through SciPy.

Many cells go through the kernel. One cell goes through SciPy: that needs no compilation, and is the more exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError, ScenarioError, nearest_name
from amoeboid.signalling import System, individualised, integrate, setting, trajectory

Floats = NDArray[np.float64]
Numbers = Mapping[str, float | Floats]
"""Number of every constant and feed by name: one for all cells, or (n_cells,)."""

METHODS = ("auto", "kernel", "plain", "ssa", "tau")
MOST_BYTES = 4e9
"""Largest answer that is held in memory."""

MOST_REACTIONS = 1e10
"""Reactions made one by one: some ten minutes of work."""

_KERNEL_RELATIVE, _PLAIN_RELATIVE = 1e-6, 1e-9
_TINY = 1e-30
_BEGIN = "begin of "
"""Before the name of a state: the number at which a course begins that goes on from another."""


@dataclass(frozen=True)
class Question:
    """What is to be computed.

    ``typical`` gives one number for each name, which sets tolerances: they must not depend on how many cells there are.
    ``begin`` is the state at time 0 where it is not the equations' own, (n_species, n_cells); ``relative`` the
    relative tolerance of a step, None for that of the method.
    """

    times: Floats
    n_cells: int
    numbers: Numbers
    quantities: tuple[str, ...]
    relative: float | None = None
    method: str = "auto"
    seed: int = 1
    begin: Floats | None = None
    typical: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Equations:
    """A system of equations whose kernels and code are made once."""

    system: System
    made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Name of the model, for messages."""
        network = self.system.network
        return network.model.where if network.model is not None and network.name == "__main" else network.name

    @property
    def from_file(self) -> bool:
        """Whether the model is a person's own."""
        return self.system.network.model is not None

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """Give what was made before under a key, or make it."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]


@dataclass(frozen=True)
class Batch:
    """Equations with the numbers of every cell; ``feeds`` are those that differ from cell to cell."""

    model: integrate.Model
    feeds: Floats
    begin: Floats

    def keep(self, nodes: tuple[int, ...], y: Floats) -> Floats:
        """Give quantities of a state, (n_nodes, n_cells)."""
        with np.errstate(all="ignore"):
            return self.model.system.compute(nodes, y, self.feeds, self.model.constants)


def check_size(question: Question, model: str) -> None:
    """Refuse an answer that would not fit, before anything is allocated.

    Raises
    ------
    ScenarioError
        When the kept numbers would take more than 4 GB.
    """
    kept = (len(question.quantities), len(question.times), question.n_cells)
    size = 8.0 * kept[0] * kept[1] * kept[2]
    if size > MOST_BYTES:
        told = f"{kept[0]:,} quantities x {kept[1]:,} times x {kept[2]:,} cells take {size / 1e9:,.1f} GB"
        raise ScenarioError(
            Fault(model, told, f"up to {MOST_BYTES / 1e9:g} GB", "", "name fewer quantities, times or cells",
                  "AMB-S57")
        )  # fmt: skip


def courses(equations: Equations, question: Question) -> tuple[Floats, str]:
    """Follow all cells; give quantities (n_quantities, n_times, n_cells), and the name of the engine that did it.

    Raises
    ------
    ScenarioError
        When the method is unknown or cannot do it, or the answer would not fit.
    NumericsError
        When a cell cannot be integrated.
    """
    check_size(question, equations.name)
    method = choose(equations, question)
    begin = batch(equations, question).begin
    check_begin(equations, begin)
    if method == "kernel" and not np.isfinite(begin).all():
        method = "plain"  # what is held may be without a value
    return _ENGINES[method](equations, question), method


def choose(equations: Equations, question: Question) -> str:
    """Give the engine for a question: one cell goes through SciPy, which compiles nothing; many through the kernel.

    Raises
    ------
    ScenarioError
        When the method is unknown.
    """
    if question.method not in METHODS:
        method = str(question.method)[:40]
        raise ScenarioError(
            Fault(f"{equations.name}, method", f"unknown method `{method}`", ", ".join(METHODS),
                  nearest_name(method, METHODS), "choose another", "AMB-S59")
        )  # fmt: skip
    if question.method != "auto":
        return question.method
    return "plain" if question.n_cells == 1 and equations.from_file else "kernel"


def batch(equations: Equations, question: Question) -> Batch:
    """Give the equations with the numbers of all cells, and the state at time 0."""
    n_cells, numbers = question.n_cells, question.numbers
    own = tuple(name for name in equations.system.constants if np.ndim(numbers[name]))
    system: System = equations.once(("individual", own), lambda: individualised(equations.system, own))
    feeds = np.ones((len(system.feeds), n_cells))
    for row, name in zip(feeds, system.feeds, strict=True):
        row[:] = numbers.get(name, 1.0)
    begin = question.begin
    if begin is None:
        with np.errstate(all="ignore"):
            nothing = np.full((len(system.species), n_cells), np.nan)
            constants = np.array([numbers[name] for name in system.constants], dtype=np.float64)
            begin = system.compute(system.starts, nothing, feeds, constants)
    return Batch(_model(equations, system, question), feeds, np.ascontiguousarray(begin))


def _model(equations: Equations, system: System, question: Question) -> integrate.Model:
    """Give a model with the numbers of a question; its code and kernel are made once."""
    whole, relative = equations.system, question.relative or _KERNEL_RELATIVE
    typical = np.array([question.typical[name] for name in whole.constants])
    tolerance = setting.tolerances(whole, typical, relative, None)
    floor = np.full(len(tolerance), -np.inf) if equations.from_file else None
    constants = np.array([question.numbers[name] for name in system.constants], dtype=np.float64)
    model = integrate.Model(system, constants, tolerance, relative, "auto", floor)
    first: integrate.Model = equations.once((system.feeds, relative), lambda: model)
    if first is not model:
        model.__dict__.update(kernel=first.kernel, schedule=first.schedule, waves=first.waves)
    return model


def check_begin(equations: Equations, begin: Floats) -> None:
    """Refuse to begin from a state that moves and has no value.

    Raises
    ------
    ScenarioError
        When there is one; names all.
    """
    system, still = equations.system, equations.system.graph.constant(0.0)
    empty = [
        name
        for name, rate, numbers in zip(system.species, system.rates, begin, strict=True)
        if rate != still and not np.isfinite(numbers).all()
    ]
    if empty:
        told = ", ".join(f"`{name}`" for name in empty[:8]) + (f" and {len(empty) - 8} more" if len(empty) > 8 else "")
        raise ScenarioError(
            Fault(f"{equations.name}, time 0", f"no value to begin with: {told}", "a finite number for each", "",
                  f'give it in the model, or set it: `set={{"{empty[0]}": 0}}`, `--set {empty[0]}=0`', "AMB-S48")
        )  # fmt: skip


def by_kernel(equations: Equations, question: Question) -> Floats:
    """Follow all cells at once through the compiled kernel."""
    found = batch(equations, question)
    nodes = nodes_of(equations.system, question.quantities)
    kept = np.empty((len(nodes), len(question.times), question.n_cells))
    walk = Walk(found, float(question.times[-1]), question.seed)
    for k, time in enumerate(question.times):
        walk.to(float(time))
        kept[:, k] = found.keep(nodes, walk.state)
    return kept


class Walk:
    """All cells on their way through the kernel: state (n_species, n_cells), time, steps and waiting events."""

    def __init__(self, found: Batch, end: float, seed: int = 0) -> None:
        self.found, self.state, self.now = found, found.begin.copy(), 0.0
        n_cells = self.state.shape[1]
        self.step = np.full(n_cells, max(1e-3 * end, _TINY))
        model = found.model
        self.events = integrate.event_state(model, n_cells, seed=seed) if model.system.events else None
        if self.events is not None:  # what happens at time 0
            integrate.advance(model, self.state, self.step, found.feeds, (0.0, 0.0), self.events)

    def to(self, time: float) -> None:
        """Go on to a time."""
        if time > self.now:
            span = (self.now, time - self.now)
            integrate.advance(self.found.model, self.state, self.step, self.found.feeds, span, self.events)
            self.now = time


def by_plain(equations: Equations, question: Question, *, states: bool = False) -> Floats:
    """Follow the cells one by one through SciPy, with all events and jumps located; keep all states when asked to."""
    begun = question.begin is not None
    system: System = equations.once(("begun", begun), lambda: _begun(equations.system) if begun else equations.system)
    engine: trajectory.Engine = equations.once(("plain", begun), lambda: trajectory.Engine(system))
    nodes = tuple(map(system.graph.symbol, system.species)) if states else nodes_of(system, question.quantities)
    kept = np.empty((len(nodes), len(question.times), question.n_cells))
    for cell in range(question.n_cells):
        numbers = _one_cell(question, cell, system)
        constants = np.array([numbers[name] for name in system.constants])
        feeds = np.array([numbers.get(name, 1.0) for name in system.feeds])
        control = trajectory.Control(question.relative or _PLAIN_RELATIVE, seed=question.seed, cell=cell)
        found = engine.simulate(constants, feeds, question.times, control)
        with np.errstate(all="ignore"):
            kept[:, :, cell] = system.compute(nodes, found.species, feeds[:, None], constants)
    return kept


def by_molecules(equations: Equations, question: Question) -> Floats:
    """Follow all cells molecule by molecule; species are numbers of molecules.

    Raises
    ------
    ScenarioError
        When the cells are to begin at rest, which is no whole number of molecules.
    """
    from amoeboid.signalling import stochastic  # loads numba, which nothing else here needs

    if question.begin is not None:
        raise ScenarioError(
            Fault(f"{equations.name}, method", f"`{question.method}` cannot begin at rest: a rest is no whole number",
                  "`kernel` or `plain`, or no `before`", "", "begin as the file says", "AMB-S47")
        )  # fmt: skip
    found = batch(equations, question)
    system = found.model.system
    numbers = dict(zip(system.constants, found.model.constants.tolist(), strict=True))
    network = replace(system.network, given={**system.network.given, **numbers})
    method = "exact" if question.method == "ssa" else question.method
    model = stochastic.model(replace(system, network=network), method=method)
    if method == "exact":
        _check_turnover(equations, question, model.reading.molecules)
    course = stochastic.simulate(
        model, question.times, question.n_cells, question.seed, quantities=question.quantities, feeds=found.feeds
    )
    return course.counts


def _check_turnover(equations: Equations, question: Question, molecules: float) -> None:
    """Refuse a course of so many reactions that it would not end, as the rates of the model foretell it."""
    names = tuple(one.name for one in equations.system.reactions)
    times = np.union1d(0.0, question.times)
    typical = {**question.numbers, **question.typical}
    foretold = replace(question, times=times, n_cells=1, numbers=typical, quantities=names, method="kernel")
    try:
        rates = np.abs(by_kernel(equations, foretold)[:, :, 0])
    except NumericsError:
        return
    turnover = molecules * question.n_cells * float(np.nan_to_num(np.trapezoid(rates, times, axis=1)).sum())
    if turnover > MOST_REACTIONS:
        what = f"about {turnover:.1g} reactions would be made one by one, at {molecules:.3g} molecules per unit"
        raise ScenarioError(
            Fault(f"{equations.name}, method", what, f"up to {MOST_REACTIONS:.0g}", "",
                  "take `auto`, `tau`, fewer cells, a shorter time, or a smaller compartment", "AMB-S45")
        )  # fmt: skip


def _begun(system: System) -> System:
    """Give a system whose states begin at constants of their own."""
    names = tuple(_BEGIN + name for name in system.species)
    starts = tuple(map(system.graph.symbol, names))
    return replace(system, starts=starts, constants=(*system.constants, *names))


def _one_cell(question: Question, cell: int, system: System) -> dict[str, float]:
    numbers = {name: float(np.broadcast_to(v, question.n_cells)[cell]) for name, v in question.numbers.items()}
    if question.begin is not None:
        numbers |= {_BEGIN + name: float(v) for name, v in zip(system.species, question.begin[:, cell], strict=True)}
    return numbers


_ENGINES: dict[str, Callable[[Equations, Question], Floats]] = {
    "kernel": by_kernel,
    "plain": by_plain,
    "ssa": by_molecules,
    "tau": by_molecules,
}


def nodes_of(system: System, names: tuple[str, ...]) -> tuple[int, ...]:
    """Give the nodes of quantities by name."""
    known = quantities(system)
    return tuple(known[name] for name in names)


def quantities(system: System) -> dict[str, int]:
    """Give the node of every quantity that can be read, by name."""
    readouts = {entry.name: node for entry, node in zip(system.network.readouts, system.readouts, strict=True)}
    states = {} if system.quantities else {name: system.graph.symbol(name) for name in system.species}
    return {**states, **readouts, **system.quantities}


def with_precision(question: Question, relative: float | None, method: str) -> Question:
    """Give the same question with tolerance and method.

    Raises
    ------
    ScenarioError
        When the tolerance is not one that `signalling.setting` takes.
    """
    if relative is not None and not setting.TIGHTEST <= relative <= setting.LOOSEST:
        expected = f"from {setting.TIGHTEST:g} to {setting.LOOSEST:g}"
        raise ScenarioError(Fault("relative tolerance", f"`{relative}`", expected, "", "correct it", "AMB-S49"))
    return replace(question, relative=relative, method=method)


def beginning(question: Question, begin: Floats) -> Question:
    """Give the same question from another state at time 0."""
    return replace(question, begin=begin)


def with_times(question: Question, times: Floats) -> Question:
    """Give the same question at other times."""
    return replace(question, times=times)
