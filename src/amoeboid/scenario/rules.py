"""How each field of a scenario is read from TOML and written back: one small rule per sort of value.

A rule stands in the annotation of a field in `document`. Its ``read`` tells what is wrong and gives
`MISSING`; its ``write`` gives what ``read`` turns into the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from amoeboid.scenario.faults import Spot, shown
from amoeboid.scenario.quantities import concentration, read_text, to_float, to_text


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
"""Stands in a draft for a value that could not be read; its fault is in the log."""


@dataclass(frozen=True)
class Rule:
    """Contract of all rules; ``example`` is what a missing or mistyped field is shown."""

    example: str = field(default="", kw_only=True)

    def read(self, raw: object, spot: Spot) -> Any:
        """Turn a TOML value into the value inside, or tell the fault and give `MISSING`."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """Turn a value inside into a TOML value."""
        return value


@dataclass(frozen=True)
class Text(Rule):
    """Printable text of bounded length."""

    longest: int = 200

    def read(self, raw: object, spot: Spot) -> Any:
        """Read text without control characters."""
        if not isinstance(raw, str):
            spot.wrong_type(raw, "text between quotes")
            return MISSING
        text = " ".join(raw.split())
        if not text or len(text) > self.longest or not text.isprintable():
            spot.out_of_range(raw, f"1 to {self.longest} printable characters")
            return MISSING
        return text


@dataclass(frozen=True)
class Named(Rule):
    """A name of a register; ``known`` gives name to id, so aliases become ids."""

    noun: str
    known: Callable[[], Mapping[str, str]]
    listed: str = ""

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a known name."""
        known = self.known()
        if not isinstance(raw, str):
            spot.wrong_type(raw, f"the name of a {self.noun}, as text between quotes")
            return MISSING
        if raw not in known:
            spot.unknown_name(self.noun, raw, known, self.listed)
            return MISSING
        return known[raw]


@dataclass(frozen=True)
class Whole(Rule):
    """A whole number within bounds."""

    low: int
    high: int

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a whole number."""
        expected = f"a whole number from {self.low:,} to {self.high:,}"
        if isinstance(raw, bool) or not isinstance(raw, int):
            spot.wrong_type(raw, expected)
            return MISSING
        if not self.low <= raw <= self.high:
            spot.out_of_range(str(raw), expected, str(max(self.low, min(raw, self.high))))
            return MISSING
        return raw


@dataclass(frozen=True)
class Number(Rule):
    """A number without unit within bounds; ``above`` shuts out ``low``."""

    low: float
    high: float
    above: bool = False

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a number."""
        expected = f"a number {'above' if self.above else 'from'} {self.low:g}, up to {self.high:g}"
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            spot.wrong_type(raw, expected)
            return MISSING
        if not self.low <= raw <= self.high or (self.above and raw == self.low):
            spot.out_of_range(str(raw), expected)
            return MISSING
        return float(raw)


@dataclass(frozen=True)
class Flag(Rule):
    """True or false."""

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a boolean."""
        if not isinstance(raw, bool):
            spot.wrong_type(raw, "`true` or `false`")
            return MISSING
        return raw


@dataclass(frozen=True)
class Quantity(Rule):
    """Text with a unit, from ``low`` to ``high`` in the unit of its kind; ``above`` shuts out ``low``."""

    kind: str
    low: float
    high: float
    above: bool = False

    def read(self, raw: object, spot: Spot) -> Any:
        """Read text with a unit into the unit of the kind."""
        text = read_text(raw, spot, self.example)
        if text is None:
            return MISSING
        return self.bounded(self.convert(text, spot), text, spot)

    def convert(self, text: str, spot: Spot) -> float | None:
        """Turn text into a float."""
        return to_float(text, self.kind, spot)

    def bounded(self, value: float | None, text: str, spot: Spot) -> Any:
        """Check the bounds."""
        if value is None:
            return MISSING
        if not self.low <= value <= self.high or (self.above and value == self.low):
            low = "above" if self.above else "from"
            expected = (
                f"{low} {to_text(self.low, self.kind)} {'up ' if self.above else ''}to {to_text(self.high, self.kind)}"
            )
            spot.out_of_range(text, expected)
            return MISSING
        return value

    def write(self, value: float) -> str:
        """Write text with a unit that reads as the same float."""
        return to_text(value, self.kind)


@dataclass(frozen=True)
class DrugConcentration(Quantity):
    """A concentration of the drug that the table around it names."""

    def convert(self, text: str, spot: Spot) -> float | None:
        """Turn text into nM, by the molar mass of the drug where needed."""
        return concentration(text, f"drug.{shown(spot.owner.get('name', ''))}.molar_mass", spot)


@dataclass(frozen=True)
class CytokineConcentration(Quantity):
    """A concentration of one cytokine."""

    cytokine: str = "OSM"

    def convert(self, text: str, spot: Spot) -> float | None:
        """Turn text into nM, by the molar mass of the cytokine where needed."""
        return concentration(text, f"cytokine.{self.cytokine}.molar_mass", spot)


@dataclass(frozen=True)
class Several(Rule):
    """A list of values that follow one rule."""

    rule: Rule
    fewest: int = 0
    most: int = 10_000

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a list; entries with faults stay in it as `MISSING`, so that indices hold."""
        if not isinstance(raw, list):
            spot.wrong_type(raw, f"a list, such as `{self.example}`" if self.example else "a list")
            return MISSING
        if not self.fewest <= len(raw) <= self.most:
            many = f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most:,}"
            spot.out_of_range(f"{len(raw)} entries", f"a list of {many} entries")
            return MISSING
        return [self.rule.read(entry, spot.at(index)) for index, entry in enumerate(raw)]

    def write(self, value: Any) -> list[Any]:
        """Write a list."""
        return [self.rule.write(entry) for entry in value]


