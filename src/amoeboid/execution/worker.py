"""A worker process: carries out one member after the other, as it is told over its standard input.

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
from typing import Any, BinaryIO

from amoeboid.errors import AmoeboidError
from amoeboid.execution.carrying import carry_out
from amoeboid.store import Run

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
        engine, path, n_threads = receive(sys.stdin.buffer)
    except EOFError:
        os._exit(3)  # the parent was gone before it said a word
    orders = _Orders(sys.stdin.buffer)
    engine.set_threads(n_threads)
    run = Run(path)
    scenario = engine.load(run.text, str(run.path), run.attached)
    while (name := orders.members.get()) is not None:
        send(answers, _outcome(engine, (run, scenario), name, (answers, orders)))
    os._exit(0)  # the listener still waits for orders; an orderly shutdown would trip over it


def _outcome(engine: Any, job: tuple[Run, Any], name: str, ends: tuple[BinaryIO, _Orders]) -> tuple[str, str, Any]:
    answers, orders = ends

    def told(member: str, time: float, duration: float) -> None:
        send(answers, ("progress", member, (time, duration)))

    try:
        finished = carry_out(engine, job, job[0].member(name), told, orders.stopping.is_set)
    except AmoeboidError as error:
        return ("failed", name, error)
    except Exception:
        return ("broken", name, traceback.format_exc())
    return ("finished" if finished else "stopped", name, None)
