"""Tasks of a study on a Dask cluster: an existing scheduler, or a cluster of processes of this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amoeboid.errors import AmoeboidError
from amoeboid.execution.crew import n_cores
from amoeboid.execution.order import Order, unusable
from amoeboid.execution.tasks import attend

_AHEAD = 4
"""Tasks given to the scheduler per thread of the cluster, so that none waits for us and a stop leaves few under way."""


@dataclass(frozen=True)
class Dask:
    """Workers of a Dask cluster.

    A worker that dies costs the task it was at: the scheduler gives that to another, which finds the claim of a dead
    process. Needs the extra ``cluster``.

    Parameters
    ----------
    scheduler : str
        Address such as ``tcp://10.0.0.1:8786``; a cluster of processes of this machine when empty.
    workers : int, optional
        Processes of that cluster; as many as there are cores when not given.
    client : distributed.Client, optional
        A connection that is already open; it is left open.
    timeout : float
        Seconds to wait for an answer of the scheduler.
    """

    scheduler: str = ""
    workers: int | None = None
    client: Any = None
    timeout: float = 10.0

    def __call__(self, order: Order) -> None:
        """Bring the workers to an order."""
        with self._connected() as client:
            _work_off(client, order)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        if self.client is not None:
            yield self.client
            return
        try:
            import distributed
        except ImportError as cause:
            do = 'pip install "amoeboid[cluster]"'
            raise unusable("dask", "the package `distributed` is not installed", "", do) from cause
        with contextlib.ExitStack() as opened:
            address: Any = self.scheduler or opened.enter_context(_processes_of_this_machine(self.workers))
            try:
                client = opened.enter_context(distributed.Client(address, timeout=self.timeout))
            except (OSError, ValueError) as cause:
                what, expected = f"nothing answers at `{self.scheduler}`", "the address that `dask scheduler` printed"
                raise unusable("dask", what, expected, "start the scheduler, or correct the address") from cause
            yield client


def _processes_of_this_machine(workers: int | None) -> Any:
    import distributed

    return distributed.LocalCluster(
        n_workers=workers or n_cores(),
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        worker_dashboard_address=None,
    )


def _work_off(client: Any, order: Order) -> None:
    """Keep the scheduler supplied until nothing of the order is left, or a stop is asked for."""
    import distributed

    waiting = list(reversed(order.keys))
    given: dict[Any, str] = {}
    try:
        while waiting or given:
            if order.stop():
                _stop(client, order, given)
                return
            while waiting and len(given) < _AHEAD * max(1, sum(client.nthreads().values())):
                key = waiting.pop()
                given[_submit(client, order, key)] = key
            with contextlib.suppress(TimeoutError):
                done, _ = distributed.wait(list(given), timeout=0.5, return_when="FIRST_COMPLETED")
                for future in done:
                    _settle(order, given.pop(future), future)
    finally:
        client.cancel(list(given))


def _submit(client: Any, order: Order, key: str) -> Any:
    return client.submit(attend, str(order.study.path.absolute()), key, same_code=order.same_code, pure=False)


def _settle(order: Order, key: str, future: Any) -> None:
    """Pass on what became of a task; one whose workers died is simply left."""
    import distributed

    error = future.exception() if future.status == "error" else None
    if error is None:
        order.settle(key, future.result() if future.status == "finished" else "stopped")
    elif isinstance(error, AmoeboidError):
        raise error
    elif not isinstance(error, (distributed.KilledWorker, distributed.CancelledError)):
        what, expected = f"a worker could not begin: {error!r:.300}", "workers with this version of amoeboid"
        raise unusable("dask", what, expected, "install the same packages on all machines") from error


def _stop(client: Any, order: Order, given: dict[Any, str]) -> None:
    """Take back what nobody has begun, and wait for what is under way."""
    import distributed

    order.study.ask_to_stop()
    under_way = {key for keys in client.processing().values() for key in keys}
    client.cancel([future for future in given if future.key not in under_way])
    distributed.wait([future for future in given if future.key in under_way])
    for future, key in given.items():
        if future.key in under_way:
            _settle(order, key, future)
