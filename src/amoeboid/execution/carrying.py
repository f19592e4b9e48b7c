"""One member carried out: built, restored, advanced, and kept."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from typing import Any

from amoeboid.errors import AmoeboidError, ExecutionError, Fault, NumericsError
from amoeboid.execution.engine import Engine
from amoeboid.store import Member, MemberWriter, Run, readings

Progress = Callable[[str, float, float], None]
"""Told (member, time reached [s], duration [s])."""

_PAUSE = 0.1
"""Seconds of real time between two reports of progress of one member."""


class Watch:
    """Asked by the loop after every tick: passes progress on now and then, and says whether to stop."""

    def __init__(self, report: Callable[[], None], stop: Callable[[], bool]) -> None:
        self._report = report
        self._stop = stop
        self._next = 0.0

    def __call__(self) -> bool:
        """Say whether to stop."""
        now = clock.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._report()
        return self._stop()


def carry_out(engine: Engine, job: tuple[Run, Any], member: Member, told: Progress, stop: Callable[[], bool]) -> bool:
    """Carry one member from its last checkpoint to its end, or to the first tick at which `stop` says yes.

    Parameters
    ----------
    engine : Engine
    job : (Run, scenario)
        The run, whose lock is held, and its scenario.
    member : Member
    told : Progress
    stop : callable

    Returns
    -------
    finished : bool

    Raises
    ------
    AmoeboidError
        As the simulation or the store raised it; the member is marked as failed with its words, and its last
        whole checkpoint stays.
    """
    run, scenario = job
    if member.status == "finished":
        return True
    writer = MemberWriter(run, member)
    try:
        return _advance(engine, (run, scenario), (member, writer), told, stop)
    except NumericsError as error:
        writer.fail(error)
        raise NumericsError(*(_placed(fault, member) for fault in error.faults)) from error
    except AmoeboidError as error:
        _mark_failed(writer, error)
        raise
    except ArithmeticError as cause:  # a bare division or overflow, of numbers that nobody checked
        failure = _out_of_range(member, cause)
        _mark_failed(writer, failure)
        raise failure from cause


def _advance(
    engine: Engine,
    job: tuple[Run, Any],
    kept: tuple[Member, MemberWriter],
    told: Progress,
    stop: Callable[[], bool],
) -> bool:
    (member, writer), duration = kept, job[0].cadence.duration
    simulation = engine.build(job[1], _described(engine, job[1], member))
    restored = writer.restore()
    if restored is not None:
        simulation.restore(*restored)
    writer.note_readings(*readings(simulation.parameters), _notes(simulation))
    writer.begin()
    watch = Watch(lambda: told(member.id, simulation.time, duration), stop)
    reached = engine.advance(simulation, duration, writer.recorders, writer.sinks, watch)
    writer.note_readings(*readings(simulation.parameters), _notes(simulation))
    if reached:
        writer.finish(simulation.time, simulation.state)
        told(member.id, duration, duration)
    else:
        writer.checkpoint(simulation.time, simulation.state)
        writer.stop()
    return reached


def _notes(simulation: Any) -> dict[str, str]:
    """Give what a simulation has to say of how it began."""
    return dict(getattr(simulation, "notes", {}))


def _described(engine: Engine, scenario: Any, member: Member) -> Any:
    """Find the scenario's own description of a stored member."""
    for described in engine.members(scenario):
        if described.id == member.id:
            return described
    raise ExecutionError(
        Fault(
            str(member.run),
            f"the scenario has no member `{member.id}`",
            "a member of the scenario",
            "",
            "run the scenario anew",
            "AMB-X23",
        )
    )


def _mark_failed(writer: MemberWriter, error: AmoeboidError) -> None:
    try:
        writer.fail(error)
    except AmoeboidError:  # a disk that refused once may refuse again: the first error is the one to tell
        return


def _out_of_range(member: Member, cause: ArithmeticError) -> NumericsError:
    what, expected = f"a number left its range: {cause}", "parameters from which a tissue can be made"
    return NumericsError(Fault(member.id, what, expected, "", "look for an extreme parameter override", "AMB-N24"))


def _placed(fault: Fault, member: Member) -> Fault:
    where = f"{member.id}, {fault.where}" if fault.where else member.id
    return Fault(where, fault.what, fault.expected, fault.nearest, fault.do, fault.code)
