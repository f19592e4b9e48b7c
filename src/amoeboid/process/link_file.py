"""Links on disk: curves with their draws, the counts of the tissue runs behind them, and a digest over both.

A link is one JSON file, ``link.json``, in a folder of its own or shipped with the evidence. What cannot be trusted is
refused: a file that is cut, foreign, of another format, changed by hand, or holds what is no number.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import AmoeboidError, Fault, FormatError, StoreError
from amoeboid.evidence import DATA
from amoeboid.process.escape_link import CURVES, EscapeLink

LINK_FILE = "link.json"
"""Name of the file in the folder of a link."""

FORMAT = 1
_LARGEST = 32_000_000  # bytes; a link of two thousand draws has 3 MB
_SHIPPED = DATA / "escape_link.json"


@dataclass(frozen=True)
class LinkLevel:
    """What the tissue runs of one arm gave; each array has one number for each replicate.

    Parameters
    ----------
    name : str
        Of the arm.
    reading : str
        Of the runs: name of their design.
    contractility : (n_replicates,) float64
        Mean active drive over cells and time.
    entries, clusters, cells : (n_replicates,) int64
        Groups that entered vessels, those of them with several cells, and cells in all of them.
    cell_days : (n_replicates,) float64 [day]
        Time at risk, summed over cells.
    push : (n_quantiles,) float64
        Quantiles over cells and time of s / (s + s_half) of the law of crossing, least to most; all replicates.
    """

    name: str
    reading: str
    contractility: NDArray[np.float64]
    entries: NDArray[np.int64]
    clusters: NDArray[np.int64]
    cells: NDArray[np.int64]
    cell_days: NDArray[np.float64]
    push: NDArray[np.float64]


@dataclass(frozen=True)
class LinkRecord:
    """A link with what it rests on.

    Parameters
    ----------
    link : EscapeLink
        The curves.
    digest : str
        SHA-256 over all that the file says.
    levels : tuple of LinkLevel
        Counts of the tissue runs, by reading and arm.
    readings : mapping of str to int
        Number of draws of each reading of what is contested, in the order of the rows behind the best estimate.
    about : mapping
        Runs with their hashes, commit, date, design, priors and checks, as they were written.
    """

    link: EscapeLink
    digest: str
    levels: tuple[LinkLevel, ...]
    readings: Mapping[str, int]
    about: Mapping[str, Any]

    def rows_of(self, reading: str) -> slice:
        """Give the draws of a reading."""
        names = list(self.readings)
        first = 1 + sum(self.readings[name] for name in names[: names.index(reading)])
        return slice(first, first + self.readings[reading])


def link_text(record: LinkRecord) -> str:
    """Give the text of a link's file; digest and `made_from` of the record are not read: they follow from the rest."""
    link, body = record.link, {"amoeboid": "link", "format": FORMAT, "about": dict(record.about)}
    body["levels"] = [{key: _plain(value) for key, value in asdict(level).items()} for level in record.levels]
    body["readings"] = [[name, n] for name, n in record.readings.items()]
    body["contractility"] = _plain(link.contractility)
    body |= {name: _plain(getattr(link, name)) for name in CURVES}
    return json.dumps({**body, "digest": _digest(body)}, sort_keys=True, allow_nan=False) + "\n"


def read_link(path: str | Path) -> LinkRecord:
    """Read a link from its folder or its file.

    Raises
    ------
    StoreError
        When there is no such file, it cannot be read, is cut, or was changed after it was written.
    FormatError
        When it is no link, of another format, incomplete, or holds numbers out of their range.

    Examples
    --------
    >>> read_link(_SHIPPED).link.contractility[-1]
    np.float64(1.0)
    """
    place = Path(path)
    place = place / LINK_FILE if place.is_dir() else place
    record = _loaded(place)
    _require_link(record, place)
    if record.get("digest") != _digest({key: value for key, value in record.items() if key != "digest"}):
        what = "does not hold what was written: its digest is another"
        raise StoreError(_fault(place, what, "a link as `amoeboid link` wrote it", "AMB-R683"))
    return _record(record, place)


