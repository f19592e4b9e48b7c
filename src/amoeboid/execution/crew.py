"""Several worker processes on this machine: work handed out by name, deaths survived, a stop passed on."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from amoeboid.errors import AmoeboidError, ExecutionError, Fault
from amoeboid.execution.carrying import Progress
from amoeboid.execution.worker import Session, receive, send
from amoeboid.store import is_disk_failure

_ONE_THREAD = {
    name: "1" for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
}

_GONE = ("gone", "", None)


@dataclass
class _Worker:
    """One process, the member it works on, and the thread that listens to it."""

    process: subprocess.Popen[bytes]
    member: str | None = None
    listener: threading.Thread | None = None

    def say(self, kind: str, content: str | None = None) -> None:
        """Send an order; a worker that has died meanwhile is noticed by its listener."""
        try:
            assert self.process.stdin is not None
            send(self.process.stdin, (kind, content))  # type: ignore[arg-type]
        except (BrokenPipeError, ValueError):
            return

    def part(self) -> int:
        """End its input, which ends it, and give its exit status."""
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            if stream is self.process.stdout and self.listener is not None:
                self.listener.join()
            with contextlib.suppress(OSError):
                stream.close()
        return self.process.wait()


@dataclass
class Outcome:
    """What became of the members: finished or not, and the errors of those that failed."""

    failed: dict[str, AmoeboidError] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)


class Crew:
    """Worker processes that share the members of one run, or the tasks of one study."""

    def __init__(self, session: Session, told: Progress) -> None:
        self._session = session
        self._told = told
        self._heard: queue.SimpleQueue[tuple[_Worker, tuple[str, str, Any]]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._waiting: list[str] = []
        self._deaths: dict[str, int] = {}
        self._outcome = Outcome()
        self._stopping = False

    def carry_out(self, members: Sequence[str], n_processes: int, stop: Callable[[], bool]) -> Outcome:
        """Carry out all members on up to `n_processes` processes, one thread each.

        A worker that dies costs its member the time since its last checkpoint: another takes it up.
        """
        self._waiting = list(members)
        try:
            for _ in range(min(n_processes, len(members))):
                self._hand_out(self._start())
            while any(worker.member for worker in self._workers):
                self._listen(stop)
        finally:
            self._dismiss()
        self._outcome.stopped.extend(self._waiting)
        return self._outcome

    def _start(self) -> _Worker:
        command = [sys.executable, "-c", "from amoeboid.execution.worker import main; main()"]
        environment = {**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        with _deaf_to_interrupts():
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        worker = _Worker(process)
        self._workers.append(worker)
        with contextlib.suppress(BrokenPipeError):  # its listener will notice
            send(process.stdin, (self._session, 1))  # type: ignore[arg-type]
        worker.listener = threading.Thread(target=self._hear, args=(worker,), daemon=True)
        worker.listener.start()
        return worker

    def _hear(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        try:
            while True:
                self._heard.put((worker, receive(worker.process.stdout)))  # type: ignore[arg-type]
        except (EOFError, OSError, ValueError):
            self._heard.put((worker, _GONE))

    def _hand_out(self, worker: _Worker) -> None:
        """Give a worker its next member, or let it go home."""
        worker.member = self._waiting.pop(0) if self._waiting and not self._stopping else None
        worker.say("member", worker.member)

    def _listen(self, stop: Callable[[], bool]) -> None:
        """Take one message, or pass a stop on when there is none."""
        if not self._stopping and stop():
            self._stop_all()
        try:
            worker, (kind, member, content) = self._heard.get(timeout=0.1)
        except queue.Empty:
            return
        if kind == "progress":
            self._told(member, *content)
        elif kind == "gone":
            self._bury(worker)
        else:
            self._settle(kind, member, content)
            self._hand_out(worker)

    def _settle(self, kind: str, member: str, content: Any) -> None:
        if kind == "stopped":
            self._outcome.stopped.append(member)
        elif kind == "failed":
            self._outcome.failed[member] = content
            if is_disk_failure(content):  # it would refuse the other members too
                self._stop_all()
        elif kind == "broken":
            self._outcome.failed[member] = _broken(member, content)

    def _stop_all(self) -> None:
        self._stopping = True
        for worker in self._workers:
            worker.say("stop")

    def _bury(self, worker: _Worker) -> None:
        """Let another worker take up the member of a dead one, unless that has happened too often."""
        self._workers.remove(worker)
        code = worker.part()
        member = worker.member
        if member is None:
            return
        self._deaths[member] = self._deaths.get(member, 0) + 1
        if self._deaths[member] >= self._session.attempts:
            self._outcome.failed[member] = _died(member, code, self._deaths[member])
        else:
            self._waiting.insert(0, member)
        if self._waiting and not self._stopping:
            self._hand_out(self._start())

    def _dismiss(self) -> None:
        for worker in self._workers:
            if worker.member is not None:
                worker.process.kill()
            worker.part()
        self._workers.clear()


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while a worker is born: it inherits that, and the parent passes a stop on in its own way."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _died(member: str, code: int, times: int) -> ExecutionError:
    how = f"signal {-code}" if code < 0 else f"exit status {code}"
    return ExecutionError(
        Fault(
            member,
            f"its worker process ended {times} times ({how})",
            "a process that is not killed, for instance for want of memory",
            "",
            "give fewer `--processes`, then `amoeboid resume` the run",
            "AMB-X24",
        )
    )


def _broken(member: str, traceback: str) -> ExecutionError:
    return ExecutionError(
        Fault(
            member,
            f"a fault of the program:\n{traceback}",
            "",
            "",
            "please report it with the lines above",
            "AMB-X25",
        )
    )


def n_cores() -> int:
    """Give the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
