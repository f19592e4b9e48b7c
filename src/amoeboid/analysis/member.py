"""What one recorded member yields: measures over time, and who escaped when."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from amoeboid import measures
from amoeboid.errors import NumericsError
from amoeboid.evidence import Parameters
from amoeboid.formats import Tracks
from amoeboid.scenario import OF_TYPE, measure_of

Columns = NDArray[np.bool_] | slice

MINUTE = 60.0
_MEANS = {"pMLC2": ("pMLC2_mean", "1"), "pSTAT3": ("pSTAT3_mean", "nM"), "tension": ("tension_mean", "nN/um"),
          "pull": ("pull_mean", "nN")}  # fmt: skip
_SCALARS = (*_MEANS, "aspect")
_MSD_LAGS = {"msd_15min": 900.0, "msd_30min": 1800.0}
_KINDS = {measures.EscapeClass.SINGLE: "single", measures.EscapeClass.CLUSTER: "cluster"}


class Recorded(Protocol):
    """Arrays that a member recorded, as `amoeboid.store` gives them."""

    @property
    def time(self) -> NDArray[Any]:
        """Times of the frames, (n_frames,) [s]."""
        ...

    @property
    def position(self) -> NDArray[Any]:
        """Centres of the cells, (n_frames, n_cells, 3) [um]."""
        ...

    @property
    def cell_time(self) -> NDArray[Any]:
        """Times of the samples of the scalars, (n_samples,) [s]."""
        ...

    @property
    def scalars(self) -> Mapping[str, NDArray[Any]]:
        """Samples by name, each (n_samples, n_cells)."""
        ...

    @property
    def initial(self) -> Mapping[str, NDArray[Any]]:
        """What cells began with by name: id, type, radius [um]."""
        ...

    @property
    def flux(self) -> Mapping[str, NDArray[Any]]:
        """What crossed into vessels by name, ``flux_time`` and so on; empty where there is no vessel."""
        ...


@dataclass(frozen=True)
class Thresholds:
    """The conventions of the assays: what counts as rounded, touching, escaped.

    Parameters
    ----------
    rounded_aspect : float
    escape_reach : float
        Cell diameters beyond the initial hull.
    contact_factor : float
        Times the sum of radii.
    invasion_quantile : float
    adhesion : float [nN/um]
        Work of adhesion, for the contact angle.
    """

    rounded_aspect: float
    escape_reach: float
    contact_factor: float
    invasion_quantile: float
    adhesion: float

    @classmethod
    def of(cls, parameters: Parameters) -> Thresholds:
        """Read the conventions from their records of evidence."""
        return cls(
            parameters["assay.rounded_aspect"],
            parameters["assay.escape_reach"],
            parameters["assay.contact_factor"],
            parameters["assay.invasion_quantile"],
            parameters["mechanics.adhesion"],
        )


@dataclass(frozen=True)
class MeasureRow:
    """One number of one member at one time [s]."""

    name: str
    time: float
    value: float
    unit: str


@dataclass(frozen=True)
class EventRow:
    """One first escape: number of the cell, time [s], ``single`` or ``cluster``."""

    cell: int
    time: float
    kind: str


def measure_member(
    frames: Recorded, thresholds: Thresholds, types: Sequence[str] = ()
) -> tuple[list[MeasureRow], list[EventRow]]:
    """Apply the measures to what a member recorded.

    A measure whose arrays were not recorded, or for which there are too few frames, is left out. Cells that do not
    exist at a time do not count then.

    Parameters
    ----------
    frames : Recorded
    thresholds : Thresholds
    types : sequence of str, optional
        Cell types in the order of their index: with several, the measures of `scenario.OF_TYPE` are taken of each.

    Returns
    -------
    rows : list of MeasureRow
        Those of populations at every sample; those of whole tracks at the last frame.
    events : list of EventRow
        In order of time.
    """
    groups = _groups(frames, types)
    rows = [row for name, group in groups.items() for row in _rows_of(frames, thresholds, (name, group))]
    position = np.asarray(frames.position, dtype=np.float64)
    if len(frames.time) > 1:
        rows += _track_rows(Tracks.of_frames(frames.time, position), float(frames.time[-1]))
    try:
        escape_rows, events = _escape_rows(frames, thresholds)
    except NumericsError:  # cells without a volume between them have no hull to escape from
        return rows, []
    return rows + escape_rows, events


def _groups(frames: Recorded, types: Sequence[str]) -> dict[str | None, Columns]:
    """Give the columns of all cells, and of each type where there are several."""
    everyone = slice(None)
    if len(types) < 2 or "type" not in frames.initial:
        return {None: everyone}
    kind = np.asarray(frames.initial["type"])
    return {None: everyone, **{name: kind == index for index, name in enumerate(types)}}


def _rows_of(frames: Recorded, thresholds: Thresholds, group: tuple[str | None, Columns]) -> Iterator[MeasureRow]:
    """Give the measures that all cells have, of one group of them."""
    cell_type, columns = group
    for row in (*_population_rows(frames, thresholds, columns), *_speed_rows(frames, columns)):
        if cell_type is None or row.name in OF_TYPE:
            yield MeasureRow(measure_of(row.name, cell_type), row.time, row.value, row.unit)


def _population_rows(frames: Recorded, thresholds: Thresholds, columns: Columns) -> Iterator[MeasureRow]:
    for sample, time in enumerate(np.asarray(frames.cell_time, dtype=np.float64)):
        there = {name: _existing(frames.scalars[name][sample, columns]) for name in _SCALARS if name in frames.scalars}
        for scalar, (name, unit) in _MEANS.items():
            if scalar in there and there[scalar].size:
                yield MeasureRow(name, float(time), float(np.mean(there[scalar], dtype=float)), unit)
        if "tension" in there and there["tension"].size:
            angle = measures.contact_angle(there["tension"], thresholds.adhesion)
            yield MeasureRow("contact_angle_mean", float(time), angle, "rad")
        if "aspect" in there and there["aspect"].size:
            share = measures.fraction_rounded(there["aspect"], thresholds.rounded_aspect)
            yield MeasureRow("fraction_rounded", float(time), share.value, "1")


def _existing(values: NDArray[Any]) -> NDArray[Any]:
    """Give the values of cells that exist at the time."""
    return np.asarray(values[np.isfinite(values)])


def _speed_rows(frames: Recorded, columns: Columns) -> Iterator[MeasureRow]:
    time = np.asarray(frames.time, dtype=np.float64)
    if time.size < 2:
        return
    position = np.asarray(frames.position, dtype=np.float64)[:, columns]
    step = np.linalg.norm(np.diff(position, axis=0), axis=2) / np.diff(time)[:, None] * MINUTE
    for end, speed in zip(time[1:], map(_existing, step), strict=True):
        if speed.size:
            yield MeasureRow("speed_mean", float(end), float(speed.mean()), "um/min")
            yield MeasureRow("speed_median", float(end), float(np.median(speed)), "um/min")


def _track_rows(tracks: Tracks, end: float) -> Iterator[MeasureRow]:
    n_frames = int(round(float(np.ptp(tracks.time)) / tracks.interval)) + 1
    if n_frames >= 5:
        with contextlib.suppress(NumericsError):  # cells at rest, or that turn within a frame or never, tell no time
            time = measures.persistence(tracks, min(10, n_frames - 2))
            yield MeasureRow("persistence", end, time / MINUTE, "min")
    for name, lag in _MSD_LAGS.items():
        frames = lag / tracks.interval
        if 0.95 < frames < n_frames and abs(frames - round(frames)) < 0.05 * frames:
            square = (measures.displacements(tracks, round(frames)).vector ** 2).sum(axis=1)
            yield MeasureRow(name, end, float(square.mean()), "um^2")


def _distances(hull: measures.Hull, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how far beyond the hull each cell is [um]; NaN for one that does not exist."""
    there = np.isfinite(places[:, 0])
    far = np.full(len(places), np.nan)
    far[there] = hull.distance(places[there])
    return far


