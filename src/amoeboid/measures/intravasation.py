"""Who entered vessels: how many in a day, alone or together, and in which state. What the body is given to carry on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from amoeboid.measures.intervals import LEVEL, Estimate, mean_interval, poisson_rate, wilson
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Crossings:
    """Groups of cells that entered vessels, in order of time, and how long all cells were at risk.

    Parameters
    ----------
    time : (n_groups,) float64 [s]
    size : (n_groups,) int64
        Number of cells that entered together.
    at_risk : float [s]
        Summed over cells, until the cell entered a vessel, died or was last seen.
    states : mapping of str to (n_cells,) float64
        What each cell was as it entered, by name, group behind group.
    """

    time: Floats
    size: Ints
    at_risk: float
    states: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class EscapeFlux:
    """The flux of cells from a tissue into its vessels.

    Parameters
    ----------
    cells : Estimate
        Cells that enter for a cell at risk and day [1/day]; ``n`` counts cells.
    groups : Estimate
        Groups that enter for a cell at risk and day [1/day]; a single cell is a group of one.
    cluster_share : Estimate
        Share of the groups that hold more than one cell.
    cells_in_clusters : Estimate
        Share of the cells that entered in such groups, as if they were independent.
    sizes : dict of int to int
        Number of groups by size.
    states : dict of str to Estimate
        Mean state of the cells that entered, by name.
    """

    cells: Estimate
    groups: Estimate
    cluster_share: Estimate
    cells_in_clusters: Estimate
    sizes: dict[int, int]
    states: dict[str, Estimate]


def compound_rate(sizes: ArrayLike, exposure: float, level: float = LEVEL) -> Estimate:
    """Estimate a rate of events that come in groups, with the gamma interval for weighted Poisson counts.

    With sizes y_k, y = sum y_k and v = sum y_k^2 the ends are v/(2y) chi2(alpha/2, 2 y^2/v) and, with the largest
    size w added, (v + w^2)/(2(y + w)) chi2(1 - alpha/2, 2 (y + w)^2/(v + w^2)). Groups of one give the exact Poisson
    interval. Groups are taken to be independent.

    Parameters
    ----------
    sizes : (n_groups,) array_like of int
        From 1; with no group, the interval is that of no event of size 1.
    exposure : float
        Time at risk; the rate has its inverse unit.
    level : float

    Sources
    -------
    Fay and Feuer 1997, Stat Med 16:791.

    Examples
    --------
    >>> round(compound_rate([1, 1, 1], 1.0).high, 3), round(compound_rate([3], 1.0).high, 3)
    (8.767, 16.715)
    """
    weight = np.asarray(sizes, dtype=np.float64)
    if weight.size == 0 or exposure <= 0.0:
        return poisson_rate(int(weight.sum()), exposure, level)
    tail = (1.0 - level) / 2.0
    total, square, most = float(weight.sum()), float((weight**2).sum()), float(weight.max())
    low = square / (2.0 * total) * float(stats.chi2.ppf(tail, 2.0 * total**2 / square))
    more, spread = total + most, square + most**2
    high = spread / (2.0 * more) * float(stats.chi2.ppf(1.0 - tail, 2.0 * more**2 / spread))
    return Estimate(total / exposure, low / exposure, high / exposure, int(total))


def escape_flux(crossings: Crossings | Sequence[Crossings], level: float = LEVEL) -> EscapeFlux:
    """Estimate the escape flux of one member or of several replicates pooled.

    Parameters
    ----------
    crossings : Crossings or sequence of them
    level : float
        Confidence of the intervals.

    Examples
    --------
    >>> three = Crossings(np.array([60.0, 120.0]), np.array([1, 2]), at_risk=86400.0 * 100)
    >>> flux = escape_flux(three)
    >>> flux.cells.value, flux.groups.value, flux.sizes
    (0.03, 0.02, {1: 1, 2: 1})
    """
    pool = [crossings] if isinstance(crossings, Crossings) else list(crossings)
    size = np.concatenate([one.size for one in pool]) if pool else np.empty(0, np.int64)
    days = sum(one.at_risk for one in pool) / SECONDS_A_DAY
    together = size[size > 1]
    names = dict.fromkeys(name for one in pool for name in one.states)
    found = {name: np.concatenate([one.states[name] for one in pool if name in one.states]) for name in names}
    return EscapeFlux(
        cells=compound_rate(size, days, level),
        groups=poisson_rate(int(size.size), days, level),
        cluster_share=wilson(int(together.size), int(size.size), level),
        cells_in_clusters=wilson(int(together.sum()), int(size.sum()), level),
        sizes={int(value): int(count) for value, count in zip(*np.unique(size, return_counts=True), strict=True)},
        states={name: mean_interval(values, level) for name, values in found.items()},
    )
