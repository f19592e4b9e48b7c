"""Substances between the cells: they come from the bath and from cells, spread, vanish, and are taken up."""

from amoeboid.tissue.fields.diffusion import Diffusion
from amoeboid.tissue.fields.medium import Medium
from amoeboid.tissue.fields.substance import (
    CYTOKINE,
    DRUG,
    OXYGEN,
    Substance,
    oxygen,
    penetration,
    secreted,
    substance,
)

__all__ = [
    "CYTOKINE",
    "DRUG",
    "OXYGEN",
    "Diffusion",
    "Medium",
    "Substance",
    "oxygen",
    "penetration",
    "secreted",
    "substance",
]
