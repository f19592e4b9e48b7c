"""The child process seen from outside: one kept for many files, replaced when it dies or takes too long."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

SECONDS = 60.0
"""Longest time for one file."""


class ChildDiedError(Exception):
    """The child process ended before it answered; ``overtime`` says that we ended it."""

    def __init__(self, *, overtime: bool) -> None:
        super().__init__("took too long" if overtime else "died")
        self.overtime = overtime


@dataclass
class _Kept:
    process: subprocess.Popen[str] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_KEPT = _Kept()


def ask(request: dict[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
    """Send a request to the child process and give its answer.

    Raises
    ------
    ChildDiedError
        When the child ends, or has no answer within the time; the next request gets a new one.
    """
    return ask_all([request], seconds)[0]


def ask_all(requests: list[dict[str, Any]], seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Send requests that belong together, with no other between them; each has the given time."""
    with _KEPT.lock:
        return [_exchange(request, seconds) for request in requests]


def _exchange(request: dict[str, Any], seconds: float) -> dict[str, Any]:
    process = _child()
    answers: list[str] = []
    talk = threading.Thread(target=_talk, args=(process, json.dumps(request), answers), daemon=True)
    try:
        talk.start()
        talk.join(seconds)
    except BaseException:  # Ctrl-C: an answer still on its way would be taken for the next one
        _end(process)
        raise
    overtime = talk.is_alive()
    if overtime or not answers or not answers[0].endswith("\n"):
        _end(process)
        raise ChildDiedError(overtime=overtime)
    answer: dict[str, Any] = json.loads(answers[0])
    return answer


def _talk(process: subprocess.Popen[str], line: str, answers: list[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(line + "\n")
        process.stdin.flush()
        answers.append(process.stdout.readline())
    except (OSError, ValueError):  # it died, or was ended while we wrote
        return


def _child() -> subprocess.Popen[str]:
    """Give the living child of this process."""
    process = _KEPT.process
    if process is not None:
        if process.poll() is None:
            return process
        _end(process)
    _KEPT.process = subprocess.Popen(
        [sys.executable, "-P", "-m", "amoeboid.formats.sbml.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C is for us
    )
    return _KEPT.process


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    _close_pipes(process)
    if _KEPT.process is process:
        _KEPT.process = None


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not yet written is lost with its reader
                pipe.close()


def _forget() -> None:
    """After a fork: the child is the parent's, and so may be the lock."""
    process, _KEPT.process, _KEPT.lock = _KEPT.process, None, threading.Lock()
    if process is not None:
        process.returncode = 0
        _close_pipes(process)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@atexit.register
def close() -> None:
    """End the child process; the next request starts a new one."""
    if _KEPT.process is not None:
        _end(_KEPT.process)
