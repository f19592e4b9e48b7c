"""What tissue runs say of escape, arm by arm: how contractile the cells were, and how many entered vessels.

Contractility is the mean active drive over all cells and all samples after the first hours, in which the cells answer
to what the arm adds. Entries and exposure are those of the whole run, as `analysis.crossings_of` counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import analysis
from amoeboid.errors import ExecutionError, Fault
from amoeboid.evidence import catalogue
from amoeboid.process import LinkLevel
from amoeboid.scenario import Arm, Scenario
from amoeboid.simulation import parameters_of
from amoeboid.store import Member, Run
from amoeboid.tissue.cells import Bonding
from amoeboid.tissue.vessels import CrossingLaw
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]


SETTLED = 7200.0
"""Time [s] after which cells count as settled: tension answers in minutes, SOCS3 in an hour or two."""

N_QUANTILES = 33
"""Quantiles of the push that a level keeps: more do not change the chance of leaving in its third digit."""


def escape_levels(run: Run) -> tuple[LinkLevel, ...]:
    """Give the level of every arm of a finished run, by rising contractility.

    Members that depart from their arm by a hypothesis are left out.

    Parameters
    ----------
    run : Run
        Of a scenario with a vessel.

    Raises
    ------
    ExecutionError
        When a member is not finished, or has neither vessel nor pathway.
    """
    document, found = run.scenario, []
    for arm in document.arms:
        members = [one for one in run.members() if one.arm == arm.name and "=" not in one.id]
        law, types = _Law.of(document, arm), document.types_of(arm)
        found.append(_level((arm.name, document.name), [_seen(one, law, types) for one in members]))
    return tuple(sorted(found, key=lambda level: float(level.contractility.mean())))


def push_at_rest(run: Run) -> float:
    """Give the push, s / (s + s_half) of the law of crossing, of a cell of the reference arm that does not contract."""
    document = run.scenario
    arm = document.reference_arm
    parameters = parameters_of(document, arm)
    tension, radius = parameters["signalling.tension_rest"], parameters[f"cell.{document.types_of(arm)[0]}.radius"]
    return float(_Law.of(document, arm).push(np.array([tension]), np.array([radius]))[0])


@dataclass(frozen=True)
class _Law:
    """The law by which cells cross, and the tension that it sees."""

    crossing: CrossingLaw
    bonding: Bonding

    @classmethod
    def of(cls, document: Scenario, arm: Arm) -> _Law:
        parameters, types = parameters_of(document, arm), document.types_of(arm)
        return cls(CrossingLaw.of(parameters), Bonding.of(parameters, types, document.hypotheses | arm.hypotheses))

    def push(self, tension: Floats, radius: Floats) -> Floats:
        return self.crossing.push(self.bonding.tension(tension), radius)


@dataclass(frozen=True)
class _Seen:
    """One member: mean drive, sizes of the groups that entered, cell-days at risk, push of settled cells."""

    drive: float
    sizes: NDArray[np.int64]
    days: float
    push: Floats


def _seen(member: Member, law: _Law, types: Sequence[str]) -> _Seen:
    if member.status != "finished":
        raise ExecutionError(_fault(member, f"is {member.status}", "a finished member", "AMB-X680"))
    frames = member.frames()
    crossings = analysis.crossings_of(frames, types)
    if crossings is None or "drive" not in frames.scalars:
        raise ExecutionError(_fault(member, "has no vessel or no pathway", "cells beside a vessel", "AMB-X681"))
    settled = np.asarray(frames.cell_time) >= min(SETTLED, float(frames.cell_time[-1]))
    own = _own(np.asarray(frames.initial["type"], dtype=np.int64), types)
    drive, tension = (
        np.asarray(frames.scalars[name], dtype=np.float64)[settled][:, own] for name in ("drive", "tension")
    )
    push = law.push(tension, np.asarray(frames.initial["radius"], dtype=np.float64)[own])
    days = crossings.at_risk / SECONDS_A_DAY
    return _Seen(float(np.nanmean(drive)), crossings.size, days, push[np.isfinite(push)])


def _own(kind: NDArray[np.int64], types: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which cells are asked: tumour cells where there are any, as crossings are counted."""
    tumour = np.array([catalogue().cell_types[name].kind == analysis.TUMOUR for name in types], dtype=np.bool_)
    return tumour[kind] if tumour.any() else np.ones(kind.size, dtype=np.bool_)


def _level(names: tuple[str, str], seen: Sequence[_Seen]) -> LinkLevel:
    return LinkLevel(
        *names,
        contractility=np.array([one.drive for one in seen]),
        entries=np.array([one.sizes.size for one in seen], dtype=np.int64),
        clusters=np.array([np.count_nonzero(one.sizes > 1) for one in seen], dtype=np.int64),
        cells=np.array([one.sizes.sum() for one in seen], dtype=np.int64),
        cell_days=np.array([one.days for one in seen]),
        push=np.quantile(np.concatenate([one.push for one in seen]), np.linspace(0.0, 1.0, N_QUANTILES)),
    )


def _fault(member: Any, what: str, expected: str, code: str) -> Fault:
    return Fault(f"{member.run}, {member.id}", what, expected, "", "complete the run, or correct its design", code)
