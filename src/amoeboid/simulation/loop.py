"""The one loop over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from amoeboid.errors import Fault, NumericsError
from amoeboid.evidence import Parameters
from amoeboid.process import CheckpointSink, Process, Recorder, State
from amoeboid.seeds import TICK


@dataclass
class Simulation:
    """A member of a scenario made executable: its state, its processes in order, its clock.

    ``processes`` are advanced in the given order within each tick of 60 s (sequential splitting, order 1).
    """

    state: State
    processes: tuple[Process, ...]
    parameters: Parameters
    time: float = 0.0
    notes: dict[str, str] = field(default_factory=dict)

    def restore(self, time: float, state: State) -> None:
        """Go on from a checkpoint instead of from the start."""
        self.time = time
        self.state = state


def _never() -> bool:
    return False


def _is_due(every: float, tick: int) -> bool:
    return tick % max(1, round(every / TICK)) == 0


def _advance_tick(simulation: Simulation, tick: int) -> None:
    """Advance every process over one tick: several times when its interval is shorter, rarely when longer."""
    for process in simulation.processes:
        if process.interval > TICK:
            if _is_due(process.interval, tick):
                process.advance(simulation.state, simulation.time, process.interval)
            continue
        n_steps = round(TICK / process.interval)
        for step in range(n_steps):
            process.advance(simulation.state, simulation.time + step * process.interval, process.interval)


def advance(
    simulation: Simulation,
    until: float,
    recorders: Sequence[Recorder] = (),
    sinks: Sequence[CheckpointSink] = (),
    stop: Callable[[], bool] = _never,
) -> bool:
    """Advance a simulation in ticks of 60 s.

    Parameters
    ----------
    simulation : Simulation
        Changed in place; after a checkpoint it goes on as if it had never stopped, bit for bit.
    until : float [s]
        Reached exactly when it is a multiple of the tick.
    recorders, sinks : sequences
        Shown the state at time 0 (recorders only) and whenever their ``every`` is due.
    stop : callable
        Asked after every tick; when it says yes, every sink gets a checkpoint and the loop ends.

    Returns
    -------
    finished : bool
        Whether ``until`` was reached.

    Raises
    ------
    NumericsError
        As the process raised it; the last checkpoint stands, and a resume goes on from there.
    """
    if simulation.time == 0.0:
        for recorder in recorders:
            recorder.record(0.0, simulation.state)
    first = round(simulation.time / TICK)
    for tick in range(first, round(until / TICK)):
        simulation.state["clock.tick"][0] = tick
        try:
            _advance_tick(simulation, tick)
        except FloatingPointError as cause:
            raise NumericsError(
                Fault(
                    f"time {simulation.time:g} s",
                    f"a floating-point failure: {cause}",
                    "",
                    "",
                    "resume from the last checkpoint with a smaller step",
                    "AMB-N01",
                )
            ) from cause
        simulation.time = (tick + 1) * TICK
        simulation.state["clock.tick"][0] = tick + 1
        for recorder in recorders:
            if _is_due(recorder.every, tick + 1):
                recorder.record(simulation.time, simulation.state)
        stopping = stop()
        for sink in sinks:
            if stopping or _is_due(sink.every, tick + 1):
                sink.checkpoint(simulation.time, simulation.state)
        if stopping:
            return simulation.time >= until
    return True
