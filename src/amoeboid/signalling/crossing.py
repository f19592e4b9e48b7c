"""Where the rates or triggers of one cell jump: the first change of sign of any root along a smooth stretch.

Each root is watched by itself, not the truth of a whole trigger, so that a window such as ``x > 0.18 and x < 0.19``
is seen however short it is. Along a stretch roots are sampled, and a root that bends towards 0 between two samples is
followed to its extremum. Roots that are linear in time and rest on held states are not sought but computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.signalling import plain
from amoeboid.signalling.expression import Node

Floats = NDArray[np.float64]
Path = Callable[[float], list[float]]
"""The state of one cell at a time."""

SAMPLES = 8
"""Parts of one step at whose ends roots are sampled."""
_GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)  # of a golden-section search
_SNAP = 8.0  # units in the last place within which two moments are one
_BENDS = 0.5
"""A root whose parabola through three samples comes nearer to 0 than this share of the nearest sample is followed."""
_FOLLOWED = 40
_HALVINGS = 80


@dataclass(frozen=True)
class Crossing:
    """The first moment after a change, and the rows of the roots that passed through 0 there."""

    time: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Sought:
    """Which roots have to be sought by sampling, and which can be computed, with their slopes in time."""

    sampled: tuple[int, ...]
    exact: tuple[int, ...]


class Watch:
    """Follows the roots of one cell.

    Parameters
    ----------
    roots : callable
        From a state to the values of all roots.
    slopes : callable
        From a state to the derivative by time of the exact ones.
    sought : Sought
        Rows of both kinds.
    steps : callable
        From a state to numbers that jump by themselves, such as what `floor` gives.
    """

    def __init__(
        self, roots: plain.Function, slopes: plain.Function, sought: Sought, steps: plain.Function | None = None
    ) -> None:
        self.roots, self.slopes, self.sought, self.steps = roots, slopes, sought, steps
        self.idle = not sought.sampled and steps is None

    def sides(self, y: Sequence[float]) -> tuple[float, ...]:
        """Give on which side of 0 each root is: -1, 0 or 1; 2 where it is not a number."""
        return tuple(_side(value) for value in self.roots(y))

    def crossed(self, before: Sequence[float], after: Sequence[float]) -> tuple[int, ...]:
        """Give the rows of roots that changed sides."""
        return tuple(row for row, (old, new) in enumerate(zip(before, after, strict=True)) if _passes(old, new))

    def next_exact(self, y: Sequence[float], time: float) -> tuple[float, tuple[int, ...]]:
        """Give the next time at which computed roots are 0, later than `time`, and their rows; infinite if none is."""
        if not self.sought.exact:
            return math.inf, ()
        values, slopes = self.roots(y), self.slopes(y)
        found = {row: _zero(values[row], slope, time) for row, slope in zip(self.sought.exact, slopes, strict=True)}
        first = min(found.values())
        if first == math.inf:
            return first, ()
        rows = tuple(row for row, one in found.items() if one <= first + _SNAP * math.ulp(first))
        return max(found[row] for row in rows), rows

    def first(self, path: Path, ends: tuple[float, float], before: tuple[float, ...]) -> Crossing | None:
        """Give the first change of a sampled root along a stretch.

        Parameters
        ----------
        path : callable
            From a time to the state; a little outside the stretch as well.
        ends : (float, float)
            Its first and last time.
        before : tuple of float
            From `mark` at its beginning.
        """
        begin, end = ends
        inner = np.linspace(begin, end, SAMPLES + 1)
        gap = (end - begin) / SAMPLES  # one sample more on each side tells whether a root bends at an end
        times = [begin - gap, *inner.tolist(), end + gap]
        values = [self._values(path(time)) for time in times]
        for k in range(1, SAMPLES + 2):
            if k > 1 and self._mark_of(values[k]) != before:
                return self._located(path, (times[k - 1], times[k]), before)
            hidden = self._hidden(path, times, values, k)
            if hidden is not None:
                return self._located(path, (max(times[k - 1], begin), hidden), before)
        return None

    def mark(self, y: Sequence[float]) -> tuple[float, ...]:
        """Give what must stay the same along a smooth stretch."""
        return self._mark_of(self._values(y))

    def _values(self, y: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        all_roots = self.roots(y)
        roots = tuple(all_roots[row] for row in self.sought.sampled)
        return roots, () if self.steps is None else self.steps(y)

    def _mark_of(self, values: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[float, ...]:
        roots, steps = values
        return (*(_side(value) for value in roots), *(step if step == step else math.inf for step in steps))

    def _hidden(
        self, path: Path, times: list[float], values: Sequence[tuple[tuple[float, ...], ...]], k: int
    ) -> float | None:
        """Give a time near sample k at which a root that only touches or briefly passes 0 is on the other side."""
        for row in range(len(self.sought.sampled)):
            left, here, right = (values[k + shift][0][row] for shift in (-1, 0, 1))
            if _bends_to_zero(left, here, right):
                ends = (max(times[k - 1], times[1]), min(times[k + 1], times[-2]))
                found = self._lowest(path, ends, (row, math.copysign(1.0, here)))
                if found is not None:
                    return found
        return None

    def _lowest(self, path: Path, ends: tuple[float, float], root: tuple[int, float]) -> float | None:
        """Seek by golden section the least of a root times its sign; stop when it reaches 0."""
        row, sign = root
        low, high = ends

        def value(time: float) -> float:
            return sign * self._values(path(time))[0][row]

        inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
        found = [value(time) for time in inner]
        for _ in range(_FOLLOWED):
            best = 0 if found[0] <= found[1] else 1
            if found[best] <= 0.0:
                return inner[best]
            if best == 0:
                high, inner[1], found[1] = inner[1], inner[0], found[0]
                inner[0] = high - _GOLDEN * (high - low)
                found[0] = value(inner[0])
            else:
                low, inner[0], found[0] = inner[0], inner[1], found[1]
                inner[1] = low + _GOLDEN * (high - low)
                found[1] = value(inner[1])
        return None

    def _located(self, path: Path, ends: tuple[float, float], before: tuple[float, ...]) -> Crossing:
        """Halve until the change lies between two times that are next to each other; give the later one."""
        low, high = ends
        least = 2.0 * math.ulp(max(abs(low), abs(high)))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if high - low <= least or not low < middle < high:
                break
            if self.mark(path(middle)) == before:
                low = middle
            else:
                high = middle
        after = self.mark(path(high))
        rows = tuple(
            row for row, old, new in zip(self.sought.sampled, before, after, strict=False) if _passes(old, new)
        )
        return Crossing(high, rows)


def _passes(old: float, new: float) -> bool:
    """Say whether a root on one side came to 0 or beyond."""
    return abs(old) == 1.0 and new in (0.0, -old)


def _side(value: float) -> float:
    if value > 0.0:
        return 1.0
    return -1.0 if value < 0.0 else (0.0 if value == 0.0 else 2.0)


def _zero(value: float, slope: float, time: float) -> float:
    """Give the time after `time` at which a linear root is 0; the next number when it is there already by rounding."""
    if value == 0.0 or slope == 0.0 or not math.isfinite(value / slope):
        return math.inf
    found = time - value / slope
    if found > time:
        return found
    near = abs(value / slope) <= _SNAP * math.ulp(time)
    return math.nextafter(time, math.inf) if near and value * slope < 0.0 else math.inf


def _bends_to_zero(left: float, here: float, right: float) -> bool:
    """Say whether a parabola through three equal-spaced values of one sign comes near 0."""
    if not (left * here > 0.0 and here * right > 0.0 and abs(here) <= min(abs(left), abs(right))):
        return False
    bend = left - 2.0 * here + right
    vertex = here - (right - left) ** 2 / (2.0 * 4.0 * bend) if bend else here
    return vertex / here < _BENDS


def sought(nodes: Sequence[Node], is_exact: Callable[[Node], bool], moves: Callable[[Node], bool]) -> Sought:
    """Sort roots into those that are computed and those that are sampled; what does not move is neither."""
    exact = tuple(row for row, node in enumerate(nodes) if is_exact(node))
    sampled = tuple(row for row, node in enumerate(nodes) if row not in exact and moves(node))
    return Sought(sampled, exact)
