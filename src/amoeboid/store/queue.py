"""A study on disk: tasks, who works on them, and what came out; the folder is the queue, and no server is needed.

studies/<name>-<12 hex>/
  study.json               the tasks and what their results depend on, signed; its presence makes the folder a study
  claims/<task>.<n>        the n-th start of a task, by whom; <task>.<n>.end how it ended
  results/<task>/          arrays by name, with checksum; there only when whole
  failures/<task>.json     the error of a task that failed
  stop                     there while its workers shall stop
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import AmoeboidError, ExecutionError, Fault, StoreError, nearest_name
from amoeboid.store.claims import LEASE, Claim, Claims
from amoeboid.store.durable import TEMPORARY, canonical, is_intact, remove, signed, told, write_whole
from amoeboid.store.layout import code_of_package, damaged, numbers_hash
from amoeboid.store.packed import DamagedError, read_packed, write_packed

Array = NDArray[Any]

STUDY = "study.json"
_FORMAT = 1
_STOP = "stop"
_KEY = re.compile(r"[a-z0-9][a-z0-9_.+=~-]{0,120}")


@dataclass(frozen=True)
class Task:
    """One piece of work: a pure function and its arguments; what comes out is a table of arrays.

    Parameters
    ----------
    key : str
        Its name in the study: a-z, 0-9, ``_.+=~-``.
    function : str
        ``module.path:function``, marked with `amoeboid.execution.pure`.
    arguments : mapping
        Keyword arguments that JSON can hold.

    Examples
    --------
    >>> Task("chunk-0", "amoeboid.execution.tasks:draws", {"seed": 1, "n": 3}).key
    'chunk-0'
    """

    key: str
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """What results depend on beside the tasks: version, code and numbers."""

    version: str
    code: str
    numbers: str


@cache
def program() -> Program:
    """Give the program at hand, as it was when this process first asked."""
    version = importlib.metadata.version("amoeboid")
    return Program(version, code_of_package(Path(__file__).parents[1]), numbers_hash())


def study_folder(folder: Path, name: str, tasks: Sequence[Task]) -> Path:
    """Give the place of a study below the folder of studies: its name and the hash of what defines it.

    Examples
    --------
    >>> study_folder(Path("studies"), "screen", [Task("a", "m:f")]).name.startswith("screen-")
    True
    """
    body = {"tasks": [asdict(task) for task in tasks], **asdict(program())}
    return folder / f"{name}-{hashlib.sha256(canonical(body)).hexdigest()[:12]}"


class Study:
    """A study, opened: its tasks, its claims and its results.

    Parameters
    ----------
    path : path
        A folder that `Study.made` made.

    Raises
    ------
    StoreError
        When the folder is missing, foreign, torn or of a newer format.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        record = _record(self.path)
        self.tasks = {task["key"]: Task(**task) for task in record["tasks"]}
        self.program = Program(**record["program"])
        self.was_stopped = False
        self.claims = Claims(self.path / "claims", record["lease"])

    def __repr__(self) -> str:
        return f"Study({str(self.path)!r})"

    @classmethod
    def made(cls, path: str | Path, tasks: Sequence[Task], lease: float = LEASE) -> Study:
        """Make a study in a folder, or open the one of these very tasks that is there.

        The lease, seconds after which a silent worker on another machine counts as dead, is the study's: all who work
        on it must agree in it, so one that is there keeps its own.

        Raises
        ------
        ExecutionError
            When a task has no usable key or arguments that JSON cannot hold, or two have one key; tells all.
        StoreError
            When the folder holds something else, other tasks, or the disk refuses.
        """
        path = Path(path)
        _require_tasks(tasks)
        record = {"amoeboid": "study", "format": _FORMAT, "program": asdict(program()), "lease": lease}
        record["tasks"] = [asdict(task) for task in tasks]
        with told(path):
            path.mkdir(parents=True, exist_ok=True)
        if not (path / STUDY).exists():
            _refuse_foreign(path)
            write_whole(path / STUDY, json.dumps(signed(record), indent=1).encode() + b"\n")
        study = cls(path)
        if canonical({"tasks": [asdict(task) for task in study.tasks.values()]}) != canonical(
            {"tasks": record["tasks"]}
        ):
            raise _other_tasks(path)
        return study

    @property
    def is_finished(self) -> bool:
        """Whether every task has a result."""
        return not self.unfinished()

    def task(self, key: str) -> Task:
        """Give one task by its key.

        Raises
        ------
        StoreError
            When there is none of that name.
        """
        if key not in self.tasks:
            where, nearest = str(self.path), nearest_name(key, self.tasks)
            do = "use the keys in `Study.tasks`"
            raise StoreError(Fault(where, f"no task `{key[:80]}`", "a task of the study", nearest, do, "AMB-R690"))
        return self.tasks[key]

    def unfinished(self) -> list[str]:
        """Give the keys of the tasks without a result, in the order of the study."""
        return [key for key in self.tasks if not self.has_result(key)]

    def has_result(self, key: str) -> bool:
        """Say whether a task is finished."""
        return self._result(key).is_dir()

    def result(self, key: str) -> dict[str, Array]:
        """Read what came out of a task, checked byte by byte.

        Raises
        ------
        StoreError
            When it is not finished, or what lies there is damaged.
        """
        self.task(key)
        if not self.has_result(key):
            do = f"carry the study out; `{key}` alone is missing if this is the only error"
            where, expected = str(self.path), "a finished task"
            raise StoreError(Fault(where, f"task `{key}` has no result yet", expected, "", do, "AMB-R691"))
        try:
            return read_packed(self._result(key)).arrays
        except DamagedError as cause:
            raise damaged(self._result(key), str(cause)) from cause

    def keep(self, claim: Claim, arrays: Mapping[str, Any]) -> None:
        """Keep what came out of a claimed task, unless somebody has taken it over or finished it meanwhile.

        Raises
        ------
        StoreError
            When the disk refuses.
        """
        if claim.is_mine() and not self.has_result(claim.key):
            kept = {name: np.asarray(array) for name, array in arrays.items()}
            write_packed(self._result(claim.key), {"task": claim.key}, kept)
        self._failure(claim.key).unlink(missing_ok=True)

    def fail(self, key: str, error: AmoeboidError) -> None:
        """Keep the error of a task."""
        record = {"kind": type(error).__name__, "faults": [asdict(fault) for fault in error.faults]}
        with told(self.path):
            self._failure(key).parent.mkdir(exist_ok=True)
        write_whole(self._failure(key), json.dumps(record, indent=1).encode() + b"\n")

    def faults(self) -> dict[str, tuple[Fault, ...]]:
        """Give what is wrong with each task that failed, in the order of the study."""
        found = {}
        for key in self.tasks:
            try:
                record = json.loads(self._failure(key).read_bytes())
                found[key] = tuple(Fault(**fault) for fault in record["faults"])
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError) as cause:
                raise damaged(self._failure(key), str(cause)) from cause
        return found

    def forgive(self) -> None:
        """Forget failures and dead workers, so that what failed is tried anew; what is under way stays."""
        with told(self.path):
            (self.path / _STOP).unlink(missing_ok=True)
            for key in self.unfinished():
                self._failure(key).unlink(missing_ok=True)
                self.claims.pardon(key)

    def ask_to_stop(self) -> None:
        """Ask all workers, on whatever machine, to stop."""
        write_whole(self.path / _STOP, b"stop\n")

    def tidy(self) -> None:
        """Remove what killed writers left half of results, once every task has a whole one."""
        if self.is_finished:
            with told(self.path):
                for place in (self.path / "results").glob(f"{TEMPORARY}*"):
                    remove(place)

    def is_asked_to_stop(self) -> bool:
        """Say whether workers shall stop."""
        return (self.path / _STOP).exists()

    def has_failed(self, key: str) -> bool:
        """Say whether a task failed since the study was last taken up."""
        return self._failure(key).exists()

    def drop(self, key: str) -> None:
        """Remove the result of a task, such as a damaged one, so that it is carried out anew."""
        with told(self.path):
            remove(self._result(self.task(key).key))

    def _result(self, key: str) -> Path:
        return self.path / "results" / key

    def _failure(self, key: str) -> Path:
        return self.path / "failures" / f"{key}.json"


