"""Fits: motility of measured tracks, pathways to measurements of cells; what a fit predicts, and what it is worth."""

from amoeboid.inference.cell_line import CellLine, Wish, cell_line, rounding_tension
from amoeboid.inference.escape_check import leave_one_out
from amoeboid.inference.escape_counts import escape_levels
from amoeboid.inference.escape_link import LINK_DESIGNS, LinkFitting, keep_link, link, link_of
from amoeboid.inference.file_model import file_engine, file_line
from amoeboid.inference.fitted import Line, Readout, readouts, residual_rows
from amoeboid.inference.identifiability import Judgement, compensating, judge
from amoeboid.inference.laboratory import LabRow, LabTable, TableUnits, parse_table, read_table
from amoeboid.inference.motility import MotilityFit, fit_motility
from amoeboid.inference.multistart import Fit, Multistart, Search, multistart, optimise
from amoeboid.inference.objective import Engine, Objective
from amoeboid.inference.petab_problem import petab_objective, read_petab
from amoeboid.inference.posterior import Posterior, Sampling, sample
from amoeboid.inference.prediction import (
    LagError,
    TrackComparison,
    as_recorded,
    compare_tracks,
    predict_tracks,
)
from amoeboid.inference.problem import Experiment, FitParameter, FitProblem, Measurements, Observable, Prior
from amoeboid.inference.profiles import RISE, Profile, profile
from amoeboid.inference.relapse import (
    RelapseFit,
    breast_model,
    fit_cohort,
    fit_relapse,
    relapse_profiles,
    resampled,
    split_dormancy,
)
from amoeboid.inference.relapse_cohort import Cohort, cohort, read_cohort
from amoeboid.inference.relapse_judging import (
    Calibration,
    Held,
    calibration,
    concordance_interval,
    foretold_held_back,
    held_back,
)
from amoeboid.inference.relapse_likelihood import RelapseModel, RelapseNumbers, RelapseObjective, unscaled
from amoeboid.inference.simulation import Precision
from amoeboid.inference.spheroid import Ball, BallCourse, ball, grow
from amoeboid.inference.study import Depth, Study, shown, shown_interval, study
from amoeboid.inference.walk import Recording, WalkParameters, simulate_walks

__all__ = [
    "unscaled",
    "RISE",
    "Ball",
    "BallCourse",
    "Calibration",
    "CellLine",
    "Cohort",
    "Depth",
    "Engine",
    "Experiment",
    "Fit",
    "FitParameter",
    "FitProblem",
    "Held",
    "Judgement",
    "LabRow",
    "LabTable",
    "LagError",
    "LINK_DESIGNS",
    "Line",
    "LinkFitting",
    "Measurements",
    "MotilityFit",
    "Multistart",
    "Objective",
    "Observable",
    "Posterior",
    "Precision",
    "Prior",
    "Profile",
    "Readout",
    "Recording",
    "RelapseFit",
    "RelapseModel",
    "RelapseNumbers",
    "RelapseObjective",
    "Sampling",
    "Search",
    "Study",
    "TableUnits",
    "TrackComparison",
    "WalkParameters",
    "Wish",
    "as_recorded",
    "ball",
    "breast_model",
    "calibration",
    "cell_line",
    "cohort",
    "compare_tracks",
    "compensating",
    "concordance_interval",
    "escape_levels",
    "file_engine",
    "file_line",
    "fit_cohort",
    "fit_motility",
    "fit_relapse",
    "foretold_held_back",
    "grow",
    "held_back",
    "judge",
    "keep_link",
    "leave_one_out",
    "link",
    "link_of",
    "multistart",
    "optimise",
    "parse_table",
    "petab_objective",
    "predict_tracks",
    "profile",
    "read_cohort",
    "read_petab",
    "read_table",
    "readouts",
    "relapse_profiles",
    "resampled",
    "residual_rows",
    "rounding_tension",
    "sample",
    "shown",
    "shown_interval",
    "simulate_walks",
    "split_dormancy",
    "study",
]
