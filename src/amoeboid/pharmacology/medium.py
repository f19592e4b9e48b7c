"""Free against total: which share of a drug the proteins of a medium leave free.

Only free drug enters a cell and binds a target. A laboratory doses the total in its medium, a clinic
measures the total in plasma; the two meet nowhere but here.
"""

from __future__ import annotations

import re
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import EvidenceError, Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.library import drug

MEDIA = ("serum-free", "10 % serum", "plasma", "whole blood")
"""Media by name; any other share of serum from 0 to 100 % is understood as well."""

Concentration = TypeVar("Concentration", float, NDArray[np.float64])

PERCENT = 100.0  # parts in the whole, a pure number
_SERUM = re.compile(r"^\s*(\d{1,3}(?:\.\d+)?)\s*%\s*(?:serum|FBS|FCS)\s*$")


def serum_share(medium: str, where: str = "") -> float:
    """Give the share of the medium that is plasma or serum: 0 serum-free, 1 plasma and whole blood.

    Raises
    ------
    ScenarioError
        When the medium is not known.

    Examples
    --------
    >>> serum_share("10 % serum")
    0.1
    """
    if medium in ("plasma", "whole blood"):
        return 1.0
    if medium == "serum-free":
        return 0.0
    match = _SERUM.match(medium) if len(medium) <= 40 else None
    if not match or float(match[1]) > PERCENT:
        raise ScenarioError(
            Fault(
                where or "medium",
                f"unknown medium `{medium[:40]}`",
                ", ".join(f"`{name}`" for name in MEDIA) + ", or another share of serum up to 100 %",
                nearest_name(medium, MEDIA),
                "write the medium in which the concentration was dosed or measured",
                "AMB-S82",
            )
        )
    return float(match[1]) / PERCENT


def free_fraction(name: str, medium: str, parameters: Parameters | None = None, where: str = "") -> float:
    """Give the free share of a drug's total in a medium.

    Binding is linear, ``fu = 1 / (1 + s (1/fu_plasma - 1))`` with `s` the share of serum. In whole blood
    the total is first shared out between cells and plasma, with the assumed ratio
    `potency.blood_to_plasma`.

    Raises
    ------
    ScenarioError
        When drug or medium is not known.
    EvidenceError
        When the medium holds protein and the drug's binding is not known.

    Examples
    --------
    >>> round(free_fraction("ruxolitinib", "10 % serum"), 3)
    0.236
    """
    id, share = drug(name, where).id, serum_share(medium, where)
    if share == 0.0:
        return 1.0
    p = parameters or Parameters(catalogue())
    if f"drug.{id}.fu_plasma" not in p:
        raise EvidenceError(
            Fault(
                where or "medium",
                f"how much of `{id}` is free in `{medium}` is not known",
                f"a value `drug.{id}.fu_plasma`, or a medium without protein",
                "`serum-free`",
                "dose it in `serum-free` medium, or add the value with its source",
                "AMB-E80",
            )
        )
    unbound = p[f"drug.{id}.fu_plasma"]
    free = 1.0 / (1.0 + share * (1.0 / unbound - 1.0))
    return free / p["potency.blood_to_plasma"] if medium == "whole blood" else free


def free_from_total(
    total: Concentration, name: str, medium: str, parameters: Parameters | None = None
) -> Concentration:
    """Convert a total concentration [nM] in a medium to the free one [nM].

    Raises
    ------
    ScenarioError
        When drug or medium is not known.
    EvidenceError
        When the drug's binding is needed and not known.

    Examples
    --------
    >>> round(free_from_total(282.0, "ruxolitinib", "whole blood"), 2)
    8.46
    """
    return total * free_fraction(name, medium, parameters)


def total_from_free(free: Concentration, name: str, medium: str, parameters: Parameters | None = None) -> Concentration:
    """Convert a free concentration [nM] to the total one [nM] in a medium; the inverse of `free_from_total`.

    Examples
    --------
    >>> round(total_from_free(8.46, "ruxolitinib", "plasma"), 6)
    282.0
    """
    return free / free_fraction(name, medium, parameters)
