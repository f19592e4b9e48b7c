"""Measured tracks beside simulated ones, group by group of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import AmoeboidError
from amoeboid.formats import Tracks, read_tracks
from amoeboid.inference import TrackComparison, as_recorded, compare_tracks
from amoeboid.measures import mean_squared_displacement, outward_bias, speeds
from amoeboid.plots import TrackSummary
from amoeboid.report.material import Material
from amoeboid.store import hashed

SETTLING = 1800.0  # s; cells begin at rest in a packed sphere, so their first half hour is not compared
_MINUTE = 60.0
_LONGEST = 20
_N_SHELLS = 6


@dataclass(frozen=True)
class Recording:
    """One group of measured tracks and how far the simulated ones are from it."""

    name: str
    n_tracks: int
    summary: TrackSummary
    comparison: TrackComparison


@dataclass(frozen=True)
class Overlay:
    """Simulated tracks of the reference arm, first replicate, and the recordings that they are held against."""

    file: str
    fitted: bool
    noise: tuple[float, float]
    simulated: TrackSummary
    recordings: tuple[Recording, ...]


def overlay(material: Material) -> Overlay | str:
    """Lay measured tracks over the simulated ones; where that cannot be done, give the reason in a sentence."""
    named = material.scenario.tracks
    if named is None:
        return "No measured tracks were given to this run; simulated tracks are not held against any."
    place = Path(named.path)
    try:
        if not _is_that_of_the_run(material, place):
            return f"The file {place.name} has changed since the run, so its tracks are not shown."
        interval = named.frame_interval or material.scenario.output.frames_every
        units = (named.length_unit or "", named.time_unit or "")
        measured = read_tracks(place, length_unit=units[0], time_unit=units[1], frame_interval=f"{interval:g} s")
        return _laid(material, measured, place.name)
    except AmoeboidError as error:
        return f"The measured tracks of {place.name} could not be compared: {error.faults[0].what}."


def _is_that_of_the_run(material: Material, place: Path) -> bool:
    kept = [dict(record) for record in material.provenance.get("inputs", ())]
    return not kept or hashed(place) == kept


def _laid(material: Material, measured: Tracks, file: str) -> Overlay:
    frames = material.frames(material.scenario.reference_arm.name)
    late = np.asarray(frames.time) >= min(SETTLING, 0.5 * float(frames.time[-1]))
    noise = (material.parameters["assay.localisation_xy"], material.parameters["assay.localisation_z"])
    plain = Tracks.of_frames(frames.time[late], frames.position[late])
    simulated = as_recorded(plain, *noise)
    centre = np.asarray(frames.position[0], dtype=float).mean(axis=0)
    names = measured.groups or ("",)
    parts = [measured.select(name) if name else measured for name in names]
    edges = _shells(parts)
    recordings = []
    for name, part in zip(names, parts, strict=True):
        middle = _centre(part)
        found = compare_tracks(simulated, part, (centre, middle))
        recordings.append(Recording(name or "measured", part.n_tracks, _summary(part, middle, edges), found))
    fitted = "motility.vigour" in material.scenario.parameters
    return Overlay(file, fitted, noise, _summary(simulated, centre, edges), tuple(recordings))


def _centre(tracks: Tracks) -> NDArray[np.float64]:
    """Give the mean place at which tracks begin, for want of a better: a table does not say where the tumour was.

    On the spheroids of scott-2021 it lies 30 to 150 um from the stored centres, and one bias changes from undecided to
    clearly inwards with it. A bias from this centre may be shown and must not be judged.
    """
    first = np.flatnonzero(np.diff(tracks.ordinal, prepend=-1))
    return np.asarray(tracks.position[first].mean(axis=0))


def _shells(parts: Sequence[Tracks]) -> NDArray[np.float64]:
    far = [np.linalg.norm(part.position - _centre(part), axis=1) for part in parts]
    return np.linspace(0.0, float(np.quantile(np.concatenate(far), 0.95)), _N_SHELLS + 1)


def _summary(tracks: Tracks, centre: ArrayLike, edges: NDArray[np.float64]) -> TrackSummary:
    lags = list(range(1, min(_LONGEST, int(tracks.frame.max())) + 1))
    msd = mean_squared_displacement(tracks, lags)
    shells = outward_bias(tracks, centre, list(edges))
    return TrackSummary(
        speeds(tracks) * _MINUTE,
        msd.lag / _MINUTE,
        msd.pooled,
        np.array([0.5 * (shell.inner + shell.outer) for shell in shells]),
        np.array([shell.cosine.value for shell in shells]),
    )
