"""Drafts: the plain tables of what could be read of a document, and what every check asks of them.

A field that is `MISSING` had a fault of its own; a check that needs it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from amoeboid.scenario.faults import Spot
from amoeboid.scenario.rules import MISSING

Draft = Mapping[str, Any]


def has(draft: Draft, *keys: str) -> bool:
    """Tell whether a table has all of some keys, and each could be read."""
    return all(draft.get(key) is not None and draft[key] is not MISSING for key in keys)


def is_readable(draft: Draft, *keys: str) -> bool:
    """Tell whether a table has all of some keys, and each could be read in all its parts."""
    return has(draft, *keys) and is_whole([value for key in keys for value in _as_list(draft[key])])


def entries(draft: Draft, key: str) -> Iterator[tuple[int, Draft]]:
    """Give the readable tables of a list with their index."""
    if has(draft, key):
        for index, entry in enumerate(draft[key]):
            if isinstance(entry, Mapping):
                yield index, entry


def check_unique(names: Iterable[Any], noun: str, spot: Spot) -> None:
    """Check that no name in a list comes twice."""
    seen = set()
    for name in names:
        if isinstance(name, str) and name in seen:
            spot.repeated(f"the {noun} `{name}` comes twice", f"each {noun} once")
        if isinstance(name, str):
            seen.add(name)


def is_whole(values: Any) -> bool:
    """Tell whether a list holds no value that could not be read."""
    return not any(value is MISSING or (isinstance(value, list) and not is_whole(value)) for value in values)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
