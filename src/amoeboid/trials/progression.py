"""When scans call metastatic disease grown: the sum of diameters up by a fifth and 5 mm, or a new lesion.

After RECIST 1.1, with all lesions that show at randomisation in the sum, where the rule takes five at most. Lesions
never shrink here, so the smallest sum is that of randomisation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid import body
from amoeboid.process import Treatment
from amoeboid.trials.premises import Premises

Floats = NDArray[np.float64]

_MICROMETRES = 1000.0  # in a millimetre: evidence comes in micrometres, lesions are told in mm
_HALVINGS = 40  # of the horizon: to a microsecond in ten years


def progression(premises: Premises, colonies: body.Colonies) -> Floats:
    """Give the day on which disease is grown by the rule, infinite when not by the end, (n,) [day since randomisation].

    Parameters
    ----------
    premises : Premises
        The cancer, and the rule's numbers.
    colonies : body.Colonies
        Day 0 is randomisation.

    Sources
    -------
    percist-2009, table 3, column RECIST 1.1.
    """
    shown = body.visible(colonies)
    day = np.full(colonies.disease.n, np.inf)
    fresh = shown > 0.0
    np.minimum.at(day, colonies.patient[fresh], shown[fresh])
    grown = _grown(premises, colonies, ~fresh)
    day = np.minimum(day, _real_day(grown, colonies.treatment))
    return np.where(day <= np.minimum(colonies.cut, colonies.plan.horizon), day, np.inf)


def _grown(premises: Premises, colonies: body.Colonies, target: NDArray[np.bool_]) -> Floats:
    """Give the days of untreated growth after which the sum of target diameters is large enough, (n,)."""
    p, n = premises.parameters, colonies.disease.n
    who, origin = colonies.patient[target], colonies.origin[target]
    decay = colonies.disease.decay[who]

    def total(day: Floats) -> Floats:
        cells = body.size(day[who] - origin, decay, colonies.cancer.capacity)
        return np.bincount(who, body.diameter(cells, colonies.cancer.density), n).astype(np.float64)

    before = total(np.zeros(n))
    # PD: S >= 1.2 S0 and S >= S0 + 5 mm
    more = p["trial.progression.least_growth"] / _MICROMETRES
    wanted = np.maximum((1.0 + p["trial.progression.growth"]) * before, before + more)
    low, high = np.zeros(n), np.full(n, colonies.plan.horizon)
    never = (total(high) < wanted) | (before == 0.0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        enough = total(middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(never, np.inf, high)


def _real_day(untreated: Floats, treatment: Treatment) -> Floats:
    """Give the day on which lesions have grown as much as in so many untreated days from day 0."""
    excess = treatment.growth - 1.0
    if not np.any(excess):
        return untreated
    # t + D(t) = tau, D the integral of growth less 1 from day 0: straight between edges
    gained = np.concatenate([np.zeros((len(excess), 1)), np.cumsum(excess * np.diff(treatment.edges), axis=1)], axis=1)
    # (1, ...) or (n, ...): the piece in which each day lies, none before the first edge and after the last
    clock, rate = treatment.edges + gained, np.concatenate([1.0 + excess, np.ones((len(excess), 1))], axis=1)
    piece = np.maximum((clock <= untreated[:, None]).sum(axis=1) - 1, 0)
    row = np.arange(len(untreated)) if len(excess) > 1 else np.zeros(len(untreated), dtype=np.int64)
    inside = untreated - clock[row, piece]
    with np.errstate(divide="ignore", invalid="ignore"):
        day = treatment.edges[piece] + inside / rate[row, piece]
    return np.where(inside >= 0.0, day, untreated)
