"""Older formats of a scenario, brought up to date by a table of renamed keys.

Format 0 was the early draft: it called the duration `length` and an arm's drugs `inhibitors`. A document
without `format` is of the present one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amoeboid.errors import Fault
from amoeboid.scenario.faults import Path, Spot, shown

FORMAT = 1
"""Version of the format that this package reads and writes; older ones are migrated."""


@dataclass(frozen=True)
class Rename:
    """A key that was called otherwise up to a version; ``*`` in the path stands for each entry of a list."""

    version: int
    table: tuple[str, ...]
    old: str
    new: str


RENAMES = (
    Rename(0, (), "length", "duration"),
    Rename(0, ("arms", "*"), "inhibitors", "drugs"),
)
"""All renamed keys, oldest first; a new version of the format adds rows here."""


def _tables(document: Any, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give each table that a pattern names, with its path."""
    if not pattern:
        if isinstance(document, dict):
            yield path, document
    elif pattern[0] == "*":
        if isinstance(document, list):
            for index, entry in enumerate(document):
                yield from _tables(entry, pattern[1:], (*path, index))
    elif isinstance(document, dict) and pattern[0] in document:
        yield from _tables(document[pattern[0]], pattern[1:], (*path, pattern[0]))


def _copy(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _copy(value) for key, value in document.items()}
    return [_copy(value) for value in document] if isinstance(document, list) else document


def migrate(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Path, Path]]:
    """Bring a document of an older format up to the present one.

    Parameters
    ----------
    document : mapping
        Raw tables, as `tomllib` gives them.

    Returns
    -------
    document : dict
        A copy with the keys of the present format.
    moved : dict
        New path of each renamed key to its old one, so that errors can point at the line as written.

    Examples
    --------
    >>> migrate({"format": 0, "length": "24 h"})[0]
    {'format': 1, 'duration': '24 h'}
    """
    version = document.get("format", FORMAT)
    new: dict[str, Any] = _copy(dict(document))
    moved: dict[Path, Path] = {}
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version < FORMAT:
        return new, moved
    new["format"] = FORMAT
    for rename in RENAMES:
        for path, table in _tables(new, rename.table) if version <= rename.version else ():
            if rename.old in table and rename.new not in table:
                table[rename.new] = table.pop(rename.old)
                moved[(*path, rename.new)] = (*path, rename.old)
    return new, moved


def check_version(document: Mapping[str, Any], spot: Spot) -> bool:
    """Tell whether the version of a document can be read; log the fault when it cannot."""
    version = document.get("format", FORMAT)
    if isinstance(version, int) and not isinstance(version, bool) and 0 <= version <= FORMAT:
        return True
    newer = isinstance(version, int) and not isinstance(version, bool) and version > FORMAT
    what = f"the format `{shown(repr(version))}` is not known"
    do = "read it with a newer amoeboid" if newer else f"write `format = {FORMAT}`"
    spot.at("format").tell(Fault("", what, f"0 to {FORMAT}, as whole numbers", f"`{FORMAT}`", do, "AMB-S10"))
    return False
