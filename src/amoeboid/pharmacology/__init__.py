"""Pharmacology: which drugs there are, how much is free at a cell, and what is left of their targets."""

from amoeboid.pharmacology.bath import Administration, Constant, Exposure
from amoeboid.pharmacology.compartments import Absorption, Disposition, Modes
from amoeboid.pharmacology.cytokines import CYTOKINES, half_inhibition, inhibition, is_measured
from amoeboid.pharmacology.dose_rules import DoseRules, dose_rules
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
from amoeboid.pharmacology.marrow import Lineage, Marrow, draw_marrow
from amoeboid.pharmacology.medium import (
    MEDIA,
    free_fraction,
    free_from_total,
    serum_share,
    total_from_free,
)
from amoeboid.pharmacology.nk import killing, recovery_time
from amoeboid.pharmacology.occupancy import ALL, Occupancy, targets_left
from amoeboid.pharmacology.people import People, cohorts, draw_people
from amoeboid.pharmacology.population import PopulationKinetics, population
from amoeboid.pharmacology.potency import apparent_constant, apparent_constants
from amoeboid.pharmacology.superposition import profile, steady_profile
from amoeboid.pharmacology.toxicity import MarrowCourse, marrow_course, mean_inhibition

__all__ = [
    "ALL",
    "CYTOKINES",
    "KNOCKOUTS",
    "MEDIA",
    "TARGETS",
    "Absorption",
    "Administration",
    "Constant",
    "Disposition",
    "DoseRules",
    "Exposure",
    "Kinetics",
    "Lineage",
    "Marrow",
    "MarrowCourse",
    "Modes",
    "Occupancy",
    "People",
    "PopulationKinetics",
    "Regimen",
    "Summary",
    "apparent_constant",
    "apparent_constants",
    "check_knockouts",
    "cohorts",
    "dose_rules",
    "draw_marrow",
    "draw_people",
    "drug",
    "exposure",
    "free_fraction",
    "free_from_total",
    "half_inhibition",
    "inhibition",
    "is_measured",
    "killing",
    "kinetics",
    "library",
    "marrow_course",
    "mean_inhibition",
    "plasma",
    "population",
    "profile",
    "recovery_time",
    "remarks",
    "rows",
    "serum_share",
    "steady_profile",
    "summary",
    "targets_left",
    "total_from_free",
    "variants",
]
