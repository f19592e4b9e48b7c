"""A smooth stretch of one cell's course, in pieces with dense output: LSODA, and Radau IIA where that fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.signalling import plain
from amoeboid.signalling.system import System

Floats = NDArray[np.float64]

_MOST_STEPS = 200_000
"""Steps of one smooth stretch after which a solver is said to have failed."""


@dataclass(frozen=True)
class Stretch:
    """One step of a solver: times of its ends, and the whole state at any time between them."""

    begin: float
    end: float
    states: Callable[[Floats], Floats]

    def state(self, time: float) -> list[float]:
        """Give the state at one time."""
        found: list[float] = self.states(np.array([time]))[:, 0].tolist()
        return found


@dataclass(frozen=True)
class Problem:
    """What a solver needs of one cell.

    ``moving`` are the rows of states that are integrated, ``clock`` that of the time (-1 without); ``rates`` gives
    the rates of the moving ones, ``slopes`` rows, columns and function of their Jacobian; ``tolerances`` are relative
    and absolute.
    """

    system: System
    moving: tuple[int, ...]
    clock: int
    rates: plain.Function
    slopes: tuple[NDArray[np.intp], NDArray[np.intp], plain.Function]
    tolerances: tuple[float, float | Floats]


class _Moving:
    """The moving states of one cell as a problem for a solver; held states and time are put back for the code."""

    def __init__(self, problem: Problem, y: list[float]) -> None:
        self.problem, self.clock = problem, problem.clock
        self.base = np.array(y)
        self.rows = np.array([row for row in problem.moving if math.isfinite(y[row])], np.intp)
        self.places = [k for k, row in enumerate(problem.moving) if math.isfinite(y[row])]
        self.whole = len(self.places) == len(problem.moving)

    def full(self, time: float, x: Floats) -> list[float]:
        """Give the whole state as a list."""
        state = self.base.copy()
        state[self.rows] = x
        if self.clock >= 0:
            state[self.clock] = time
        found: list[float] = state.tolist()
        return found

    def rate(self, time: float, x: Floats) -> Floats:
        """Give the rates of the moving states."""
        found = np.array(self.problem.rates(self.full(time, x)))
        return found if self.whole else found[self.places]

    def jacobian(self) -> Callable[[float, Floats], Floats] | None:
        """Give the function of the Jacobian."""
        rows, columns, function = self.problem.slopes
        n = len(self.problem.moving)

        def dense(time: float, x: Floats) -> Floats:
            found = np.zeros((n, n))
            found[rows, columns] = function(self.full(time, x))
            return found if self.whole else found[np.ix_(self.places, self.places)]

        return dense

    def states(self, times: Floats, x: Floats) -> Floats:
        """Give whole states at several times, (n_species, n_times)."""
        found = np.repeat(self.base[:, None], len(times), axis=1)
        found[self.rows] = x
        if self.clock >= 0:
            found[self.clock] = times
        return found


def stretch(problem: Problem, now: tuple[list[float], float], stop: float, longest: float) -> Iterator[Stretch]:
    """Integrate from a state and time to a stop, in pieces no longer than `longest`.

    Raises
    ------
    NumericsError
        When neither solver gets on; names the species, the time and its last good value.
    """
    y, time = now
    moving = _Moving(problem, y)
    if not moving.rows.size:
        yield from _held(moving, (time, stop), longest)
        return
    rate = moving.rate(time, moving.base[moving.rows])
    if not np.isfinite(rate).all():
        raise NumericsError(_failure(moving, time, moving.base[moving.rows], "its rate is not finite"))
    x = moving.base[moving.rows]
    reason = ""
    for solver in ("LSODA", "Radau"):
        for piece in _pieces(moving, (x, time), (stop, longest), solver):
            if isinstance(piece, str):
                reason = piece
                break
            yield piece
            time = piece.end
            x = np.array(piece.state(time))[moving.rows]
        else:
            return
    raise NumericsError(_failure(moving, time, x, reason))


def _held(moving: _Moving, span: tuple[float, float], longest: float) -> Iterator[Stretch]:
    """Give the pieces of a stretch in which nothing moves but time."""
    begin, stop = span
    n = 1 if longest == math.inf else max(1, math.ceil((stop - begin) / longest))
    ends = np.linspace(begin, stop, n + 1)
    for low, high in zip(ends[:-1], ends[1:], strict=True):
        yield Stretch(float(low), float(high), lambda times: moving.states(times, np.empty((0, len(times)))))


def _pieces(
    moving: _Moving, now: tuple[Floats, float], bounds: tuple[float, float], name: str
) -> Iterator[Stretch | str]:
    """Give the steps of one solver, and a text when it fails."""
    solver = _solver(moving, now, bounds, name)
    for _ in range(_MOST_STEPS):
        try:
            failed = solver.step()
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as cause:  # numbers that are none, in its algebra
            failed = str(cause)
        if failed or solver.status == "failed" or not np.isfinite(solver.y).all() or solver.t <= solver.t_old:
            yield "no step can be made from here"
            return
        yield _piece(moving, solver)
        if solver.status == "finished":
            return
    yield f"more than {_MOST_STEPS} steps of {name}"


def _piece(moving: _Moving, solver: Any) -> Stretch:
    dense, last, end = solver.dense_output(), solver.y, solver.t

    def states(times: Floats) -> Floats:
        x = dense(times)
        x[:, times == end] = last[:, None]
        return moving.states(times, x)

    return Stretch(float(solver.t_old), float(end), states)


def _solver(moving: _Moving, now: tuple[Floats, float], bounds: tuple[float, float], name: str) -> Any:
    from scipy.integrate import LSODA, Radau

    (x, time), (stop, longest) = now, bounds
    relative, absolute = moving.problem.tolerances
    if np.ndim(absolute) > 0:
        absolute = np.asarray(absolute)[moving.rows]
    options: dict[str, Any] = {"max_step": longest, "rtol": relative, "atol": absolute}
    method = {"LSODA": LSODA, "Radau": Radau}[name]
    return method(moving.rate, time, x, stop, jac=moving.jacobian(), **options)


def _failure(moving: _Moving, time: float, x: Floats, reason: str) -> Fault:
    """Name the state that is to blame: one whose rate is not finite, or that changes fastest for its size."""
    system = moving.problem.system
    rate = np.abs(moving.rate(time, x))
    speed = np.where(np.isfinite(rate), rate / (np.abs(x) + 1e-300), np.inf)
    worst = int(np.argmax(speed))
    name = system.species[int(moving.rows[worst])]
    return Fault(
        f"{system.network.where}, time {time:.9g}, species `{name}`",
        f"{reason}; last good value {x[worst]:.6g}",
        "finite values and rates",
        "",
        "look for a pole, a division by 0 or a growth without bound in the model, or ask for a shorter span",
        "AMB-N90",
    )