@functools.cache
def shipped_record() -> LinkRecord:
    """Give the shipped link with what it rests on."""
    return read_link(_SHIPPED)


def shipped_link() -> EscapeLink:
    """Give the shipped link, so that trials work without tissue runs.

    Made by `amoeboid.inference.link` from the shipped design ``escape-link``; `shipped_record` tells its runs and
    counts.

    Examples
    --------
    >>> link = shipped_link()
    >>> bool(link.at(0.8)[0] > link.at(0.2)[0] > 0.0)
    True
    """
    return shipped_record().link


def _loaded(place: Path) -> Any:
    try:
        n_bytes = place.stat().st_size
        text = place.read_text(encoding="utf-8") if n_bytes <= _LARGEST else None
    except FileNotFoundError as cause:
        expected = f"the folder of a link, or its `{LINK_FILE}`"
        raise StoreError(_fault(place, "there is no such file", expected, "AMB-R681")) from cause
    except OSError as cause:
        raise StoreError(_fault(place, f"cannot be read: {cause.strerror}", "a file to read", "AMB-R682")) from cause
    except ValueError as cause:
        raise _cut(place, cause) from None
    if text is None:
        raise StoreError(_fault(place, f"has {n_bytes} bytes", f"{_LARGEST} at most", "AMB-R680"))
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as cause:
        raise _cut(place, cause) from None


def _cut(place: Path, cause: Exception) -> StoreError:
    what = f"is cut or no JSON: {str(cause)[:120]}"
    return StoreError(_fault(place, what, "a link as `amoeboid link` wrote it, all finite", "AMB-R684"))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"`{name}` is no number")


def _require_link(record: Any, place: Path) -> None:
    if not isinstance(record, dict) or record.get("amoeboid") != "link":
        raise FormatError(_fault(place, "is not a link", "a file that `amoeboid link` wrote", "AMB-F683"))
    if record.get("format") != FORMAT:
        what = f"is of format `{record.get('format')}`"
        raise FormatError(_fault(place, what, f"format `{FORMAT}`", "AMB-F684"))


def _record(record: Mapping[str, Any], place: Path) -> LinkRecord:
    try:
        about, digest = record["about"], record["digest"]
        curves = {name: np.array(record[name], dtype=np.float64) for name in ("contractility", *CURVES)}
        levels = tuple(_level(row) for row in record["levels"])
        readings = {str(name): int(n) for name, n in record["readings"]}
        link = EscapeLink(**curves, made_from=f"{about['name']} {digest[:12]}")
        if sum(readings.values()) + 1 != link.n_draws or {one.reading for one in levels} != set(readings):
            raise ValueError("readings do not share out the draws and the levels")
        return LinkRecord(link, digest, levels, readings, about)
    except AmoeboidError as error:
        raise FormatError(*(Fault(f"{place}, {f.where}", f.what, f.expected, f.nearest, f.do, f.code)
                            for f in error.faults)) from None  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError) as cause:
        what = f"lacks what a link has: {str(cause)[:120]}"
        raise FormatError(_fault(place, what, "curves, levels and `about`", "AMB-F685")) from cause


def _level(row: Mapping[str, Any]) -> LinkLevel:
    whole, texts = ("entries", "clusters", "cells"), ("name", "reading")
    arrays: dict[str, NDArray[Any]] = {
        key: np.array(row[key], dtype=np.int64 if key in whole else np.float64) for key in row if key not in texts
    }
    return LinkLevel(name=str(row["name"]), reading=str(row["reading"]), **arrays)


def _digest(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Give an array as lists with six significant digits: far below the spread of the draws."""
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind == "i":
        return value.tolist()
    return np.vectorize(lambda x: float(f"{x:.6g}"))(value).tolist() if value.size else []


def _fault(place: Path, what: str, expected: str, code: str) -> Fault:
    return Fault(str(place), what, expected, "", "name another link, or make one with `amoeboid link`", code)