def _escape_rows(frames: Recorded, thresholds: Thresholds) -> tuple[list[MeasureRow], list[EventRow]]:
    time, radius = np.asarray(frames.time, dtype=np.float64), np.asarray(frames.initial["radius"], dtype=np.float64)
    position = np.asarray(frames.position, dtype=np.float64)
    limits = (thresholds.escape_reach, thresholds.contact_factor)
    there = np.isfinite(position[..., 0])
    hull = measures.Hull.of(position[0][there[0]])
    beyond = [_distances(hull, places) for places in position]
    events, kind = measures.escape_events(time, position, radius, limits, beyond)
    rows = []
    for frame, seconds in enumerate(time):
        if not there[frame].any():
            continue
        state = kind[frame][there[frame]]
        single = float((state == measures.EscapeClass.SINGLE).mean())
        cluster = float((state == measures.EscapeClass.CLUSTER).mean())
        reach = measures.invasion_distance(beyond[frame][there[frame]], thresholds.invasion_quantile)
        rows += [
            MeasureRow("invasion_distance", float(seconds), reach, "um"),
            MeasureRow("fraction_escaped", float(seconds), single + cluster, "1"),
            MeasureRow("fraction_escaped_single", float(seconds), single, "1"),
            MeasureRow("fraction_escaped_cluster", float(seconds), cluster, "1"),
        ]
    if events.at_risk > 0.0:
        rate = measures.escape_rate(events).value
        rows.append(MeasureRow("escape_rate_per_day", float(time[-1]), rate, "1/day"))
    number = np.asarray(frames.initial.get("id", np.arange(radius.size)))
    return rows, [
        EventRow(int(number[cell]), float(when), _KINDS[measures.EscapeClass(int(how))])
        for cell, when, how in zip(events.cell, events.time, events.kind, strict=True)
    ]
