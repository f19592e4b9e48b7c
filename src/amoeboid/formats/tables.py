"""Tables of tracks as CSV, whitespace text or Parquet: a row per position, units given or in the names."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, FormatError, UnitError, nearest_name
from amoeboid.formats.trackmate import read_trackmate
from amoeboid.formats.tracks import Tracks
from amoeboid.units import convert, parse

MAX_BYTES = 4 * 1024**3
MAX_ROWS = 100_000_000
MAX_LINE = 100_000
HEAD_LINES = 5
LARGEST_NUMBER = 2.0**53
"""Largest number of a track: beyond it, floating-point numbers skip whole ones."""

_ALIASES = {
    "track": ("track", "track_id", "trackid", "track id", "cell", "cell_id", "particle", "tid", "id"),
    "time": ("time", "t", "position_t", "elapsed"),
    "frame": ("frame", "frames", "slice", "timepoint"),
    "x": ("x", "position_x", "pos_x", "x_position"),
    "y": ("y", "position_y", "pos_y", "y_position"),
    "z": ("z", "position_z", "pos_z", "z_position"),
    "group": ("group", "spheroid", "sample", "well", "movie"),
}
_NAME = re.compile(r"^(?P<stem>.+?)\s*(?:_(?P<tail>[^\W_]+)|[\[(](?P<unit>[^\])]+)[\])])$")
_LENGTHS = {"um", "µm", "μm", "nm", "mm", "micron", "microns", "micrometer", "micrometre"}
_TIMES = {"s", "sec", "min", "h", "hr", "hour", "hours", "ms", "second", "seconds", "minute", "minutes"}


@dataclass(frozen=True)
class _Column:
    name: str
    unit: str


def read_tracks(
    path: str | Path,
    *,
    length_unit: str = "",
    time_unit: str = "",
    frame_interval: str = "",
    columns: Mapping[str, str] | Sequence[str] = (),
) -> Tracks:
    r"""Read cell tracks from CSV, whitespace text, Parquet or TrackMate XML.

    Parameters
    ----------
    path : str or Path
        Ending ``.parquet`` and ``.xml`` choose those formats; anything else is text.
    length_unit, time_unit : str
        Units of positions and times, such as ``"um"`` and ``"min"``; not needed where names carry them
        (``x_um``, ``time [s]``) or the file states them (TrackMate).
    frame_interval : str
        Time between frames, such as ``"180 s"``, for tables with frame numbers in place of times.
    columns : mapping or sequence of str
        Role (``track time frame x y z group``) to column name; or, for text without a header, the roles in
        order of the columns, with ``"-"`` for a column to leave out.

    Returns
    -------
    tracks : Tracks

    Raises
    ------
    FormatError
        When the file cannot be read as tracks, or a unit is missing.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "cells.csv"
    >>> _ = file.write_text("track,time_min,x_um,y_um\n1,0,0,0\n1,3,2,0\n")
    >>> float(read_tracks(file).interval)
    180.0
    """
    file = Path(path)
    _check_file(file)
    if file.suffix.lower() == ".xml":
        return read_trackmate(file, length_unit=length_unit, time_unit=time_unit, frame_interval=frame_interval)
    roles = columns if isinstance(columns, Mapping) else {}
    headless = () if isinstance(columns, Mapping) else tuple(columns)
    table = _read_parquet(file, roles) if file.suffix.lower() == ".parquet" else _read_text(file, headless, roles)
    found = _assign(tuple(table), roles, file.name)
    return _build(table, found, (length_unit, time_unit, frame_interval), file.name)


def write_tracks(tracks: Tracks, path: str | Path) -> None:
    """Write tracks as CSV or Parquet, by the ending, with units in the column names.

    Raises
    ------
    FormatError
        When the ending is neither ``.csv`` nor ``.parquet``, or the file cannot be written.
    """
    file = Path(path)
    columns: dict[str, NDArray[Any]] = {"track": tracks.track, "time_s": tracks.time}
    columns |= {f"{axis}_um": tracks.position[:, number] for number, axis in enumerate("xyz")}
    if tracks.group is not None:
        columns = {"group": tracks.group.astype(object)} | columns
    kinds = {".csv": "(format csv, header true)", ".parquet": "(format parquet, compression zstd)"}
    kind = kinds.get(file.suffix.lower())
    if kind is None:
        _refuse(str(file), f"cannot write `{file.suffix}`", "a name that ends in .csv or .parquet", "AMB-F11")
    import duckdb

    with duckdb.connect() as base:
        base.register("rows", columns)
        try:
            base.execute(f"copy (select * from rows) to {_quoted(file)} {kind}")
        except duckdb.Error as cause:
            what = f"cannot be written: {str(cause).splitlines()[0][:200]}"
            raise FormatError(Fault(str(file), what, "", "", "choose a folder that exists", "AMB-F11")) from cause


def _check_file(file: Path) -> None:
    try:
        if file.exists() and not file.is_file():
            raise IsADirectoryError(0, "it is no plain file")
        with file.open("rb"):
            size = file.stat().st_size
    except (OSError, ValueError) as cause:
        reason = (cause.strerror if isinstance(cause, OSError) else "") or "no file can have that name"
        what, near = f"cannot be read: {reason}", _nearest(file)
        raise FormatError(
            Fault(str(file)[:200], what, "a file of tracks", near, "correct the path", "AMB-F01")
        ) from cause
    if size == 0:
        _refuse(file.name, "the file is empty", "at least one row of a track", "AMB-F02")
    if size > MAX_BYTES:
        _refuse(file.name, f"the file has {size:,} bytes", f"at most {MAX_BYTES:,} bytes; split it", "AMB-F03")


def _nearest(file: Path) -> str:
    try:
        folder = file.parent if file.parent.is_dir() else Path()
        return nearest_name(file.name, (entry.name for entry in islice(folder.iterdir(), 1000)))
    except (OSError, ValueError):
        return ""


def _refuse(where: str, what: str, expected: str, code: str, do: str = "") -> NoReturn:
    raise FormatError(Fault(where, what, expected, "", do or "correct the file, or export it again", code))


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def _read_parquet(file: Path, roles: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    import duckdb

    with duckdb.connect() as base:
        try:
            rows = base.from_parquet(str(file))
            known = {role: name for names in [_stems(rows.columns)] for name, (role, _) in names.items()}
            wanted = [name for name in rows.columns if name in {*known.values(), *roles.values()}]
            count = base.execute("select num_rows from parquet_file_metadata(?)", [str(file)]).fetchall()[0][0]
            if count > MAX_ROWS:
                _refuse(file.name, f"{count:,} rows", f"at most {MAX_ROWS:,} rows; split it", "AMB-F03")
            chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in wanted) or "*"
            table = rows.project(chosen).fetchnumpy()
        except duckdb.Error as cause:
            what = f"not a Parquet file that can be read: {str(cause).splitlines()[0][:200]}"
            raise FormatError(Fault(file.name, what, "Parquet", "", "export it again", "AMB-F04")) from cause
    return {name: _plain(column, name, file.name) for name, column in table.items()}


def _plain(column: Any, name: str, where: str) -> NDArray[Any]:
    if isinstance(column, np.ma.MaskedArray):
        if np.ma.getmaskarray(column).any():
            _refuse(where, f"column `{name}` has empty cells", "a value in each row", "AMB-F07")
        return np.asarray(column.data)
    return np.asarray(column)


def _read_text(file: Path, headless: tuple[str, ...], roles: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head = [lines.readline(MAX_LINE) for _ in range(HEAD_LINES)]
    except UnicodeDecodeError as cause:
        do = "give CSV, whitespace text, Parquet (.parquet) or TrackMate XML (.xml)"
        raise FormatError(Fault(file.name, "not text in UTF-8", "a table", "", do, "AMB-F04")) from cause
    if any("\0" in line or len(line) >= MAX_LINE for line in head):
        _refuse(file.name, "not a table: a line has no end, or bytes that are not text", "a table", "AMB-F04")
    mark = next((sign for sign in (",", ";", "\t") if sign in head[0]), None)
    names = headless or tuple(_cells(head[0], mark))
    start = _first_row(head, mark, skip=0 if headless else 1)
    if not headless and _numeric(_cells(head[0], mark)):
        do = 'name them: `columns=("frame", "track", "time", "x", "y", "z")`; on the command line --columns'
        _refuse(file.name, "no header, so the columns have no names", "a first line with names", "AMB-F05", do)
    understood = {*_stems(names), *roles.values()}
    wanted = [number for number, name in enumerate(names) if name in understood]
    twice = sorted({names[number] for number in wanted if names.count(names[number]) > 1})
    if twice:
        _refuse(file.name, f"the column `{twice[0][:60]}` comes twice", "each column once", "AMB-F05")
    return _load(file, mark, start, (names, wanted or list(range(len(names))), roles.get("group", "")))


def _load(
    file: Path, mark: str | None, start: int, layout: tuple[tuple[str, ...], list[int], str]
) -> dict[str, NDArray[Any]]:
    names, wanted, group = layout
    known = _stems(names)
    texts = {n for n in wanted if names[n] == group or known.get(names[n], ("",))[0] == "group"}
    kind = np.dtype([(f"f{number}", "U64" if number in texts else "f8") for number in wanted])
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of no rows, which is refused below
            rows = np.loadtxt(
                _bounded(lines, file.name),
                delimiter=mark,
                skiprows=start,
                usecols=wanted,
                dtype=kind,
                ndmin=1,
                comments=None,
                quotechar='"',
            )
    except (ValueError, IndexError, UnicodeDecodeError) as cause:
        text = re.sub(r"at row (\d+)", lambda hit: f"at line {int(hit[1]) + start + 1}", str(cause))
        do = "remove or complete that line; a cut file must be exported again"
        fault = Fault(file.name, f"a row cannot be read: {text[:200]}", f"{len(names)} columns", "", do, "AMB-F06")
        raise FormatError(fault) from cause
    return {names[number]: rows[f"f{number}"] for number in wanted}


def _bounded(lines: Iterable[str], where: str) -> Iterable[str]:
    for number, line in enumerate(lines):
        if number > MAX_ROWS or len(line) > MAX_LINE:
            _refuse(where, f"more than {MAX_ROWS:,} rows, or a line over {MAX_LINE:,} characters", "", "AMB-F03")
        yield line


def _cells(line: str, mark: str | None) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.strip("\r\n").split(mark)]


def _numeric(cells: Sequence[str]) -> bool:
    try:
        return bool(cells) and all(np.isfinite(float(cell)) for cell in cells)
    except ValueError:
        return False


def _first_row(head: Sequence[str], mark: str | None, skip: int) -> int:
    """Find the first line of numbers: TrackMate's CSV puts long names and units under its header."""
    for number in range(skip, min(skip + 4, len(head))):
        if any(_numeric([cell]) for cell in _cells(head[number], mark)):
            return number
    return skip


