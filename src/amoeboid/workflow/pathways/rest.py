"""Where cells come to rest: followed over ever longer spans until nothing would change over the time waited so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import NumericsError
from amoeboid.signalling.system import TIME
from amoeboid.workflow.pathways.engine import Batch, Equations, Question, Walk, batch, check_begin

Floats = NDArray[np.float64]

_CALM = 1e-6
"""Change over the whole time waited, as a share of a state, below which a cell counts as at rest."""

_GROWTH, _ROUNDS = 4.0, 16
_BALANCED = 1e-12
"""Share of what flows in and out of a state below which its rate is rounding."""

_SMALL_OWN, _SMALL_ALL = 1e-9, 1e-15  # shares of the largest value of a state, and of all states, that count as nothing


@dataclass(frozen=True)
class Stillness:
    """States of all cells after waiting; ``why`` tells of the first cell that found no rest, and is empty else.

    ``state`` is (n_species, n_cells), ``is_calm`` (n_cells,), ``waited`` in the model's own time.
    """

    state: Floats
    is_calm: NDArray[np.bool_]
    waited: float
    why: str = ""


def settle(equations: Equations, question: Question) -> Stillness:
    """Follow all cells until they rest, or until it is clear enough that they do not."""
    found = batch(equations, question)
    check_begin(equations, found.begin)
    walk = Walk(found, 1.0)
    largest, time, why = np.abs(walk.state), 1.0, ""
    calm, unrest = np.zeros(question.n_cells, dtype=bool), np.zeros_like(largest)
    for _ in range(_ROUNDS):
        try:
            walk.to(time)
        except NumericsError as error:
            why = f"{error.faults[0].what} ({error.faults[0].where.split(', ', 1)[-1]})"
            break
        largest = np.maximum(largest, np.abs(walk.state))
        unrest = _unrest(_rates(found, walk.state), (walk.state, largest), time)
        calm = _over_states(equations, unrest) < _CALM
        if calm.all():
            break
        time *= _GROWTH
    return Stillness(walk.state, calm, walk.now, why or _reason(equations, unrest, calm))


def _rates(found: Batch, y: Floats) -> Floats:
    """Give the rates of change, and 0 where they are no more than the rounding of what flows in and out."""
    system, numbers = found.model.system, (found.feeds, found.model.constants)
    gross = np.zeros_like(y)
    with np.errstate(all="ignore"):
        rates = system.rhs(y, *numbers)
        slopes = system.compute(tuple(system.slopes.values()), y, *numbers) if system.slopes else ()
        for (row, column), slope in zip(system.slopes, slopes, strict=True):
            gross[row] += np.abs(slope * y[column])
        return np.asarray(np.where(np.abs(rates) <= _BALANCED * gross, 0.0, rates))


def _unrest(rates: Floats, sizes: tuple[Floats, Floats], waited: float) -> Floats:
    """Give the share by which each state would change at its present rate in as long as was waited."""
    y, largest = sizes
    small = np.maximum(_SMALL_OWN * largest, _SMALL_ALL * largest.max(axis=0, initial=0.0)) + 1e-300
    with np.errstate(all="ignore"):
        share: Floats = np.abs(rates) * waited / (np.abs(y) + small)
    return np.asarray(np.nan_to_num(share, nan=np.inf))


def _over_states(equations: Equations, unrest: Floats) -> Floats:
    moving = [k for k, name in enumerate(equations.system.species) if name != TIME]
    return np.asarray(unrest[moving].max(axis=0, initial=0.0))


def _reason(equations: Equations, unrest: Floats, calm: NDArray[np.bool_]) -> str:
    if calm.all():
        return ""
    cell = int(np.argmin(calm))
    names = equations.system.species
    rows = [k for k in np.argsort(-unrest[:, cell], kind="stable") if names[k] != TIME]
    share = unrest[rows[0], cell]
    told = f"by {share:.1g} of itself" if np.isfinite(share) else "without bound"
    return f"`{names[rows[0]]}` still changes {told} over the time waited"