@dataclass(frozen=True)
class Table(Rule):
    """A table of free keys; ``entry`` reads one value, given its key as the last of the path."""

    most: int = 1_000

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a table, key by key."""
        if not isinstance(raw, dict):
            spot.wrong_type(raw, f"a table, such as `{self.example}`")
            return MISSING
        if len(raw) > self.most:
            spot.out_of_range(f"{len(raw)} keys", f"at most {self.most} keys")
            return MISSING
        found = {key: self.entry(key, entry, spot.at(key)) for key, entry in raw.items()}
        return {key: value for key, value in found.items() if value is not MISSING}

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read one value."""
        raise NotImplementedError

    def write(self, value: Any) -> dict[str, Any]:
        """Write a table."""
        return {key: self.write_entry(entry) for key, entry in value.items()}

    def write_entry(self, value: Any) -> Any:
        """Write one value."""
        return value


@dataclass(frozen=True)
class Fields(Table):
    """Concentrations of added cytokines by name."""

    known: Callable[[], tuple[str, ...]] = tuple
    amount: Quantity = field(default_factory=lambda: Quantity("concentration", 0.0, 1e6, example="10 ng/ml"))

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read one concentration, by the molar mass of the cytokine where needed."""
        if key not in self.known():
            spot.unknown_name("substance", key, self.known())
            return MISSING
        text = read_text(raw, spot, self.amount.example)
        if text is None:
            return MISSING
        return self.amount.bounded(concentration(text, f"cytokine.{key}.molar_mass", spot), text, spot)

    def write_entry(self, value: Any) -> Any:
        """Write one concentration."""
        return self.amount.write(value)


@dataclass(frozen=True)
class ByName(Table):
    """A value of one rule for each of some names of a register."""

    noun: str = ""
    rule: Rule = field(default_factory=Rule)
    known: Callable[[], tuple[str, ...]] = tuple

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read the value of one name."""
        if key not in self.known():
            spot.unknown_name(self.noun, key, self.known())
            return MISSING
        return self.rule.read(raw, spot)

    def write_entry(self, value: Any) -> Any:
        """Write the value of one name."""
        return self.rule.write(value)


@dataclass(frozen=True)
class Switches(Table):
    """Chosen options of hypotheses by id."""

    known: Callable[[], Mapping[str, tuple[str, ...]]] = dict

    def entry(self, key: str, raw: object, spot: Spot) -> Any:
        """Read one option."""
        known = self.known()
        if key not in known:
            spot.unknown_name("hypothesis", key, known, "a hypothesis that a process reads: " + ", ".join(known))
            return MISSING
        if not isinstance(raw, str):
            spot.wrong_type(raw, "the name of an option: " + ", ".join(f'`"{name}"`' for name in known[key]))
            return MISSING
        if raw not in known[key]:
            spot.unknown_name(f"option of `{key}`", raw, known[key])
            return MISSING
        return raw


Check = Callable[[dict[str, Any], Spot], None]


@dataclass(frozen=True)
class Part(Rule):
    """A table with fixed keys: a model of `document`; ``check`` looks at what was read as a whole."""

    model: type[BaseModel]
    check: Check | None = None

    def read(self, raw: object, spot: Spot) -> Any:
        """Read a table field by field into a draft; what could not be read is left out."""
        if not isinstance(raw, dict):
            spot.wrong_type(raw, f"a table, such as `{self.example}`" if self.example else "a table")
            return MISSING
        rules = rules_of(self.model)
        for key in raw:
            if key not in rules:
                spot.unknown_key(key, rules)
        draft = {key: rules[key].read(raw[key], spot.at(key, raw)) for key in rules if key in raw}
        for key, info in self.model.model_fields.items():
            if info.is_required() and key not in raw:
                spot.missing(key, rules[key].example)
        if self.check:
            self.check(draft, spot)
        return {key: value for key, value in draft.items() if value is not MISSING}

    def write(self, value: Any) -> dict[str, Any]:
        """Write a table, with defaults, without what is None."""
        rules = rules_of(self.model)
        entries = ((key, getattr(value, key)) for key in rules)
        return {key: rules[key].write(entry) for key, entry in entries if entry is not None}


def rules_of(model: type[BaseModel]) -> dict[str, Rule]:
    """Give the rule of each field of a model.

    Raises
    ------
    TypeError
        When a field has none.
    """
    found = {}
    for key, info in model.model_fields.items():
        rule = next((entry for entry in info.metadata if isinstance(entry, Rule)), None)
        if rule is None:
            raise TypeError(f"field {model.__name__}.{key} has no rule")
        found[key] = rule
    return found
