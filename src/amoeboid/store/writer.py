"""One member on its way to the disk: frames gathered, states kept, and at the end the final arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amoeboid.errors import AmoeboidError, Fault, StoreError
from amoeboid.process import CheckpointSink, Recorder, State
from amoeboid.store.columns import FLUX, require_numbers, taken
from amoeboid.store.gathering import Gathering, joined
from amoeboid.store.generations import (
    Checkpoint,
    drop_after,
    drop_all_but_last,
    latest,
    read_blocks,
    write_block,
    write_checkpoint,
)
from amoeboid.store.groups import make_groups, write_arrays, write_attributes
from amoeboid.store.layout import STATE
from amoeboid.store.run import Member, Run


@dataclass
class _Frames:
    """The writer as a recorder of positions."""

    writer: MemberWriter
    every: float

    def record(self, time: float, state: State) -> None:
        self.writer.record_frame(time, state)


@dataclass
class _Samples:
    """The writer as a recorder of the cells' scalars."""

    writer: MemberWriter
    every: float

    def record(self, time: float, state: State) -> None:
        self.writer.record_sample(time, state)


@dataclass
class _Checkpoints:
    """The writer as a keeper of whole states."""

    writer: MemberWriter
    every: float

    def checkpoint(self, time: float, state: State) -> None:
        self.writer.checkpoint(time, state)


class MemberWriter:
    """Keep one member of a run: give `recorders` and `sinks` to the loop, `restore` before it, `finish` after.

    Frames gather in memory until a checkpoint, so at most one checkpoint interval is ever lost. A time that is
    already recorded is passed over, so it does no harm when a resumed loop shows its first state again.

    Parameters
    ----------
    run : Run
        Whose lock the caller holds.
    member : Member
        One of `run.members()`.
    """

    def __init__(self, run: Run, member: Member) -> None:
        self._run = run
        self._member = member
        self._folder: Path = member.folder
        self._blocks: tuple[str, ...] = ()
        self._next = 0
        self._kept_at = -1.0
        self._last = {"frame": -1.0, "sample": -1.0}
        self._gathered = Gathering()
        self._readings: dict[str, Any] = {"used": [], "changed": {}}
        make_groups(run.path / STATE, self._folder)

    @property
    def recorders(self) -> tuple[Recorder, ...]:
        """Give the recorders of frames and of samples, each with its own interval."""
        cadence = self._run.cadence
        return (_Frames(self, cadence.frames_every), _Samples(self, cadence.cells_every))

    @property
    def sinks(self) -> tuple[CheckpointSink, ...]:
        """Give the keeper of checkpoints."""
        return (_Checkpoints(self, self._run.cadence.checkpoint_every),)

    def restore(self) -> tuple[float, State] | None:
        """Find where the member stopped, and drop all that was written after its last whole checkpoint.

        Returns
        -------
        time, state : float [s], State
            Or None when the member starts at 0.

        Raises
        ------
        StoreError
            When there are checkpoints and none is whole, or the whole one belongs to another member.
        """
        checkpoint = latest(self._folder)
        if checkpoint and checkpoint.facts.get("owner") != self._owner:
            raise _misplaced(self._folder, str(checkpoint.facts.get("owner")))
        drop_after(self._folder, checkpoint)
        self._gathered.clear()
        if checkpoint is None:
            return None
        self._blocks = checkpoint.blocks
        self._next = checkpoint.number + 1
        self._kept_at = checkpoint.time
        self._last = dict(checkpoint.facts["last"])
        return checkpoint.time, checkpoint.state

    @property
    def _owner(self) -> str:
        return f"{self._run.identity.hash} {self._member.id}"

    def note_readings(
        self, used: Iterable[str], changed: Mapping[str, Any], notes: Mapping[str, str] | None = None
    ) -> None:
        """Take down which evidence values the member read, those that are not the catalogue's, and notes by subject.

        Written with the next status; `amoeboid.store.readings` gives the first two.
        """
        self._readings = {"used": sorted(used), "changed": dict(changed), "notes": dict(notes or {})}

    def begin(self) -> None:
        """Mark the member as running."""
        self._write_status("running")

    def record_frame(self, time: float, state: State) -> None:
        """Gather the positions at ``time`` [s].

        Raises
        ------
        NumericsError
            When a position is not finite.
        """
        if time > self._last["frame"]:
            self._gathered.add("time", time, state)
            self._last["frame"] = time

    def record_sample(self, time: float, state: State) -> None:
        """Gather the cells' scalars at ``time`` [s].

        Raises
        ------
        NumericsError
            When a scalar is not finite.
        """
        if time > self._last["sample"]:
            self._gathered.add("cell_time", time, state)
            self._last["sample"] = time

    def checkpoint(self, time: float, state: State) -> None:
        """Keep the frames gathered so far and the whole state at ``time`` [s].

        Raises
        ------
        NumericsError
            When the state holds a value that is no number; the checkpoint before stays the newest.
        StoreError
            When the disk refuses; the checkpoint before stays whole.
        """
        if time <= self._kept_at:
            return
        require_numbers(time, state)
        if self._gathered:
            digest = write_block(self._folder, len(self._blocks), self._gathered.stacked())
            self._blocks = (*self._blocks, digest)
            self._gathered.clear()
        facts = {"owner": self._owner, "last": self._last, "hash": state.hash()}
        write_checkpoint(self._folder, Checkpoint(self._next, time, self._blocks, facts, state))
        self._next += 1
        self._kept_at = time

    def finish(self, time: float, state: State) -> str:
        """Turn the blocks into final arrays, mark the member as finished, and give the hash of its state.

        Raises
        ------
        StoreError
            When the disk refuses; the member is then resumable from its last checkpoint.
        """
        self.checkpoint(time, state)
        arrays = joined(block.arrays for block in read_blocks(self._folder, self._blocks))
        files = write_arrays(self._folder, {**arrays, **taken(FLUX, time, state)})
        state_hash = state.hash()
        self._write_status("finished", time=time, state_hash=state_hash, files=files)
        drop_all_but_last(self._folder)
        return state_hash

    def stop(self) -> None:
        """Mark the member as stopped on purpose."""
        self._write_status("stopped")

    def fail(self, error: AmoeboidError) -> None:
        """Mark the member as failed, with the words of the error."""
        self._write_status("failed", error=str(error))

    def _write_status(self, status: str, **facts: Any) -> None:
        write_attributes(self._folder, {**self._member.described(), **self._readings, "status": status, **facts})


def _misplaced(folder: Path, owner: str) -> StoreError:
    return StoreError(
        Fault(
            str(folder),
            f"its checkpoint belongs to `{owner[:200]}`",
            "a checkpoint of this member of this run",
            "",
            "remove this folder and run `amoeboid resume`: only this member starts anew",
            "AMB-R15",
        )
    )
