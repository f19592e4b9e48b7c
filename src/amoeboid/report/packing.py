"""Cells over time packed for a page: positions as steps of a tenth of a micrometre, numbers as bytes, all deflated.

Positions are kept as differences from frame to frame, their low and high bytes apart, which deflates to about a third.
Whatever would make the page too large is thinned: first frames, then cells; `Packed` says how far.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_CHARACTERS = 7_500_000
"""Length of the data in a page; a browser opens a page of this size at once."""

QUANTUM = 0.1
"""Step of a stored position [um], unless the tissue is so large that 16 bits do not reach."""

LEAST_FRAMES = 13
"""Frames are thinned down to this many before cells are."""

ABSENT, NOTHING = -32768, 255
"""What stands for a cell that is not there, and for a number that is not there."""

RADIUS_STEP = 0.125
"""Step of a stored radius [um]; 255 of them are wider than any cell here."""

_REACH = 32000
_HALVINGS = 24
_JUDGED = 2_000_000  # numbers of positions that are packed to judge the size of all
_LEVEL = 5  # of zlib; 9 saves two in a hundred and takes ten times as long


@dataclass(frozen=True)
class Shade:
    """What cells can be coloured by: a number from ``low`` to ``high``, or one of ``classes``.

    ``clock`` says at which times it is known: ``frame``, ``sample``, or ``once`` for all times.
    """

    name: str
    label: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    classes: tuple[str, ...] = ()
    clock: str = "sample"

    def bytes_of(self, value: Array) -> Array:
        """Give values as bytes: classes as they are, numbers from 0 at the low end to 254 at the high one.

        Examples
        --------
        >>> Shade("tension", "γ", low=0.0, high=2.0).bytes_of(np.array([0.0, 1.0, 9.0, np.nan])).tolist()
        [0, 127, 254, 255]
        """
        known = np.isfinite(value)
        width = 1.0 if self.classes else max(self.high - self.low, 1e-30) / (NOTHING - 1)
        start = 0.0 if self.classes else self.low
        steps = np.rint((np.where(known, value, start) - start) / width)
        return np.where(known, np.clip(steps, 0, NOTHING - 1), NOTHING).astype(np.uint8)


@dataclass(frozen=True)
class Shown:
    """One arm of the view.

    Parameters
    ----------
    name : str
    time, sample_time : (n_frames,), (n_samples,) [s]
    position : (n_frames, n_cells, 3) [um]
        NaN where a cell is not there.
    radius : (n_samples, n_cells) or (1, n_cells) [um]
    identity : (n_cells,) int
    values : mapping
        By name of the shade, (n_times, n_cells) at the times of its clock, NaN where there is none.
    """

    name: str
    time: Array
    sample_time: Array
    position: Array
    radius: Array
    identity: Array
    values: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Packed:
    """What a page embeds: the header as JSON text, the data as base64.

    ``frames`` is how many frames are shown and how many there were; every ``cells``-th cell is shown.
    """

    header: str
    data: str
    frames: tuple[int, int]
    cells: int


def pack(
    arms: Sequence[Shown], shades: Sequence[Shade], facts: Mapping[str, Any], most: int = MOST_CHARACTERS
) -> Packed:
    """Pack arms into at most so many characters, thinning frames and then cells as far as needed.

    Parameters
    ----------
    arms : sequence of Shown
    shades : sequence of Shade
    facts : mapping
        Further entries of the header.
    most : int
        Bound on the length of the data.

    Returns
    -------
    packed : Packed
    """
    n_frames = max(len(arm.time) for arm in arms)
    frames, cells = _first_guess(arms, shades, n_frames, most)
    for _ in range(_HALVINGS):
        header, data = _encoded([_thinned(arm, shades, frames, cells) for arm in arms], shades)
        if len(data) <= most:
            break
        frames, cells = _fewer(frames, cells, 0.95 * most / len(data))
    return Packed(json.dumps({**facts, **header}, allow_nan=False), data, (frames, n_frames), cells)


def _first_guess(arms: Sequence[Shown], shades: Sequence[Shade], n_frames: int, most: int) -> tuple[int, int]:
    """Judge by a few of the cells how far frames and cells must be thinned: to pack all of them first takes long."""
    size = sum(arm.position.size for arm in arms)
    part = -(-size // _JUDGED)
    if part == 1:
        return n_frames, 1
    _, data = _encoded([_thinned(arm, shades, n_frames, part) for arm in arms], shades)
    share = most / (len(data) * part)
    return (n_frames, 1) if share >= 1.0 else _fewer(n_frames, 1, share)


def _fewer(frames: int, cells: int, share: float) -> tuple[int, int]:
    """Give the frames and the stride over cells that leave a share of the data."""
    fewer = max(min(LEAST_FRAMES, frames), int(frames * share))
    left = share * frames / fewer
    return (fewer, cells) if left >= 1.0 and fewer < frames else (fewer, max(cells + 1, int(np.ceil(cells / left))))


def _thinned(arm: Shown, shades: Sequence[Shade], frames: int, cells: int) -> Shown:
    n = len(arm.time)
    kept = np.unique(np.rint(np.linspace(0, n - 1, min(n, frames))).astype(int))
    rows = {shade.name: kept if shade.clock == "frame" else slice(None) for shade in shades}
    return replace(
        arm,
        time=arm.time[kept],
        position=arm.position[kept][:, ::cells],
        radius=arm.radius[:, ::cells],
        identity=arm.identity[::cells],
        values={name: arm.values[name][rows[name]][:, ::cells] for name in rows if name in arm.values},
    )


def _encoded(arms: Sequence[Shown], shades: Sequence[Shade]) -> tuple[dict[str, Any], str]:
    low, quantum = _scale(arms)
    blob = bytearray()
    records = [dict(_described(arm, shades, blob, (low, quantum))) for arm in arms]
    head = {"quantum": quantum, "origin": low.tolist(), "radiusStep": RADIUS_STEP, "absent": ABSENT}
    head |= {"shades": [asdict(shade) for shade in shades], "arms": records, "bytes": len(blob)}
    return head, base64.b64encode(zlib.compress(bytes(blob), _LEVEL)).decode()


def _scale(arms: Sequence[Shown]) -> tuple[Array, float]:
    """Give the place that stored positions are counted from, and their step."""
    known = [arm.position[np.isfinite(arm.position).all(axis=2)] for arm in arms]
    places = np.concatenate([*known, np.zeros((0, 3))])
    low, high = (places.min(axis=0), places.max(axis=0)) if len(places) else (np.zeros(3), np.ones(3))
    middle = 0.5 * (low + high)
    return middle.astype(np.float64), max(QUANTUM, float((high - low).max()) / (2 * _REACH))


def _described(
    arm: Shown, shades: Sequence[Shade], blob: bytearray, scale: tuple[Array, float]
) -> Iterator[tuple[str, Any]]:
    """Put the bytes of an arm into the blob, and give where they are."""

    def put(array: Array) -> list[int]:
        blob.extend(array.tobytes())
        return [len(blob) - array.nbytes, array.nbytes]

    yield "name", arm.name
    yield "cells", len(arm.identity)
    yield "time", [float(time) for time in arm.time]
    yield "sampleTime", [float(time) for time in arm.sample_time]
    yield "position", put(_planes(steps_of(arm.position, *scale)))
    radius = np.clip(np.rint(np.nan_to_num(arm.radius) / RADIUS_STEP), 0, 255)
    yield "radius", [*put(radius.astype(np.uint8)), len(arm.radius)]
    yield "identity", put(arm.identity.astype("<u4"))
    yield "values", {s.name: put(s.bytes_of(arm.values[s.name])) for s in shades if s.name in arm.values}


def steps_of(position: Array, middle: Array, quantum: float) -> NDArray[np.int16]:
    """Give positions as whole steps from the middle, all three `ABSENT` where a cell is not there."""
    there = np.isfinite(position).all(axis=2, keepdims=True)
    steps = np.rint((np.where(there, position, 0.0).astype(np.float64) - middle) / quantum)
    return np.where(there, np.clip(steps, -_REACH - 1, _REACH + 1), ABSENT).astype(np.int16)


def _planes(steps: NDArray[np.int16]) -> Array:
    """Give the difference of each frame from the one before, modulo 2^16, all low bytes before all high ones."""
    whole = steps.view(np.uint16)
    change = np.concatenate([whole[:1], whole[1:] - whole[:-1]])
    return np.concatenate([(change & 255).astype(np.uint8).ravel(), (change >> 8).astype(np.uint8).ravel()])
