"""Scenarios carried out on this machine: members side by side, stopped and resumed, killed and survived."""

from amoeboid.execution.carrying import Progress
from amoeboid.execution.engine import Engine, Simulated
from amoeboid.execution.progress import shown
from amoeboid.execution.runner import Means, n_cores, resume, run

__all__ = ["Engine", "Means", "Progress", "Simulated", "n_cores", "resume", "run", "shown"]
