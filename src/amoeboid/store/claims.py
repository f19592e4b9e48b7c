"""Claims on tasks: who works on what, without a server, by files that only one can create.

The n-th claim on a task is the file ``<key>.<n>``. It is created exclusively, so that of all who want it one gets it,
and never removed, so that the files are also the log of what was begun, by whom and how often. ``<key>.<n>.end``
says how it ended. A claim without an end whose bearer is dead gives way to ``<key>.<n+1>``.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from amoeboid.store import processes
from amoeboid.store.durable import flush_folder, told, write_whole

LEASE = 180.0
"""Seconds without a sign of life after which a bearer on another machine counts as dead.

Longer than a network disk may keep old times of files in its cache (60 s by the defaults of nfs(5)).
"""

Ending = Literal["finished", "failed", "stopped", "dead"]

_OURS: set[str] = set()
"""Tokens of the claims that threads of this process hold."""


@dataclass(frozen=True)
class Claim:
    """The right to work on a task, until a later claim stands beside it."""

    folder: Path
    key: str
    number: int
    token: str

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.key}.{self.number}"

    def is_mine(self) -> bool:
        """Say whether nobody has taken the task over meanwhile."""
        return not (self.folder / f"{self.key}.{self.number + 1}").exists()

    def end(self, how: Ending) -> None:
        """Say how it ended."""
        _OURS.discard(self.token)
        write_whole(self.path.with_name(f"{self.path.name}.end"), how.encode() + b"\n")

    @contextlib.contextmanager
    def beating(self, lease: float = LEASE) -> Iterator[None]:
        """Give a sign of life four times in each lease while the body runs."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(lease / 4.0):
                with contextlib.suppress(OSError):
                    os.utime(self.path)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            _OURS.discard(self.token)  # whatever happened, this process no longer works on it


class Claims:
    """The claims in a folder, as one process sees them over time.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    lease : float
        Seconds without a sign of life after which a bearer on another machine counts as dead. Time is that of this
        process's own steady clock, from when it first saw the sign: clocks of machines need not agree.
    """

    def __init__(self, folder: Path, lease: float = LEASE) -> None:
        self.folder = folder
        self.lease = lease
        self._seen: dict[Path, tuple[int, float]] = {}
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def starts(self) -> dict[str, int]:
        """Count by task how often it was begun, in the order of their names."""
        counts: dict[str, int] = {}
        for path in self.folder.iterdir():
            key, _, number = path.name.rpartition(".")
            if number.isdigit():
                counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items()))

    def n_begun(self, keys: Iterable[str]) -> int:
        """Count how often any of some tasks was begun."""
        return sum(self._newest(key) for key in keys)

    def bearers(self, key: str) -> list[dict[str, Any]]:
        """Give who claimed a task, the first first: host, pid, when, and how it ended (empty: not yet, or dead)."""
        found = []
        for number in range(1, self._newest(key) + 1):
            path = self.folder / f"{key}.{number}"
            found.append({**_read(path), "end": _end(path)})
        return found

    def deaths(self, key: str) -> int:
        """Count the bearers of a task that died over it since the last `pardon`; call it only of what is free."""
        return sum(bearer["end"] == "" for bearer in self.bearers(key))

    def pardon(self, key: str) -> None:
        """Enter dead bearers as dead, so that they no longer count against the task."""
        if not self.is_held(key):
            for number in range(1, self._newest(key) + 1):
                path = self.folder / f"{key}.{number}"
                if not _end(path):
                    write_whole(path.with_name(f"{path.name}.end"), b"dead\n")

    def is_held(self, key: str) -> bool:
        """Say whether somebody who may live works on a task."""
        newest = self._newest(key)
        return newest > 0 and self._may_live(self.folder / f"{key}.{newest}")

    def take(self, key: str) -> Claim | None:
        """Claim a task, or get nothing when somebody who may live holds it.

        Raises
        ------
        StoreError
            When the disk refuses.
        """
        newest = self._newest(key)
        if newest and self._may_live(self.folder / f"{key}.{newest}"):
            return None
        claim = Claim(self.folder, key, newest + 1, uuid.uuid4().hex)
        _OURS.add(claim.token)
        with told(claim.path):
            if not _create(claim):
                _OURS.discard(claim.token)
                return None
            flush_folder(self.folder)
        return claim

    def _newest(self, key: str) -> int:
        number = 0
        while (self.folder / f"{key}.{number + 1}").exists():
            number += 1
        return number

    def _may_live(self, path: Path) -> bool:
        if _end(path):
            return False
        bearer = _read(path)
        alive = processes.lives(bearer)
        if alive and bearer.get("pid") == os.getpid():
            return bearer.get("token") in _OURS
        return self._gives_signs(path) if alive is None else alive

    def _gives_signs(self, path: Path) -> bool:
        """Judge a bearer of whom only its file tells: alive until that has not changed for a whole lease."""
        try:
            sign = path.stat().st_mtime_ns
        except OSError:
            return False
        last, since = self._seen.get(path, (None, 0.0))
        now = time.monotonic()
        if sign != last:
            self._seen[path] = (sign, now)
            return True
        return now - since < self.lease


def _create(claim: Claim) -> bool:
    record = {**processes.itself(), "token": claim.token, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    try:
        descriptor = os.open(claim.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    try:
        os.write(descriptor, json.dumps(record).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True


def _read(path: Path) -> dict[str, Any]:
    """Read who bears a claim; nothing when its bearer has not yet written it, or died before it could."""
    try:
        bearer = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return bearer if isinstance(bearer, dict) else {}


def _end(path: Path) -> str:
    try:
        return path.with_name(f"{path.name}.end").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
