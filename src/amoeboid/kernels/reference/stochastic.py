"""Plain twin of `amoeboid.kernels.stochastic`: one cell, all propensities computed anew after each reaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid import seeds

Floats = NDArray[np.float64]


def draw(number: int, individual: int, stream: int, seed: int) -> tuple[float, float]:
    """Give the unit exponential and the uniform number of one draw of a cell."""
    words = seeds.philox(individual, number >> 32, stream, number & 0xFFFFFFFF, seed).tolist()
    first, second = ((words[k] << 32 | words[k + 1]) >> 12 for k in (0, 2))
    return float(-np.log((first + 0.5) * 2.0**-52)), (second + 0.5) * 2.0**-52


def exact(
    propensities: Callable[[Floats], Sequence[float]],
    changes: Floats,
    start: Floats,
    times: Floats,
    key: tuple[int, int, int],
) -> Floats:
    """Simulate one cell reaction by reaction.

    Parameters
    ----------
    propensities : callable
        Gives the propensities (n_reactions,) of amounts (n_states,).
    changes : (n_states, n_reactions) array
        What one reaction changes.
    start : (n_states,) array
        Amounts at time 0.
    times : (n_times,) array
        Ascending times of the output.
    key : (int, int, int)
        Number of the individual, stream and seed.

    Returns
    -------
    amounts : (n_states, n_times) float64

    Examples
    --------
    >>> exact(lambda x: [x[0]], np.array([[-1.0]]), np.array([3.0]), np.array([0.0, 99.0]), (0, 11, 1)).tolist()
    [[3.0, 0.0]]
    """
    x, time, number, grid = np.array(start, dtype=np.float64), 0.0, 0, 0
    found = np.empty((x.size, times.size))
    while grid < times.size:
        a = np.asarray(propensities(x), dtype=np.float64)
        wait, pick = draw(number, *key)
        total = a.sum()
        due = time + wait / total if total > 0.0 else np.inf
        while grid < times.size and times[grid] < due:
            found[:, grid] = x
            grid += 1
        if grid < times.size:
            x = x + changes[:, np.searchsorted(np.cumsum(a), pick * total, side="right")]
            time, number = due, number + 1
    return found
