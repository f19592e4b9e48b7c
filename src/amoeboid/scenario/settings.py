"""Rules that look something up: overrides of evidence values, the medium, the slug, explored hypotheses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amoeboid.errors import AmoeboidError
from amoeboid.evidence import catalogue
from amoeboid.pharmacology import MEDIA, serum_share
from amoeboid.scenario import vocabulary
from amoeboid.scenario.faults import Spot
from amoeboid.scenario.quantities import of_file, of_value
from amoeboid.scenario.rules import MISSING, Rule, Table, Text

_REASON = Text(300, example="a what-if")


def _is_spread(raw: object) -> bool:
    """Tell whether something is no spread at all, or one within bounds; True and False are no numbers here."""
    if raw is None:
        return True
    return isinstance(raw, int | float) and not isinstance(raw, bool) and 0.0 <= raw <= WIDEST


OF_PATHWAY = "pathway."
"""Before the id of a number of a pathway file, among the overrides."""

_PARTS = ("value", "reason", "spread")
WIDEST = 3.0
"""Largest log-normal spread over cells that is read: a factor of 20 either way for one cell in three."""


@dataclass(frozen=True)
class Settings(Table):
    """Overrides of evidence values by id, each with a value and a reason."""

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read one override, of the dimension of the value that it replaces."""
        if key.startswith(OF_PATHWAY):
            return self._of_pathway(raw, spot)
        record = catalogue().values.get(key)
        if record is None:
            listed = "the id of a value (`amoeboid evidence list` shows them)"
            spot.unknown_name("parameter", key, catalogue().ids(), listed)
            return MISSING
        if isinstance(record.value, tuple):
            spot.wrong_type(raw, f"the id of a single number; `{key}` is a list")
            return MISSING
        if not isinstance(raw, dict):
            spot.wrong_type(raw, f'`{{ value = "{record.value:g} {record.unit}", reason = "why" }}`')
            return MISSING
        return self._setting(key, raw, spot)

    def _of_pathway(self, raw: object, spot: Spot) -> Any:
        """Read a number of a pathway file; whether the file has it is checked with the file at hand."""
        if not isinstance(raw, dict):
            spot.wrong_type(raw, '`{ value = 0.008, reason = "why" }`, in the unit of the file')
            return MISSING
        for other in raw:
            if other not in ("value", "reason"):
                spot.unknown_key(other, ("value", "reason"))
        for required in ("value", "reason"):
            if required not in raw:
                spot.missing(required, "")
        reason = _REASON.read(raw["reason"], spot.at("reason")) if "reason" in raw else MISSING
        pair = of_file(raw["value"], spot.at("value")) if "value" in raw else None
        if pair is None or reason is MISSING:
            return MISSING
        return {"value": pair[0], "unit": pair[1], "reason": reason, "spread": None}

    def _setting(self, key: str, raw: dict[str, object], spot: Spot) -> Any:
        for other in raw:
            if other not in _PARTS:
                spot.unknown_key(other, _PARTS)
        for required in ("value", "reason"):
            if required not in raw:
                spot.missing(required, "")
        reason = _REASON.read(raw["reason"], spot.at("reason")) if "reason" in raw else MISSING
        pair = self._value(key, raw["value"], spot.at("value")) if "value" in raw else None
        spread = raw.get("spread")
        if not _is_spread(spread):
            spot.at("spread").wrong_type(spread, f"a number from 0 to {WIDEST}: log-normal spread over cells")
            return MISSING
        if pair is None or reason is MISSING:
            return MISSING
        return {"value": pair[0], "unit": pair[1], "reason": reason, "spread": spread}

    def _value(self, key: str, raw: object, spot: Spot) -> tuple[float, str] | None:
        record = catalogue().value(key)
        if not isinstance(raw, str):
            spot.wrong_type(raw, f'text with a unit, such as `"{record.numbers[0]:g} {record.unit}"`')
            return None
        return of_value(raw, key, spot)

    def write_entry(self, value: Any) -> Any:
        """Write one override."""
        written = {
            "value": f"{value.value!r} {value.unit}" if value.unit != "1" else repr(value.value),
            "reason": value.reason,
        }
        return written if value.spread is None else written | {"spread": value.spread}


@dataclass(frozen=True)
class Medium(Rule):
    """The medium, which decides how much of a drug is free."""

    def read(self, raw: object, spot: Spot) -> Any:
        """Read the name of a medium."""
        if not isinstance(raw, str):
            spot.wrong_type(raw, "one of " + ", ".join(f'`"{name}"`' for name in MEDIA))
            return MISSING
        try:
            serum_share(raw)
        except AmoeboidError as error:
            for fault in error.faults:
                spot.tell(fault)
            return MISSING
        return raw


@dataclass(frozen=True)
class Slug(Rule):
    """The name of a scenario: it becomes the name of a folder."""

    longest: int = 60

    def read(self, raw: object, spot: Spot) -> Any:
        """Read lower-case letters, digits and single hyphens."""
        if not isinstance(raw, str):
            spot.wrong_type(raw, f'text such as `"{self.example}"`')
            return MISSING
        if not raw or raw != vocabulary.slug(raw) or len(raw) > self.longest:
            expected = f"1 to {self.longest} lower-case letters, digits and single hyphens, such as `{self.example}`"
            spot.out_of_range(raw, expected, vocabulary.slug(raw[:200])[: self.longest].strip("-"))
            return MISSING
        return raw


@dataclass(frozen=True)
class Explored(Rule):
    """Hypotheses of which every other option is run as well: a list of ids, or the text ``all``."""

    def read(self, raw: object, spot: Spot) -> Any:
        """Read ids without repeats."""
        known = vocabulary.hypotheses()
        if raw == "all":
            return list(known)
        if not isinstance(raw, list):
            spot.wrong_type(raw, f'`"all"`, or a list such as `{self.example}`')
            return MISSING
        for index, name in enumerate(raw):
            if not isinstance(name, str):
                spot.at(index).wrong_type(name, "the id of a hypothesis, as text between quotes")
            elif name not in known:
                spot.at(index).unknown_name("hypothesis", name, known)
            elif name in raw[:index]:
                spot.at(index).repeated(f"`{name}` comes twice", "each hypothesis once")
        return raw if all(isinstance(name, str) and name in known for name in raw) else MISSING

    def write(self, value: Any) -> list[str]:
        """Write the list."""
        return list(value)