def _stems(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Give role and unit of each column name that is understood."""
    known: dict[str, tuple[str, str]] = {}
    for name in names:
        match = _NAME.match(name)
        stem, unit = (match["stem"], match["tail"] or match["unit"]) if match else (name, "")
        if unit not in _LENGTHS | _TIMES:
            stem, unit = name, ""
        for role, aliases in _ALIASES.items():
            if stem.lower() in aliases:
                known[name] = (role, unit)
    return known


def _assign(names: tuple[str, ...], roles: Mapping[str, str], where: str) -> dict[str, _Column]:
    wrong = [
        Fault(
            where,
            f"no column `{name}`",
            f"one of {', '.join(names)[:300]}",
            nearest_name(name, names),
            "correct the name",
            "AMB-F05",
        )
        for name in roles.values()
        if name not in names
    ]
    wrong += [
        Fault(
            where,
            f"unknown role `{role}`",
            f"one of {', '.join(_ALIASES)}",
            nearest_name(role, _ALIASES),
            "correct the role",
            "AMB-F05",
        )
        for role in roles
        if role not in _ALIASES
    ]
    known = _stems(names)
    found: dict[str, _Column] = {}
    for role, aliases in _ALIASES.items():
        fits = [name for name in names if known.get(name, ("",))[0] == role]
        fits.sort(key=lambda name: _rank(name, aliases))
        chosen = roles.get(role) or (fits[0] if fits else None)
        if chosen in names:
            found[role] = _Column(chosen, known.get(chosen, ("", ""))[1])
    missing = [role for role in ("track", "x", "y") if role not in found]
    missing += ["time or frame"] if not {"time", "frame"} & set(found) else []
    if missing:
        do = 'say which column is which, such as `columns={"track": "cell"}`; on the command line --columns'
        wrong.append(
            Fault(
                where,
                f"no column found for {', '.join(missing)}",
                f"found {', '.join(names)[:300]}",
                "",
                do,
                "AMB-F05",
            )
        )
    if wrong:
        raise FormatError(*wrong)
    return found


def _rank(name: str, aliases: Sequence[str]) -> int:
    stem = name.lower()
    return next((number for number, alias in enumerate(aliases) if stem.startswith(alias)), len(aliases))


def _build(
    table: Mapping[str, NDArray[Any]], found: Mapping[str, _Column], units: tuple[str, str, str], where: str
) -> Tracks:
    length_unit, time_unit, frame_interval = units
    time = _time(table, found, (time_unit, frame_interval), where)
    faults = [] if isinstance(time, np.ndarray) else [time]
    length = length_unit or found["x"].unit
    if not length:
        do = 'give it: `length_unit="um"`, on the command line --length-unit um; or name the columns x_um …'
        faults.append(Fault(where, "positions have no unit", "a length unit", "", do, "AMB-F12"))
    if faults or not isinstance(time, np.ndarray):
        raise FormatError(*faults)
    scale = _scale(length, "um", where)
    axes = [_numbers(table[found[axis].name], axis, where) for axis in "xyz" if axis in found]
    if len(axes) == 2:
        axes.append(np.zeros_like(axes[0]))
    track = _numbers(table[found["track"].name], "track", where)
    if not np.all(np.abs(track) <= LARGEST_NUMBER) or np.any(track != np.rint(track)):
        _refuse(where, "a track number is not a whole number", f"whole numbers up to {LARGEST_NUMBER:g}", "AMB-F07")
    group = table[found["group"].name] if "group" in found else None
    return Tracks.of(track.astype(np.int64), time, scale * np.stack(axes, axis=1), group, where)


def _time(
    table: Mapping[str, NDArray[Any]], found: Mapping[str, _Column], units: tuple[str, str], where: str
) -> NDArray[np.float64] | Fault:
    time_unit, frame_interval = units
    try:
        step = parse(frame_interval, "time", where) if frame_interval else 0.0
    except UnitError as cause:
        return cause.faults[0]
    if frame_interval and step <= 0.0:
        what, do = f"the frame interval `{frame_interval[:60]}` is out of range", "correct the interval"
        return Fault(where, what, "a time above 0", "", do, "AMB-F13")
    if "time" in found and not (frame_interval and "frame" in found):
        unit = time_unit or found["time"].unit
        if unit:
            return _numbers(table[found["time"].name], "time", where) * _scale(unit, "s", where)
        do = 'give it: `time_unit="min"`, on the command line --time-unit min; or name the column time_min'
        return Fault(where, "times have no unit", "a time unit", "", do, "AMB-F12")
    if frame_interval and "frame" in found:
        return _numbers(table[found["frame"].name], "frame", where) * step
    do = 'give it: `frame_interval="180 s"`, on the command line --frame-interval "180 s"'
    return Fault(where, "frames have no interval in time", "the time between frames", "", do, "AMB-F12")


def _scale(unit: str, target: str, where: str) -> float:
    try:
        return convert(1.0, {"microns": "micron"}.get(unit, unit), target, where)
    except UnitError as cause:
        raise FormatError(*cause.faults) from cause


def _numbers(column: NDArray[Any], role: str, where: str) -> NDArray[np.float64]:
    try:
        return np.asarray(column, dtype=np.float64)
    except (ValueError, TypeError) as cause:
        fault = Fault(where, f"column of {role} is not numbers", "numbers", "", "correct the column", "AMB-F07")
        raise FormatError(fault) from cause
