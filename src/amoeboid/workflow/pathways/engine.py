"""From what is asked to numbers: equations with numbers, all cells at once, quantities kept at given times."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.signalling import Network, System, integrate

Floats = NDArray[np.float64]
START = "start of "
"""Before the name of a state: the constant with which it begins."""

MOST_BYTES = 4e9
"""Largest answer that is held in memory."""


@dataclass(frozen=True)
class Question:
    """What is to be computed.

    ``numbers`` replaces constants and inputs of the equations by name, a number or (n_cells,) values each;
    ``quantities`` are the names to keep.
    """

    times: Floats
    n_cells: int
    numbers: Mapping[str, float | Floats]
    quantities: tuple[str, ...]
    relative: float
    method: str = "auto"
    seed: int = 1


def check_size(question: Question, model: str) -> None:
    """Refuse an answer that would not fit, before anything is allocated.

    Raises
    ------
    ScenarioError
        When the kept numbers would take more than 4 GB.
    """
    kept = (len(question.quantities), len(question.times), question.n_cells)
    size = 8.0 * np.prod(np.array(kept, dtype=float))
    if size > MOST_BYTES:
        told = f"{kept[0]:,} quantities x {kept[1]:,} times x {kept[2]:,} cells take {size / 1e9:,.1f} GB"
        raise ScenarioError(
            Fault(model, told, f"up to {MOST_BYTES / 1e9:g} GB", "", "name fewer quantities, times or cells",
                  "AMB-S57")
        )  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Equations with the numbers of every cell: ``feeds`` are those that differ from cell to cell."""

    model: integrate.Model
    feeds: Floats

    @property
    def system(self) -> System:
        """The equations."""
        return self.model.system

    def start(self) -> Floats:
        """Give the state at time 0, (n_species, n_cells)."""
        return integrate.start(self.model, self.feeds)

    def keep(self, names: Sequence[str], y: Floats) -> Floats:
        """Give the named quantities of a state, (n_names, n_cells)."""
        nodes = tuple(quantities(self.system)[name] for name in names)
        with np.errstate(all="ignore"):
            return self.system.compute(nodes, y, self.feeds, self.model.constants)


def quantities(system: System) -> dict[str, int]:
    """Give the node of every quantity that can be read, by name."""
    own = {name: system.graph.symbol(name) for name in system.species}
    own |= {entry.name: node for entry, node in zip(system.network.readouts, system.readouts, strict=True)}
    return own | dict(getattr(system, "quantities", {}))


def batches(network: Network, parameters: Parameters, question: Question) -> list[Batch]:
    """Give the equations with the numbers of all cells, as few batches as the kernels allow."""
    single = [k for k, v in question.numbers.items() if np.ndim(v) == 0]
    model = integrate.model(network, parameters, question.relative)
    if len(single) == len(question.numbers):
        return [_batch(model, {k: float(v) for k, v in question.numbers.items()}, question.n_cells)]
    columns = [
        {k: float(np.broadcast_to(v, question.n_cells)[c]) for k, v in question.numbers.items()}
        for c in range(question.n_cells)
    ]
    return [_batch(model, column, 1) for column in columns]


def _batch(model: integrate.Model, numbers: Mapping[str, float], n_cells: int) -> Batch:
    system = model.system
    constants = np.array([numbers.get(name, old) for name, old in zip(system.constants, model.constants, strict=True)])
    feeds = np.ones((len(system.feeds), n_cells))
    for row, name in zip(feeds, system.feeds, strict=True):
        row[:] = numbers.get(name, 1.0)
    return Batch(dataclasses.replace(model, constants=constants), feeds)


def courses(batch: Batch, question: Question) -> Floats:
    """Integrate all cells, and keep the quantities at the times, (n_quantities, n_times, n_cells)."""
    y = batch.start()
    n_cells = y.shape[1]
    step = np.full(n_cells, question.times[-1] / 100.0 or 1.0)
    kept = np.empty((len(question.quantities), len(question.times), n_cells))
    now = 0.0
    for k, time in enumerate(question.times):
        if time > now:
            integrate.advance(batch.model, y, step, batch.feeds, (now, time - now))
            now = float(time)
        kept[:, k] = batch.keep(question.quantities, y)
    return kept
