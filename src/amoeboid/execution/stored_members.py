"""Members of a run as tasks: any executor carries them out, and each goes on from its last checkpoint.

The queue lies in the run's own folder. What a member gives is kept in the run, as ever; the queue only knows that it
is finished.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import ExecutionError
from amoeboid.execution.carrying import Progress, carry_out
from amoeboid.execution.crew import Outcome
from amoeboid.execution.engine import Engine
from amoeboid.execution.executors import Executor
from amoeboid.execution.progress import quiet
from amoeboid.execution.tasks import Here, keeping
from amoeboid.store import Run, Study, Task, study_folder

_FUNCTION = "amoeboid.execution.stored_members:advance_member"
_LOOK_EVERY = 2.0
"""Seconds between two looks at how far members on other machines are."""


@keeping
def advance_member(here: Here, engine: str, member: str) -> dict[str, NDArray[Any]] | None:
    """Carry one member of a run from its last checkpoint to its end; what it gives is kept in the run.

    Parameters
    ----------
    here : Here
        A study below the run's folder.
    engine : str
        ``module:name`` of the `Engine`.
    member : str
    """
    module, _, name = engine.partition(":")
    means: Engine = getattr(importlib.import_module(module), name)
    means.set_threads(1)
    run = Run(here.folder.parents[1])
    scenario = means.load(run.text, str(run.path), run.attached)
    if not carry_out(means, (run, scenario), run.member(member), quiet, here.stop):
        return None
    return {"finished": np.array([run.cadence.duration])}


def carry_out_members(
    job: tuple[Run, Engine],
    members: Sequence[str],
    on: Executor,
    ends: tuple[Progress, Callable[[], bool]],
) -> Outcome:
    """Carry out members of a run, whose lock is held, on an executor.

    Parameters
    ----------
    job : (Run, Engine)
        The engine has its ``place``, so that workers find it.
    members : sequence of str
        Those that are not finished.
    on : Executor
    ends : (told, stop)
        Told (member, time [s], duration [s]); says whether to stop.
    """
    (run, engine), (told, stop) = job, ends
    keys = {member.replace("/", "~"): member for member in members}
    tasks = [Task(key, _FUNCTION, {"engine": engine.place, "member": member}) for key, member in keys.items()]
    folder = study_folder(run.path / "queue", "members", tasks)
    study = Study.made(folder, tasks, on.lease)
    for key in keys:
        study.drop(key)  # the run says that it is not finished, and the run is right
    duration = run.cadence.duration

    def tell(key: str, done: float, of: float) -> None:
        told(keys[key], duration if done == of else run.member(keys[key]).reached, duration)

    try:
        study = on.run(tasks, folder, told=tell, stop=_looking(run, members, told, stop))
    except ExecutionError:
        if not study.faults():
            raise
    failed: dict[str, Any] = {keys[key]: ExecutionError(*faults) for key, faults in study.faults().items()}
    return Outcome(failed, [keys[key] for key in study.unfinished() if keys[key] not in failed])


def _looking(run: Run, members: Sequence[str], told: Progress, stop: Callable[[], bool]) -> Callable[[], bool]:
    """Look now and then how far the members are, whenever it is asked whether to stop."""
    looked = time.monotonic()

    def asked() -> bool:
        nonlocal looked
        if time.monotonic() - looked > _LOOK_EVERY:
            for member in map(run.member, members):
                told(member.id, member.reached, run.cadence.duration)
            looked = time.monotonic()
        return stop()

    return asked


def queues(run: Run) -> list[Study]:
    """Give the queues that ever served the members of a run; their claims are the log of what was begun."""
    return [Study(place) for place in sorted(Path(run.path / "queue").glob("members-*"))]
