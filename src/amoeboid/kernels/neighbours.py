"""Cells sorted by bin, and the neighbour list kept with a skin.

A *row* is a cell's place in the ports, a *slot* its place in storage order by bin, a *rank* its place by cell id.
Every list holds slots in ascending order of id, so a sum over neighbours does not depend on storage, on
bins, on threads, nor on how old the list is: a pair beyond reach adds exactly nothing.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel
from amoeboid.kernels.threads import run_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Slots = NDArray[np.int32]


FIRST_ROOM = 48
"""Neighbours per cell that fit before the scratch grows."""


FINENESS = 2.0
"""Bins along the largest distance of a listed pair."""

ROUNDING = 1.0 + 1e-9
"""What search limits are widened by, so that rounding loses no pair."""


class Bins(NamedTuple):
    """The box of bins: counts, corner and edge [um], bins that a list looks to each side, largest radius [um]."""

    n_x: int
    n_y: int
    n_z: int
    x: float
    y: float
    z: float
    edge: float
    span: int
    largest: float


def choose_bins(low: Floats, high: Floats, largest: float, margin: float, n: int) -> Bins:
    """Choose bins of half the cut-off over the cells' bounding box, wider where cells are few.

    Parameters
    ----------
    low, high : (3,) arrays [um]
        Bounding box of the centres.
    largest, margin : float
        Largest radius, and what a list looks beyond the sum of radii [um].
    n : int
        Number of cells; bins number at most eight per cell.
    """
    cutoff = 2.0 * largest + margin
    extent = np.maximum(high - low, cutoff)
    edge = max(cutoff / FINENESS, float(np.prod(extent) / (8.0 * n + 64.0)) ** (1.0 / 3.0))
    counts = (extent / edge).astype(np.int64) + 1
    x, y, z = (float(value) for value in low)
    n_x, n_y, n_z = (int(count) for count in counts)
    return Bins(n_x, n_y, n_z, x, y, z, edge, math.ceil(cutoff / edge * ROUNDING), largest)


@kernel
def sort_by_bin(position: Floats, by_id: Ints, bins: Bins, start: Ints, key: Ints, order: Ints) -> None:
    """Sort cells by bin, and by id within a bin: a counting sort over rows taken in order of id.

    Parameters
    ----------
    position : (n, 3) array [um]
    by_id : (n,) array
        Rows in ascending order of id.
    bins : Bins
    start : (n_bins + 1,) array
        Receives the first slot of each bin.
    key : (n,) array
        Scratch.
    order : (n,) array
        Receives the row of each slot.
    """
    n = position.shape[0]
    n_bins = start.shape[0] - 1
    start[:] = 0
    for row in range(np.uintp(n)):
        i = min(max(int((position[row, 0] - bins.x) / bins.edge), 0), bins.n_x - 1)
        j = min(max(int((position[row, 1] - bins.y) / bins.edge), 0), bins.n_y - 1)
        k = min(max(int((position[row, 2] - bins.z) / bins.edge), 0), bins.n_z - 1)
        key[row] = (k * bins.n_y + j) * bins.n_x + i
        start[np.uintp(key[row])] += 1
    first = 0
    for b in range(np.uintp(n_bins)):
        count = start[b]
        start[b] = first
        first += count
    start[np.uintp(n_bins)] = n
    for rank in range(np.uintp(n)):
        named = np.uintp(by_id[rank])
        home = np.uintp(key[named])
        order[np.uintp(start[home])] = named
        start[home] += 1
    for b in range(n_bins, 0, -1):
        start[np.uintp(b)] = start[np.uintp(b - 1)]
    start[np.uintp(0)] = 0


@kernel
def by_slot(
    low: int,
    high: int,
    position: Floats,
    radius: Floats,
    rank: Slots,
    order: Ints,
    packed: Floats,
    ranks: Slots,
) -> None:
    """Gather x, y, z, radius into ``packed`` (n, 4), and ranks, by slot."""
    for slot in range(np.uintp(low), np.uintp(high)):
        row = np.uintp(order[slot])
        packed[slot, 0] = position[row, 0]
        packed[slot, 1] = position[row, 1]
        packed[slot, 2] = position[row, 2]
        packed[slot, 3] = radius[row]
        ranks[slot] = rank[row]


@kernel
def find(
    low: int,
    high: int,
    packed: Floats,
    ranks: Slots,
    start: Ints,
    bins: Bins,
    margin: float,
    wide: Slots,
    count: Ints,
) -> np.int64:
    """List for each slot the ranks of cells nearer than the sum of radii plus ``margin``, in ascending order.

    Parameters
    ----------
    packed : (n, 4) array
        x, y, z, radius [um] by slot.
    ranks : (n,) array
        Place by id, by slot.
    start : (n_bins + 1,) array
    bins : Bins
    margin : float
        Reach of the force and skin [um].
    wide : (n, n_most) array
        Receives the lists.
    count : (n,) array
        Receives their lengths.

    Returns
    -------
    longest : int
        Longest list; from n_most on the lists were cut and must be found again with more room.
    """
    longest = np.int64(0)
    last = np.uintp(wide.shape[1] - 1)
    span, edge = bins.span, bins.edge
    for slot in range(np.uintp(low), np.uintp(high)):
        x, y, z, radius = packed[slot, 0], packed[slot, 1], packed[slot, 2], packed[slot, 3] + margin
        j = min(max(int((y - bins.y) / edge), 0), bins.n_y - 1)
        k = min(max(int((z - bins.z) / edge), 0), bins.n_z - 1)
        across = (radius + bins.largest) * ROUNDING
        west = max(int((x - across - bins.x) / edge), 0)
        east = min(int((x + across - bins.x) / edge), bins.n_x - 1)
        found = np.uintp(0)
        for c in range(max(k - span, 0), min(k + span, bins.n_z - 1) + 1):
            aside_z = max(0.0, bins.z + c * edge - z, z - bins.z - (c + 1) * edge)
            for b in range(max(j - span, 0), min(j + span, bins.n_y - 1) + 1):
                aside_y = max(0.0, bins.y + b * edge - y, y - bins.y - (b + 1) * edge)
                if aside_z * aside_z + aside_y * aside_y > across * across:
                    continue
                line = (c * bins.n_y + b) * bins.n_x
                for other in range(np.uintp(start[line + west]), np.uintp(start[line + east + 1])):
                    dx = packed[other, 0] - x
                    dy = packed[other, 1] - y
                    dz = packed[other, 2] - z
                    reach = packed[other, 3] + radius
                    # written always, counted when near: a branch here would be guessed wrong too often
                    wide[slot, min(found, last)] = ranks[other]
                    found += np.uintp((dx * dx + dy * dy + dz * dz < reach * reach) & (other != slot))
        count[slot] = found
        longest = max(longest, np.int64(found))
        for a in range(1, np.int64(min(found, last))):
            value = wide[slot, np.uintp(a)]
            b = a
            while b > 0 and wide[slot, np.uintp(b - 1)] > value:
                wide[slot, np.uintp(b)] = wide[slot, np.uintp(b - 1)]
                b -= 1
            wide[slot, np.uintp(b)] = value
    return longest


@kernel
def flatten(low: int, high: int, wide: Slots, offsets: Ints, slot_of_rank: Slots, flat: Slots) -> None:
    """Write the lists one behind the other, as slots."""
    for slot in range(np.uintp(low), np.uintp(high)):
        first = np.uintp(offsets[slot])
        for a in range(np.uintp(offsets[slot + np.uintp(1)] - offsets[slot])):
            flat[first + a] = slot_of_rank[np.uintp(wide[slot, a])]


class Neighbours(NamedTuple):
    """A neighbour list as the ports hold it."""

    order: NDArray[Any]
    offsets: NDArray[Any]
    flat: NDArray[Any]


class Builder:
    """Builds neighbour lists and keeps its scratch between builds.

    Examples
    --------
    >>> near = Builder().build(np.array([[0.0, 0, 0], [10.0, 0, 0]]), np.full(2, 8.0), np.array([0, 1]), 1.0)
    >>> near.offsets.tolist(), near.flat.tolist()
    ([0, 1, 2], [1, 0])
    """

    def __init__(self) -> None:
        self._wide: Slots = np.empty((0, FIRST_ROOM), np.int32)
        self._packed: Floats = np.empty((0, 4))

    def build(self, position: Floats, radius: Floats, ids: Ints, margin: float) -> Neighbours:
        """List all pairs nearer than the sum of radii plus a margin.

        Parameters
        ----------
        position : (n, 3) array [um]
            Finite.
        radius : (n,) array [um]
        ids : (n,) array
            All different.
        margin : float
            [um].

        Returns
        -------
        near : Neighbours
            New arrays.
        """
        n = position.shape[0]
        if n == 0:
            return Neighbours(np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.int32))
        self._make_room(n, self._wide.shape[1])
        rising = bool(np.all(ids[1:] > ids[:-1]))
        by_id = np.arange(n) if rising else np.argsort(ids, kind="stable")
        rank = _inverse(by_id).astype(np.int32)
        bins = choose_bins(position.min(axis=0), position.max(axis=0), float(radius.max()), margin, n)
        start = np.empty(bins.n_x * bins.n_y * bins.n_z + 1, np.int64)
        order = np.empty(n, np.int64)
        sort_by_bin(position, by_id, bins, start, np.empty(n, np.int64), order)
        ranks, count = np.empty(n, np.int32), np.empty(n, np.int64)
        run_chunks(by_slot, n, position, radius, rank, order, self._packed, ranks)
        while True:
            search = (self._packed, ranks, start, bins, margin, self._wide, count)
            longest = max(run_chunks(find, n, *search))
            if longest < self._wide.shape[1]:
                break
            self._make_room(n, longest + FIRST_ROOM // 4)
        offsets = np.zeros(n + 1, np.int64)
        np.cumsum(count, out=offsets[1:])
        flat = np.empty(int(offsets[-1]), np.int32)
        slot_of_rank = _inverse(ranks).astype(np.int32)
        run_chunks(flatten, n, self._wide, offsets, slot_of_rank, flat)
        return Neighbours(order, offsets, flat)

    def _make_room(self, n: int, room: int) -> None:
        if self._wide.shape[0] < n or self._wide.shape[1] < room:
            self._wide = np.empty((n, room), np.int32)
        if self._packed.shape[0] < n:
            self._packed = np.empty((n, 4))


def _inverse(permutation: NDArray[np.integer[Any]]) -> Ints:
    inverse = np.empty(permutation.shape[0], np.int64)
    inverse[permutation] = np.arange(permutation.shape[0])
    return inverse
