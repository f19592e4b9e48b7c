"""SBML and Antimony files as plain records, and back."""

from amoeboid.formats.sbml.record import (
    Compartment,
    Event,
    Function,
    InitialAssignment,
    Math,
    Parameter,
    Reaction,
    Rule,
    SbmlModel,
    Species,
    SpeciesReference,
)

__all__ = [
    "Compartment",
    "Event",
    "Function",
    "InitialAssignment",
    "Math",
    "Parameter",
    "Reaction",
    "Rule",
    "SbmlModel",
    "Species",
    "SpeciesReference",
]
