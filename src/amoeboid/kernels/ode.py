"""Generated kernels: equations of many cells, eight cells to a vector, compiled once and kept.

Stiff systems go by a Rosenbrock method (`amoeboid.kernels.tableau`), whose matrix is factored once a step as straight
code in a fixed order of little fill without pivoting; others by an explicit one. Each cell has its own step, kept
between calls. A cell's arithmetic does not depend on its neighbours in the vector, so neither threads nor the way
cells are packed change a bit of the result.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels import objects, stepping
from amoeboid.kernels.assembly import WIDTH
from amoeboid.kernels.elimination import elimination, factor, solution
from amoeboid.kernels.equations import Equations, Tape
from amoeboid.kernels.functions import vector_functions
from amoeboid.kernels.lanes import LANES, Function, Output, attributes, mathematics, straight
from amoeboid.kernels.tableau import RODAS4, Tableau
from amoeboid.kernels.threads import run_chunks

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

STATUS = ("done", "a value is not finite", "the step became too small", "too many steps", "stopped at a root")
"""What the status code of a cell means."""

AT_ROOT = STATUS.index("stopped at a root")
GRAIN = 64
"""Least cells per chunk: pathways of files are dear enough for a short one."""

_JUMPING = ("less", "less_equal", "equal", "floor", "ceiling")
_READ = {"y": False, "u": False, "p": True}


@dataclass(frozen=True)
class Control:
    """How to step: relative tolerance, a fixed step (or 0), most steps, whether roots stop, the longest step."""

    relative: float
    fixed: float = 0.0
    most: float = 100_000.0
    stops: bool = False
    longest: float = np.inf

    def array(self) -> Floats:
        """Give the numbers as the kernel takes them."""
        return np.array([self.relative, self.fixed, self.most, float(self.stops), self.longest])


@dataclass(frozen=True)
class Numbers:
    """What all cells share: constants (n_constants,), absolute tolerance and lowest value of each unknown (n,).

    A step that ends below the lowest value is refused.
    """

    constants: Floats
    absolute: Floats
    lowest: Floats


@dataclass(frozen=True)
class Batch:
    """Cells to be moved on: species (n, n_cells) and step (n_cells,) change in place; feeds (n_feeds, n_cells) stay.

    `length` (n_cells,) is how far each cell is to come; `order` lists the cells that move, as they are packed.
    """

    species: Floats
    step: Floats
    feeds: Floats
    length: Floats
    order: Whole


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: a place in `STATUS` and the time reached for each cell, and which roots turned.

    ``turned`` is (n_roots, n_cells), 1 where a root stopped the cell; it has no columns unless roots stop.
    """

    status: Whole
    reached: Floats
    turned: Floats


