"""Members of a run as the neutral records that viewers' files are written from: a movie of cells, and voxels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import EvidenceError
from amoeboid.evidence import Source, catalogue, study_text
from amoeboid.formats import CellScalar, Label, Movie, Tracks, Volume, Volumes
from amoeboid.process import Port, State, port
from amoeboid.store import Frames, Member, Run

Array = NDArray[Any]

NOTICE = "Research tool, not medical advice."

_SOURCES = {"speed": "cell.velocity", "oxygen": "cell.at.oxygen", "current_radius": "cell.radius"}
_VOXELS = ("n_z", "n_y", "n_x")
_CORNERS = ("n_z_plus_1", "n_y_plus_1", "n_x_plus_1")
_COMPONENTS = {3: ("x", "y", "z"), 6: ("xx", "yy", "zz", "xy", "xz", "yz")}


def label_of(run: Run, member: Member) -> Label:
    """Give what a file of a member says of itself: its run, the notice, and the studies behind the numbers read."""
    document, records = run.scenario, catalogue()
    keys = dict.fromkeys(
        source["key"] for one in run.provenance.get("parameters", {}).values() for source in one.get("sources", ())
    )
    studies = tuple(_study(records.sources[key]) for key in keys if key in records.sources)
    software = f"amoeboid {run.identity.version}"
    return Label(document.name, document.question, run.path.name, member.id, software, NOTICE, studies)


def _study(source: Source) -> str:
    return f"{study_text(source)} {source.link}".rstrip()


def movie_of(run: Run, member: Member) -> Movie:
    """Turn what a member recorded into a movie of its cells.

    Raises
    ------
    StoreError
        When it recorded nothing yet, or is damaged.
    """
    document, frames = run.scenario, member.frames()
    n_cells = frames.position.shape[1]
    types = document.types_of(document.arm(member.arm))
    kind = np.asarray(frames.initial.get("type", np.zeros(n_cells)), dtype=np.int64)
    unnamed = range(len(types), int(kind.max(initial=-1)) + 1)
    return Movie(
        label=label_of(run, member),
        size=document.tissue.size,
        time=np.asarray(frames.time, dtype=np.float64),
        position=np.asarray(frames.position),
        identity=np.asarray(frames.initial.get("id", np.arange(n_cells)), dtype=np.int64),
        kind=kind,
        radius=_radius(frames),
        types=(*types, *(f"type {k}" for k in unnamed)),
        sample_time=np.asarray(frames.cell_time, dtype=np.float64),
        scalars=tuple(_scalar(name, frames.scalars[name]) for name in sorted(frames.scalars)),
    )


def _radius(frames: Frames) -> Array:
    first = np.asarray(frames.initial["radius"], dtype=np.float64)
    if "current_radius" not in frames.scalars:
        return first[None]
    changing = np.asarray(frames.scalars["current_radius"], dtype=np.float64)
    return np.where(np.isfinite(changing), changing, first)


def _scalar(name: str, values: Array) -> CellScalar:
    found = _port_of(name)
    numbers = np.asarray(values, dtype=np.float32)
    if np.asarray(values).dtype.kind == "i":  # a count or a phase is never below 0: -1 stands where no cell is
        numbers = np.where(numbers < 0, np.float32(np.nan), numbers)
    unit, meaning = (found.unit, found.meaning) if found else ("1", "")
    return CellScalar(name, unit, meaning if name != "speed" else f"length of the {meaning}", numbers)


def _port_of(name: str) -> Port | None:
    for candidate in (_SOURCES.get(name, ""), f"cell.{name}", name):
        try:
            return port(candidate)
        except EvidenceError:
            continue
    return None


def tracks_of(run: Run, members: list[Member]) -> Tracks:
    """Give the tracks of members as one table, a group per member; where a cell is not there, it has no row.

    Raises
    ------
    StoreError
        When a member recorded nothing yet, or is damaged.
    FormatError
        When there is no position at all.
    """
    parts = [_rows(member) for member in members]
    track, time, position, group = (np.concatenate([part[k] for part in parts]) for k in range(4))
    return Tracks.of(track, time, position, group, run.path.name)


def _rows(member: Member) -> tuple[Array, Array, Array, Array]:
    frames = member.frames()
    position = np.asarray(frames.position, dtype=np.float64)
    number = np.asarray(frames.initial.get("id", np.arange(position.shape[1])), dtype=np.int64)
    frame, cell = np.nonzero(np.isfinite(position).all(axis=2))
    seconds = np.asarray(frames.time, dtype=np.float64)[frame]
    return number[cell], seconds, position[frame, cell], np.full(len(cell), member.id)


def volumes_of(run: Run, member: Member) -> tuple[Volumes, ...]:
    """Give what a member holds on voxels: recorded quantities over time where there are any, then all at the end.

    Raises
    ------
    StoreError
        When it has no checkpoint yet, or is damaged.
    """
    label, spacing = label_of(run, member), run.scenario.tissue.voxel
    found = []
    frames = member.frames()
    if frames.volumes:
        moments = tuple(float(time) for time in frames.cell_time)
        rows = tuple(
            tuple(_volume(_recorded_port(name), array[k]) for name, array in sorted(frames.volumes.items()))
            for k in range(len(moments))
        )
        found.append(Volumes(label, spacing, moments, rows))
    at_end = tuple(_of_state(member.state()))
    if at_end:
        found.append(Volumes(label, spacing, (member.reached,), (at_end,)))
    return tuple(found)


def _recorded_port(name: str) -> Port:
    for candidate in (f"matrix.{name}", f"field.{name}"):
        try:
            return port(candidate)
        except EvidenceError:
            continue
    return Port(name, "1", _VOXELS, "")


def _of_state(state: State | Mapping[str, Array]) -> Iterator[Volume]:
    for name in sorted(state):
        shape = port(name).shape
        if shape[:3] == _VOXELS:
            yield _volume(port(name), np.asarray(state[name]))
        elif shape[:3] == _CORNERS:
            yield _volume(port(name), _to_centres(np.asarray(state[name])))


def _to_centres(corners: Array) -> Array:
    """Give the mean of the eight corners of each voxel."""
    value = corners
    for axis in range(3):
        n = value.shape[axis]
        value = 0.5 * (np.take(value, range(n - 1), axis) + np.take(value, range(1, n), axis))
    return np.asarray(value)


def _volume(of: Port, value: Array) -> Volume:
    components = _COMPONENTS[value.shape[3]] if value.ndim == 4 else ()
    return Volume(of.name, of.unit, of.meaning, value, components)
