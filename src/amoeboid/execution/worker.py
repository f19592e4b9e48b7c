"""A worker process: carries out one member or task after the other, as it is told over its standard input.

It is started as a fresh interpreter rather than through `multiprocessing`, which would import the caller's script
a second time. When its parent dies its input ends, and it ends at once: no orphan writes into a run.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from amoeboid.errors import AmoeboidError
from amoeboid.execution.carrying import Progress, carry_out
from amoeboid.execution.engine import Engine
from amoeboid.store import Run

Handler = Callable[[str, Progress, Callable[[], bool]], tuple[str, Any]]
"""Carries out what has a name, tells progress, asks whether to stop; gives a kind of answer and its content."""

_LENGTH = struct.Struct("<Q")


def send(stream: BinaryIO, message: Any) -> None:
    """Send one message."""
    data = pickle.dumps(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Wait for one message.

    Raises
    ------
    EOFError
        When the other side has gone.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    data = stream.read(_LENGTH.unpack(head)[0])
    return pickle.loads(data)


class Session(Protocol):
    """What a worker process works on; sent to it once, so it is made of what can be pickled by name."""

    @property
    def attempts(self) -> int:
        """Workers that may die over one name before it is given up."""
        ...

    def opened(self, n_threads: int) -> Handler:
        """Open it in the worker process."""
        ...


@dataclass(frozen=True)
class Members:
    """The members of a run as what a worker process works on."""

    engine: Engine
    path: Path
    attempts: int = 3

    def opened(self, n_threads: int) -> Handler:
        """Open the run."""
        self.engine.set_threads(n_threads)
        run = Run(self.path)
        scenario = self.engine.load(run.text, str(run.path), run.attached)

        def handle(name: str, told: Progress, stop: Callable[[], bool]) -> tuple[str, Any]:
            finished = carry_out(self.engine, (run, scenario), run.member(name), told, stop)
            return ("finished" if finished else "stopped", None)

        return handle


class _Orders:
    """What the parent says: members to carry out, and the wish to stop."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stopping = threading.Event()
        self.members: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def _listen(self, stream: BinaryIO) -> None:
        try:
            while True:
                kind, content = receive(stream)
                if kind == "stop":
                    self.stopping.set()
                else:
                    self.members.put(content)
        except (EOFError, OSError):
            os._exit(3)  # the parent is gone: write nothing more


def main() -> None:
    """Serve until the parent says that no member is left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes a stop on
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, prints beside the answers
    try:
        session, n_threads = receive(sys.stdin.buffer)
    except EOFError:
        os._exit(3)  # the parent was gone before it said a word
    orders = _Orders(sys.stdin.buffer)
    handler = session.opened(n_threads)
    while (name := orders.members.get()) is not None:
        send(answers, _outcome(handler, name, (answers, orders)))
    os._exit(0)  # the listener still waits for orders; an orderly shutdown would trip over it


def _outcome(handler: Handler, name: str, ends: tuple[BinaryIO, _Orders]) -> tuple[str, str, Any]:
    answers, orders = ends

    def told(member: str, time: float, duration: float) -> None:
        send(answers, ("progress", member, (time, duration)))

    try:
        kind, content = handler(name, told, orders.stopping.is_set)
    except AmoeboidError as error:
        return ("failed", name, error)
    except Exception:
        return ("broken", name, traceback.format_exc())
    return (kind, name, content)
