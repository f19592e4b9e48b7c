"""Scenarios and tasks carried out: side by side, stopped and resumed, killed and survived, on one machine or many."""

from amoeboid.execution.carrying import Progress
from amoeboid.execution.crew import n_cores
from amoeboid.execution.engine import Engine, Simulated
from amoeboid.execution.executors import EXECUTORS, Executor, executor
from amoeboid.execution.progress import quiet, shown
from amoeboid.execution.runner import Means, resume, run
from amoeboid.execution.sweeps import Point, points, sweep
from amoeboid.execution.tasks import Here, attend, keeping, pure, work_off
from amoeboid.store import Study, Task, study_folder

__all__ = [
    "EXECUTORS",
    "Engine",
    "Executor",
    "Here",
    "Means",
    "Point",
    "Progress",
    "Simulated",
    "Study",
    "Task",
    "attend",
    "executor",
    "keeping",
    "n_cores",
    "points",
    "pure",
    "quiet",
    "resume",
    "run",
    "shown",
    "study_folder",
    "sweep",
    "work_off",
]
