"""Every number with its source, every contested mechanism as a switch, every claim with a verdict."""

from amoeboid.evidence.catalogue import Catalogue, catalogue, load
from amoeboid.evidence.checking import check
from amoeboid.evidence.derivation import register as register_derivation
from amoeboid.evidence.parameters import Override, Parameters
from amoeboid.evidence.records import (
    CellType,
    Citation,
    Claim,
    Drug,
    Hypothesis,
    Option,
    Source,
    Value,
)

__all__ = [
    "Catalogue",
    "CellType",
    "Citation",
    "Claim",
    "Drug",
    "Hypothesis",
    "Option",
    "Override",
    "Parameters",
    "Source",
    "Value",
    "catalogue",
    "check",
    "load",
    "register_derivation",
]
