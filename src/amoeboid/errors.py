"""The one family of errors, and the four parts that every message has.

A message says where, what, what is allowed, and what to do:

    invasion.toml, line 14, arms[1].drugs[0].name: unknown drug `ruxolitnib`
      expected: an id in the drug library (`amoeboid drugs` lists them)
      nearest:  `ruxolitinib`
      do:       correct the name, or add a record to the library   [AMB-S03]

All faults of one document travel in one error. Each class is also the built-in that a caller would catch.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in four parts and with a stable code.

    Parameters
    ----------
    where : str
        File, line and key, or process, time and cell. May be empty.
    what : str
        What is wrong, with the value found in backticks.
    expected, nearest, do : str
        What is allowed; the closest valid name or value; one action that cures it. Empty parts are left out.
    code : str
        Stable code such as ``AMB-S03``.
    """

    where: str
    what: str
    expected: str = ""
    nearest: str = ""
    do: str = ""
    code: str = "AMB-X00"

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.nearest:
            lines.append(f"  nearest:  {self.nearest}")
        tail = f"   [{self.code}]"
        if self.do:
            lines.append(f"  do:       {self.do}{tail}")
        else:
            lines[-1] += tail
        return "\n".join(lines)


class AmoeboidError(Exception):
    """Base of all errors that amoeboid raises on purpose; holds one or more faults."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults: tuple[Fault, ...] = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)

    def __reduce__(self) -> tuple[type[AmoeboidError], tuple[Fault, ...]]:
        return (type(self), self.faults)


class ScenarioError(AmoeboidError, ValueError):
    """A scenario document says something that cannot be simulated."""


class UnitError(AmoeboidError, ValueError):
    """A quantity has no unit, an unknown unit, or one of another dimension."""


class EvidenceError(AmoeboidError, LookupError):
    """A number has no record, or a record is incomplete."""


class FormatError(AmoeboidError, ValueError):
    """A file is not what its format says."""


class NumericsError(AmoeboidError, ArithmeticError):
    """A computation left its range: names the process, the time, the cell and the quantity."""


class StoreError(AmoeboidError, OSError):
    """A run folder is missing, foreign, damaged, or cannot be written."""


class ExecutionError(AmoeboidError, RuntimeError):
    """A run or a study could not be carried out."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Give the closest known name in backticks, or nothing when none is close.

    Examples
    --------
    >>> nearest_name("ruxolitnib", ["ruxolitinib", "tofacitinib"])
    '`ruxolitinib`'
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"`{close[0]}`" if close else ""
