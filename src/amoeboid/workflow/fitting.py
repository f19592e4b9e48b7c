"""A scenario fitted to measured tracks: the tissue model is tuned on the first group, and predicts the others.

First a plain walk with unlike cells and localisation noise is fitted (`inference.fit_motility`); it gives the noise and
the spread over cells. Then short pilot runs of the scenario's own reference arm, recorded with that noise, scale the
free speed and the persistence until step speed and MSD are those of the first group. The other groups are never seen.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from amoeboid import formats, inference, measures, scenario, simulation
from amoeboid.errors import ExecutionError, Fault
from amoeboid.formats import Tracks
from amoeboid.inference import MotilityFit
from amoeboid.process import State
from amoeboid.scenario import Scenario, Setting

PILOT = 7200.0
"""Length [s] of a pilot run; its first half hour is left out, while cells begin to move."""

SETTLING = 1800.0
N_PILOTS = 6
FASTEST_TURN, SLOWEST_TURN = 60.0, 6 * 3600.0  # s; bounds on persistence: one tick, and longer than tracks can tell
_LAG = 1800.0


@dataclass
class _Film:
    """A recorder that keeps positions in memory."""

    every: float
    time: list[float] = dataclasses.field(default_factory=list)
    position: list[np.ndarray] = dataclasses.field(default_factory=list)

    def record(self, time: float, state: State) -> None:
        """Keep a copy of the positions."""
        self.time.append(time)
        self.position.append(state["cell.position"].copy())


def read_measured(document: Scenario, path: Path | None = None) -> Tracks:
    """Read the tracks that a scenario names, or those at `path` with the units that the scenario gives.

    Raises
    ------
    FormatError
        When the file is no table of tracks, or a unit is missing.
    """
    named = document.tracks
    place = str(path) if path is not None else (named.path if named else "")
    interval = named.frame_interval if named and named.frame_interval else document.output.frames_every
    return formats.read_tracks(
        place,
        length_unit=(named.length_unit if named else None) or "",
        time_unit=(named.time_unit if named else None) or "",
        frame_interval=f"{interval:g} s",
    )


def with_fitted_tracks(document: Scenario, path: Path) -> Scenario:
    """Give a scenario that names measured tracks, with motility fitted to their first group.

    Raises
    ------
    FormatError, NumericsError
        When the tracks cannot be read or are too few.
    ExecutionError
        When the frames of the scenario and of the tracks are not equally far apart.
    """
    measured = read_measured(document, path)
    first = measured.select(measured.groups[0]) if measured.groups else measured
    every = document.output.frames_every
    if abs(first.interval / every - 1.0) > 0.01:
        raise ExecutionError(
            Fault(str(path), f"frames are {first.interval:g} s apart, those of the scenario {every:g} s",
                  "one interval", "", f'set `frames_every = "{first.interval:g} s"` under `[output]`', "AMB-X22")
        )  # fmt: skip
    walk = inference.fit_motility(first)
    kept = document.tracks or scenario.Tracks(path=str(path))  # units that the scenario gives stay
    named = kept.model_copy(update={"path": str(path), "frame_interval": first.interval})
    tuned = document.model_copy(update={"tracks": named})
    return _tuned(tuned, first, walk)


def _tuned(document: Scenario, measured: Tracks, walk: MotilityFit) -> Scenario:
    """Scale speed and persistence in pilot runs until step speed and MSD are the measured ones."""
    target = _figures(measured)
    vigour, persistence = 1.0, walk.parameters.persistence
    for _ in range(N_PILOTS):
        trial = _with(document, walk, vigour, persistence)
        found = _figures(_pilot(trial, walk, measured.interval))
        vigour *= target[0] / found[0]
        # MSD over squared step grows with persistence, at most linearly; the exponent hastens the search
        persistence *= (target[1] / found[1] * (found[0] / target[0]) ** 2) ** 1.5
        persistence = float(np.clip(persistence, FASTEST_TURN, SLOWEST_TURN))
    return _with(document, walk, vigour, persistence)


def _figures(tracks: Tracks) -> tuple[float, float]:
    """Give the median step speed [um/s] and the MSD [um^2] at half an hour."""
    n_frames = max(1, round(_LAG / tracks.interval))
    square = (measures.displacements(tracks, n_frames).vector ** 2).sum(axis=1)
    return float(np.median(measures.speeds(tracks))), float(square.mean())


def _pilot(document: Scenario, walk: MotilityFit, interval: float) -> Tracks:
    member = next(one for one in scenario.members(document) if one.arm == document.reference_arm and not one.varied)
    built = simulation.build(document, member)
    film = _Film(interval)
    simulation.advance(built, PILOT, recorders=[film])
    late = [k for k, time in enumerate(film.time) if time >= SETTLING]
    tracks = Tracks.of_frames([film.time[k] for k in late], [film.position[k] for k in late])
    return inference.as_recorded(tracks, walk.parameters.noise_xy, walk.parameters.noise_z)


def _with(document: Scenario, walk: MotilityFit, vigour: float, persistence: float) -> Scenario:
    reason = "fitted to the first group of the measured tracks"
    p = walk.parameters
    fitted = {
        "motility.vigour": Setting(value=vigour, unit="1", reason=reason, spread=p.speed_spread),
        "motility.persistence": Setting(value=persistence, unit="s", reason=reason, spread=p.persistence_spread),
        "assay.localisation_xy": Setting(value=p.noise_xy, unit="um", reason=reason),
        "assay.localisation_z": Setting(value=p.noise_z, unit="um", reason=reason),
    }
    return document.model_copy(update={"parameters": {**document.parameters, **fitted}})
