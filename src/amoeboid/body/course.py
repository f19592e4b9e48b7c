"""Treatment as kernels read it: levels of founding, and what killing and growth have lost or won by a day.

Integrals hold the excess over 1, so that a treatment that changes nothing adds exactly 0 and an arm at dose 0 is the
control to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError
from amoeboid.process import Treatment

Floats = NDArray[np.float64]
Course = tuple[Floats, Floats, NDArray[np.int64], Floats, Floats]

MOST_STRATA = 40
"""Strata of levels that are looked at: founding up to 2^39 times that of the control."""


def course(treatment: Treatment, decay: Floats, log_shed: float) -> Course:
    """Give edges, levels, strata, excesses and their integrals of a treatment.

    Parameters
    ----------
    treatment : Treatment
    decay : (n,) float64 [1/day]
        Gompertz decay of the patients.
    log_shed : float
        Logarithm of capacity times the exponent of seeding.

    Raises
    ------
    ScenarioError
        When the treatment has rows for another number of patients, or speeds up growth beyond what can be drawn.
    """
    parts = (treatment.single, treatment.cluster, treatment.extravasation, treatment.killing, treatment.growth)
    rows, n = max(len(part) for part in parts), len(decay)
    if any(len(part) not in (1, n) for part in parts):
        what = f"treatment of {rows} patients for {n}"
        do = "give one row for all, or one for each"
        raise ScenarioError(Fault("treatment", what, f"1 or {n} rows", "", do, "AMB-S605"))
    single, cluster, leaving, killing, growth = (np.broadcast_to(part, (rows, part.shape[1])) for part in parts)
    levels = np.stack([single * leaving, cluster * leaving])
    excess = np.stack([killing, growth]) - 1.0
    total = np.zeros((2, rows, excess.shape[2] + 1))
    np.cumsum(excess * np.diff(treatment.edges), axis=2, out=total[:, :, 1:])
    strata = _strata(levels, total[1], decay, log_shed)
    return treatment.edges.astype(np.float64), levels, strata, excess, total


def _strata(levels: Floats, gained: Floats, decay: Floats, log_shed: float) -> NDArray[np.int64]:
    """Count the strata of levels, (0, 1], (1, 2], (2, 4], ..., below which all that treatment founds lies, (n,)."""
    # days of growth that treatment adds between any two days, at most
    days = (gained - np.minimum.accumulate(gained, axis=1)).max(axis=1)
    # (N_treated / N)^alpha = exp(c e^{-a s} (1 - e^{-a D})) <= exp(c (1 - e^{-a D})), c = alpha ln K
    highest = np.log(levels.max(axis=(0, 2), initial=1.0)) - log_shed * np.expm1(-decay * days)
    strata: NDArray[np.int64] = 1 + np.ceil(np.maximum(highest, 0.0) / np.log(2.0)).astype(np.int64)
    if np.any(strata > MOST_STRATA):
        what = "treatment multiplies the founding of colonies beyond what can be drawn"
        do = "lower `growth`, or the other multipliers"
        raise ScenarioError(Fault("treatment", what, f"up to 2^{MOST_STRATA - 1}", "", do, "AMB-S606"))
    return np.broadcast_to(strata, decay.shape) if strata.shape == decay.shape else np.full(decay.shape, strata[0])
