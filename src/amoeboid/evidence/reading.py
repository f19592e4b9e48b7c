"""Reading the TOML tables into records. Every fault of a table is told at once, with file and record."""

from __future__ import annotations

import datetime
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amoeboid.errors import Fault, nearest_name
from amoeboid.evidence.records import (
    RELATIONS,
    STATUSES,
    VERDICTS,
    CellType,
    Citation,
    Claim,
    Drug,
    Hypothesis,
    Option,
    Source,
    Value,
)

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """One key of a table: how its entry is turned into a field, and what is expected when that fails."""

    convert: Convert
    expected: str
    required: bool = True
    field: str = ""


def _text(entry: Any) -> str:
    if not isinstance(entry, str):
        raise TypeError
    return " ".join(entry.split())


def _name(entry: Any) -> str:
    text = _text(entry)
    if not text:
        raise ValueError
    return text


def _number(entry: Any) -> float:
    if isinstance(entry, bool) or not isinstance(entry, (int, float)) or not math.isfinite(entry):
        raise TypeError
    return float(entry)


def _spread(entry: Any) -> float:
    number = _number(entry)
    if number < 0.0:
        raise ValueError
    return number


def _numbers(entry: Any) -> float | tuple[float, ...]:
    if isinstance(entry, list) and entry:
        return tuple(_number(number) for number in entry)
    return _number(entry)


def _year(entry: Any) -> int:
    if isinstance(entry, bool) or not isinstance(entry, int):
        raise TypeError
    return entry


def _truth(entry: Any) -> bool:
    if not isinstance(entry, bool):
        raise TypeError
    return entry


def _date(entry: Any) -> datetime.date:
    if isinstance(entry, str):
        return datetime.date.fromisoformat(entry)
    if isinstance(entry, datetime.datetime) or not isinstance(entry, datetime.date):
        raise TypeError
    return entry


def _date_or_none(entry: Any) -> datetime.date | None:
    return None if entry == "" else _date(entry)


def _names(entry: Any) -> tuple[str, ...]:
    if not isinstance(entry, list):
        raise TypeError
    return tuple(_name(item) for item in entry)


def _citations(entry: Any) -> tuple[Citation, ...]:
    if not isinstance(entry, list):
        raise TypeError
    found = []
    for item in entry:
        if not isinstance(item, dict) or set(item) - {"key", "place", "reason"}:
            raise TypeError
        place, reason = _text(item.get("place", "")), _text(item.get("reason", ""))
        found.append(Citation(_name(item["key"]), place, reason))
    return tuple(found)


def _options(entry: Any) -> tuple[Option, ...]:
    if not isinstance(entry, list) or len(entry) < 2:
        raise TypeError
    keys = {"name", "meaning", "evidence", "sources"}
    found = []
    for item in entry:
        if not isinstance(item, dict) or set(item) - keys:
            raise TypeError
        found.append(
            Option(
                _name(item["name"]),
                _name(item["meaning"]),
                _text(item.get("evidence", "")),
                _citations(item.get("sources", [])),
            )
        )
    return tuple(found)


def _one_of(allowed: tuple[str, ...]) -> Convert:
    def choose(entry: Any) -> str:
        if entry not in allowed:
            raise ValueError
        return str(entry)

    return choose


def _choice(allowed: tuple[str, ...]) -> Column:
    return Column(_one_of(allowed), "one of " + ", ".join(f"`{name}`" for name in allowed))


_WORDS = Column(_text, "text", required=False)
_ID = Column(_name, "text that is not empty")
_SOURCES = Column(_citations, "a list of tables with `key`, `place`, `reason`", required=False)
_DATE = Column(_date, "a date such as 2026-11-22")
_LIST = Column(_names, "a list of texts", required=False)
_NUMBER = Column(_number, "a finite number", required=False)

