"""The scale of one cell: a reaction network as data, its equations, and the process over all cells."""

from amoeboid.signalling.cell import (
    Course,
    dose_response,
    resting_inputs,
    steady,
    steady_many,
    time_course,
    typical_radius,
)
from amoeboid.signalling.contraction import shapes_contraction
from amoeboid.signalling.file_numbers import FileNumber, file_numbers, overridden, override_fault
from amoeboid.signalling.formulas import formula
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.joining import Joined, join
from amoeboid.signalling.joining import faults as mapping_faults
from amoeboid.signalling.mapping import TissueMapping, Told, by_names, outputs, scales, uses_itself
from amoeboid.signalling.network import Network, network
from amoeboid.signalling.sensitivity import directional, individualised
from amoeboid.signalling.soundness import unsound
from amoeboid.signalling.stepper import Signalling
from amoeboid.signalling.system import TIME, System, SystemEvent, constants, translate
from amoeboid.signalling.to_sbml import to_sbml

__all__ = [
    "TissueMapping",
    "Told",
    "by_names",
    "mapping_faults",
    "TIME",
    "Course",
    "FileNumber",
    "Joined",
    "Network",
    "Signalling",
    "System",
    "SystemEvent",
    "constants",
    "directional",
    "dose_response",
    "file_numbers",
    "formula",
    "from_sbml",
    "individualised",
    "join",
    "network",
    "resting_inputs",
    "scales",
    "shapes_contraction",
    "steady",
    "steady_many",
    "time_course",
    "to_sbml",
    "outputs",
    "overridden",
    "override_fault",
    "translate",
    "typical_radius",
    "unsound",
    "uses_itself",
]
