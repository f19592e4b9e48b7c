"""The readable twin of the generated kernel: RODAS3 for one cell with a dense matrix.

The method and the choice of the step are those of `amoeboid.kernels.ode`, written as in the paper's tableau.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Problem:
    """An autonomous system: rate of change, Jacobian, and tolerances of each unknown."""

    rate: Function
    jacobian: Function
    absolute: Floats
    relative: float


def trial(problem: Problem, y: Floats, step: float) -> tuple[Floats, float]:
    """Try one step of RODAS3: the new state and its scaled error.

    With gamma = 1/2, each stage solves (2/h - J) k_i = f(y_i) + (sum_j c_ij k_j) / h.
    """
    matrix = np.linalg.inv(2.0 / step * np.eye(len(y)) - problem.jacobian(y))
    f = problem.rate(y)
    k1 = matrix @ f
    k2 = matrix @ (f + 4.0 * k1 / step)
    y3 = y + 2.0 * k1
    k3 = matrix @ (problem.rate(y3) + (k1 - k2) / step)
    y4 = y3 + k3
    k4 = matrix @ (problem.rate(y4) + (k1 - k2 - 8.0 / 3.0 * k3) / step)
    new = y4 + k4
    scaled = k4 / (problem.absolute + problem.relative * np.maximum(np.abs(y), np.abs(new)))
    total = np.sum(scaled**2) + 1e6 * np.sum(new < -10.0 * problem.absolute)
    return new, float(np.sqrt(total / len(y)))


def advance(problem: Problem, y: Floats, step: float, duration: float) -> tuple[Floats, float]:
    """Integrate over a duration with the step that is remembered; give the state and the step to remember."""
    time, wanted = 0.0, step
    while time < duration * (1.0 - 1e-12):
        left = duration - time
        taken = left if wanted >= left else 0.5 * left if 2.0 * wanted > left else wanted
        new, error = trial(problem, y, taken)
        if error <= 1.0:
            y, time = new, time + taken
            grown = taken * min(6.0, max(0.2, 0.9 * max(error, 1e-12) ** (-1.0 / 3.0)))
            wanted = max(grown, wanted) if taken < wanted else grown
        else:
            wanted = taken * max(0.1, 0.9 * error ** (-1.0 / 3.0)) if np.isfinite(error) else 0.1 * taken
        if wanted < 1e-12 * duration:
            raise ArithmeticError("the step became too small")
    return y, wanted
