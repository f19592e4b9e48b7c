"""What the execution needs of its neighbours, as one record: read a scenario, list its members, build, advance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from amoeboid.evidence import Parameters
from amoeboid.process import CheckpointSink, Recorder, State
from amoeboid.store import MemberPlan


class Simulated(Protocol):
    """A member made executable, as `amoeboid.simulation` builds it."""

    state: State
    parameters: Parameters
    time: float

    def restore(self, time: float, state: State) -> None:
        """Go on from a checkpoint instead of from the start."""
        ...


class Advance(Protocol):
    """The one loop over time."""

    def __call__(
        self,
        simulation: Any,
        until: float,
        recorders: Sequence[Recorder] = ...,
        sinks: Sequence[CheckpointSink] = ...,
        stop: Callable[[], bool] = ...,
    ) -> bool:
        """Advance to ``until`` [s] and say whether it was reached."""
        ...


def nothing(scenario: Any) -> dict[str, Any]:
    """Say that a scenario has nothing of a kind."""
    return {}


@dataclass(frozen=True)
class Engine:
    """Functions that carry out a scenario; all are importable by name, so that a worker process finds them.

    Parameters
    ----------
    load : (text, where, files by name) -> scenario
    dump : scenario -> text
        Resolved and canonical, such that ``load(dump(s), "") == s``.
    members : scenario -> sequence of members
        Each with ``id``, ``arm``, ``replicate``, ``seed`` and ``hypotheses``.
    build : (scenario, member) -> simulation
    advance : see `Advance`
    disk_bytes : scenario -> int
        Estimate of what the run will keep.
    set_threads : int -> None
    attached : scenario -> content by name
        Files that belong to the scenario and are kept in the run.
    described : scenario -> record
        What provenance says beside the values of the catalogue.
    place : str
        ``module:name`` of this record, by which workers on other machines find it.
    """

    load: Callable[[str, str, Mapping[str, bytes]], Any]
    dump: Callable[[Any], str]
    members: Callable[[Any], Sequence[Any]]
    build: Callable[[Any, Any], Simulated]
    advance: Advance
    disk_bytes: Callable[[Any], int]
    set_threads: Callable[[int], None]
    attached: Callable[[Any], Mapping[str, bytes]] = nothing
    described: Callable[[Any], Mapping[str, Any]] = nothing
    place: str = ""


def plan_of(member: Any) -> MemberPlan:
    """Give a scenario's member as the store keeps it: the name of its arm, and only the options it departs by."""
    arm = getattr(member.arm, "name", member.arm)
    departures = getattr(member, "departures", member.hypotheses)
    return MemberPlan(member.id, arm, member.replicate, member.seed, dict(departures))
