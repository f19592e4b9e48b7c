"""SBML and Antimony files as plain records, and back."""

from amoeboid.formats.sbml.reading import parse_antimony, parse_sbml, read_antimony, read_model, read_sbml
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
from amoeboid.formats.sbml.writing import write_sbml

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
    "parse_antimony",
    "parse_sbml",
    "read_antimony",
    "read_model",
    "read_sbml",
    "write_sbml",
]
