"""The child process seen from outside: one kept for many files, replaced when it dies or takes too long."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
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
    owner: int = 0


_KEPT = _Kept()
_LOCK = threading.Lock()


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
    with _LOCK:
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
    """Give the living child of this process; after a fork the parent's is not ours."""
    process = _KEPT.process
    if process is not None and _KEPT.owner == os.getpid() and process.poll() is None:
        return process
    _KEPT.process = subprocess.Popen(
        [sys.executable, "-P", "-m", "amoeboid.formats.sbml.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C is for us
    )
    _KEPT.owner = os.getpid()
    return _KEPT.process


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # what was not yet written is lost with its reader
                continue
    if _KEPT.process is process:
        _KEPT.process = None


@atexit.register
def close() -> None:
    """End the child process; the next request starts a new one."""
    process = _KEPT.process
    if process is not None and _KEPT.owner == os.getpid():
        _end(process)
