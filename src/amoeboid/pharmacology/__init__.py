"""Pharmacology: which drugs there are, how much is free at a cell, and what is left of their targets."""

from amoeboid.pharmacology.bath import Administration, Constant, Exposure
from amoeboid.pharmacology.compartments import Absorption, Disposition, Modes
from amoeboid.pharmacology.cytokines import CYTOKINES, half_inhibition, inhibition, is_measured
from amoeboid.pharmacology.dose_rules import DoseRules, dose_rules
from amoeboid.pharmacology.dosing import exposure_of, people_of
from amoeboid.pharmacology.exposures import CourseSummary, course_summary
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
from amoeboid.pharmacology.people import People, cohorts, draw_people, usual_person
from amoeboid.pharmacology.population import Metabolite, PopulationKinetics, population
from amoeboid.pharmacology.potency import apparent_constant, apparent_constants
from amoeboid.pharmacology.superposition import MOIETIES, area, profile, steady_profile
from amoeboid.pharmacology.toxicity import MarrowCourse, marrow_course, mean_inhibition

__all__ = [
    "ALL",
    "CYTOKINES",
    "KNOCKOUTS",
    "MEDIA",
    "MOIETIES",
    "TARGETS",
    "Absorption",
    "Administration",
    "Constant",
    "CourseSummary",
    "Disposition",
    "DoseRules",
    "Exposure",
    "Kinetics",
    "Lineage",
    "Marrow",
    "MarrowCourse",
    "Metabolite",
    "Modes",
    "Occupancy",
    "People",
    "PopulationKinetics",
    "Regimen",
    "Summary",
    "apparent_constant",
    "apparent_constants",
    "area",
    "check_knockouts",
    "cohorts",
    "course_summary",
    "dose_rules",
    "draw_marrow",
    "draw_people",
    "drug",
    "exposure",
    "exposure_of",
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
    "people_of",
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
    "usual_person",
    "variants",
]
