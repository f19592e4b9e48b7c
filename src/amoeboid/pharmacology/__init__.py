"""Pharmacology: which drugs there are, how much is free at a cell, and what is left of their targets."""

from amoeboid.pharmacology.bath import Administration, Constant, Exposure
from amoeboid.pharmacology.compartments import Absorption, Disposition, Modes
from amoeboid.pharmacology.kinetics import (
    Kinetics,
    Regimen,
    Summary,
    exposure,
    kinetics,
    plasma,
    summary,
    variants,
)
from amoeboid.pharmacology.library import KNOCKOUTS, TARGETS, check_knockouts, drug, library
from amoeboid.pharmacology.listing import remarks, rows
from amoeboid.pharmacology.medium import (
    MEDIA,
    free_fraction,
    free_from_total,
    serum_share,
    total_from_free,
)
from amoeboid.pharmacology.occupancy import ALL, Occupancy, targets_left
from amoeboid.pharmacology.potency import apparent_constants

__all__ = [
    "ALL",
    "KNOCKOUTS",
    "MEDIA",
    "TARGETS",
    "Absorption",
    "Administration",
    "Constant",
    "Disposition",
    "Exposure",
    "Kinetics",
    "Modes",
    "Occupancy",
    "Regimen",
    "Summary",
    "apparent_constants",
    "check_knockouts",
    "drug",
    "exposure",
    "free_fraction",
    "free_from_total",
    "kinetics",
    "library",
    "plasma",
    "remarks",
    "rows",
    "serum_share",
    "summary",
    "targets_left",
    "total_from_free",
    "variants",
]
