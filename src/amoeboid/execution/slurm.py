"""Tasks of a study as an array of SLURM jobs, by way of submitit.

A job is no task: each job works off whatever is free in the study until nothing is, so a thousand small tasks need
no thousand jobs, and a job that dies leaves its share to the others.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from amoeboid.errors import AmoeboidError
from amoeboid.execution.order import Order, unusable
from amoeboid.execution.tasks import work_off

_EVERY = 0.5
"""Seconds between two looks at the study and the jobs."""


@dataclass(frozen=True)
class Slurm:
    """Jobs of SLURM, or of this machine in its place. Needs the extra ``slurm``.

    Parameters
    ----------
    workers : int
        Jobs at once.
    minutes : int
        Time that a job may take; a task under way when that is over is carried out anew by the next job.
    cores : int
        Cores of a job.
    memory_gb : float
        Memory of a job [GB].
    partition : str, optional
        The site's own default when not given.
    cluster : {"slurm", "local", "debug"}
        ``local`` starts processes of this machine as SLURM would start jobs; ``debug`` works in this process.
    more : mapping, optional
        Further parameters of submitit by its own names, such as ``{"slurm_account": "cancer"}``.
    """

    workers: int = 4
    minutes: int = 60
    cores: int = 1
    memory_gb: float = 4.0
    partition: str = ""
    cluster: Literal["slurm", "local", "debug"] = "slurm"
    more: tuple[tuple[str, Any], ...] | dict[str, Any] = ()

    def __call__(self, order: Order) -> None:
        """Bring the jobs to an order."""
        n = min(self.workers, len(order.keys))
        _watch(order, self._submitted(order, n))

    def _submitted(self, order: Order, n: int) -> list[Any]:
        folder = order.study.path.absolute()
        submitter = self._submitter(folder / "jobs")
        with submitter.batch():
            return [submitter.submit(work_off, folder, (i, n), same_code=order.same_code) for i in range(n)]

    def _submitter(self, logs: Path) -> Any:
        try:
            import submitit
        except ImportError as cause:
            do = 'pip install "amoeboid[slurm]"'
            raise unusable("slurm", "the package `submitit` is not installed", "", do) from cause
        try:
            submitter = submitit.AutoExecutor(folder=logs, cluster=self.cluster)
            parameters: dict[str, Any] = {
                "timeout_min": self.minutes,
                "cpus_per_task": self.cores,
                "mem_gb": self.memory_gb,
            }
            if self.partition:
                parameters["slurm_partition"] = self.partition
            submitter.update_parameters(name="amoeboid", **parameters, **dict(self.more))
        except (RuntimeError, NameError, ValueError, TypeError) as cause:
            what, expected = f"submitit refuses: {str(cause)[:300]}", "a machine with `sbatch`, and its own options"
            do = 'log in to the cluster, or try out with `cluster="local"`'
            raise unusable("slurm", what, expected, do) from cause
        return submitter


def _watch(order: Order, jobs: list[Any]) -> None:
    """Tell what the jobs finish, until they have ended; pass a stop on to them."""
    told: set[str] = set()
    while not all([_is_over(job) for job in jobs]):  # each is asked: a `debug` job begins when it is
        if order.stop():
            order.study.ask_to_stop()
        _tell(order, told)
        time.sleep(_EVERY)
    _tell(order, told)
    for job in jobs:
        error = job.exception()
        if isinstance(error, AmoeboidError):
            raise error


def _is_over(job: Any) -> bool:
    return bool(job.done())


def _tell(order: Order, told: set[str]) -> None:
    for key in order.keys:
        if key not in told and order.study.has_result(key):
            told.add(key)
            order.settle(key, "finished")
