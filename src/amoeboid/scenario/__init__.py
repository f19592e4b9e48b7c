"""Scenarios: what to simulate, as one validated document; the shipped ones; the members of their runs."""

from amoeboid.scenario import library
from amoeboid.scenario.document import (
    Arm,
    Cells,
    Comparison,
    Drug,
    Matrix,
    Output,
    Pathway,
    Place,
    Scenario,
    Setting,
    Tissue,
    Tracks,
)
from amoeboid.scenario.estimate import Costs, Estimate, estimate
from amoeboid.scenario.library import names, template
from amoeboid.scenario.loading import check, load, loads, to_toml
from amoeboid.scenario.members import Member, member_seed, members
from amoeboid.scenario.migrate import migrate
from amoeboid.scenario.vocabulary import CYTOKINES, MEASURES, slug

__all__ = [
    "CYTOKINES",
    "MEASURES",
    "Arm",
    "Cells",
    "Comparison",
    "Costs",
    "Drug",
    "Estimate",
    "Matrix",
    "Member",
    "Output",
    "Pathway",
    "Place",
    "Scenario",
    "Setting",
    "Tissue",
    "Tracks",
    "check",
    "estimate",
    "library",
    "load",
    "loads",
    "member_seed",
    "members",
    "migrate",
    "names",
    "slug",
    "template",
    "to_toml",
]
