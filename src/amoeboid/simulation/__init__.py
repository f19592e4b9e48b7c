"""Make it move: a member of a scenario becomes a state with processes, and one loop advances it."""

from amoeboid.simulation.build import build
from amoeboid.simulation.describing import describe
from amoeboid.simulation.loop import Simulation, advance
from amoeboid.simulation.scene import parameters_of

__all__ = ["Simulation", "advance", "build", "describe", "parameters_of"]
