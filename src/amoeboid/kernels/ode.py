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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels import objects, stepping
from amoeboid.kernels.assembly import WIDTH
from amoeboid.kernels.elimination import elimination, factor, solution
from amoeboid.kernels.equations import Equations, Tape
from amoeboid.kernels.lanes import LANES, Function, Output, attributes, mathematics, straight
from amoeboid.kernels.tableau import RODAS3, Tableau

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

STATUS = (
    "done",
    "a value is not finite",
    "the step became too small",
    "too many steps",
    "stopped at a root",
)
"""What the status code of a cell means."""

_PLAIN = {"y": False, "u": False, "p": True}


@dataclass(frozen=True)
class Control:
    """How to step: length of the span, relative tolerance, a fixed step (or 0), most steps, whether roots stop."""

    duration: float
    relative: float
    fixed: float = 0.0
    most: float = 100_000.0
    stops: bool = False

    def array(self) -> Floats:
        """Give the numbers as the kernel takes them."""
        return np.array([self.duration, self.relative, self.fixed, self.most, float(self.stops)])


@dataclass(frozen=True)
class Kernel:
    """Compiled equations; call it with a range of cells and arrays."""

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

    def __call__(self, low: int, high: int, *arrays: NDArray[Any]) -> None:
        """Move the cells ``order[low:high]`` on.

        Parameters
        ----------
        low, high : int
            Range of `order`.
        *arrays
            species (n_species, n_cells) and step (n_cells,), moved on in place; feeds (n_feeds, n_cells);
            constants (n_constants,); absolute tolerance (n_species,); lowest value (n_species,) below which a step
            is refused; control from `Control.array`; status (n_cells,) int64, places in `STATUS`; reached
            (n_cells,), the time up to which a cell came; order (n_cells,) int64, the cells in the order in which they
            are packed.
        """
        n_cells = arrays[0].shape[1]
        for array in arrays:
            if not array.flags.c_contiguous or array.dtype.itemsize != 8:
                raise TypeError("arrays of a kernel are contiguous, of 8 bytes a number")
        work = np.empty(self.work_bytes // 8 + LANES)
        skip = -work.ctypes.data % WIDTH.align
        addresses = [array.ctypes.data for array in arrays]
        self._function(low, high, n_cells, *addresses, work.ctypes.data + skip)


def kernel(equations: Equations, tableau: Tableau = RODAS3) -> Kernel:
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
    >>> moved, status, order = np.ones((1, 1)), np.zeros(1, np.int64), np.arange(1)
    >>> kernel(decay)(0, 1, moved, np.ones(1), np.zeros((0, 1)), np.zeros(0), np.full(1, 1e-12), np.zeros(1),
    ...               Control(1.0, 1e-8).array(), status, np.zeros(1), order)
    >>> round(float(moved[0, 0]), 6)  # exp(-1)
    0.367879
    """
    digest = f"{equations.digest()} {tableau}"
    return Kernel(equations, tableau, objects.load(digest, lambda: recipe(equations, tableau)))


def recipe(equations: Equations, tableau: Tableau) -> objects.Recipe:
    """Write the LLVM text of a kernel."""
    functions, n_factors = _functions(equations, tableau)
    sizes = stepping.Sizes(
        n=equations.n_species,
        n_feeds=equations.n_feeds,
        n_sides=0,
        n_roots=0,
        n_factors=n_factors,
        scratch=max(one.scratch for one in functions),
    )
    texts = [mathematics(WIDTH), *(one.text for one in functions), stepping.driver(sizes, tableau), attributes()]
    return objects.Recipe("\n".join(texts), {"rows": stepping.layout(sizes, tableau)[""]})


def _functions(equations: Equations, tableau: Tableau) -> tuple[list[Function], int]:
    tape = Tape()
    place = tape.enter(equations)
    rates = [Output("f", i, place[node]) for i, node in enumerate(equations.rates)]
    made = [straight("rates", tape, rates, {**_PLAIN, "s": False, "f": False}, WIDTH)]
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
    made.append(straight("both", tape, outputs, {**_PLAIN, "s": False, "h": False, "f": False, "w": False}, WIDTH))
    sheet = Tape()
    right = [sheet.load("b", i) for i in range(n)]
    found = solution(sheet, plan, {ij: sheet.load("w", rows[one]) for ij, one in factors.items()}, right)
    ends = [Output("k", i, one) for i, one in enumerate(found)]
    made.append(straight("solve", sheet, ends, {"w": False, "b": False, "k": False}, WIDTH))
    return made, len(rows)
