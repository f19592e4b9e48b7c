"""From JAK1 to escape: a simulator of contractile cancer cells, with a source behind every number.

Examples
--------
>>> import amoeboid as am
>>> am.check("quick-look")
[]
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# no name of a subpackage: once that is imported, it would stand in the way
_DOOR = {
    "AmoeboidError": "amoeboid.errors",
    "Condition": "amoeboid.workflow",
    "FitWish": "amoeboid.workflow",
    "cell": "amoeboid.workflow",
    "check": "amoeboid.workflow",
    "cohort": "amoeboid.workflow",
    "export": "amoeboid.workflow",
    "fit": "amoeboid.workflow",
    "link": "amoeboid.workflow",
    "open_run": "amoeboid.workflow",
    "pathway": "amoeboid.workflow",
    "patient": "amoeboid.workflow",
    "read_tracks": "amoeboid.workflow",
    "resume": "amoeboid.workflow",
    "run": "amoeboid.workflow",
    "scenarios": "amoeboid.workflow",
    "screen": "amoeboid.workflow",
    "trial": "amoeboid.workflow",
}

__all__ = ["__version__", *_DOOR]


def __getattr__(name: str) -> Any:
    """Load a name of the front door on first use, so that `import amoeboid` stays light."""
    if name in _DOOR:
        return getattr(importlib.import_module(_DOOR[name]), name)
    raise AttributeError(f"module `amoeboid` has no attribute `{name}`")


def __dir__() -> list[str]:
    return __all__
