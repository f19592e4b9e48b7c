"""The catalogue: all records that ship with amoeboid, looked up by id."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amoeboid.errors import EvidenceError, Fault, nearest_name
from amoeboid.evidence.reading import read_table
from amoeboid.evidence.records import CellType, Claim, Drug, Hypothesis, Source, Value

DATA = Path(__file__).parent / "data"
"""Folder of the shipped tables."""


@dataclass(frozen=True)
class Catalogue:
    """Every record by its id, or by its key for sources."""

    values: Mapping[str, Value]
    sources: Mapping[str, Source]
    drugs: Mapping[str, Drug] = field(default_factory=dict)
    cell_types: Mapping[str, CellType] = field(default_factory=dict)
    hypotheses: Mapping[str, Hypothesis] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)

    def value(self, id: str) -> Value:
        """Give the value of that id.

        Raises
        ------
        EvidenceError
            When there is no such record.

        Examples
        --------
        >>> catalogue().value("cell.arrest_fraction").value
        0.1
        """
        try:
            return self.values[id]
        except KeyError:
            raise EvidenceError(unknown_value(id, self.values)) from None

    def ids(self, prefix: str = "") -> tuple[str, ...]:
        """Give the sorted ids of all values that begin with `prefix`."""
        return tuple(sorted(id for id in self.values if id.startswith(prefix)))

    def fingerprint(self) -> str:
        """Give the SHA-256 of all values: two catalogues with the same numbers have the same one.

        Only what a simulation reads counts: id, value, unit, spread and derivation, in the order of ids.
        """
        digest = hashlib.sha256()
        for id in self.ids():
            value = self.values[id]
            row = (id, value.numbers, value.unit, value.spread, value.derivation)
            digest.update(repr(row).encode())
        return digest.hexdigest()


def unknown_value(id: str, known: Mapping[str, Value], where: str = "") -> Fault:
    """Tell that no value has that id."""
    return Fault(
        where,
        f"no value `{id}`",
        "an id of the evidence tables (`amoeboid evidence list` shows them)",
        nearest_name(id, known),
        "correct the id, or add a record with its source",
        "AMB-E04",
    )


def load(folder: Path) -> Catalogue:
    """Load a catalogue from a folder of tables; tables that are missing count as empty.

    Parameters
    ----------
    folder : Path
        Holds ``sources.toml``, ``values/*.toml``, ``drugs.toml``, ``cell_types.toml``, ``hypotheses.toml``
        and ``claims.toml``.

    Raises
    ------
    EvidenceError
        When a table is malformed or two records have one id; holds every fault with file and record.
    """
    faults: list[Fault] = []
    values: dict[str, Value] = {}
    for path in sorted((folder / "values").glob("*.toml")):
        _collect(values, read_table(path, "value", faults), path.name, _by_id, faults)

    def table(name: str, kind: str, key: Callable[[Any], str] = _by_id) -> dict[str, Any]:
        path = folder / name
        into: dict[str, Any] = {}
        if path.exists():
            _collect(into, read_table(path, kind, faults), name, key, faults)
        return into

    found = Catalogue(
        values=values,
        sources=table("sources.toml", "source", _by_key),
        drugs=table("drugs.toml", "drug"),
        cell_types=table("cell_types.toml", "cell_type"),
        hypotheses=table("hypotheses.toml", "hypothesis"),
        claims=table("claims.toml", "claim"),
    )
    if faults:
        raise EvidenceError(*faults)
    return found


def _by_id(record: Any) -> str:
    return str(record.id)


def _by_key(record: Any) -> str:
    return str(record.key)


def _collect(
    into: dict[str, Any], records: list[Any], name: str, key: Callable[[Any], str], faults: list[Fault]
) -> None:
    for record in records:
        if key(record) in into:
            what = f"`{key(record)}` is there twice"
            faults.append(Fault(name, what, "one record for one id", "", "remove or rename one", "AMB-E03"))
        into[key(record)] = record


@functools.cache
def catalogue() -> Catalogue:
    """Give the catalogue that ships with amoeboid, loaded once.

    Raises
    ------
    EvidenceError
        When a shipped table is malformed.
    """
    return load(DATA)
