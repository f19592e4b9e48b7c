"""What every kind of node computes, with NumPy and IEEE rules: 1/0 is infinite, log(-1) is not a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _gamma(a: Any) -> Any:
    from scipy.special import gamma  # late: few models need it, and the import takes a while

    return gamma(a)


def _yes(found: Any) -> Any:
    return np.where(found, 1.0, 0.0)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "multiply": np.multiply,
    "reciprocal": lambda a: np.divide(1.0, a),
    "power": np.power,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "floor": np.floor,
    "ceiling": np.ceil,
    "abs": np.abs,
    "gamma": _gamma,
    "less": lambda a, b: _yes(np.less(a, b)),
    "less_equal": lambda a, b: _yes(np.less_equal(a, b)),
    "equal": lambda a, b: _yes(np.equal(a, b)),
    "select": lambda condition, a, b: np.where(np.not_equal(condition, 0.0), a, b),
    "clip": lambda a: np.minimum(np.maximum(a, 0.0), 1.0),
    "inside": lambda a: _yes((np.asarray(a) > 0.0) & (np.asarray(a) < 1.0)),
}
"""By kind of node; arguments are numbers or arrays."""


def compute(kind: str, *parts: Any) -> Any:
    """Compute one node from its parts without warnings.

    Examples
    --------
    >>> float(compute("reciprocal", 0.0))
    inf
    """
    with np.errstate(all="ignore"):
        return OPERATIONS[kind](*(np.float64(part) if isinstance(part, (int, float)) else part for part in parts))
