"""What is left of killing by NK cells while a JAK inhibitor takes the signal of IL-15 from them.

    dm/dt = k (I - m),   u = 1 - loss m + rebound loss max(m - I, 0)

I is the inhibition of IL-15, m what the pool of NK cells remembers of it, since cells are made and lost over days to
weeks, and u the share of killing that is left. ``loss`` is how much of it rests on IL-15: contested, so a switch
(hypothesis `nk_loss`: none, half, all). Rebound, off by default, lets what is left come back at once (1) or overshoot
(above 1) when the drug is stopped. I is constant within pieces of time, so m is a sum of exponentials and nothing is
stepped. Time is in days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import units
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue

Pieces = NDArray[np.float64]


def killing(
    inhibition: ArrayLike,
    edges: ArrayLike,
    loss: float,
    *,
    rebound: float = 0.0,
    parameters: Parameters | None = None,
) -> Pieces:
    """Give the mean share of NK killing that is left in each piece of time, from an untouched pool on.

    For `process.Treatment.killing`. The pool comes back slowly: add pieces without drug after the last dose, until
    what is missing no longer counts (`recovery_time`).

    Parameters
    ----------
    inhibition : (n, n_pieces) or (n_pieces,) array_like
        Mean inhibition of IL-15 in each piece, 0 to 1.
    edges : (n_pieces + 1,) array_like [day]
        Rising.
    loss : float
        Share of killing that rests on IL-15, 0 to 1; at 0 the result is 1 to the last bit.
    rebound : float
        0 for none.
    parameters : Parameters, optional
        Choice of values; `nk.turnover` is read.

    Returns
    -------
    left : (n, n_pieces) float64
        1 untreated, 0 nothing left; above 1 only with a rebound above 1.

    Raises
    ------
    ScenarioError
        When edges do not rise, shapes do not fit, or a share is outside 0 to 1; tells all.

    Examples
    --------
    >>> left = killing([[0.4, 0.4, 0.0]], [0.0, 7.0, 365.0, 372.0], loss=1.0)
    >>> [round(float(x), 2) for x in left[0]]
    [0.92, 0.61, 0.68]
    """
    blocked, at = np.atleast_2d(np.asarray(inhibition, dtype=np.float64)), np.asarray(edges, dtype=np.float64)
    _check(blocked, at, loss, rebound)
    k = turnover(parameters)
    left, memory = np.empty_like(blocked), np.zeros(len(blocked))
    for piece, length in enumerate(np.diff(at)):
        target = blocked[:, piece]
        # m(t) = I + (m0 - I) exp(-k t), and its mean over the piece
        mean = target + (memory - target) * (-np.expm1(-k * length) / (k * length))
        left[:, piece] = 1.0 - loss * mean + rebound * loss * np.maximum(mean - target, 0.0)
        memory = target + (memory - target) * np.exp(-k * length)
    return left


def turnover(parameters: Parameters | None = None) -> float:
    """Give the rate [1/day] at which the pool of NK cells follows its signal."""
    p = parameters or Parameters(catalogue())
    return units.convert(p["nk.turnover"], "1/s", "1/day")


def recovery_time(share: float, parameters: Parameters | None = None) -> float:
    """Give the time [day] after the last dose at which only a share of what was missing is missing still.

    Examples
    --------
    >>> round(recovery_time(0.05))
    43
    """
    if not 0.0 < share < 1.0:
        raise ScenarioError(_fault("share", f"`{share}`", "above 0 and below 1"))
    return float(-np.log(share) / turnover(parameters))


def _check(blocked: Pieces, at: Pieces, loss: float, rebound: float) -> None:
    faults = []
    if at.ndim != 1 or at.size < 2 or not np.all(np.diff(at) > 0.0) or not np.all(np.isfinite(at)):
        faults.append(_fault("edges", "do not rise, or are not finite", "two or more days that rise"))
    elif blocked.ndim != 2 or blocked.shape[1] != at.size - 1:
        faults.append(_fault("inhibition", f"shape {blocked.shape}", f"(patients, {at.size - 1})"))
    if not np.all((blocked >= 0.0) & (blocked <= 1.0)):
        faults.append(_fault("inhibition", "a share outside 0 to 1", "shares of 0 to 1"))
    if not 0.0 <= loss <= 1.0:
        faults.append(_fault("loss", f"`{loss}`", "a share of 0 to 1"))
    if not 0.0 <= rebound < np.inf:
        faults.append(_fault("rebound", f"`{rebound}`", "0 or more, and finite"))
    if faults:
        raise ScenarioError(*faults)


def _fault(name: str, what: str, expected: str) -> Fault:
    return Fault(f"killing.{name}", what, expected, "", f"correct `{name}`", "AMB-S637")
