"""A scenario carried out: every member of it, on this machine, into one run folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from amoeboid.errors import AmoeboidError, ExecutionError, Fault, StoreError
from amoeboid.execution.carrying import Progress, carry_out
from amoeboid.execution.crew import Crew, Outcome, n_cores
from amoeboid.execution.engine import Engine, plan_of
from amoeboid.execution.executors import Executor
from amoeboid.execution.interruption import asked_to_stop
from amoeboid.execution.progress import quiet
from amoeboid.execution.stored_members import carry_out_members
from amoeboid.execution.worker import Members
from amoeboid.store import (
    MANIFEST,
    Cadence,
    MemberPlan,
    Run,
    RunPlan,
    hashed,
    identify,
    is_disk_failure,
    locked,
    provenance,
    require_space,
    run_folder,
    working_on,
)


@dataclass(frozen=True)
class Means:
    """With what a run is carried out; no result depends on it.

    Parameters
    ----------
    processes : int, optional
        Members at a time; as many as there are cores or members when not given. One means: in this process.
    threads : int, optional
        Threads of a member that runs in this process; all cores when not given. A worker process has one.
    progress : callable, optional
        Told (member, time [s], duration [s]).
    stop : callable, optional
        Asked every tick; Ctrl-C asks too.
    engine : Engine, optional
        The package's own when not given.
    on : Executor, optional
        Brings workers instead of processes of this machine; on several machines all must see the folder of runs.
    """

    processes: int | None = None
    threads: int | None = None
    progress: Progress | None = None
    stop: Callable[[], bool] | None = None
    engine: Engine | None = None
    on: Executor | None = None


def run(
    scenario: Any,
    *,
    folder: str | Path = "runs",
    means: Means | None = None,
) -> Run:
    """Carry out every member of a scenario and keep it in a run folder; what is finished there is not done again.

    Ctrl-C stops every member at its next tick with a checkpoint, and leaves a run that `resume` completes.

    Parameters
    ----------
    scenario : Scenario
    folder : path
        Where runs are kept; the run's own folder is named by the hash of what defines it.
    means : Means, optional

    Returns
    -------
    run : Run
        ``run.is_finished`` is false when it was stopped.

    Raises
    ------
    StoreError
        When the folder is foreign, damaged or held by another process, or the disk has no room.
    ExecutionError
        When a member failed; all failures at once, and the other members are finished.
    """
    means = means or Means()
    engine = means.engine or _ours()
    text = engine.dump(scenario)
    files = engine.attached(scenario)
    # what is written is what is run: so the first process, every worker and every resume see one document
    scenario = engine.load(text, scenario.name, files)
    plans = tuple(plan_of(member) for member in engine.members(scenario))
    plan = RunPlan(scenario.name, text, plans, _cadence(scenario), files)
    _require_room(Path(folder), plan, engine.disk_bytes(scenario))
    inputs = _inputs(scenario)
    with working_on(Path(folder), plan) as opened:
        if not opened.provenance:
            opened.write_provenance({**provenance(opened, inputs, means.threads or 1), **engine.described(scenario)})
        return _carry_out_all(opened, (engine, scenario), plans, means)


def resume(path: str | Path, *, code: Literal["same", "any"] = "same", means: Means | None = None) -> Run:
    """Complete a run that was stopped or killed; each member goes on from its last whole checkpoint.

    Parameters
    ----------
    path : path
        The run folder.
    code : {"same", "any"}
        ``"any"`` goes on although the program or its numbers have changed since; results are then of no one version.
    means : Means, optional

    Raises
    ------
    StoreError
        When the folder is no run, is damaged, is held by another process, or was made by another version.
    ExecutionError
        When a member failed.
    """
    means = means or Means()
    engine = means.engine or _ours()
    stored = Run(path)
    if code == "same":
        _refuse_other_code(stored)
    scenario = engine.load(stored.text, str(stored.path), stored.attached)
    with locked(stored.path):
        opened = Run(path)
        return _carry_out_all(opened, (engine, scenario), [member.plan for member in opened.members()], means)


def _ours() -> Engine:
    from amoeboid.execution.amoeboid_engine import OURS  # late: it brings the compiled kernels along

    return OURS


def _cadence(scenario: Any) -> Cadence:
    output = scenario.output
    return Cadence(scenario.duration, output.frames_every, output.cells_every, output.checkpoint_every)


def _refuse_other_code(stored: Run) -> None:
    others = stored.identity.differences(identify(stored.text))
    if others:
        raise StoreError(
            Fault(
                str(stored.path),
                f"the run was begun with another {' and '.join(others)} of amoeboid",
                "the version, code and numbers with which it was begun",
                "",
                'run its `scenario.toml` anew with `amoeboid run`; in Python `resume(path, code="any")` mixes both',
                "AMB-R09",
            )
        )


def _carry_out_all(opened: Run, job: tuple[Engine, Any], plans: Sequence[MemberPlan], means: Means) -> Run:
    opened.tidy()
    todo = _unfinished(opened, plans, means.progress or quiet)
    n_processes = min(means.processes or n_cores(), max(1, len(todo)))
    threads = 1 if n_processes > 1 else means.threads or n_cores()
    with asked_to_stop(means.stop) as stop:
        if means.on is not None:
            outcome = carry_out_members((opened, job[0]), todo, means.on, (means.progress or quiet, stop))
        elif n_processes > 1:
            outcome = Crew(Members(job[0], opened.path), means.progress or quiet).carry_out(todo, n_processes, stop)
        else:
            job[0].set_threads(threads)
            outcome = _one_by_one(opened, job, (todo, means.progress or quiet), stop)
    opened.tidy()
    _write_provenance(opened, threads, outcome, job[0].described(job[1]))
    if outcome.failed:
        raise _together(opened, outcome, len(plans))
    if outcome.stopped:
        print(f"stopped; `amoeboid resume {opened.path}` goes on from here", file=sys.stderr)
    return Run(opened.path)


def _require_room(folder: Path, plan: RunPlan, needed: int) -> None:
    """Refuse to start what will not fit; what is finished needs no more room."""
    path = run_folder(folder, plan.name, identify(plan.text))
    done: set[str] = set()
    if (path / MANIFEST).exists():
        done = {member.id for member in Run(path).members() if member.status == "finished"}
    left = sum(member.id not in done for member in plan.members)
    require_space(folder, needed * left // max(1, len(plan.members)))


def _inputs(scenario: Any) -> list[dict[str, str]]:
    tracks = getattr(scenario, "tracks", None)
    return hashed(Path(tracks.path)) if tracks is not None else []


def _write_provenance(opened: Run, threads: int, outcome: Outcome, described: Mapping[str, Any]) -> None:
    """Write the provenance, unless the disk has just failed: then that is what must be told.

    The inputs are those of the start: they may have gone or changed since.
    """
    try:
        opened.write_provenance({**provenance(opened, opened.provenance.get("inputs", ()), threads), **described})
    except StoreError:
        if not outcome.failed:
            raise


def _unfinished(opened: Run, plans: Sequence[MemberPlan], told: Progress) -> list[str]:
    duration, todo = opened.cadence.duration, []
    for plan in plans:
        member = opened.member(plan.id)
        if member.status == "finished":
            told(member.id, duration, duration)
        else:
            told(member.id, member.reached, duration)
            todo.append(member.id)
    return todo


def _one_by_one(
    opened: Run, job: tuple[Engine, Any], work: tuple[list[str], Progress], stop: Callable[[], bool]
) -> Outcome:
    engine, scenario = job
    names, told = work
    outcome = Outcome()
    for i, name in enumerate(names):
        if stop():
            outcome.stopped.extend(names[i:])
            break
        try:
            if not carry_out(engine, (opened, scenario), opened.member(name), told, stop):
                outcome.stopped.append(name)
        except AmoeboidError as error:
            outcome.failed[name] = error
            if is_disk_failure(error):
                outcome.stopped.extend(names[i + 1 :])
                break
    return outcome


def _together(opened: Run, outcome: Outcome, n_members: int) -> AmoeboidError:
    faults = [fault for error in outcome.failed.values() for fault in error.faults]
    if any(is_disk_failure(error) for error in outcome.failed.values()):
        return StoreError(*faults)
    summary = Fault(
        str(opened.path),
        f"{len(outcome.failed)} of {n_members} members failed, the others are kept",
        "members that reach their end",
        "",
        "cure what is told below, then `amoeboid resume` the run",
        "AMB-X26",
    )
    return ExecutionError(summary, *faults)
