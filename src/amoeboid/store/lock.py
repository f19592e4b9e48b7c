"""The lock of a run folder: one writer at a time, and a dead writer's lock is no hindrance."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from amoeboid.errors import Fault, StoreError
from amoeboid.store import processes
from amoeboid.store.durable import told

LOCK = "lock"
"""Name of the lock file in a run folder."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder while the body runs.

    Raises
    ------
    StoreError
        When a living process holds it, or one on another machine, of which we cannot know.
    """
    path = folder / LOCK
    with told(path):
        descriptor = _claim(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _claim(path: Path) -> int:
    """Open the file, hold it through the system, and only then believe or dismiss what stands in it.

    The system drops its hold when a holder dies, whatever way; the text serves machines that share a disk.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _hold(descriptor):
                raise _refusal(path, _read(path))
            if not _is_same_file(descriptor, path):  # its holder removed it between our open and our hold
                os.close(descriptor)
                continue
            holder = _read(path)
            if _may_live(path, holder):
                raise _refusal(path, holder)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(_self()).encode(), 0)
            os.fsync(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):
                os.close(descriptor)
            raise
        return descriptor


def _hold(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # no such call on this system: the text alone decides
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.fstat(descriptor).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def _read(path: Path) -> dict[str, Any]:
    try:
        holder = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _self() -> dict[str, Any]:
    return {**processes.itself(), "locked_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def _may_live(path: Path, holder: dict[str, Any]) -> bool:
    if not holder:
        return False
    if holder.get("host") != socket.gethostname():
        raise StoreError(
            Fault(
                str(path),
                f"the run is held by a process on another machine, `{holder.get('host')}`",
                "a run that nobody else works on",
                "",
                "wait for it; if that machine no longer works on the run, remove this lock file",
                "AMB-R07",
            )
        )
    pid = holder.get("pid")
    if not isinstance(pid, int) or pid == os.getpid() or not processes.is_number_in_use(pid):
        return False
    return not holder.get("began") or processes.beginning(pid) in ("", holder["began"])


def _refusal(path: Path, holder: dict[str, Any]) -> StoreError:
    return StoreError(
        Fault(
            str(path),
            f"process {holder.get('pid', 'unknown')} has worked on this run since {holder.get('locked_at', 'unknown')}",
            "a run that nobody else works on",
            "",
            "wait until it ends, or stop it with Ctrl-C, which leaves the run resumable",
            "AMB-R06",
        )
    )
