"""When an arm is given what: its pieces of time, and how much of each piece every dose was taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.scenario import TrialArm, TrialDrug

Floats = NDArray[np.float64]

WEEK = 7.0
"""Days between which doses are changed by blood counts."""

_FINE, _COARSE, _SETTLED = 4 * WEEK, 12 * WEEK, 52 * WEEK
# [day] what holds over a piece is its mean; doses and NK cells change most in the first year, so pieces are short there
_WASHOUT = (7.0, 14.0, 28.0, 56.0, 112.0)  # [day] after the last dose: the return of NK cells in steps


def edges(arm: TrialArm, horizon: float) -> Floats:
    """Give the edges [day since randomisation] of the pieces in which treatment is held constant.

    Parameters
    ----------
    arm : TrialArm
        What is given, and what its tumours lack.
    horizon : float [day]
        End of the simulation; what has no stop goes on until then.

    Returns
    -------
    edges : (n_pieces + 1,) float64
        Rising, from the first to the last day on which anything differs from no treatment; a single 0 for no pieces.

    Examples
    --------
    >>> edges(TrialArm(name="placebo"), 1000.0).tolist()
    [0.0]
    """
    days: set[float] = set()
    for drug in arm.drugs:
        first, last = bounds(drug, horizon)
        steps = np.concatenate([np.arange(first, min(first + _SETTLED, last), _FINE),
                                np.arange(first + _SETTLED, last, _COARSE)])  # fmt: skip
        days.update(steps.tolist(), (last,), (last + wait for wait in _WASHOUT))
    if arm.effect is not None:
        days.update((arm.effect.start, horizon if arm.effect.stop is None else arm.effect.stop))
    if arm.knockouts or arm.osm is not None:
        days.update((0.0, horizon))
    within = sorted(day for day in days if day < horizon)
    if not within:
        return np.zeros(1)
    return np.array([*within, horizon] if any(day >= horizon for day in days) else within)


def bounds(drug: TrialDrug, horizon: float) -> tuple[float, float]:
    """Give the first day of a drug and the day after its last [day since randomisation]."""
    return drug.start, horizon if drug.stop is None else min(drug.stop, horizon)


def overlap(first: Floats, last: Floats, within: Floats) -> Floats:
    """Give the share of each piece that each span covers.

    Parameters
    ----------
    first, last : (n_spans,) float64 [day]
        Ends of spans of time.
    within : (n_pieces + 1,) float64 [day]
        Edges of the pieces.

    Returns
    -------
    share : (n_spans, n_pieces) float64

    Examples
    --------
    >>> overlap(np.array([7.0]), np.array([21.0]), np.array([0.0, 14.0, 28.0])).tolist()
    [[0.5, 0.5]]
    """
    low = np.maximum(first[:, None], within[None, :-1])
    high = np.minimum(last[:, None], within[None, 1:])
    return np.asarray(np.maximum(high - low, 0.0) / np.diff(within))
