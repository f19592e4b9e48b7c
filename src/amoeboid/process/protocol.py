"""What a process, a recorder and a checkpoint sink promise to the one time loop."""

from __future__ import annotations

from typing import Protocol

from amoeboid.process.state import State


class Process(Protocol):
    """Something that moves ports forward by a time step.

    ``interval`` [s] is how often it is advanced: the 60 s tick divided by, or times, a whole number.
    ``advance`` reads ports of ``reads`` and writes ports of ``writes``; it keeps nothing between calls that a
    resume would need, because all such arrays are ports.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    interval: float

    def advance(self, state: State, time: float, dt: float) -> None:
        """Move the written ports from ``time`` to ``time + dt`` [s]."""
        ...


class Recorder(Protocol):
    """Who is shown the state at fixed times."""

    every: float

    def record(self, time: float, state: State) -> None:
        """Take what is wanted of the state at ``time`` [s]; must not change it."""
        ...


class CheckpointSink(Protocol):
    """Who keeps whole states so that a simulation can go on after a stop."""

    every: float

    def checkpoint(self, time: float, state: State) -> None:
        """Keep the whole state at ``time`` [s]."""
        ...
