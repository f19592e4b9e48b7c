"""Cells that entered vessels, from what a member recorded: rows of measures, and the flux for the body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import measures
from amoeboid.analysis.invading import TUMOUR
from amoeboid.analysis.member import MeasureRow, Recorded
from amoeboid.evidence import catalogue

Floats = NDArray[np.float64]
_STATES = ("tension", "pMLC2", "pSTAT3")


def crossings_of(frames: Recorded, types: Sequence[str] = ()) -> measures.Crossings | None:
    """Give who entered vessels; None where there was no vessel.

    Parameters
    ----------
    frames : Recorded
        With ``flux``, as `amoeboid.store` gives it.
    types : sequence of str, optional
        Cell types in the order of their index: with them, only tumour cells count, where there are any.

    Returns
    -------
    crossings : Crossings
        Sizes count the cells that count; groups without any are left out.
    """
    found = _found(frames, types)
    if found is None:
        return None
    counted = np.array([member.size for member in found.groups], dtype=np.int64)
    any_there = counted > 0
    cells = np.concatenate([*found.groups, np.empty(0, np.int64)])
    states = {name: frames.flux[f"flux_{name}"][cells] for name in _STATES if f"flux_{name}" in frames.flux}
    at_risk = float(np.maximum(found.left - found.came, 0.0).sum())
    return measures.Crossings(found.time[any_there], counted[any_there], at_risk, states)


def crossing_rows(frames: Recorded, types: Sequence[str] = ()) -> Iterator[MeasureRow]:
    """Give the rows of crossing of one member: the share at every frame, the rate and clusters at the last.

    The share is of all cells that have been there so far. Without a crossing there is no share of clusters.
    """
    found, crossings = _found(frames, types), crossings_of(frames, types)
    if found is None or crossings is None or found.came.size == 0:
        return
    entered = np.repeat(crossings.time, crossings.size)
    for time in np.asarray(frames.time, dtype=np.float64):
        ever = max(1, int(np.count_nonzero(found.came <= time)))
        yield MeasureRow("fraction_intravasated", float(time), int(np.count_nonzero(entered <= time)) / ever, "1")
    end = float(frames.time[-1])
    flux = measures.escape_flux(crossings)
    if crossings.at_risk > 0.0:
        yield MeasureRow("intravasation_rate_per_day", end, flux.cells.value, "1/day")
    if crossings.size.size:
        yield MeasureRow("intravasation_cluster_share", end, flux.cluster_share.value, "1")


@dataclass(frozen=True)
class _Found:
    """When each counted cell came and left [s]; when groups entered, and which places in ``flux_cell`` are theirs."""

    came: Floats
    left: Floats
    time: Floats
    groups: list[NDArray[np.int64]]


def _found(frames: Recorded, types: Sequence[str]) -> _Found | None:
    if "flux_time" not in frames.flux:
        return None
    flux = {name: np.asarray(array) for name, array in frames.flux.items()}
    counts = _counted(types, max(_most(frames.initial["type"]), _most(flux["flux_type"])) + 1)
    own = np.flatnonzero(counts[np.asarray(frames.initial["type"], dtype=np.int64)])
    seconds, ids = np.asarray(frames.time, dtype=np.float64), np.asarray(frames.initial["id"])
    there = np.isfinite(np.asarray(frames.position)[:, own, 0])
    came = seconds[there.argmax(axis=0)]
    left = seconds[len(seconds) - 1 - there[::-1].argmax(axis=0)]
    when = np.repeat(flux["flux_time"], flux["flux_size"])
    entered = dict(zip(flux["flux_cell"].tolist(), when.tolist(), strict=True))
    left = np.array([entered.get(int(ids[cell]), seen) for cell, seen in zip(own, left, strict=True)])
    ends = zip(flux["flux_first"].tolist(), flux["flux_size"].tolist(), strict=True)
    members = [np.arange(first, first + size) for first, size in ends]
    groups = [rows[counts[flux["flux_type"][rows]]] for rows in members]
    return _Found(came, left, flux["flux_time"], groups)


def _most(kinds: NDArray[np.int64]) -> int:
    return int(np.asarray(kinds).max(initial=0))


def _counted(types: Sequence[str], n: int) -> NDArray[np.bool_]:
    """Tell of each type index whether its cells count: tumour cells where there are any, else all."""
    known = catalogue().cell_types
    tumour = np.array([name not in known or known[name].kind == TUMOUR for name in types], dtype=np.bool_)
    if not tumour.any():
        return np.ones(n, dtype=np.bool_)
    return np.concatenate([tumour, np.ones(max(0, n - tumour.size), dtype=np.bool_)])
