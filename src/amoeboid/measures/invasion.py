"""How far, how many and in what company cells invade through a plane, as in organotypic and inverted assays.

Depth is counted along the normal of the interface, positive behind it. A row of NaN is a cell that is not there, not
yet or no more: it is left out everywhere. Nothing here knows of types: give the rows of the type that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from amoeboid.errors import Fault, NumericsError
from amoeboid.measures.escape import contact_components
from amoeboid.measures.intervals import Estimate, wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALONE = 1
"""Cells in the group of one that touches no other."""


@dataclass(frozen=True)
class Interface:
    """The plane through which cells invade.

    Parameters
    ----------
    axis : int
        0, 1 or 2 for x, y or z.
    position : float
        Where the plane cuts the axis [um].
    direction : float
        1 where cells invade towards higher coordinates, -1 towards lower ones.

    Raises
    ------
    NumericsError
        When the axis is not 0, 1 or 2, the position not finite, or the direction neither 1 nor -1.

    Examples
    --------
    >>> Interface(2, 240.0, -1.0).depth([[5.0, 5.0, 200.0]]).tolist()
    [40.0]
    """

    axis: int
    position: float
    direction: float

    def __post_init__(self) -> None:
        if self.axis not in (0, 1, 2) or not np.isfinite(self.position) or self.direction not in (1.0, -1.0):
            raise NumericsError(
                Fault(
                    "interface",
                    f"no plane has axis {self.axis}, position {self.position:g} um, direction {self.direction:g}",
                    "axis 0, 1 or 2, a finite position, direction 1 or -1",
                    "",
                    "correct the interface",
                    "AMB-N460",
                )
            )

    def depth(self, position: ArrayLike) -> Floats:
        """Give how far behind the plane points (n, 3) [um] lie [um]; NaN for points that are not there."""
        places = np.asarray(position, dtype=np.float64).reshape(-1, 3)
        return np.asarray(self.direction * (places[:, self.axis] - self.position), dtype=np.float64)


def present(position: ArrayLike) -> NDArray[np.bool_]:
    """Tell which rows of (n, 3) positions are cells that are there: all three numbers finite."""
    return np.asarray(np.isfinite(np.asarray(position, dtype=np.float64).reshape(-1, 3)).all(axis=1), dtype=np.bool_)


def invasion_depth(depth: ArrayLike, quantile: float) -> float:
    """Give a quantile of the depth of cells [um], 0 when it lies before the interface, NaN when no cell is there.

    Examples
    --------
    >>> invasion_depth([-8.0, 10.0, 30.0, float("nan")], 1.0)
    30.0
    """
    known = _known(depth)
    return max(float(np.quantile(known, quantile)), 0.0) if known.size else float("nan")


def fraction_invaded(depth: ArrayLike, limit: float) -> Estimate:
    """Estimate the share of cells deeper than a limit [um], with Wilson's interval.

    Wilson's interval takes cells as independent: for what neighbours do together, compare replicates.

    Examples
    --------
    >>> fraction_invaded([-8.0, 10.0, 30.0, 50.0, float("nan")], 20.0).value
    0.5
    """
    known = _known(depth)
    return wilson(int((known > limit).sum()), int(known.size))


def depth_profile(depth: ArrayLike, edges: ArrayLike) -> Floats:
    """Give the share of the cells in each layer between rising edges [um], as an inverted assay reads its slices.

    Examples
    --------
    >>> depth_profile([-8.0, 10.0, 30.0, 50.0], [0.0, 20.0, 40.0]).tolist()
    [0.25, 0.25]
    """
    known = _known(depth)
    counts = np.histogram(known, np.asarray(edges, dtype=np.float64))[0]
    return np.asarray(counts / max(known.size, 1), dtype=np.float64)


@dataclass(frozen=True)
class Strands:
    """Groups of touching cells among those that have invaded.

    Attributes
    ----------
    cell : (n_invaded,) int64
        Rows of the cells that invaded.
    label : (n_invaded,) int64
        Group of each, from 0.
    size : (n_groups,) int64
        Cells in each group.
    tip : (n_groups,) int64
        Row of the deepest cell of each group; the lower row of two as deep.
    beside : (n_invaded,) bool
        Whether the cell touches any other of those given, invaded or not.
    """

    cell: Ints
    label: Ints
    size: Ints
    tip: Ints
    beside: NDArray[np.bool_]

    @property
    def mean_group(self) -> float:
        """Size of the group in which a cell that invaded finds itself, averaged over those cells; NaN without any."""
        return float(self.size[self.label].mean()) if self.cell.size else float("nan")

    @property
    def together(self) -> Estimate:
        """Share of the cells that invaded that touch another; with no cell it is NaN from 0 to 1."""
        return wilson(int(self.beside.sum()), int(self.cell.size))


def strands(position: ArrayLike, radius: ArrayLike, depth: ArrayLike, limits: tuple[float, float]) -> Strands:
    """Find the groups of touching cells among those deeper than a limit.

    Parameters
    ----------
    position : (n_cells, 3) [um]
        Of one type; NaN for cells that are not there.
    radius : (n_cells,) [um]
    depth : (n_cells,) [um]
        From `Interface.depth`.
    limits : (float, float)
        Depth from which a cell has invaded [um], and the factor of `contact_components`.

    Examples
    --------
    >>> found = strands([[0, 0, 30], [0, 0, 45], [90, 0, 30]], [8.0] * 3, [30.0, 45.0, 30.0], (20.0, 1.1))
    >>> found.size.tolist(), found.tip.tolist(), found.mean_group
    ([2, 1], [1, 2], 1.6666666666666667)
    """
    places = np.asarray(position, dtype=np.float64).reshape(-1, 3)
    radii, deep = np.asarray(radius, dtype=np.float64), np.asarray(depth, dtype=np.float64)
    limit, factor = limits
    there = np.flatnonzero(present(places))
    cell = there[deep[there] > limit]
    if cell.size == 0:
        none = np.empty(0, np.int64)
        return Strands(none, none, none, none, np.empty(0, np.bool_))
    label = contact_components(places[cell], radii[cell], factor)
    order = np.lexsort((cell, -deep[cell], label))
    tip = cell[order[np.searchsorted(label[order], np.arange(label.max() + 1))]]
    company = np.bincount(label)
    around = contact_components(places[there], radii[there], factor)
    beside = np.bincount(around)[around[np.searchsorted(there, cell)]] > ALONE
    return Strands(cell, label, company, tip, beside)


def together_by_chance(depth: ArrayLike, radius: ArrayLike, area: float, factor: float) -> float:
    """Give the share of cells that would touch another if each stood anywhere in the plane at its depth.

    P_i = 1 - prod_j (1 - pi (r_ij^2 - (d_i - d_j)^2) / area),  r_ij = factor (R_i + R_j)

    Exact for cells that do not exclude each other, away from the edges of the plane. NaN without cells.

    Parameters
    ----------
    depth : (n_cells,) [um]
        Of the cells that invaded; NaN for cells that are not there.
    radius : (n_cells,) [um]
    area : float
        Of the plane [um^2].
    factor : float
        Of `contact_components`.

    Examples
    --------
    >>> round(together_by_chance([30.0, 30.0], [5.0, 5.0], 1000.0 * np.pi, 1.0), 3)
    0.1
    """
    deep, radii = np.asarray(depth, dtype=np.float64), np.asarray(radius, dtype=np.float64)
    there = np.isfinite(deep)
    deep, radii = deep[there], radii[there]
    if deep.size == 0:
        return float("nan")
    reach = factor * (radii[:, None] + radii[None, :])
    disc = np.pi * np.maximum(reach**2 - (deep[:, None] - deep[None, :]) ** 2, 0.0)
    np.fill_diagonal(disc, 0.0)
    apart = np.prod(1.0 - np.minimum(disc / area, 1.0), axis=1)
    return float(1.0 - apart.mean())


def near_path(point: ArrayLike, path: ArrayLike, reach: ArrayLike, spacing: float) -> NDArray[np.bool_]:
    """Tell which points lie within a reach of where other cells are or have been.

    Cells are taken to go straight from frame to frame, looked at every `spacing`: make it small against the reach.

    Parameters
    ----------
    point : (n_points, 3) [um]
    path : (n_frames, n_cells, 3) [um]
        Of the leading cells; NaN where a cell is not there.
    reach : (n_points,) or float [um]
    spacing : float [um]

    Examples
    --------
    >>> path = [[[0.0, 0.0, 0.0]], [[0.0, 0.0, 40.0]]]
    >>> near_path([[5.0, 0.0, 20.0], [30.0, 0.0, 20.0]], path, 10.0, 2.0).tolist()
    [True, False]
    """
    points = np.asarray(point, dtype=np.float64).reshape(-1, 3)
    trodden = _trodden(np.asarray(path, dtype=np.float64), spacing)
    if not len(trodden) or not len(points):
        return np.zeros(len(points), np.bool_)
    distance, _ = cKDTree(trodden).query(points)
    within: NDArray[np.bool_] = np.asarray(distance) <= np.broadcast_to(
        np.asarray(reach, dtype=np.float64), len(points)
    )
    return within


def _trodden(path: Floats, spacing: float) -> Floats:
    """Give points along paths (n_frames, n_cells, 3), at most a spacing apart."""
    if path.shape[0] < 2:
        places = path.reshape(-1, 3)
        return places[present(places)]
    start, end = path[:-1].reshape(-1, 3), path[1:].reshape(-1, 3)
    both = present(start) & present(end)
    start, end = start[both], end[both]
    length = np.linalg.norm(end - start, axis=1)
    steps = np.maximum(np.ceil(length / spacing).astype(np.int64), 1)
    leg = np.repeat(np.arange(len(steps)), steps)
    share = (np.arange(len(leg)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[leg]
    between = start[leg] + share[:, None] * (end - start)[leg]
    single = path.reshape(-1, 3)
    return np.concatenate([between, single[present(single)]])


def _known(depth: ArrayLike) -> Floats:
    values = np.asarray(depth, dtype=np.float64).ravel()
    return values[np.isfinite(values)]
