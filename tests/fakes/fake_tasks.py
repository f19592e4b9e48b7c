"""Tasks for tests of executors: quick ones, slow ones, some that fail and one that kills whoever attends to it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from amoeboid import seeds
from amoeboid.errors import Fault, NumericsError
from amoeboid.execution import Task, executor, keeping, pure


@pure
def walk(seed: int, n: int, pause: float = 0.0) -> dict:
    """A random walk: quick, and different for every seed."""
    time.sleep(pause)
    steps = seeds.normal(np.arange(n), 0, seeds.Stream.TRIAL, seed, 1)[:, 0]
    return {"place": np.cumsum(steps), "name": np.array([f"walk {seed}"])}


@pure
def fails_until(mark: str, seed: int) -> dict:
    """Fail until a file is there."""
    if not Path(mark).exists():
        raise NumericsError(Fault(f"walk {seed}", "the place is `nan`", "a number", "", "cure it", "AMB-N99"))
    return walk(seed, 3)


@pure
def breaks(seed: int) -> dict:
    """Raise what nobody foresaw."""
    raise ZeroDivisionError(f"of {seed}")


@pure
def kills(seed: int) -> dict:
    """Kill whoever attends to it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


@pure
def kills_until(mark: str, seed: int) -> dict:
    """Kill whoever attends to it, until a file is there."""
    return walk(seed, 3) if Path(mark).exists() else kills(seed)


@pure
def gives_no_table(seed: int) -> float:
    """Give a bare number."""
    return float(seed)


@keeping
def counts_to(here, n: int, pause: float) -> dict | None:
    """Count in a file of its own, one at a time, and go on from there."""
    place = here.folder / "count"
    for i in range(int(place.read_text()) if place.exists() else 0, n):
        if here.stop():
            return None
        time.sleep(pause)
        place.write_text(str(i + 1))
    return {"count": np.array([n])}


def unmarked(seed: int) -> dict:
    """Write a file, which must never happen."""
    Path("unmarked").write_text("called")
    return {}


def walks(n: int, pause: float = 0.0) -> list[Task]:
    return [Task(f"walk-{i}", "fake_tasks:walk", {"seed": i, "n": 50, "pause": pause}) for i in range(n)]


def results(folder: Path) -> dict[str, bytes]:
    place = folder / "results"
    return {p.relative_to(place).as_posix(): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}


if __name__ == "__main__":  # a caller that tests interrupt or kill: folder, executor, tasks, pause
    folder, name, n, pause = sys.argv[1:]
    executor(name, same_code=False, **({"workers": 2} if name == "local" else {})).run(
        walks(int(n), float(pause)), folder
    )
