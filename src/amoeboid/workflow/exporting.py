"""From a run to files of other programs: Simularium, ParaView, napari, tables of tracks, a film."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from amoeboid import analysis, formats, plots
from amoeboid.errors import ExecutionError, Fault, FormatError, ScenarioError, StoreError, nearest_name
from amoeboid.formats import Movie
from amoeboid.store import Member, Run

_FOLDER = "exports"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class _Kind:
    """How one kind of export is written: members to the path of a file or folder that does not exist."""

    ending: str
    write: Callable[[Run, list[Member], Path], None]
    many: bool = False
    """Whether it takes all members unless one is chosen."""


def export(
    path: str | Path,
    to: str,
    *,
    arm: str | None = None,
    replicate: int | None = None,
    out: str | Path | None = None,
) -> Path:
    """Write a finished run, or one member of it, as a file that other programs read.

    Each file names its run, its units, the studies behind its numbers, and that it is no medical advice. Cells that
    are not there at a time, because they are not yet born, have died or crossed into a vessel, are left out of it.

    Parameters
    ----------
    path : path
        Run folder.
    to : {"simularium", "vtk", "ome-zarr", "tracks-csv", "tracks-parquet", "film"}
        ``vtk`` is a folder with ``cells.pvd`` and ``volumes.pvd`` for ParaView. A film is a GIF, or MP4 where ``out``
        ends so and ffmpeg is there.
    arm : str, optional
        Name of an arm. Default: the reference arm; every arm for tracks and film.
    replicate : int, optional
        Default: 1; every replicate for tracks.
    out : path, optional
        New file or folder. Default: below ``exports`` in the run's folder.

    Returns
    -------
    path : Path
        What was written.

    Raises
    ------
    FormatError
        When there is no such format, or a name ends in what the format cannot be.
    ScenarioError
        When there is no such arm or replicate.
    StoreError
        When the run is not finished, the target exists, or the disk refuses; nothing is left behind then.
    ExecutionError
        When a film is to be MP4 and there is no ffmpeg.
    """
    kind = _kind(to)
    run = Run(path)
    members = _members(run, kind, arm, replicate)
    target = Path(out) if out is not None else _default(run, to, kind, members)
    with _whole(target) as place:
        kind.write(run, members, place)
    return target


def _kind(to: str) -> _Kind:
    if to not in KINDS:
        raise FormatError(
            Fault("--to", f"unknown format `{to[:80]}`", f"one of {', '.join(KINDS)}", nearest_name(to, KINDS),
                  "choose one of them", "AMB-F560")
        )  # fmt: skip
    return KINDS[to]


def _members(run: Run, kind: _Kind, arm: str | None, replicate: int | None) -> list[Member]:
    """Give the members that are meant, under the default hypotheses; all must be finished."""
    document = run.scenario
    wanted = [one.name for one in document.arms] if kind.many else [document.reference_arm.name]
    if arm is not None:
        wanted = [_arm(run, arm)]
    number = replicate if replicate is not None else None if kind.many and kind.ending != ".gif" else 1
    found = [
        member
        for member in run.members()
        if member.arm in wanted and not member.hypotheses and number in (None, member.replicate)
    ]
    if not found:
        numbers = sorted({member.replicate for member in run.members()})
        raise ScenarioError(
            Fault("--replicate", f"the run has no replicate `{number}`", f"one of {numbers}", "", "correct the number",
                  "AMB-S560")
        )  # fmt: skip
    for member in found:
        if member.status != "finished":
            raise StoreError(
                Fault(str(run.path), f"member `{member.id}` is not finished but {member.status}", "a finished member",
                      "", "finish the run with `amoeboid resume`", "AMB-R560")
            )  # fmt: skip
    return found


def _arm(run: Run, name: str) -> str:
    known = {arm.name: arm for arm in run.scenario.arms}
    try:
        return run.scenario.arm(name).name
    except KeyError:
        raise ScenarioError(
            Fault("--arm", f"no arm `{name[:80]}`", f"one of {', '.join(known)}"[:500], nearest_name(name, known),
                  "correct the name", "AMB-S561")
        ) from None  # fmt: skip


def _default(run: Run, to: str, kind: _Kind, members: list[Member]) -> Path:
    one = members[0].id.replace("/", "-") if len(members) == 1 else "all"
    name = f"{run.name}-{one}-tracks{kind.ending}" if to.startswith("tracks") else f"{run.name}-{one}{kind.ending}"
    return run.path / _FOLDER / name


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a place beside the target, which takes its name when the body has written it, or leaves nothing."""
    try:
        if _is_taken(target):
            raise StoreError(
                Fault(str(target), "it is there already", "a name that is not taken", "",
                      "choose another `--out`, or remove it", "AMB-R561")
            )  # fmt: skip
        target.parent.mkdir(parents=True, exist_ok=True)
        place = target.with_name(f".tmp-{os.getpid()}-{target.name}")
    except (OSError, ValueError) as cause:
        if isinstance(cause, StoreError):
            raise
        raise _refused(target, cause) from cause
    try:
        yield place
        os.replace(place, target)
    except OSError as cause:
        if isinstance(cause, StoreError):
            raise
        raise _refused(target, cause) from cause
    finally:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def _is_taken(target: Path) -> bool:
    try:
        os.lstat(target)
    except FileNotFoundError:
        return False
    return True


