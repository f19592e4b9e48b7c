"""Cells sorted by bin, and the neighbour list kept with a skin.

A *row* is a cell's place in the ports, a *slot* its place by bin. Lists hold rows, bin by bin. What a step sums over
them are whole quanta (`contact.in_quanta`), so that the sums are exact: they do not depend on storage, on bins, on
threads, nor on how old the list is, for a pair beyond reach adds exactly nothing. Cells near in space should be near
in storage, as `cells.place` gives them, or a step takes longer.

The search lays the cells of a bin and of the 26 around it side by side once for all cells of the bin, in single
precision: the compiler compares sixteen at a time. A list may hold pairs just beyond the limit, never one too few.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel, scalar
from amoeboid.kernels.threads import run_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Slots = NDArray[np.int32]
Singles = NDArray[np.float32]
Bytes = NDArray[np.uint8]


FIRST_ROOM = 32
"""Neighbours per cell, on average, that fit before the scratch grows."""

SINGLE = 2.0**-20
"""Share of a length by which a distance in single precision may be wrong, with room to spare."""


ROUNDING = 1.0 + 1e-9
"""What bins are widened by, so that rounding loses no pair."""


class Bins(NamedTuple):
    """The box of bins: counts, corner and edge [um]; the edge is no shorter than the way to any neighbour."""

    n_x: int
    n_y: int
    n_z: int
    x: float
    y: float
    z: float
    edge: float


def choose_bins(low: Floats, high: Floats, largest: float, margin: float, n: int) -> Bins:
    """Choose bins as wide as the longest distance of a listed pair, wider where cells are few in a large box.

    Parameters
    ----------
    low, high : (3,) arrays [um]
        Bounding box of the centres.
    largest, margin : float
        Largest radius, and what a list looks beyond the sum of radii [um].
    n : int
        Number of cells; bins number at most eight per cell.
    """
    cutoff = (2.0 * largest + margin) * ROUNDING
    extent = np.maximum(high - low, cutoff)
    edge = max(cutoff, float(np.prod(extent) / (8.0 * n + 64.0)) ** (1.0 / 3.0))
    counts = (extent / edge).astype(np.int64) + 1
    x, y, z = (float(value) for value in low)
    n_x, n_y, n_z = (int(count) for count in counts)
    return Bins(n_x, n_y, n_z, x, y, z, edge)


@kernel
def bounds(low: int, high: int, position: Floats) -> tuple[float, float, float, float, float, float]:
    """Give the least x, y, z and the largest of a range of rows."""
    x, y, z = math.inf, math.inf, math.inf
    east, north, above = -math.inf, -math.inf, -math.inf
    for row in range(np.uintp(low), np.uintp(high)):
        x, east = min(x, position[row, 0]), max(east, position[row, 0])
        y, north = min(y, position[row, 1]), max(north, position[row, 1])
        z, above = min(z, position[row, 2]), max(above, position[row, 2])
    return x, y, z, east, north, above


@kernel
def bin_of(low: int, high: int, position: Floats, bins: Bins, home: Slots) -> None:
    """Write the bin of each row; cells outside the box count to its outermost bins."""
    inverse = 1.0 / bins.edge
    for row in range(np.uintp(low), np.uintp(high)):
        i = min(max(int((position[row, 0] - bins.x) * inverse), 0), bins.n_x - 1)
        j = min(max(int((position[row, 1] - bins.y) * inverse), 0), bins.n_y - 1)
        k = min(max(int((position[row, 2] - bins.z) * inverse), 0), bins.n_z - 1)
        home[row] = (k * bins.n_y + j) * bins.n_x + i


@kernel
def sort_by_bin(home: Slots, start: Ints, order: Slots) -> None:
    """Sort rows by bin, and by row within a bin: a counting sort.

    Parameters
    ----------
    home : (n,) array
        Bin of each row.
    start : (n_bins + 1,) array
        Receives the first slot of each bin.
    order : (n,) array
        Receives the row of each slot.
    """
    n_bins = start.shape[0] - 1
    start[:] = 0
    for row in range(np.uintp(home.shape[0])):
        start[np.uintp(home[row])] += 1
    first = 0
    for b in range(np.uintp(n_bins)):
        count = start[b]
        start[b] = first
        first += count
    start[np.uintp(n_bins)] = first
    for row in range(np.uintp(home.shape[0])):
        place = np.uintp(home[row])
        order[np.uintp(start[place])] = row
        start[place] += 1
    for b in range(n_bins, 0, -1):
        start[np.uintp(b)] = start[np.uintp(b - 1)]
    start[np.uintp(0)] = 0


@kernel
def by_slot(low: int, high: int, position: Floats, radius: Floats, order: Slots, bins: Bins, packed: Singles) -> None:
    """Gather x, y, z from the corner of the bins, and the radius, by slot into the rows of ``packed`` (4, n)."""
    x, y, z, r = packed[0], packed[1], packed[2], packed[3]
    for slot in range(np.uintp(low), np.uintp(high)):
        row = np.uintp(order[slot])
        x[slot] = position[row, 0] - bins.x
        y[slot] = position[row, 1] - bins.y
        z[slot] = position[row, 2] - bins.z
        r[slot] = radius[row]


@scalar
def lines(b: int, bins: Bins) -> tuple[int, int, int, int, int, int]:
    """Give the ranges along x, y, z [first, last] of a bin and those around it."""
    i, j, k = b % bins.n_x, b // bins.n_x % bins.n_y, b // (bins.n_x * bins.n_y)
    return (
        max(i - 1, 0), min(i + 1, bins.n_x - 1),
        max(j - 1, 0), min(j + 1, bins.n_y - 1),
        max(k - 1, 0), min(k + 1, bins.n_z - 1),
    )  # fmt: skip


@scalar
def around(b: int, start: Ints, bins: Bins) -> int:
    """Count the cells of a bin and of those around it."""
    west, east, south, north, below, above = lines(b, bins)
    total = 0
    for k in range(below, above + 1):
        for j in range(south, north + 1):
            line = (k * bins.n_y + j) * bins.n_x
            total += start[np.uintp(line + east + 1)] - start[np.uintp(line + west)]
    return total


@scalar
def collect(b: int, start: Ints, order: Slots, bins: Bins, packed: Singles, seen: Singles, rows: Slots) -> None:
    """Lay the cells of a bin and of those around it side by side."""
    west, east, south, north, below, above = lines(b, bins)
    place = np.uintp(0)
    for k in range(below, above + 1):
        for j in range(south, north + 1):
            line = (k * bins.n_y + j) * bins.n_x
            first = np.uintp(start[np.uintp(line + west)])
            n = np.uintp(start[np.uintp(line + east + 1)]) - first
            for a in range(n):
                seen[0, place + a] = packed[0, first + a]
                seen[1, place + a] = packed[1, first + a]
                seen[2, place + a] = packed[2, first + a]
                seen[3, place + a] = packed[3, first + a]
                rows[place + a] = order[first + a]
            place += n


@scalar
def compare(n: int, slot: int, margin: float, packed: Singles, seen: Singles, near: Bytes) -> None:
    """Tell which of the first ``n`` of ``seen`` are nearer to a cell than the sum of radii plus ``margin``."""
    x, y, z, reach = packed[0, slot], packed[1, slot], packed[2, slot], packed[3, slot] + np.float32(margin)
    for c in range(np.uintp(n)):
        dx, dy, dz = seen[0, c] - x, seen[1, c] - y, seen[2, c] - z
        both = seen[3, c] + reach
        near[c] = np.uint8(dx * dx + dy * dy + dz * dz < both * both)


@kernel
def find(
    low: int,
    high: int,
    packed: Singles,
    start: Ints,
    order: Slots,
    bins: Bins,
    margin: float,
    room: int,
    found: Slots,
    count: Slots,
    begin: Ints,
) -> np.int64:
    """List by slot the rows of cells nearer than the sum of radii plus ``margin``, and a few just beyond.

    Parameters
    ----------
    packed : (4, n) array
        x, y, z from the corner of the bins, radius [um], by slot; single precision, so ``margin`` must hold what
        that rounds away.
    start : (n_bins + 1,) array
    order : (n,) array
        Row of each slot.
    bins : Bins
    margin : float
        Reach of the force and rounding [um].
    room : int
        Entries of ``found`` per slot.
    found : (n * room,) array
        Receives the lists one behind the other, from ``low * room`` on.
    count, begin : (n,) array
        Receive, by row, the length of its list and where it begins.

    Returns
    -------
    needed : int
        Entries per slot that would have been enough; above ``room`` lists were cut and must be found again.
    """
    free = 512
    seen, rows, near = np.empty((4, free), np.float32), np.empty(free, np.int32), np.empty(free, np.uint8)
    place, end = np.uintp(low * room), np.uintp(high * room)
    b, here, n_seen, cut = int(np.searchsorted(start, low, "right")) - 1, -1, 0, 0
    for slot in range(np.uintp(low), np.uintp(high)):
        while slot >= np.uintp(start[np.uintp(b + 1)]):
            b += 1
        if b != here:
            here, n_seen = b, around(b, start, bins)
            if n_seen > free:
                free = 2 * n_seen
                seen, rows, near = np.empty((4, free), np.float32), np.empty(free, np.int32), np.empty(free, np.uint8)
            collect(b, start, order, bins, packed, seen, rows)
        compare(n_seen, slot, margin, packed, seen, near)
        own = order[slot]
        begin[np.uintp(own)] = np.int64(place)
        n = np.uintp(0)
        if place + np.uintp(n_seen) < end:
            for c in range(np.uintp(n_seen)):
                # written always, counted when near: a branch here would be guessed wrong too often
                found[place + n] = rows[c]
                n += np.uintp(near[c] & (rows[c] != own))
            place += n
        else:
            cut += n_seen
        count[np.uintp(own)] = n
    return np.int64((np.int64(place) - low * room + cut) // (high - low) + 1 if cut > 0 else 0)


@kernel
def flatten(low: int, high: int, found: Slots, begin: Ints, offsets: Ints, flat: Slots) -> None:
    """Copy lists to where they belong, by row."""
    for row in range(np.uintp(low), np.uintp(high)):
        first, place = np.uintp(offsets[row]), np.uintp(begin[row])
        for a in range(np.uintp(offsets[row + np.uintp(1)]) - first):
            flat[first + a] = found[place + a]


class Neighbours(NamedTuple):
    """A neighbour list as the ports hold it."""

    offsets: NDArray[Any]
    flat: NDArray[Any]


class Builder:
    """Builds neighbour lists and keeps its scratch between builds.

    Examples
    --------
    >>> near = Builder().build(np.array([[0.0, 0, 0], [10.0, 0, 0]]), np.full(2, 8.0), 1.0)
    >>> near.offsets.tolist(), near.flat.tolist()
    ([0, 1, 2], [1, 0])
    """

    def __init__(self) -> None:
        self._room = FIRST_ROOM
        self._found: Slots = np.empty(0, np.int32)

    def build(self, position: Floats, radius: Floats, margin: float) -> Neighbours:
        """List all pairs nearer than the sum of radii plus a margin, and a few just beyond.

        Parameters
        ----------
        position : (n, 3) array [um]
            Finite.
        radius : (n,) array [um]
        margin : float
            [um].

        Returns
        -------
        near : Neighbours
            New arrays.
        """
        n = position.shape[0]
        if n == 0:
            return Neighbours(np.zeros(1, np.int64), np.empty(0, np.int32))
        boxes = np.array(run_chunks(bounds, n, position))
        low, high = boxes[:, :3].min(axis=0), boxes[:, 3:].max(axis=0)
        bins = choose_bins(low, high, float(radius.max()), margin, n)
        start = np.empty(bins.n_x * bins.n_y * bins.n_z + 1, np.int64)
        order, home = np.empty(n, np.int32), np.empty(n, np.int32)
        run_chunks(bin_of, n, position, bins, home)
        sort_by_bin(home, start, order)
        packed, count, begin = np.empty((4, n), np.float32), np.empty(n, np.int32), np.empty(n, np.int64)
        run_chunks(by_slot, n, position, radius, order, bins, packed)
        rounding = SINGLE * (float((high - low).max()) + bins.edge)
        while True:
            if self._found.shape[0] < n * self._room:
                self._found = np.empty(n * self._room, np.int32)
            search = (packed, start, order, bins, margin + rounding, self._room, self._found, count, begin)
            needed = max(run_chunks(find, n, *search))
            if needed == 0:
                break
            self._room = needed + FIRST_ROOM
        offsets = np.zeros(n + 1, np.int64)
        np.cumsum(count, out=offsets[1:])
        flat = np.empty(int(offsets[-1]), np.int32)
        run_chunks(flatten, n, self._found, begin, offsets, flat)
        return Neighbours(offsets, flat)
