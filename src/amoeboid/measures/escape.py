"""Who has escaped: beyond the first outline of the tumour and detached from it, alone or in a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from amoeboid.measures.hull import Hull
from amoeboid.measures.intervals import Estimate, poisson_rate
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]


class EscapeClass(IntEnum):
    """Where a cell stands towards the tumour."""

    WITHIN = 0
    """Not further beyond the initial hull than the reach."""
    ATTACHED = 1
    """Beyond the reach, but joined by a chain of contacts to a cell inside the initial hull."""
    SINGLE = 2
    """Escaped without a touching partner."""
    CLUSTER = 3
    """Escaped with touching partners, none of them joined to the tumour."""


@dataclass(frozen=True)
class EscapeEvents:
    """First escapes: who, when, alone or in a cluster; and how long all cells were at risk.

    Parameters
    ----------
    cell : (n_events,) int64
        Index of the cell, in order of time, then of cell.
    time : (n_events,) float64 [s]
        Frame in which it was first seen to have escaped.
    kind : (n_events,) int64
        `EscapeClass.SINGLE` or `EscapeClass.CLUSTER`.
    at_risk : float [s]
        Summed over cells, until the cell's escape or the last frame.
    """

    cell: NDArray[np.int64]
    time: Floats
    kind: NDArray[np.int64]
    at_risk: float


def contact_components(position: ArrayLike, radius: ArrayLike, factor: float) -> NDArray[np.int64]:
    """Label cells that are joined by chains of contacts.

    Two cells touch when their centres are closer than the sum of their radii times a factor.

    Parameters
    ----------
    position : (n_cells, 3) [um]
    radius : (n_cells,) [um]
    factor : float
        1 for spheres that just touch; slightly more allows for adhesion across a gap.

    Returns
    -------
    label : (n_cells,) int64

    Examples
    --------
    >>> contact_components([[0, 0, 0], [15, 0, 0], [90, 0, 0]], [8.0, 8.0, 8.0], 1.0).tolist()
    [0, 0, 1]
    """
    places = np.asarray(position, dtype=np.float64)
    radii = np.asarray(radius, dtype=np.float64)
    n_cells = places.shape[0]
    pairs = cKDTree(places).query_pairs(2.0 * float(radii.max()) * factor, output_type="ndarray")
    gap = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    pairs = pairs[gap < factor * (radii[pairs[:, 0]] + radii[pairs[:, 1]])]
    graph = coo_matrix((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n_cells, n_cells))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def escape_class(
    position: ArrayLike, radius: ArrayLike, beyond: ArrayLike, limits: tuple[float, float]
) -> NDArray[np.int64]:
    """Classify cells as within, attached, escaped alone or escaped in a cluster.

    The tumour is every cell inside the initial hull and all that chains of contacts join to them.

    Parameters
    ----------
    position : (n_cells, 3) [um]
    radius : (n_cells,) [um]
    beyond : (n_cells,) [um]
        Distance beyond the initial hull, from `Hull.distance`.
    limits : (float, float)
        Reach in cell diameters beyond the hull, and the factor of `contact_components`.

    Returns
    -------
    kind : (n_cells,) int64
        Values of `EscapeClass`.
    """
    radii, depth = np.asarray(radius, dtype=np.float64), np.asarray(beyond, dtype=np.float64)
    reach, factor = limits
    far = depth > 2.0 * reach * radii
    if not far.any():
        return np.full(depth.size, int(EscapeClass.WITHIN), dtype=np.int64)
    label = contact_components(position, radii, factor)
    size = np.bincount(label)
    joined = np.bincount(label, depth <= 0.0) > 0.0
    kind = np.where(size[label] == 1, int(EscapeClass.SINGLE), int(EscapeClass.CLUSTER))
    kind = np.where(joined[label], int(EscapeClass.ATTACHED), kind)
    return np.where(far, kind, int(EscapeClass.WITHIN)).astype(np.int64)


def escape_events(
    time: ArrayLike,
    position: ArrayLike,
    radius: ArrayLike,
    limits: tuple[float, float],
    beyond: Sequence[Floats] | None = None,
) -> tuple[EscapeEvents, NDArray[np.int64]]:
    """Follow cells over frames and note each one's first escape.

    Parameters
    ----------
    time : (n_frames,) [s]
    position : (n_frames, n_cells, 3) [um]
        The first frame gives the initial hull; NaN where a cell does not exist.
    radius : (n_cells,) [um]
    limits : (float, float)
        As in `escape_class`.
    beyond : sequence of (n_cells,) [um], optional
        Distance beyond the initial hull in each frame, where the caller has it already.

    Returns
    -------
    events : EscapeEvents
    kind : (n_frames, n_cells) int64
        `EscapeClass` of every cell in every frame.
    """
    seconds, places = np.asarray(time, dtype=np.float64), np.asarray(position, dtype=np.float64)
    if beyond is None:
        hull = Hull.of(places[0])
        beyond = [hull.distance(frame) for frame in places]
    there = np.isfinite(places[..., 0])
    radii = np.asarray(radius, dtype=np.float64)
    kind = np.full(there.shape, int(EscapeClass.WITHIN), dtype=np.int64)
    for frame, (now, distance) in enumerate(zip(there, beyond, strict=True)):
        kind[frame, now] = escape_class(places[frame, now], radii[now], distance[now], limits)
    escaped = kind >= EscapeClass.SINGLE
    ever = escaped.any(axis=0)
    last = len(seconds) - 1 - there[::-1].argmax(axis=0)
    first = np.where(ever, escaped.argmax(axis=0), last)
    at_risk = float((seconds[first] - seconds[there.argmax(axis=0)]).sum())
    cell = np.flatnonzero(ever)
    cell = cell[np.lexsort((cell, first[cell]))]
    return EscapeEvents(cell, seconds[first[cell]], kind[first[cell], cell], at_risk), kind


def escape_rate(events: EscapeEvents | Sequence[EscapeEvents], level: float = 0.95) -> Estimate:
    """Estimate escapes per cell and day at risk, with the exact Poisson interval.

    Cells that leave in one cluster are not independent, so the interval is too narrow where clusters abound.

    Parameters
    ----------
    events : EscapeEvents or sequence of them
        Several replicates are pooled.
    """
    pool = [events] if isinstance(events, EscapeEvents) else list(events)
    count = sum(int(one.cell.size) for one in pool)
    return poisson_rate(count, sum(one.at_risk for one in pool) / SECONDS_A_DAY, level)