@dataclass(frozen=True)
class Kernel:
    """Compiled equations."""

    equations: Equations
    tableau: Tableau
    loaded: objects.Loaded
    _function: Callable[..., None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        arguments = [ctypes.c_int64] * 3 + [ctypes.c_void_p] * len(stepping.ARGUMENTS)
        object.__setattr__(self, "_function", self.loaded.function("advance", *arguments))

    @property
    def work_bytes(self) -> int:
        """Memory that one thread needs beside the arrays of the cells."""
        return int(self.loaded.notes["rows"]) * WIDTH.align

    @property
    def n_roots(self) -> int:
        """Number of roots that are watched; those of the equations come first."""
        return int(self.loaded.notes["roots"])

    def advance(self, batch: Batch, numbers: Numbers, control: Control) -> Outcome:
        """Move cells on, on all threads.

        Parameters
        ----------
        batch : Batch
            Cells; contiguous arrays of 8 bytes a number.
        numbers : Numbers
            Shared numbers.
        control : Control
            How to step.
        """
        n_cells = batch.step.size
        turned = np.zeros((self.n_roots, n_cells if control.stops else 0))
        outcome = Outcome(np.zeros(n_cells, np.int64), np.zeros(n_cells), turned)
        arrays = {
            "species": batch.species, "step": batch.step, "length": batch.length, "feeds": batch.feeds,
            "constants": numbers.constants, "tolerance": numbers.absolute, "lowest": numbers.lowest,
            "control": control.array(), "status": outcome.status, "reached": outcome.reached,
            "order": batch.order, "turned": turned,
        }  # fmt: skip
        for name, array in arrays.items():
            kind = np.int64 if name in ("status", "order") else np.float64
            if not array.flags.c_contiguous or array.dtype != kind:
                raise TypeError(f"`{name}` is not a contiguous array of {kind.__name__}")
        addresses = [arrays[name].ctypes.data for name in stepping.ARGUMENTS if name != "work"]

        def move(low: int, high: int) -> None:
            work = np.empty(self.work_bytes // 8 + LANES)
            aligned = work.ctypes.data + -work.ctypes.data % WIDTH.align
            self._function(low, high, n_cells, *addresses, aligned)

        run_chunks(move, batch.order.size, grain=GRAIN)
        return outcome


def kernel(equations: Equations, tableau: Tableau = RODAS4) -> Kernel:
    """Give the compiled kernel of a system, from the cache when it is there.

    Parameters
    ----------
    equations : Equations
        The system.
    tableau : Tableau
        Method.

    Examples
    --------
    >>> decay = Equations([("symbol", "x"), ("constant", -1.0), ("multiply", 1, 0)], {"x": ("y", 0)}, (2,), {(0, 0): 1},
    ...                   n_species=1)
    >>> batch = Batch(np.ones((1, 3)), np.ones(3), np.zeros((0, 3)), np.ones(3), np.arange(3))
    >>> outcome = kernel(decay).advance(batch, Numbers(np.zeros(0), np.full(1, 1e-12), np.zeros(1)), Control(1e-8))
    >>> round(float(batch.species[0, 2]), 6)  # exp(-1)
    0.367879
    """
    digest = f"{equations.digest()} {tableau}"
    return Kernel(equations, tableau, objects.load(digest, lambda: recipe(equations, tableau)))


def recipe(equations: Equations, tableau: Tableau) -> objects.Recipe:
    """Write the LLVM text of a kernel."""
    tape = Tape()
    true = tape.enter(equations)
    jumping = _jumping(equations)
    watched = _watched(tape, equations, true, jumping)
    held = tape.enter(equations, {node: row for row, node in enumerate(jumping)})
    functions, n_factors = _rates(tape, equations, held, tableau)
    if jumping:
        ends = [Output("s", row, true[node]) for row, node in enumerate(jumping)]
        functions.append(straight("sides", tape, ends, {**_READ, "s": False}, WIDTH))
    if watched:
        ends = [Output(array, row, pair[k]) for row, pair in enumerate(watched) for k, array in enumerate("gq")]
        functions.append(straight("roots", tape, ends, {**_READ, "g": False, "q": False}, WIDTH))
    sizes = stepping.Sizes(
        n=equations.n_species,
        n_feeds=equations.n_feeds,
        n_sides=len(jumping),
        n_roots=len(watched),
        n_factors=n_factors,
        scratch=max(one.scratch for one in functions),
    )
    texts = [
        mathematics(WIDTH),
        vector_functions(),
        *(one.text for one in functions),
        stepping.driver(sizes, tableau),
        attributes(),
    ]
    notes = {"rows": stepping.layout(sizes, tableau)[""], "roots": len(watched), "factors": n_factors}
    return objects.Recipe("\n".join(texts), notes)


def _jumping(equations: Equations) -> list[int]:
    """Give the comparisons and roundings on which rates rest and that the state can turn."""
    moving: set[int] = set()
    for node in equations.needed:
        kind, *parts = equations.nodes[node]
        if kind == "symbol":
            moves = equations.slots[parts[0]][0] == "y"
        else:
            moves = kind != "constant" and not moving.isdisjoint(parts)
        if moves:
            moving.add(node)
    used = equations.used_by((*equations.rates, *equations.slopes.values()))
    return [node for node in used if node in moving and equations.nodes[node][0] in _JUMPING]


def _watched(tape: Tape, equations: Equations, true: dict[int, int], jumping: list[int]) -> list[tuple[int, int]]:
    """Give each root that is watched: its value, and a number that changes when it turns."""
    zero = tape.constant(0.0)
    roots = dict.fromkeys(equations.roots)
    found = {true[node]: _sign(tape, true[node]) for node in roots}
    rounded = []
    for node in jumping:
        kind, *parts = equations.nodes[node]
        if kind in ("floor", "ceiling"):
            rounded.append((zero, true[node]))  # no chord leads to the next whole number: it is sought by halves
        else:
            a, b = (true[part] for part in parts)
            if tape.subtract(a, b) not in found and tape.subtract(b, a) not in found:
                found[tape.subtract(a, b)] = _sign(tape, tape.subtract(a, b))
    return [*((true[node], found[true[node]]) for node in roots), *_others(found, roots, true), *rounded]


def _others(found: dict[int, int], roots: dict[int, None], true: dict[int, int]) -> list[tuple[int, int]]:
    known = {true[node] for node in roots}
    return [(value, sign) for value, sign in found.items() if value not in known]


def _sign(tape: Tape, value: int) -> int:
    zero = tape.constant(0.0)
    return tape.put("subtract", tape.put("less", zero, value), tape.put("less", value, zero))


def _rates(tape: Tape, equations: Equations, place: dict[int, int], tableau: Tableau) -> tuple[list[Function], int]:
    """Write the rates and, for an implicit method, the factors of its matrix and the solution."""
    reads = {**_READ, "s": False}
    rates = [Output("f", i, place[node]) for i, node in enumerate(equations.rates)]
    made = [straight("rates", tape, rates, {**reads, "f": False}, WIDTH)]
    if not tableau.gamma:
        return made, 0
    n = equations.n_species
    plan = elimination(n, equations.slopes)
    matrix = {ij: tape.negate(place[node]) for ij, node in equations.slopes.items()}
    diagonal = tape.load("h", 0)
    for i in range(n):
        slope = equations.slopes.get((i, i))
        matrix[i, i] = diagonal if slope is None else tape.subtract(diagonal, place[slope])
    factors = factor(tape, plan, matrix)
    rows = {one: row for row, one in enumerate(dict.fromkeys(factors.values()))}
    outputs = rates + [Output("w", row, one) for one, row in rows.items()]
    made.append(straight("both", tape, outputs, {**reads, "h": False, "f": False, "w": False}, WIDTH))
    sheet = Tape()
    right = [sheet.load("b", i) for i in range(n)]
    found = solution(sheet, plan, {ij: sheet.load("w", rows[one]) for ij, one in factors.items()}, right)
    ends = [Output("k", i, one) for i, one in enumerate(found)]
    made.append(straight("solve", sheet, ends, {"w": False, "b": False, "k": False}, WIDTH))
    return made, len(rows)
