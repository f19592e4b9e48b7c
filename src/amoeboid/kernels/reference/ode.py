"""The readable twin of the generated kernel: one cell, a dense matrix, the method as in its table.

The choice of the step is that of `amoeboid.kernels.stepping`; roots and comparisons are not watched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.tableau import RODAS4, Tableau

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Problem:
    """An autonomous system: rate of change, Jacobian, tolerances of each unknown, and the method."""

    rate: Function
    jacobian: Function
    absolute: Floats
    relative: float
    tableau: Tableau = RODAS4


def stages(problem: Problem, y: Floats, step: float) -> list[Floats]:
    """Give k_i with (1 / (gamma h) - J) k_i = f(y + sum a_ij k_j) + sum c_ij k_j / h; explicit: k_i = h f."""
    table = problem.tableau
    found: list[Floats] = []
    if table.gamma:
        inverse = np.linalg.inv(np.eye(len(y)) / (table.gamma * step) - problem.jacobian(y))
    for a, c in zip(table.a, table.c, strict=True):
        rate = problem.rate(y + sum((weight * k for weight, k in zip(a, found, strict=True)), np.zeros_like(y)))
        if table.gamma:
            rate = rate + sum((weight * k / step for weight, k in zip(c, found, strict=True)), np.zeros_like(y))
            found.append(inverse @ rate)
        else:
            found.append(step * rate)
    return found


def trial(problem: Problem, y: Floats, step: float) -> tuple[Floats, float]:
    """Try one step: the new state and its scaled error."""
    found = stages(problem, y, step)
    new = y + sum((weight * k for weight, k in zip(problem.tableau.m, found, strict=True)), np.zeros_like(y))
    error = sum((weight * k for weight, k in zip(problem.tableau.e, found, strict=True)), np.zeros_like(y))
    scaled = error / (problem.absolute + problem.relative * np.maximum(np.abs(y), np.abs(new)))
    total = np.sum(scaled**2) + 1e6 * np.sum(new < -10.0 * problem.absolute)
    return new, float(np.sqrt(total / len(y)))


def advance(problem: Problem, y: Floats, step: float, duration: float) -> tuple[Floats, float]:
    """Integrate over a duration with the step that is remembered; give the state and the step to remember."""
    time, wanted, power = 0.0, step, -1.0 / problem.tableau.order
    while time < duration * (1.0 - 1e-12):
        left = duration - time
        taken = left if wanted >= left else 0.5 * left if 2.0 * wanted > left else wanted
        new, error = trial(problem, y, taken)
        if error <= 1.0:
            y, time = new, time + taken
            grown = taken * min(6.0, max(0.2, 0.9 * max(error, 1e-15) ** power))
            wanted = max(grown, wanted) if taken < wanted else grown
        else:
            wanted = taken * max(0.1, 0.9 * error**power) if np.isfinite(error) else 0.1 * taken
        if wanted < 1e-14 * duration:
            raise ArithmeticError("the step became too small")
    return y, wanted
