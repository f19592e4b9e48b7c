"""The log that gathers every fault of one document, each with its line, and tells them in order of line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from amoeboid.errors import Fault, nearest_name
from amoeboid.scenario.beside import Beside

Path = tuple[str | int, ...]
"""Keys and indices from the top of the document to a value."""

MOST_FAULTS = 100
"""Faults told for one document; what comes after is counted only, so that a hostile file costs no time."""

_BARE = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")


def shown(value: object, longest: int = 60) -> str:
    """Give a value as one short printable line, for use between backticks."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(letter if letter.isprintable() else "?" for letter in text[: longest + 1])
    return text if len(text) <= longest else text[:longest] + "…"


def dotted(path: Path) -> str:
    """Write a path as a reader of TOML would.

    Examples
    --------
    >>> dotted(("arms", 1, "drugs", 0, "name"))
    'arms[1].drugs[0].name'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.match(part) else f'"{shown(part)}"'
            text += f".{name}" if text else name
    return text


@dataclass
class Log:
    """Faults of one document, in the order they were found."""

    source: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    entries: list[tuple[int, Fault]] = field(default_factory=list)
    n_untold: int = 0
    beside: Beside = field(default_factory=Beside)
    attached: dict[str, bytes] = field(default_factory=dict)
    """Content by name of the files that belong to the document."""

    def line(self, path: Path) -> int:
        """Give the line of a path, or of the nearest table around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def where(self, path: Path) -> str:
        """Write file, line and key of a path."""
        line = f"line {self.line(path)}"
        return ", ".join(part for part in (self.source, line, dotted(path)) if part)

    @property
    def is_full(self) -> bool:
        """Tell whether further faults are counted only."""
        return len(self.entries) >= MOST_FAULTS

    def add(self, path: Path, fault: Fault) -> None:
        """Add a fault; its place is filled in from the path."""
        if self.is_full:
            self.n_untold += 1
        else:
            self.entries.append((self.line(path), replace(fault, where=self.where(path))))

    def faults(self) -> tuple[Fault, ...]:
        """Give the faults in order of line."""
        told = tuple(fault for _, fault in sorted(self.entries, key=lambda entry: entry[0]))
        if not self.n_untold:
            return told
        more = Fault(
            self.source,
            f"{self.n_untold} further faults are not listed",
            f"at most {MOST_FAULTS} faults are told at once",
            "",
            "correct those above, then check again",
            "AMB-S01",
        )
        return (*told, more)


@dataclass(frozen=True)
class Spot:
    """A place in a document: its path, the raw table around it, and the log."""

    path: Path
    log: Log
    owner: Mapping[str, object] = field(default_factory=dict)

    def at(self, key: str | int, owner: Mapping[str, object] | None = None) -> Spot:
        """Go one key or index deeper."""
        return Spot((*self.path, key), self.log, self.owner if owner is None else owner)

    @property
    def key(self) -> str:
        """Give the last key of the path."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "document")

    def tell(self, fault: Fault) -> None:
        """Add a fault at this place."""
        self.log.add(self.path, fault)

    def unknown_key(self, key: str, known: Iterable[str]) -> None:
        """Tell that a table has a key that the format does not know."""
        names = tuple(known)
        near = "" if self.log.is_full else nearest_name(shown(key), names)
        expected = f"one of {', '.join(f'`{name}`' for name in names)}"
        self.at(key).tell(
            Fault("", f"unknown key `{shown(key)}`", expected, near, "correct the key, or delete the line", "AMB-S02")
        )

    def unknown_name(self, noun: str, name: str, known: Iterable[str], listed: str = "") -> None:
        """Tell that a name is in no register."""
        names = tuple(known)
        near = "" if self.log.is_full else nearest_name(shown(name), names)
        what = f"unknown {noun} `{shown(name)}`"
        if not name.isascii():
            what += " (it holds letters outside plain Latin)"
        expected = listed or f"one of {', '.join(f'`{entry}`' for entry in names)}"
        self.tell(Fault("", what, expected, near, "correct the name", "AMB-S03"))

    def missing(self, key: str, example: str) -> None:
        """Tell that a required key is absent."""
        expected = f"`{key}`, such as `{example}`" if example else f"the key `{key}`"
        self.at(key).tell(Fault("", f"the key `{key}` is missing", expected, "", "add the key", "AMB-S04"))

    def wrong_type(self, raw: object, expected: str) -> None:
        """Tell that a value is of another type."""
        noun = _NOUNS.get(type(raw).__name__, type(raw).__name__)
        found = f"`{shown(raw)}` is {noun}" if not isinstance(raw, dict | list) else f"found {noun}"
        self.tell(Fault("", found, expected, "", "change the value", "AMB-S05"))

    def out_of_range(self, found: str, expected: str, nearest: str = "") -> None:
        """Tell that a value is outside what can be simulated."""
        near = f"`{nearest}`" if nearest else ""
        self.tell(Fault("", f"`{shown(found)}` is out of range", expected, near, "change the value", "AMB-S06"))

    def repeated(self, what: str, expected: str) -> None:
        """Tell that something which must be unique comes twice."""
        self.tell(Fault("", what, expected, "", "give each its own name, or delete one", "AMB-S07"))

    def conflict(self, what: str, expected: str, do: str) -> None:
        """Tell that keys contradict or need one another."""
        self.tell(Fault("", what, expected, "", do, "AMB-S08"))

    def misfit(self, what: str, expected: str, nearest: str = "") -> None:
        """Tell that a part does not fit into the whole."""
        near = f"`{nearest}`" if nearest else ""
        self.tell(Fault("", what, expected, near, "change one of the two", "AMB-S11"))

    def too_large(self, what: str, expected: str, do: str) -> None:
        """Tell that the whole is larger than one run may be."""
        self.tell(Fault("", what, expected, "", do, "AMB-S12"))


_NOUNS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "list": "a list",
    "dict": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time of day",
}
