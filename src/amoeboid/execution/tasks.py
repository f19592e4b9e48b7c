"""One task attended to: claimed, carried out, kept. Every executor ends here, on whatever machine."""

from __future__ import annotations

import importlib
import math
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import AmoeboidError, ExecutionError, Fault, nearest_name
from amoeboid.seeds import Stream, uniform
from amoeboid.store import Claim, Study, Task, is_disk_failure, program

Function = TypeVar("Function", bound=Callable[..., Any])
Answer = Literal["finished", "failed", "stopped", "held"]
"""What became of a task: it has a result, an error, is to be taken up later, or somebody else works on it."""

ATTEMPTS = 3
"""Workers that may die over one task before it is given up."""

_LOOK_EVERY = 0.5
"""Seconds between two looks for a wish to stop."""

_MARK = "amoeboid_task"


@dataclass(frozen=True)
class Here:
    """Where a task that keeps its own files is carried out: the folder of its study, and whether to stop."""

    folder: Path
    stop: Callable[[], bool]


def pure(function: Function) -> Function:
    """Mark a function as one that executors may carry out: JSON arguments in, arrays by name out, nothing else.

    What it gives must depend on its arguments alone, bit for bit. Only marked functions are ever called, so that a
    study from a stranger cannot call what was not made for it.
    """
    setattr(function, _MARK, "pure")
    return function


def keeping(function: Function) -> Function:
    """Mark a function that also keeps files of its own in the study's folder and goes on from them.

    It takes a `Here` before its arguments, and gives None when it stopped because it was asked to.
    """
    setattr(function, _MARK, "keeping")
    return function


@pure
def draws(seed: int, n: int) -> dict[str, NDArray[Any]]:
    """Draw `n` uniform numbers: the smallest task there is, to try a cluster with.

    Examples
    --------
    >>> draws(1, 3)["value"].shape
    (3,)
    """
    return {"value": uniform(np.arange(n), 0, Stream.TRIAL, seed)[:, 0]}


def attend(folder: str, key: str, *, same_code: bool = True) -> Answer:
    """Carry out one task of a study if nobody else does, and keep what comes out in the study.

    Parameters
    ----------
    folder : str
        The study, as this machine sees it.
    key : str
    same_code : bool
        Refuse a study that was begun with another version, code or numbers.

    Returns
    -------
    answer : {"finished", "failed", "stopped", "held"}

    Raises
    ------
    StoreError
        When the study cannot be read, or the disk refuses.
    ExecutionError
        When this worker has another program than the one that began the study.
    """
    study = Study(folder)
    if same_code:
        require_program(study)
    return attend_in(study, study.task(key))


def work_off(folder: str | Path, share: tuple[int, int] = (0, 1), *, same_code: bool = True) -> list[str]:
    """Work off whatever is free in a study, until nothing is: what any machine that sees the folder can do to help.

    Parameters
    ----------
    folder : path
        The study.
    share : (i, n)
        The i-th of n helpers begins at the i-th n-th of the tasks, so that helpers seldom want the same one.
    same_code : bool
        Refuse a study that was begun with another version, code or numbers.

    Returns
    -------
    keys : list of str
        Tasks that were finished here.

    Raises
    ------
    StoreError, ExecutionError
        As `attend`.
    """
    study = Study(folder)
    if same_code:
        require_program(study)
    keys, finished = list(study.tasks), []
    begin = share[0] * len(keys) // share[1]
    for key in keys[begin:] + keys[:begin]:
        if study.is_asked_to_stop():
            break
        if not study.has_result(key) and not study.has_failed(key) and attend_in(study, study.task(key)) == "finished":
            finished.append(key)
    return finished


def attend_in(study: Study, task: Task, stop: Callable[[], bool] = bool) -> Answer:
    """Carry out one task of an opened study; see `attend`."""
    if study.is_asked_to_stop() or stop():
        return "stopped"
    if study.has_result(task.key):
        return "finished"
    claim = study.claims.take(task.key)
    if claim is None:
        return "finished" if study.has_result(task.key) else "held"
    if study.has_result(task.key):  # finished by another between our look and our claim
        claim.end("finished")
        return "finished"
    if study.claims.deaths(task.key) > ATTEMPTS:  # our own claim has no end yet and is counted too
        return _failed(study, claim, _deadly(study, task))
    with claim.beating(study.claims.lease):
        return _settle(study, task, claim, stop)


