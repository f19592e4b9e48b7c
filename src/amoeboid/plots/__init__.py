"""Figures from numbers: functions take arrays and give a matplotlib figure; nothing is computed here."""

from amoeboid.plots.arms import Course, plot_arms, plot_chain, plot_courses
from amoeboid.plots.assays import Profile, Slice, plot_depth_profiles, plot_sections
from amoeboid.plots.bands import plot_bands
from amoeboid.plots.conduct import Flow, FlowArm, plot_flow
from amoeboid.plots.export import to_png, to_svg
from amoeboid.plots.exposure import (
    Band,
    Candidate,
    MarrowPanel,
    plot_exposure,
    plot_marrow,
    plot_pareto,
)
from amoeboid.plots.film import FilmPanel, Legend, write_film
from amoeboid.plots.fits import FitPanel, FitSeries, ProfilePanel, plot_fit, plot_profiles, plot_waterfall
from amoeboid.plots.hypotheses import plot_differences
from amoeboid.plots.link import plot_doses, plot_link
from amoeboid.plots.organs import OrganPanel, plot_organs
from amoeboid.plots.pathway import plot_dose_response, plot_time_course
from amoeboid.plots.patient import Lesion, Story, plot_patient
from amoeboid.plots.relapse import Foretold, RelapsePanel, plot_relapse
from amoeboid.plots.sign_map import SignPanel, plot_sign_map
from amoeboid.plots.spheroids import SpheroidPanel, plot_spheroids
from amoeboid.plots.style import CLASS_COLOURS, colours, sequential
from amoeboid.plots.survival import ForestRow, plot_forest, plot_power, plot_survival
from amoeboid.plots.tissue import Scene, n_outside, plot_tissue
from amoeboid.plots.tracks import TrackSummary, plot_pore_law, plot_tracks

__all__ = [
    "CLASS_COLOURS",
    "Band",
    "Candidate",
    "Course",
    "FilmPanel",
    "FitPanel",
    "FitSeries",
    "Flow",
    "FlowArm",
    "ForestRow",
    "Foretold",
    "Legend",
    "Lesion",
    "MarrowPanel",
    "OrganPanel",
    "Profile",
    "ProfilePanel",
    "RelapsePanel",
    "Scene",
    "SignPanel",
    "Slice",
    "SpheroidPanel",
    "Story",
    "TrackSummary",
    "colours",
    "n_outside",
    "plot_arms",
    "plot_bands",
    "plot_chain",
    "plot_courses",
    "plot_depth_profiles",
    "plot_differences",
    "plot_dose_response",
    "plot_doses",
    "plot_exposure",
    "plot_fit",
    "plot_link",
    "plot_flow",
    "plot_forest",
    "plot_marrow",
    "plot_organs",
    "plot_pareto",
    "plot_patient",
    "plot_pore_law",
    "plot_power",
    "plot_profiles",
    "plot_relapse",
    "plot_sections",
    "plot_sign_map",
    "plot_spheroids",
    "plot_survival",
    "plot_time_course",
    "plot_tissue",
    "plot_tracks",
    "plot_waterfall",
    "sequential",
    "to_png",
    "to_svg",
    "write_film",
]
