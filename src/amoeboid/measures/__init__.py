"""Measures used in wet labs: pure functions from arrays to numbers with a unit, simulated or measured."""

from amoeboid.measures.bootstrap import over_tracks
from amoeboid.measures.direction import Bias, outward_bias, outward_speed, turning_angles
from amoeboid.measures.escape import (
    EscapeClass,
    EscapeEvents,
    contact_components,
    escape_class,
    escape_events,
    escape_rate,
)
from amoeboid.measures.gel import gel_area, gel_contraction, is_floating
from amoeboid.measures.hull import Hull
from amoeboid.measures.intervals import Estimate, Paired, mean_interval, paired_difference, poisson_rate, wilson
from amoeboid.measures.intravasation import Crossings, EscapeFlux, compound_rate, escape_flux
from amoeboid.measures.invasion import (
    Interface,
    Strands,
    depth_profile,
    fraction_invaded,
    invasion_depth,
    near_path,
    present,
    strands,
    together_by_chance,
)
from amoeboid.measures.motility import (
    Displacements,
    Msd,
    WalkFit,
    displacements,
    mean_squared_displacement,
    persistence,
    speeds,
    straightness,
    track_speed,
    velocity_autocorrelation,
    walk_fit,
    walk_msd,
)
from amoeboid.measures.population import contact_angle, fold_change, fraction_rounded, invasion_distance
from amoeboid.measures.pores import PoreLaw, pore_law_fit
from amoeboid.measures.spheroid import Spheroid, outline_radius, separating_radius, spheroid

__all__ = [
    "Bias",
    "Crossings",
    "Displacements",
    "EscapeClass",
    "EscapeEvents",
    "EscapeFlux",
    "Estimate",
    "Hull",
    "Interface",
    "Msd",
    "Paired",
    "PoreLaw",
    "Spheroid",
    "Strands",
    "WalkFit",
    "compound_rate",
    "contact_angle",
    "contact_components",
    "depth_profile",
    "displacements",
    "escape_class",
    "escape_events",
    "escape_flux",
    "escape_rate",
    "fold_change",
    "fraction_invaded",
    "fraction_rounded",
    "gel_area",
    "gel_contraction",
    "invasion_depth",
    "invasion_distance",
    "is_floating",
    "mean_interval",
    "mean_squared_displacement",
    "near_path",
    "outline_radius",
    "outward_bias",
    "outward_speed",
    "over_tracks",
    "paired_difference",
    "persistence",
    "poisson_rate",
    "pore_law_fit",
    "present",
    "separating_radius",
    "speeds",
    "spheroid",
    "straightness",
    "strands",
    "together_by_chance",
    "track_speed",
    "turning_angles",
    "velocity_autocorrelation",
    "walk_fit",
    "walk_msd",
    "wilson",
]