def _settle(study: Study, task: Task, claim: Claim, stop: Callable[[], bool]) -> Answer:
    try:
        arrays = _evaluate(task, Here(study.path, _asked(study, claim, stop)))
        if arrays is None:
            claim.end("stopped")
            return "stopped"
        study.keep(claim, arrays)
    except KeyboardInterrupt:
        claim.end("stopped")
        raise
    except AmoeboidError as error:
        if is_disk_failure(error):  # it would refuse the other tasks too, and the note of this failure
            raise
        return _failed(study, claim, error)
    except Exception:
        return _failed(study, claim, _broken(study, task, traceback.format_exc()))
    claim.end("finished")
    return "finished"


def _asked(study: Study, claim: Claim, stop: Callable[[], bool]) -> Callable[[], bool]:
    """Ask the folder now and then, not at every tick: on a network disk each look is a message."""
    looked, said = -math.inf, False

    def asked() -> bool:
        nonlocal looked, said
        now = time.monotonic()
        if not said and now - looked >= _LOOK_EVERY:
            looked, said = now, study.is_asked_to_stop() or not claim.is_mine()
        return said or stop()

    return asked


def _failed(study: Study, claim: Claim, error: AmoeboidError) -> Answer:
    study.fail(claim.key, error)
    claim.end("failed")
    return "failed"


def _evaluate(task: Task, here: Here) -> Mapping[str, Any] | None:
    function = _found(task)
    arguments = dict(task.arguments)
    given = function(here, **arguments) if getattr(function, _MARK) == "keeping" else function(**arguments)
    if given is None and getattr(function, _MARK) == "keeping":
        return None
    if not isinstance(given, Mapping) or any(np.asarray(array).dtype.hasobject for array in given.values()):
        what, expected = f"`{task.function}` gave no table of arrays", "arrays by name, of numbers or fixed text"
        raise ExecutionError(Fault(task.key, what, expected, "", f"correct `{task.function}`", "AMB-X691"))
    return given


def _found(task: Task) -> Callable[..., Any]:
    module, _, name = task.function.partition(":")
    try:
        place = importlib.import_module(module)
    except (ImportError, ValueError, TypeError) as cause:
        raise _no_function(task, f"`{module[:80]}` cannot be imported ({cause})", "") from cause
    function = getattr(place, name, None)
    if function is None:
        marked = [known for known, value in vars(place).items() if hasattr(value, _MARK)]
        raise _no_function(task, f"`{module}` has no `{name[:80]}`", nearest_name(name, marked))
    if not hasattr(function, _MARK):
        raise _no_function(task, f"`{task.function}` is not marked as one that executors may call", "")
    found: Callable[..., Any] = function
    return found


def _no_function(task: Task, what: str, nearest: str) -> ExecutionError:
    expected = "`module:function` of an installed module, marked with `amoeboid.execution.pure`"
    return ExecutionError(
        Fault(task.key, what, expected, nearest, "correct the name, or install the module", "AMB-X692")
    )


def require_program(study: Study) -> None:
    """Refuse a study that was begun with another version, code or numbers than those of this process.

    Raises
    ------
    ExecutionError
    """
    here = program()
    others = [name for name, value in vars(study.program).items() if value != getattr(here, name)]
    if others:
        what = f"this worker has another {' and '.join(others)} of amoeboid than the study was begun with"
        expected, do = f"version {study.program.version}, the same code and numbers", "install the same on all machines"
        raise ExecutionError(Fault(str(study.path), what, expected, "", do, "AMB-X693"))


def _broken(study: Study, task: Task, trace: str) -> ExecutionError:
    last = trace.strip().splitlines()[-1][:300]
    do = f"`{task.function}` is wrong; its traceback:\n{trace}"
    return ExecutionError(Fault(f"{study.path}, {task.key}", f"broke: {last}", "a task that ends", "", do, "AMB-X694"))


def _deadly(study: Study, task: Task) -> ExecutionError:
    what = f"{ATTEMPTS} workers died over it"
    expected = "a task that a worker survives"
    do = "give workers more memory or time, or make the task smaller, then carry the study out again"
    return ExecutionError(Fault(f"{study.path}, {task.key}", what, expected, "", do, "AMB-X695"))