def _refused(target: Path, cause: OSError | ValueError) -> StoreError:
    full = isinstance(cause, OSError) and cause.errno in _NO_ROOM
    reason = (cause.strerror if isinstance(cause, OSError) else "") or "no file can have that name"
    return StoreError(
        Fault(
            str(target)[:300],
            "no room left on the disk" if full else f"cannot be written: {reason}",
            "a file in a folder that can be written, on a disk with room",
            "",
            "free some space, or choose another `--out`; nothing was left behind",
            "AMB-R562",
        )
    )


def _simularium(run: Run, members: list[Member], place: Path) -> None:
    formats.write_simularium(analysis.movie_of(run, members[0]), place)


def _vtk(run: Run, members: list[Member], place: Path) -> None:
    place.mkdir()
    formats.write_vtk_cells(analysis.movie_of(run, members[0]), place)
    found = analysis.volumes_of(run, members[0])
    for volumes in found:
        inside = place if volumes is found[0] else place / "end"
        inside.mkdir(exist_ok=True)
        formats.write_vtk_volumes(volumes, inside)


def _ome_zarr(run: Run, members: list[Member], place: Path) -> None:
    found = analysis.volumes_of(run, members[0])
    if not found:
        raise ExecutionError(
            Fault(str(run.path), f"member `{members[0].id}` holds nothing on voxels", "a matrix or a field", "",
                  "export to `simularium` or `vtk`", "AMB-X560")
        )  # fmt: skip
    for volumes in found:  # all quantities at the end stand within the image of those recorded over time
        formats.write_ome_zarr(volumes, place if volumes is found[0] else place / "end")


def _tracks(run: Run, members: list[Member], place: Path) -> None:
    formats.write_tracks(analysis.tracks_of(run, members), place)


def _film(run: Run, members: list[Member], place: Path) -> None:
    if place.suffix not in (".gif", ".mp4"):
        raise FormatError(
            Fault("--out", f"a film cannot end in `{place.suffix[:20]}`", "`.gif` or `.mp4`", "", "choose another name",
                  "AMB-F561")
        )  # fmt: skip
    movies = [analysis.movie_of(run, member) for member in members]
    types = tuple(dict.fromkeys(name for movie in movies for name in movie.types))
    # where several types of cell are there, which is which says most; else the force
    scalar = "type" if len(types) > 1 else "tension"
    middle = _middle(movies)
    panels = [_panel(member.arm, movie, middle, (scalar, types)) for member, movie in zip(members, movies, strict=True)]
    found = np.concatenate([panel.value[np.isfinite(panel.value)] for panel in panels])
    limits = (float(np.quantile(found, 0.02)), float(np.quantile(found, 0.98))) if found.size else (0.0, 1.0)
    title, note = f"{run.name}, replicate {members[0].replicate}", f"{movies[0].label.notice} {run.path.name}"
    names = tuple(name.replace("_", " ") for name in types) if scalar == "type" else ()
    label = "type of cell" if names else "cortical tension γ [nN/µm]"
    legend = plots.Legend(label, limits, names, title, note)
    n_frames = min(movie.n_frames for movie in movies)
    plots.write_film(place, movies[0].time[:n_frames], panels, legend)


def _middle(movies: list[Movie]) -> NDArray[np.float64]:
    """Give the middle of the box around all cells at the start, the same for all arms."""
    first = np.concatenate([np.asarray(movie.position[0], dtype=np.float64)[movie.is_present[0]] for movie in movies])
    return np.asarray(0.5 * (first.min(axis=0) + first.max(axis=0)) if len(first) else np.zeros(3))


def _panel(arm: str, movie: Movie, middle: NDArray[np.float64], look: tuple[str, tuple[str, ...]]) -> plots.FilmPanel:
    """Give an arm of the film with its places counted from the middle, and what colours it."""
    scalar, types = look
    position = np.asarray(movie.position, dtype=np.float64)
    radius = np.stack([movie.radius_at(k) for k in range(movie.n_frames)])
    values = {one.name: one.value for one in movie.scalars}
    if scalar == "type":
        names = np.array([types.index(name) for name in movie.types], dtype=float)
        value = np.broadcast_to(names[movie.kind], radius.shape)
    elif scalar in values:
        value = np.asarray(values[scalar], dtype=float)[movie.sample_of_frame]
    else:
        value = np.full(radius.shape, np.nan)
    return plots.FilmPanel(arm, position - middle, radius, value)


KINDS = {
    "simularium": _Kind(".simularium", _simularium),
    "vtk": _Kind("-vtk", _vtk),
    "ome-zarr": _Kind(".ome.zarr", _ome_zarr),
    "tracks-csv": _Kind(".csv", _tracks, many=True),
    "tracks-parquet": _Kind(".parquet", _tracks, many=True),
    "film": _Kind(".gif", _film, many=True),
}
"""Formats by the name that ``--to`` takes."""
