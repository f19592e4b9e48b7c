"""Executors: one small contract for tasks on one core, several processes, a Dask cluster or SLURM.

An executor only brings workers to a study. Who works on what, what is finished and what failed stands in the
study's folder, so executors may be changed, stopped and mixed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from amoeboid.errors import AmoeboidError, ExecutionError, Fault, nearest_name
from amoeboid.execution.carrying import Progress
from amoeboid.execution.crew import Crew, n_cores
from amoeboid.execution.interruption import asked_to_stop
from amoeboid.execution.order import Order, unusable
from amoeboid.execution.progress import quiet
from amoeboid.execution.tasks import attend_in, require_program
from amoeboid.execution.worker import Handler
from amoeboid.store import LEASE, Study, Task

EXECUTORS = ("serial", "local", "dask", "slurm")
"""Names that `executor` knows."""

_PATIENCE = 3
"""Rounds in which workers begin nothing at all, after which they are taken for broken."""


@dataclass(frozen=True)
class Executor:
    """Something that carries out tasks; no result depends on which.

    Parameters
    ----------
    name : str
    attempt : callable
        Brings workers to an `Order` once. It may leave tasks undone, when workers die for instance.
    lease : float
        Seconds after which a silent worker on another machine counts as dead, of the studies that it begins.
    same_code : bool
        Refuse to go on with a study that was begun with another version, code or numbers.
    """

    name: str
    attempt: Callable[[Order], None]
    lease: float = LEASE
    same_code: bool = True

    def run(
        self,
        tasks: Sequence[Task],
        folder: str | Path,
        *,
        told: Progress = quiet,
        stop: Callable[[], bool] | None = None,
    ) -> Study:
        """Carry out all tasks that have no result yet, and keep what comes out in a folder.

        Ctrl-C lets the tasks under way end and leaves a study that the same call completes; twice ends at once.
        What a killed worker worked on is carried out anew, from its start, by another.

        Parameters
        ----------
        tasks : sequence of Task
        folder : path
            The study's own folder; made when it is not there. On several machines all must see it by this path.
        told : callable
            Told (task, 0.0 or 1.0, 1.0).
        stop : callable, optional
            Asked now and then.

        Returns
        -------
        study : Study
            ``study.was_stopped`` tells whether a stop was asked for; it may be finished all the same.

        Raises
        ------
        ExecutionError
            When tasks failed; all failures at once, and all other tasks are finished.
        StoreError
            When the folder is foreign, torn or holds other tasks, or the disk refuses.
        """
        study = Study.made(folder, tasks, self.lease)
        if self.same_code:
            require_program(study)
        study.forgive()
        for key in study.tasks:
            told(key, float(study.has_result(key)), 1.0)
        with asked_to_stop(stop) as asked:
            self._go_on(Order(study, (), told, asked, self.same_code))
            study.was_stopped = asked()
        study.tidy()
        faults = study.faults()
        if faults:
            raise _together(study, faults)
        if not study.is_finished:
            print(f"stopped; the same call goes on from `{study.path}`", file=sys.stderr)
        return study

    def _go_on(self, order: Order) -> None:
        study, fruitless = order.study, 0
        while not order.stop() and (left := _left(study)):
            free = tuple(key for key in left if not study.claims.is_held(key))
            if not free:
                time.sleep(min(1.0, study.claims.lease / 10.0))  # all that is left is with workers of somebody else
                continue
            begun = study.claims.n_begun(free)
            self.attempt(replace(order, keys=free))
            fruitless = fruitless + 1 if study.claims.n_begun(free) == begun else 0
            if fruitless >= _PATIENCE:
                raise _idle(study, self.name, len(free))


@dataclass(frozen=True)
class Tasks:
    """The tasks of a study as what a worker process of this machine works on."""

    path: Path
    same_code: bool
    attempts: int = 5  # more than `tasks.ATTEMPTS`, so that the study learns of it first

    def opened(self, n_threads: int) -> Handler:
        """Open the study."""
        study = Study(self.path)
        if self.same_code:
            require_program(study)

        def handle(name: str, told: Progress, stop: Callable[[], bool]) -> tuple[str, Any]:
            answer = attend_in(study, study.task(name), stop)
            if answer == "finished":
                told(name, 1.0, 1.0)
            # what failed stands in the study: for the crew it is over, as what is finished
            return ("stopped" if answer in ("held", "stopped") else "finished", None)

        return handle


def executor(name: str = "local", **options: Any) -> Executor:
    """Give an executor by its name.

    Parameters
    ----------
    name : {"serial", "local", "dask", "slurm"}
    **options
        ``lease`` [s] and ``same_code`` for all. ``workers`` (processes, or jobs) for ``local``, ``dask`` and
        ``slurm``; ``scheduler`` (address such as ``tcp://10.0.0.1:8786``) for ``dask``; ``minutes``, ``memory_gb``,
        ``cores``, ``partition``, ``debug`` and more for ``slurm``: see `amoeboid.execution.slurm`.

    Raises
    ------
    ExecutionError
        When there is no such executor, it has no such option, or its package is not installed.

    Examples
    --------
    >>> executor("serial").name
    'serial'
    """
    if name not in EXECUTORS:
        known = ", ".join(f"`{one}`" for one in EXECUTORS)
        where, do = "executor", "name one of them"
        raise ExecutionError(
            Fault(where, f"no executor `{name}`", known, nearest_name(name, EXECUTORS), do, "AMB-X696")
        )
    general = {key: options.pop(key) for key in ("lease", "same_code") if key in options}
    try:
        return Executor(name, _attempt(name, options), **general)
    except TypeError as cause:
        expected, do = "an option that it has", "see `amoeboid.execution.executor`"
        raise unusable(name, str(cause), expected, do) from cause


def _attempt(name: str, options: dict[str, Any]) -> Callable[[Order], None]:
    if name == "dask":
        from amoeboid.execution.dask_cluster import Dask  # late: an extra

        return Dask(**options)
    if name == "slurm":
        from amoeboid.execution.slurm import Slurm  # late: an extra

        return Slurm(**options)
    return _partial(serial if name == "serial" else local, options)


def _partial(function: Callable[..., None], options: dict[str, Any]) -> Callable[[Order], None]:
    unknown = set(options) - ({"workers"} if function is local else set())
    if unknown:
        raise TypeError(f"no option `{sorted(unknown)[0]}`")
    return partial(function, **options)


def serial(order: Order) -> None:
    """Carry out an order one task after the other in this process."""
    for key in order.keys:
        if order.stop():
            return
        order.settle(key, attend_in(order.study, order.study.task(key), order.stop))


def local(order: Order, workers: int | None = None) -> None:
    """Carry out an order on processes of this machine, one thread each."""
    session = Tasks(order.study.path.absolute(), order.same_code)
    n = min(workers or n_cores(), len(order.keys))
    outcome = Crew(session, order.told).carry_out(order.keys, n, order.stop)
    broken = [error for key, error in outcome.failed.items() if not order.study.has_failed(key)]
    if broken:
        raise broken[0]


def _left(study: Study) -> list[str]:
    return [key for key in study.unfinished() if not study.has_failed(key)]


def _together(study: Study, faults: dict[str, tuple[Fault, ...]]) -> AmoeboidError:
    summary = Fault(
        str(study.path),
        f"{len(faults)} of {len(study.tasks)} tasks failed, {len(study.tasks) - len(study.unfinished())} are finished",
        "tasks that end",
        "",
        "cure what is told below, then make the same call: only what is not finished is carried out",
        "AMB-X698",
    )
    return ExecutionError(summary, *(fault for of_task in faults.values() for fault in of_task))


def _idle(study: Study, name: str, n: int) -> ExecutionError:
    what = f"the workers of `{name}` began none of {n} tasks in {_PATIENCE} rounds"
    expected = "workers that see this folder by this path and may write there"
    do = "look into the workers' logs; on several machines give a folder that all share"
    return ExecutionError(Fault(str(study.path), what, expected, "", do, "AMB-X699"))
