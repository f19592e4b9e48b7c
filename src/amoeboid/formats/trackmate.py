"""TrackMate XML: spots and links streamed into tracks, with the units that the file states.

A link graph may branch where a cell divides or two merge. It is cut there, so that each piece is one
cell's path.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

import numpy as np

from amoeboid.errors import Fault, FormatError, UnitError
from amoeboid.formats.tracks import Tracks
from amoeboid.units import convert, parse

MAX_DEPTH = 32
MAX_BYTES = 4 * 1024**3
MAX_SPOTS = 50_000_000
_CHUNK = 1 << 20
_UNITLESS = {"", "pixel", "pixels", "px", "frame", "frames"}
_SAME_UNIT = {"sec": "s", "microns": "micron", "mins": "min", "hr": "hour", "hrs": "hour"}


def read_trackmate(path: str | Path, *, length_unit: str = "", time_unit: str = "", frame_interval: str = "") -> Tracks:
    """Read the tracks of a TrackMate XML file.

    Only tracks that passed TrackMate's filter are read where the file lists them. Spots without a link are
    not tracks. A track keeps its TrackMate number unless it branches; its pieces then get new numbers.

    Parameters
    ----------
    path : str or Path
    length_unit, time_unit : str
        Say what the file's numbers mean where it has pixels or frames; leave out to trust the file.
    frame_interval : str
        Time between frames, such as ``"30 s"``, used with the spots' frame numbers in place of their times.

    Raises
    ------
    FormatError
        When the file is cut, no TrackMate file, declares a document type or entities, is too deep or large,
        holds no links, or has no calibration and no unit is given.
    """
    file = Path(path)
    reader = _Reader(file.name)
    _stream(file, reader)
    if not reader.is_trackmate:
        _refuse(file.name, "no TrackMate file: its first element is not `TrackMate`", "AMB-F44")
    if not reader.edges:
        _refuse(file.name, "no linked spots in it", "AMB-F42", "run the tracking step and save again")
    length = _unit_scale(length_unit or reader.length_unit, "um", file.name, "length_unit")
    if frame_interval:
        second = _seconds(frame_interval, file.name)
    else:
        second = _unit_scale(time_unit or reader.time_unit, "s", file.name, "time_unit")
    track, spots = _pieces(reader, file.name)
    table = np.array([reader.spots[spot] for spot in spots])
    time = table[:, 4 if frame_interval else 3] * second
    return Tracks.of(track, time, table[:, :3] * length, where=file.name)


@dataclass
class _Reader:
    where: str
    is_trackmate: bool = False
    length_unit: str = ""
    time_unit: str = ""
    depth: int = 0
    track: int = -1
    spots: dict[int, tuple[float, float, float, float, float]] = field(default_factory=dict)
    edges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    has_filter: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            _refuse(self.where, f"elements nested more than {MAX_DEPTH} deep", "AMB-F43")
        if self.depth == 1:
            self.is_trackmate = name == "TrackMate"
        try:
            self._take(name, attributes)
        except (KeyError, ValueError) as cause:
            what = f"element `{name}` lacks an attribute or has one that is no number: {str(cause)[:100]}"
            raise FormatError(Fault(self.where, what, "TrackMate 6 to 8", "", "save it again", "AMB-F46")) from cause

    def _take(self, name: str, given: dict[str, str]) -> None:
        if name == "Spot":
            place = (
                float(given["POSITION_X"]),
                float(given["POSITION_Y"]),
                float(given.get("POSITION_Z", "0")),
            )
            self.spots[int(given["ID"])] = (*place, float(given["POSITION_T"]), float(given["FRAME"]))
            if len(self.spots) > MAX_SPOTS:
                _refuse(self.where, f"more than {MAX_SPOTS:,} spots", "AMB-F43", "split the recording")
        elif name == "Edge":
            link = (int(given["SPOT_SOURCE_ID"]), int(given["SPOT_TARGET_ID"]))
            self.edges.setdefault(self.track, []).append(link)
        elif name == "Track":
            self.track = int(given["TRACK_ID"])
        elif name == "TrackID":
            self.kept.add(int(given["TRACK_ID"]))
        elif name == "FilteredTracks":
            self.has_filter = True
        elif name == "Model":
            self.length_unit, self.time_unit = given.get("spatialunits", ""), given.get("timeunits", "")

    def end(self, _name: str) -> None:
        self.depth -= 1

    def refuse_doctype(self, *_parts: object) -> None:
        do = "remove the `<!DOCTYPE` part; TrackMate does not write one"
        _refuse(
            self.where,
            "a document type or entity is declared, which can make a file grow without bound",
            "AMB-F43",
            do,
        )


def _refuse(where: str, what: str, code: str, do: str = "save it again from TrackMate") -> NoReturn:
    raise FormatError(Fault(where, what, "an XML file saved by TrackMate 6 to 8", "", do, code))


def _stream(file: Path, reader: _Reader) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.EntityDeclHandler = reader.refuse_doctype
    try:
        with file.open("rb") as source:
            size = 0
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    _refuse(file.name, f"more than {MAX_BYTES:,} bytes", "AMB-F43", "split the recording")
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as cause:
        what = f"line {cause.lineno}: not whole XML: {expat.ErrorString(cause.code)}"
        do = "save it again from TrackMate; the file may have been cut"
        raise FormatError(Fault(file.name, what, "well-formed XML", "", do, "AMB-F44")) from cause
    except OSError as cause:
        what = f"cannot be read: {cause.strerror}"
        raise FormatError(Fault(str(file), what, "a file", "", "correct the path", "AMB-F41")) from cause


def _unit_scale(unit: str, target: str, where: str, argument: str) -> float:
    if unit.strip().lower() in _UNITLESS:
        example = {"um": "um", "s": "min"}[target]
        do = f'calibrate the image in TrackMate, or give `{argument}="{example}"` (or frame_interval="30 s")'
        what = f"the file's unit is `{unit or 'missing'}`, which is no {'length' if target == 'um' else 'time'}"
        raise FormatError(Fault(where, what, f"a unit such as {example}", "", do, "AMB-F47"))
    try:
        return convert(1.0, _SAME_UNIT.get(unit, unit), target, where)
    except UnitError as cause:
        raise FormatError(*cause.faults) from cause


def _seconds(text: str, where: str) -> float:
    try:
        return parse(text, "time", where)
    except UnitError as cause:
        raise FormatError(*cause.faults) from cause


def _pieces(reader: _Reader, where: str) -> tuple[list[int], list[int]]:
    """Cut each link graph into unbranched paths, earlier spot first; give track number and spot per row."""
    tracks: list[int] = []
    spots: list[int] = []
    fresh = max(reader.edges) + 1
    for number in sorted(reader.edges):
        if reader.has_filter and number not in reader.kept:
            continue
        paths = _paths(reader, reader.edges[number], where)
        for path in paths:
            name = number if len(paths) == 1 else fresh
            fresh += len(paths) > 1
            tracks += [name] * len(path)
            spots += path
    if not spots:
        _refuse(where, "no track passed the filter", "AMB-F42", "loosen the filter in TrackMate and save again")
    return tracks, spots


def _paths(reader: _Reader, links: list[tuple[int, int]], where: str) -> list[list[int]]:
    after: dict[int, list[int]] = {}
    before: dict[int, int] = {}
    for one, other in dict.fromkeys(links):
        if one not in reader.spots or other not in reader.spots:
            _refuse(
                where,
                f"a link names spot `{one if one not in reader.spots else other}`, which is not there",
                "AMB-F46",
            )
        first, second = sorted((one, other), key=lambda spot: (reader.spots[spot][4], spot))
        after.setdefault(first, []).append(second)
        before[second] = before.get(second, 0) + 1
    return _walk(after, before)


def _walk(after: dict[int, list[int]], before: dict[int, int]) -> list[list[int]]:
    starts = [spot for spot in after if before.get(spot, 0) != 1]
    starts += [child for children in after.values() if len(children) > 1 for child in children]
    paths: list[list[int]] = []
    for start in dict.fromkeys(starts):
        branches = after.get(start, [])
        path = [start]
        while len(branches) == 1 and before[branches[0]] == 1:
            path.append(branches[0])
            branches = after.get(branches[0], [])
        paths.append(path)
    merged = [spot for spot, count in before.items() if count > 1 and spot not in after]
    return paths + [[spot] for spot in merged]
