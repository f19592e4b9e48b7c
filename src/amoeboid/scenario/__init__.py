"""Scenarios: what to simulate, as one validated document; the shipped ones; the members of their runs."""

from amoeboid.scenario import library
from amoeboid.scenario.beside import Beside
from amoeboid.scenario.document import (
    Arm,
    Cells,
    Comparison,
    Drug,
    Matrix,
    Membrane,
    Output,
    Pathway,
    Place,
    Scenario,
    Setting,
    Tissue,
    Tracks,
    Vessel,
)
from amoeboid.scenario.estimate import Costs, Estimate, estimate
from amoeboid.scenario.library import names, template, trial_names
from amoeboid.scenario.loading import (
    attached,
    check,
    is_trial,
    load,
    load_trial,
    loads,
    loads_trial,
    pathway_model,
    to_toml,
    trial_to_toml,
)
from amoeboid.scenario.members import Member, mechanisms, member_seed, members
from amoeboid.scenario.migrate import migrate
from amoeboid.scenario.settings import OF_PATHWAY
from amoeboid.scenario.trial import Effect, Eligibility, Trial, TrialArm, TrialDrug, TrialScenario
from amoeboid.scenario.vocabulary import CYTOKINES, MEASURES, OF_TYPE, measure_of, slug

__all__ = [
    "CYTOKINES",
    "MEASURES",
    "OF_PATHWAY",
    "OF_TYPE",
    "Arm",
    "Beside",
    "Cells",
    "Comparison",
    "Costs",
    "Drug",
    "Effect",
    "Eligibility",
    "Estimate",
    "Matrix",
    "Member",
    "Membrane",
    "Output",
    "Pathway",
    "Place",
    "Scenario",
    "Setting",
    "Tissue",
    "Tracks",
    "Trial",
    "TrialArm",
    "TrialDrug",
    "TrialScenario",
    "Vessel",
    "attached",
    "check",
    "estimate",
    "is_trial",
    "library",
    "load",
    "load_trial",
    "loads",
    "loads_trial",
    "mechanisms",
    "measure_of",
    "member_seed",
    "members",
    "migrate",
    "names",
    "pathway_model",
    "slug",
    "template",
    "to_toml",
    "trial_names",
    "trial_to_toml",
]