SCHEMAS: dict[str, dict[str, Column]] = {
    "value": {
        "id": _ID,
        "value": Column(_numbers, "a finite number, or a list of them"),
        "unit": Column(_text, 'text such as "um/min", or "1"'),
        "low": _NUMBER,
        "high": _NUMBER,
        "spread": Column(_spread, "a number of at least 0", required=False),
        "applies_to": _WORDS,
        "sources": _SOURCES,
        "relation": _choice(RELATIONS),
        "derivation": _WORDS,
        "status": _choice(STATUSES),
        "entered_on": _DATE,
        "reviewed_on": Column(_date_or_none, 'a date, or ""', required=False),
        "note": _WORDS,
    },
    "source": {
        "key": _ID,
        "title": _ID,
        "authors": _ID,
        "year": Column(_year, "a year, left out when it was not seen", required=False),
        "journal": _WORDS,
        "doi": _WORDS,
        "pubmed": _WORDS,
        "url": _WORDS,
        "kind": _WORDS,
        "note": _WORDS,
        "background": _WORDS,
    },
    "drug": {
        "id": _ID,
        "name": _ID,
        "class": Column(_name, "text that is not empty", field="drug_class"),
        "targets": _LIST,
        "note": _WORDS,
        "aliases": _LIST,
        "sources": _SOURCES,
    },
    "cell_type": {
        "id": _ID,
        "name": _ID,
        "kind": _ID,
        "note": _WORDS,
        "gaps": _LIST,
        "sources": _SOURCES,
    },
    "hypothesis": {
        "id": _ID,
        "question": _ID,
        "option": Column(_options, "at least two options: name, meaning, evidence, sources", field="options"),
        "default": _ID,
        "scale": _ID,
        "in_use": Column(_truth, "true or false", required=False),
        "only_if_blocked": _LIST,
        "only_with": _LIST,
    },
    "claim": {
        "id": _ID,
        "text": _ID,
        "verdict": _choice(VERDICTS),
        "explanation": _ID,
        "checked_on": _DATE,
        "sources": _SOURCES,
    },
}
"""Keys of each kind of table."""

_MAKE: dict[str, Callable[..., Any]] = {
    "value": Value,
    "source": Source,
    "drug": Drug,
    "cell_type": CellType,
    "hypothesis": Hypothesis,
    "claim": Claim,
}


def read_table(path: Path, kind: str, faults: list[Fault]) -> list[Any]:
    """Read the records of one table; what is wrong is added to `faults`.

    Parameters
    ----------
    path : Path
        TOML file with an array of tables named `kind`.
    kind : str
        Key of `SCHEMAS`.
    faults : list of Fault
        Extended in place.
    """
    where = path.name
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        what = f"the table cannot be read: {cause}"
        faults.append(Fault(where, what, "a TOML document", "", "correct the syntax", "AMB-E01"))
        return []
    for key in set(document) - {kind}:
        faults.append(_unknown_key(where, key, [kind]))
    entries = document.get(kind, [])
    if not isinstance(entries, list):
        faults.append(Fault(where, f"`{kind}` is no array of tables", f"`[[{kind}]]`", code="AMB-E01"))
        return []
    records = (_record(entry, kind, f"{where}, {kind} {n + 1}", faults) for n, entry in enumerate(entries))
    return [record for record in records if record is not None]


def _unknown_key(where: str, key: str, known: list[str]) -> Fault:
    return Fault(
        where,
        f"unknown key `{key}`",
        "one of " + ", ".join(known),
        nearest_name(key, known),
        "correct or remove the key",
        "AMB-E02",
    )


def _record(entry: Any, kind: str, where: str, faults: list[Fault]) -> Any:
    schema = SCHEMAS[kind]
    if not isinstance(entry, Mapping):
        faults.append(Fault(where, "the record is no table", f"`[[{kind}]]`", code="AMB-E02"))
        return None
    name = entry.get("id", entry.get("key"))
    if isinstance(name, str):
        where = f"{where} `{name}`"
    before = len(faults)
    faults.extend(_unknown_key(where, key, list(schema)) for key in entry if key not in schema)
    fields: dict[str, Any] = {}
    for key, column in schema.items():
        if key in entry:
            fields[column.field or key] = _field(entry[key], key, column, where, faults)
        elif column.required:
            faults.append(Fault(where, f"`{key}` is missing", column.expected, "", f"add `{key}`", "AMB-E02"))
    if len(faults) > before:
        return None
    if kind == "value":
        fields["where"] = where.split(",")[0]
    return _MAKE[kind](**fields)


def _field(entry: Any, key: str, column: Column, where: str, faults: list[Fault]) -> Any:
    try:
        return column.convert(entry)
    except (TypeError, ValueError, KeyError):
        what = f"`{key}` cannot be `{str(entry)[:60]}`"
        faults.append(Fault(where, what, column.expected, "", f"correct `{key}`", "AMB-E02"))
        return None
