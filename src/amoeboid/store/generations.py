"""Blocks of frames and whole states of one member on their way: written, found again, thinned out.

``block-<k>`` holds the frames since the checkpoint before; ``checkpoint-<k>`` holds the whole state and names the
blocks that belong to it by their hash. Only a checkpoint makes a block exist. Two generations are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from amoeboid.errors import EvidenceError, Fault, StoreError
from amoeboid.process import State
from amoeboid.store.durable import remove
from amoeboid.store.layout import damaged
from amoeboid.store.packed import DamagedError, Packed, read_facts, read_packed, write_packed

Array = NDArray[Any]

KEPT = 2
"""Checkpoints kept while a member runs: the newest, and the one before in case the newest is damaged."""

_NAME = re.compile(r"(block|checkpoint)-(\d{6})")


@dataclass(frozen=True)
class Checkpoint:
    """A whole state, and the blocks of frames that were written up to it."""

    number: int
    time: float
    blocks: tuple[str, ...]
    facts: Mapping[str, Any]
    state: State


def numbers(folder: Path, kind: str) -> list[int]:
    """Give the numbers of the blocks or checkpoints in a member's folder, ascending."""
    matches = (_NAME.fullmatch(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(match[2]) for match in matches if match and match[1] == kind)


def place(folder: Path, kind: str, number: int) -> Path:
    """Give the folder of one block or checkpoint."""
    return folder / f"{kind}-{number:06d}"


def write_block(folder: Path, number: int, arrays: Mapping[str, Array]) -> str:
    """Write a block and give its hash."""
    return write_packed(place(folder, "block", number), {}, arrays)


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, then drop those older than the two newest."""
    facts = {**checkpoint.facts, "time": checkpoint.time, "blocks": list(checkpoint.blocks)}
    write_packed(place(folder, "checkpoint", checkpoint.number), facts, checkpoint.state)
    for number in numbers(folder, "checkpoint")[:-KEPT]:
        remove(place(folder, "checkpoint", number))


def latest(folder: Path) -> Checkpoint | None:
    """Find the newest checkpoint that is whole and whose blocks are all whole.

    Returns
    -------
    checkpoint : Checkpoint or None
        None when the member never reached a checkpoint.

    Raises
    ------
    StoreError
        When there are checkpoints and none of them is whole.
    """
    found = numbers(folder, "checkpoint")
    reasons = []
    for number in reversed(found):
        try:
            checkpoint = _read(folder, number)
            read_blocks(folder, checkpoint.blocks)
        except DamagedError as reason:
            reasons.append(str(reason))
            continue
        return checkpoint
    if not found:
        return None
    raise StoreError(
        Fault(
            str(folder),
            "no checkpoint of this member is whole: " + "; ".join(reasons),
            f"one of the last {KEPT} checkpoints, with its frames, as it was written",
            "",
            "remove this folder and run `amoeboid resume`: only this member starts anew",
            "AMB-R08",
        )
    )


def _read(folder: Path, number: int) -> Checkpoint:
    packed = read_packed(place(folder, "checkpoint", number))
    facts = dict(packed.facts)
    try:
        time, blocks = float(facts.pop("time")), tuple(str(name) for name in facts.pop("blocks"))
    except (KeyError, TypeError, ValueError) as cause:
        raise DamagedError(f"checkpoint {number} lacks {cause}") from cause
    try:
        state = State(packed.arrays)
    except EvidenceError as cause:  # a port that this version does not have
        raise DamagedError(f"checkpoint {number} is of another version: {cause.faults[0].what}") from cause
    return Checkpoint(number, time, blocks, facts, state)


def read_blocks(folder: Path, digests: tuple[str, ...]) -> list[Packed]:
    """Read the blocks that a checkpoint names.

    Raises
    ------
    DamagedError
        When one is missing, damaged, or another than the checkpoint names.
    """
    blocks = []
    for number, digest in enumerate(digests):
        block = read_packed(place(folder, "block", number))
        if block.digest != digest:
            raise DamagedError(f"block {number} is not the one that the checkpoint names")
        blocks.append(block)
    return blocks


def drop_after(folder: Path, checkpoint: Checkpoint | None) -> None:
    """Remove blocks and checkpoints that come after a checkpoint: the simulation will make them again."""
    n_blocks, last = (len(checkpoint.blocks), checkpoint.number) if checkpoint else (0, -1)
    for number in numbers(folder, "block"):
        if number >= n_blocks:
            remove(place(folder, "block", number))
    for number in numbers(folder, "checkpoint"):
        if number > last:
            remove(place(folder, "checkpoint", number))


def drop_all_but_last(folder: Path) -> None:
    """Remove what a finished member no longer needs: all blocks, and all checkpoints but the last."""
    for number in numbers(folder, "block"):
        remove(place(folder, "block", number))
    for number in numbers(folder, "checkpoint")[:-1]:
        remove(place(folder, "checkpoint", number))


def last_state(folder: Path) -> State:
    """Read the state of the newest checkpoint of a finished member, whose blocks are gone.

    Raises
    ------
    StoreError
        When it is missing or damaged.
    """
    try:
        return _read(folder, max(numbers(folder, "checkpoint"), default=0)).state
    except DamagedError as cause:
        raise damaged(folder, str(cause)) from cause


def reached(folder: Path) -> float:
    """Give the time [s] of the newest checkpoint, for progress only."""
    for number in reversed(numbers(folder, "checkpoint")):
        try:
            return float(read_facts(place(folder, "checkpoint", number))["time"])
        except (DamagedError, KeyError, TypeError, ValueError):
            continue
    return 0.0
