"""Which process did something, and whether it still lives, as far as this machine can know."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from functools import cache
from pathlib import Path
from typing import Any


def itself() -> dict[str, Any]:
    """Give what tells this process from all others: machine, number, and when it began.

    Examples
    --------
    >>> lives(itself())
    True
    """
    return {"host": socket.gethostname(), "machine": machine(), "pid": os.getpid(), "began": beginning(os.getpid())}


def lives(bearer: dict[str, Any]) -> bool | None:
    """Say whether a process lives that `itself` described; None when it is, or may be, on another machine.

    Examples
    --------
    >>> lives({**itself(), "began": "0"}), lives({**itself(), "machine": "another"})
    (False, None)
    """
    pid = bearer.get("pid")
    if bearer.get("machine") != machine() or not isinstance(pid, int) or pid <= 0:
        return None
    if not is_number_in_use(pid) or _state(pid) == "Z":  # a killed child whose parent has not looked yet
        return False
    return not bearer.get("began") or beginning(pid) in ("", bearer["began"])


def writer() -> str:
    """Name this thread of this process of this machine, for temporary names on a disk that machines share."""
    return f"{os.getpid()}-{threading.get_native_id()}-{hashlib.sha256(machine().encode()).hexdigest()[:8]}"


def is_number_in_use(pid: int) -> bool:
    """Say whether some process has a number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def beginning(pid: int) -> str:
    """Give the start time of a process, so that a number used anew is not taken for its first bearer."""
    # field 22 of proc(5), of which the first two are cut off
    fields = _fields(pid)
    return fields[19] if len(fields) > 19 else ""


@cache
def machine() -> str:
    """Name what shares process numbers: the host, its boot, and the space of numbers (two containers have two)."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    try:
        parts = (boot.read_text(encoding="ascii").strip(), str(Path("/proc/self/ns/pid").stat().st_ino))
    except OSError:  # no such place on this system: the host's name alone decides
        parts = ("", "")
    return "/".join((socket.gethostname(), *parts))


def _state(pid: int) -> str:
    fields = _fields(pid)
    return fields[0] if fields else ""


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
