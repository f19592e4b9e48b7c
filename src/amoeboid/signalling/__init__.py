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
from amoeboid.signalling.network import Network, network
from amoeboid.signalling.stepper import Signalling
from amoeboid.signalling.system import System, translate

__all__ = [
    "Course",
    "Network",
    "Signalling",
    "System",
    "dose_response",
    "network",
    "resting_inputs",
    "steady",
    "steady_many",
    "time_course",
    "translate",
    "typical_radius",
]
