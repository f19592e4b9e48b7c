"""Harrell's c-index: how often the patient with the worse score has the event first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.survival.sample import sample

CHUNK = 256
"""Events that are compared with all patients at once; bounds memory."""


def concordance(time: ArrayLike, event: ArrayLike, risk: ArrayLike) -> float:
    """Give the share of comparable pairs in which the higher risk has the earlier event; ties of risk count half.

    A pair is comparable when one patient had the event while the other was still observed; two events of one day
    are not. 0.5 is chance; NaN when no pair is comparable.

    Parameters
    ----------
    time, event : (n,) array_like
        As `kaplan_meier`.
    risk : (n,) array_like
        Higher for patients thought to be worse.

    Raises
    ------
    NumericsError
        As `sample`; when a risk is missing or not a number.

    Sources
    -------
    Harrell, Lee and Mark 1996, Stat Med 15:361.

    Examples
    --------
    >>> concordance([1.0, 2.0, 3.0], [True, True, False], [3.0, 1.0, 2.0])
    0.6666666666666666
    """
    observed = sample(time, event)
    score = np.asarray(risk, dtype=np.float64)
    if score.shape != observed.time.shape or np.any(np.isnan(score)):
        what = f"risks of shape {score.shape} for {observed.time.size} patients, or not a number"
        raise NumericsError(Fault("c-index", what, "a number per patient", "", "leave out who has none", "AMB-N676"))
    later, agree = 0.0, 0.0
    hits = np.flatnonzero(observed.event)
    for start in range(0, hits.size, CHUNK):
        rows = hits[start : start + CHUNK, None]
        longer = observed.time > observed.time[rows]
        # censored on the day of the event: seen free of it at least until then
        longer |= (observed.time == observed.time[rows]) & ~observed.event
        gap = np.sign(score[rows] - score)
        later += float(longer.sum())
        agree += float(((gap + 1.0) / 2.0)[longer].sum())
    return agree / later if later else float("nan")