def _require_tasks(tasks: Sequence[Task]) -> None:
    faults, seen = [], set()
    for i, task in enumerate(tasks):
        where = f"tasks[{i}]"
        if not _KEY.fullmatch(task.key) or task.key.endswith(".end"):
            faults.append(_fault(where, f"`{task.key[:80]}` is no key", "a-z, 0-9, `_.+=~-`, at most 121", "rename it"))
        if task.key in seen:
            faults.append(_fault(where, f"`{task.key[:80]}` is a key twice", "a key of its own", "rename one of them"))
        seen.add(task.key)
        try:
            same = json.loads(canonical(task.arguments)) == dict(task.arguments)
        except (TypeError, ValueError):
            same = False
        if not same:
            expected = "text, finite numbers, lists, tables with text as keys, so that they read back the same"
            faults.append(_fault(where, "JSON cannot hold the arguments", expected, "give plain values"))
    if faults:
        raise ExecutionError(*faults)


def _fault(where: str, what: str, expected: str, do: str) -> Fault:
    return Fault(where, what, expected, "", do, "AMB-X690")


def _record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads((path / STUDY).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise _foreign(path) from None
    except (OSError, ValueError) as cause:
        raise damaged(path / STUDY, f"it cannot be read ({cause})") from cause
    if not isinstance(record, dict) or record.get("amoeboid") != "study":
        raise _foreign(path)
    if record.get("format") != _FORMAT:
        what, do = f"the study has format {record.get('format')!r}", "open it with the version that wrote it"
        raise StoreError(Fault(str(path), what, f"format {_FORMAT}", "", do, "AMB-R692"))
    if not is_intact(record):
        raise damaged(path / STUDY, "it does not match its checksum")
    return record


def _foreign(path: Path) -> StoreError:
    what, expected = "this is no study of amoeboid", f"a folder with `{STUDY}`"
    return StoreError(Fault(str(path), what, expected, "", "give the folder that the study was begun in", "AMB-R693"))


def _refuse_foreign(path: Path) -> None:
    others = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith(TEMPORARY))
    if others:
        what = f"the folder holds what amoeboid did not put there (`{others[0]}`)"
        expected, do = "a folder that is empty or a study", "choose another folder"
        raise StoreError(Fault(str(path), what, expected, "", do, "AMB-R694"))


def _other_tasks(path: Path) -> StoreError:
    expected, do = "the tasks with which it was begun", "choose another folder, or name it by `study_folder`"
    return StoreError(Fault(str(path), "the study there has other tasks", expected, "", do, "AMB-R695"))
