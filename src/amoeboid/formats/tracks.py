"""The record of cell tracks: who was where, when; whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, FormatError

FARTHEST, LONGEST = 1e9, 1e11
"""Largest position [um] and time [s] of a recording: a kilometre and three thousand years."""

MOST_FRAMES = 100_000_000
"""Frames that a recording may span, gaps included."""


@dataclass(frozen=True)
class Tracks:
    """Positions of cells in time, one row per position, sorted by group, track and time.

    Build it with `Tracks.of`, which sorts and checks; the plain constructor trusts its arguments.

    Parameters
    ----------
    track : (n_rows,) int64
        Number of the track, unique within its group.
    time : (n_rows,) float64 [s]
    position : (n_rows, 3) float64 [um]
        A flat recording has one z throughout.
    group : (n_rows,) str or None
        Sample, well or spheroid that the row belongs to.
    """

    track: NDArray[np.int64]
    time: NDArray[np.float64]
    position: NDArray[np.float64]
    group: NDArray[np.str_] | None = None

    @classmethod
    def of(
        cls,
        track: ArrayLike,
        time: ArrayLike,
        position: ArrayLike,
        group: ArrayLike | None = None,
        where: str = "",
    ) -> Tracks:
        """Sort and check rows of tracks.

        Raises
        ------
        FormatError
            When there are no rows, lengths differ, a number is not finite, or a track is twice at one time.

        Examples
        --------
        >>> Tracks.of([2, 1, 1], [0.0, 60.0, 0.0], [[5, 0, 0], [1, 0, 0], [0, 0, 0]]).n_tracks
        2
        """
        numbers = np.asarray(track, dtype=np.int64)
        seconds = np.asarray(time, dtype=np.float64)
        places = np.asarray(position, dtype=np.float64)
        names = None if group is None else np.asarray(group).astype(np.str_)
        _check_shapes(numbers, seconds, places, names, where)
        keys: tuple[NDArray[Any], ...] = (seconds, numbers) if names is None else (seconds, numbers, names)
        order = np.lexsort(keys)
        rows = cls(numbers[order], seconds[order], places[order], None if names is None else names[order])
        _check_rows(rows, where)
        return rows

    @classmethod
    def of_frames(cls, time: ArrayLike, position: ArrayLike, identity: ArrayLike | None = None) -> Tracks:
        """Turn frames of one set of cells into tracks; a cell has no row where its position is NaN.

        Parameters
        ----------
        time : (n_frames,) [s]
        position : (n_frames, n_cells, 3) [um]
        identity : (n_cells,) int, optional
            Numbers of the cells; 0, 1, ... when left out.

        Examples
        --------
        >>> Tracks.of_frames([0.0, 60.0], [[[0, 0, 0]], [[1, 0, 0]]]).n_rows
        2
        """
        places = np.asarray(position, dtype=np.float64)
        n_frames, n_cells = places.shape[:2]
        cells = np.arange(n_cells) if identity is None else np.asarray(identity)
        seconds = np.tile(np.asarray(time, dtype=np.float64), n_cells)
        rows = places.transpose(1, 0, 2).reshape(-1, 3)
        there = ~np.isnan(rows[:, 0])
        return cls.of(np.repeat(cells, n_frames)[there], seconds[there], rows[there])

    @property
    def n_rows(self) -> int:
        """Number of positions."""
        return int(self.track.shape[0])

    @property
    def n_tracks(self) -> int:
        """Number of tracks."""
        return int(self.ordinal[-1]) + 1

    @cached_property
    def ordinal(self) -> NDArray[np.int64]:
        """Number of the row's track in order of the table, 0 to n_tracks - 1, whatever its name."""
        new = self.track[1:] != self.track[:-1]
        if self.group is not None:
            new = new | (self.group[1:] != self.group[:-1])
        return np.concatenate([[0], np.cumsum(new)]).astype(np.int64)

    @cached_property
    def interval(self) -> float:
        """Time between frames [s]: the median step in time; 0 when no track has two positions."""
        step = np.diff(self.time)[np.diff(self.ordinal) == 0]
        return float(np.median(step)) if step.size else 0.0

    @cached_property
    def frame(self) -> NDArray[np.int64]:
        """Number of the row's frame, counted from the first time in the table.

        Raises
        ------
        FormatError
            When times do not lie on a regular grid within a quarter of the interval.
        """
        if self.interval <= 0.0:
            return np.zeros(self.n_rows, dtype=np.int64)
        steps = (self.time - self.time.min()) / self.interval
        frame = np.rint(steps)
        if steps.max() > MOST_FRAMES or np.any(np.abs(steps - frame) > 0.25):
            raise FormatError(
                Fault(
                    "",
                    "times do not lie on a regular grid of frames",
                    f"frames every {self.interval:g} s",
                    "",
                    "resample the tracks, or split recordings of unlike interval",
                    "AMB-F09",
                )
            )
        return np.asarray(frame, dtype=np.int64)

    @property
    def axes(self) -> tuple[int, ...]:
        """Axes along which anything moves: (0, 1) for a flat recording."""
        return tuple(axis for axis in range(3) if np.ptp(self.position[:, axis]) > 0.0)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups in order; empty when there are none."""
        return () if self.group is None else tuple(str(name) for name in np.unique(self.group))

    def select(self, group: str) -> Tracks:
        """Give the rows of one group.

        Raises
        ------
        FormatError
            When no row belongs to it.
        """
        chosen = np.zeros(self.n_rows, dtype=bool) if self.group is None else self.group == group
        if not chosen.any():
            raise FormatError(
                Fault(
                    "",
                    f"no track belongs to group `{group}`",
                    f"one of {', '.join(self.groups) or 'no groups'}",
                    "",
                    "correct the name of the group",
                    "AMB-F10",
                )
            )
        return self.where(chosen)

    def where(self, chosen: NDArray[np.bool_]) -> Tracks:
        """Give the chosen rows, in order."""
        group = None if self.group is None else self.group[chosen]
        return Tracks(self.track[chosen], self.time[chosen], self.position[chosen], group)


def _check_shapes(
    track: NDArray[Any], time: NDArray[Any], position: NDArray[Any], group: NDArray[Any] | None, where: str
) -> None:
    n_rows = track.shape[0] if track.ndim == 1 else -1
    right = time.shape == (n_rows,) and position.shape == (n_rows, 3)
    right = right and (group is None or group.shape == (n_rows,))
    if not right:
        what = f"columns of unlike length: track {track.shape}, time {time.shape}, position {position.shape}"
        raise FormatError(Fault(where, what, "one row per position", "", "give columns of one length", "AMB-F36"))
    if n_rows == 0:
        do = "export the tracks again; tracking may have found nothing"
        raise FormatError(Fault(where, "no positions in it", "at least one row", "", do, "AMB-F32"))


def _check_rows(rows: Tracks, where: str) -> None:
    bad = ~np.isfinite(rows.time) | ~np.isfinite(rows.position).all(axis=1)
    if bad.any():
        first = int(np.argmax(bad))
        what = f"track `{rows.track[first]}` has a time or position that is not finite ({int(bad.sum())} rows)"
        do = "remove those rows; a gap in a track is allowed, a NaN is not"
        raise FormatError(Fault(where, what, "finite numbers", "", do, "AMB-F37"))
    if np.abs(rows.position).max() > FARTHEST or np.abs(rows.time).max() > LONGEST:
        expected = f"positions within {FARTHEST:g} um and times within {LONGEST:g} s"
        do = "correct the units, or the rows that are far out"
        raise FormatError(Fault(where, "a position or time is out of range", expected, "", do, "AMB-F38"))
    twice = (np.diff(rows.ordinal) == 0) & (np.diff(rows.time) <= 0.0)
    if twice.any():
        first = int(np.argmax(twice))
        what = f"track `{rows.track[first]}` is twice at {rows.time[first]:g} s"
        do = "give each cell its own track number; split merged or divided tracks; name the group column"
        raise FormatError(Fault(where, what, "one position per track and time", "", do, "AMB-F08"))
