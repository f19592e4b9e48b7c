"""How far each layer of the model has been compared with the world: counted verdicts of validation, and named gaps."""

from __future__ import annotations

import datetime
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

LAYERS = {
    "pathway": "pathway in a cell",
    "tissue": "force, escape and tissue",
    "drugs": "drugs in the body",
    "body": "spread through the body",
    "trials": "patients and trials",
    "fits": "fits and statistics",
}
"""Layers of the model by their short names, in the order of the chain."""


@dataclass(frozen=True)
class Verdict:
    """One experiment of ``validation/``: how many of its bands were met when it was last run."""

    title: str
    layer: str
    source: str
    inside: int
    missed: int
    absent: int
    run_on: datetime.date


@dataclass(frozen=True)
class Gap:
    """What has not been compared with anything, by layer, in one sentence."""

    layer: str
    text: str


@functools.cache
def verdicts() -> tuple[Verdict, ...]:
    """Give the counted verdicts, as `make validate` last wrote them.

    Examples
    --------
    >>> {entry.layer for entry in verdicts()} <= set(LAYERS)
    True
    """
    return tuple(Verdict(**entry) for entry in _table("verdicts").get("verdict", ()))


@functools.cache
def gaps() -> tuple[Gap, ...]:
    """Give the named gaps.

    Examples
    --------
    >>> len(gaps()) > 5
    True
    """
    return tuple(Gap(**entry) for entry in _table("gaps").get("gap", ()))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))
