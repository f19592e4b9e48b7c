"""Is one curve enough? Every level is left out in turn and predicted from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from amoeboid.evidence import Parameters
from amoeboid.inference.escape_curve import CHAINS, Counts, dispersion, entry_of, fit
from amoeboid.inference.posterior import Posterior
from amoeboid.process import LinkLevel

Floats = NDArray[np.float64]

LEVEL = 0.90
"""Share of the predictive distribution within the interval."""

_CHAINS = replace(CHAINS, n_draws=1500, n_warm=1000)  # enough for an interval of counts


def leave_one_out(
    levels: Sequence[LinkLevel], seed: int = 1, parameters: Parameters | None = None
) -> list[dict[str, Any]]:
    """Predict the entries of each level from a fit to all the others.

    Parameters
    ----------
    levels : sequence of LinkLevel
    seed : int
        Of the chains.
    parameters : Parameters, optional
        Numbers of the priors.

    Returns
    -------
    rows : list of dict
        ``level``, ``reading``, ``contractility``, ``entries``, ``expected``, ``low``, ``high``, ``inside``.
    """
    counts, spread, rows = Counts.of(levels), dispersion(levels), []
    for k, level in enumerate(levels):
        found = fit(counts.without(k), spread, replace(_CHAINS, seed=seed), parameters)
        drive, days, seen = (float(array[k]) for array in (counts.drive, counts.days, counts.entries))
        means = _means(found, drive, days)
        low, high = predicted(means, spread)
        rows.append({"level": level.name, "reading": level.reading, "contractility": round(drive, 4),
                     "entries": int(seen), "expected": round(float(np.median(means)), 2), "low": low, "high": high,
                     "inside": bool(low <= seen <= high)})  # fmt: skip
    return rows


def predicted(means: Floats, spread: float = 1.0, share: float = LEVEL) -> tuple[int, int]:
    """Give the central interval of counts whose mean is one of the draws, Poisson or wider by a dispersion.

    Examples
    --------
    >>> predicted(np.full(10, 10.0))
    (5, 15)
    """
    counts = np.arange(int(means.max() + 12.0 * np.sqrt(spread * means.max() + 1.0)) + 2)
    # negative binomial with mean m and variance spread x m; spread 1 is Poisson
    if spread > 1.0 + 1e-6:
        size = means / (spread - 1.0)
        below = np.mean([stats.nbinom.cdf(counts, n, 1.0 / spread) for n in size], axis=0)
    else:
        below = np.mean([stats.poisson.cdf(counts, m) for m in means], axis=0)
    tail = (1.0 - share) / 2.0
    return int(np.searchsorted(below, tail)), int(np.searchsorted(below, 1.0 - tail))


def _means(found: Posterior, drive: float, days: float) -> Floats:
    flat = found.draws.reshape(-1, found.draws.shape[2])
    thetas = flat[np.linspace(0, len(flat) - 1, 400).astype(np.int64)]
    return np.asarray(entry_of(thetas, np.array([drive]))[:, 0] * days)
