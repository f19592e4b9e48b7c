"""The key scanner: on which line of a TOML text each key, table and list entry stands.

`tomllib` keeps no positions, and takes time that grows with the square of the depth; so this scanner runs
first, is bounded in depth and in length, and stops at the first thing that it does not understand. What is
TOML and what is not remains for `tomllib` to say.
"""

from __future__ import annotations

import bisect
import re

from amoeboid.scenario.faults import Path

DEEPEST = 16
"""Levels of tables and lists that a document may nest; a scenario needs 6."""

LONGEST_NUMBER = 100
"""Characters of a bare value; Python refuses whole numbers of more than 4,300 digits."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r'"((?:\\.|[^"\\\n])*)"|\'([^\'\n]*)\'|([A-Za-z0-9_-]+)')
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)
_SCALAR = re.compile(r"[^\s,\[\]{}#\"'=][^\n,\[\]{}#\"'=]*")


class Scanned:
    """What the scanner found: lines by path, and where and why it stopped early.

    ``refused`` says what is beyond the bounds; it is empty for a document that was read to its end, and for
    one that is no TOML. ``stopped`` is the line at which the scanner understood nothing more, or 0.
    """

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {(): 1}
        self.refused = ""
        self.stopped = 0


class _StopError(Exception):
    """The scanner goes no further; the argument says why when a bound was met."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.found = Scanned()
        self.lists: dict[Path, int] = {}

    def line(self) -> int:
        return bisect.bisect_left(self.breaks, self.at) + 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def need(self, token: str) -> None:
        if not self.take(token):
            raise _StopError

    def mark(self, path: Path) -> None:
        if len(path) > DEEPEST:
            raise _StopError(f"tables and lists are nested more than {DEEPEST} deep")
        self.found.lines.setdefault(path, self.line())

    def document(self) -> None:
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.take("[["):
                table = self.header("]]")
            elif self.take("["):
                table = self.header("]")
            else:
                self.pair(table)
            self.skip(_BLANK)

    def keys(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            match = _KEY.match(self.text, self.at)
            if not match:
                raise _StopError
            parts.append(next(group for group in match.groups() if group is not None))
            if len(parts) > DEEPEST:
                raise _StopError(f"a key has more than {DEEPEST} parts")
            self.at = match.end()
            self.skip(_SPACE)
            if not self.take("."):
                return parts

    def header(self, end: str) -> Path:
        parts = self.keys()
        path: Path = ()
        for part in parts[:-1]:
            path = (*path, part)
            path = (*path, self.lists[path]) if path in self.lists else path
        path = (*path, parts[-1])
        if end == "]]":
            self.mark(path)
            self.lists[path] = self.lists.get(path, -1) + 1
            path = (*path, self.lists[path])
        elif path in self.lists:
            path = (*path, self.lists[path])
        self.mark(path)
        self.need(end)
        return path

    def pair(self, table: Path) -> None:
        path = table
        start = self.at
        parts = self.keys()
        after, self.at = self.at, start
        for part in parts:
            path = (*path, part)
            self.mark(path)
        self.at = after
        self.need("=")
        self.skip(_SPACE)
        self.value(path)

    def value(self, path: Path) -> None:
        if self.take("["):
            self.entries(path)
        elif self.take("{"):
            self.inline(path)
        else:
            self.plain()

    def plain(self) -> None:
        match = _STRING.match(self.text, self.at)
        if not match:
            match = _SCALAR.match(self.text, self.at)
            if match and len(match[0].strip()) > LONGEST_NUMBER:
                raise _StopError(f"a bare value has more than {LONGEST_NUMBER} characters")
        if not match:
            raise _StopError
        self.at = match.end()

    def entries(self, path: Path) -> None:
        index = 0
        self.skip(_BLANK)
        while not self.take("]"):
            self.mark((*path, index))
            self.value((*path, index))
            self.skip(_BLANK)
            if not self.take(",") and not self.text.startswith("]", self.at):
                raise _StopError
            self.skip(_BLANK)
            index += 1

    def inline(self, path: Path) -> None:
        self.skip(_BLANK)
        while not self.take("}"):
            self.pair(path)
            self.skip(_BLANK)
            if not self.take(",") and not self.text.startswith("}", self.at):
                raise _StopError
            self.skip(_BLANK)


def scan(text: str) -> Scanned:
    """Find the line of each key, table and list entry of a TOML text.

    Examples
    --------
    >>> scan("[[a]]" + chr(10) + "b = [{ c = 2 }]").lines["a", 0, "b", 0, "c"]
    2
    """
    scanner = _Scanner(text)
    try:
        scanner.document()
    except _StopError as stop:
        scanner.found.refused = str(stop)
        scanner.found.stopped = scanner.line()
    return scanner.found
