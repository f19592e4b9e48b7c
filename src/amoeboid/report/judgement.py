"""What the stated comparisons came to, and whether a rival hypothesis would overturn them.

Over replicates the verdict is that of `analysis.ArmComparison`. An explored option is run in one replicate only, so
there the interval is over cells: Newcombe's for shares, Welch's for means. It ignores the spread between replicates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid.analysis import TUMOUR, ArmComparison, compare_arms
from amoeboid.errors import NumericsError
from amoeboid.measures import Estimate, contact_angle, wilson
from amoeboid.report.material import Material
from amoeboid.report.quantities import quantity
from amoeboid.scenario import Comparison

NORMAL = 1.959964  # 97.5 % quantile of the normal distribution
_SCALARS = {
    "pMLC2_mean": "pMLC2",
    "pSTAT3_mean": "pSTAT3",
    "tension_mean": "tension",
    "contact_angle_mean": "tension",
    "pull_mean": "pull",
}
_OF_CELLS = ("fraction_escaped", "fraction_escaped_single", "fraction_escaped_cluster", "fraction_rounded")
_OF_TUMOUR = ("fraction_invaded",)
_MINUTE = 60.0
_SLIGHT = 1e-3


@dataclass(frozen=True)
class Rival:
    """A comparison under one option: difference over cells, and ``holds``, ``flips`` or ``unclear``.

    ``outcome`` is empty where there is no conclusion to hold against it; ``difference`` is None where the measure has
    no interval over cells.
    """

    option: str
    difference: Estimate | None
    outcome: str


@dataclass(frozen=True)
class Judgement:
    """One stated comparison with what was found; ``found`` is None when it was not measured."""

    stated: Comparison
    found: ArmComparison | None
    over_cells: Estimate | None
    rivals: tuple[Rival, ...]

    @property
    def verdict(self) -> str:
        """``supported``, ``contradicted`` or ``undecided`` over replicates; ``not measured``.

        Replicates that all differ alike, as where few cells count, give an interval without width; then the interval
        over cells of the first one decides.
        """
        if self.found is None:
            return "not measured"
        over, cells = self.found.difference, self.over_cells
        if over.low == over.high and cells is not None and _sign(cells.low, cells.high) == 0:
            return "undecided"
        return self.found.verdict(self.stated.expected)

    @property
    def is_slight(self) -> bool:
        """Whether a sure difference is less than a thousandth of what it is held against."""
        found = self.found
        return (
            found is not None
            and found.difference.is_clear_of_zero
            and abs(found.difference.value) < _SLIGHT * abs(found.reference)
        )

    def options(self, outcome: str) -> list[str]:
        """Give the options under which the conclusion has an outcome."""
        return [rival.option for rival in self.rivals if rival.outcome == outcome]


def judge(material: Material) -> tuple[Judgement, ...]:
    """Judge every comparison that the scenario states."""
    return tuple(_judged(material, stated) for stated in material.scenario.comparisons)


def leading(material: Material, judgements: tuple[Judgement, ...]) -> Judgement | None:
    """Give the comparison that answers the question: the first against the reference arm, else the first."""
    reference = material.scenario.reference_arm.name
    measured = [judgement for judgement in judgements if judgement.found]
    return next((one for one in measured if one.stated.against == reference), measured[0] if measured else None)


def _judged(material: Material, stated: Comparison) -> Judgement:
    arms = (stated.arm, stated.against)
    try:
        found = compare_arms(material.readings.columns, stated.quantity, arms)
    except NumericsError:
        return Judgement(stated, None, None, ())
    cells = over_cells(material, stated)
    sign = _sign(found.difference.low, found.difference.high)
    if found.difference.n == 1 and cells is not None:
        sign = _sign(cells.low, cells.high)
    concerned = [option for option in material.options if any(material.touches(arm, option) for arm in arms)]
    return Judgement(stated, found, cells, tuple(_rival(material, stated, option, sign) for option in concerned))


def _rival(material: Material, stated: Comparison, option: str, sign: int) -> Rival:
    difference = over_cells(material, stated, option)
    if sign == 0:
        return Rival(option, difference, "")
    there = _sign(difference.low, difference.high) if difference is not None else 0
    return Rival(option, difference, "unclear" if there == 0 else "holds" if there == sign else "flips")


def _sign(low: float, high: float) -> int:
    return int(low > 0.0) - int(high < 0.0)


def over_cells(material: Material, stated: Comparison, option: str = "") -> Estimate | None:
    """Estimate a difference between two arms in the first replicate, with a 95 % interval over cells.

    An arm that the option does not touch stays at the defaults. None for measures that no single cell has.
    """
    names = (stated.arm, stated.against)
    if quantity(stated.quantity).is_share:
        shares = [_share(material, name, stated, option) for name in names]
        return None if any(share is None for share in shares) else newcombe(shares[0], shares[1])  # type: ignore[arg-type]
    each = [_per_cell(material, name, stated, option) for name in names]
    return None if any(values is None for values in each) else welch(each[0], each[1])  # type: ignore[arg-type]


def _share(material: Material, arm: str, stated: Comparison, option: str) -> tuple[int, int] | None:
    """Give how many cells of how many count at the end; None for shares of something else than cells."""
    if stated.measure not in _OF_CELLS and stated.measure not in _OF_TUMOUR:
        return None
    member = material.members.get((arm, option)) or material.members.get((arm, ""))
    columns = material.readings.columns
    rows = (columns["name"] == stated.quantity) & (columns["member"] == (member.id if member else ""))
    if not rows.any():
        return None
    last = float(columns["value"][rows][np.argmax(columns["time_s"][rows])])
    there = np.isfinite(material.frames(arm, option).position[-1, :, 0])
    n = int((there & _asked(material, arm, stated, option)).sum())
    return round(last * n), n


def _asked(material: Material, arm: str, stated: Comparison, option: str) -> NDArray[np.bool_]:
    """Tell which cells a comparison is about: all, those of a type, or the tumour's."""
    frames, types = material.frames(arm, option), material.cell_types(arm)
    everyone = np.ones(frames.position.shape[1], dtype=np.bool_)
    if stated.of is None and stated.measure not in _OF_TUMOUR:
        return everyone
    known = material.catalogue.cell_types
    asked = [index for index, name in enumerate(types) if name == stated.of or (not stated.of and name in known
             and known[name].kind == TUMOUR)]  # fmt: skip
    return np.isin(np.asarray(frames.initial["type"]), asked)


def _per_cell(material: Material, arm: str, stated: Comparison, option: str) -> NDArray[np.float64] | None:
    """Give a measure of every cell at the end; None for measures that no single cell has."""
    frames = material.frames(arm, option)
    asked = _asked(material, arm, stated, option)
    if stated.measure == "speed_mean" and len(frames.time) > 1:
        step = np.asarray(frames.position[-1], dtype=float) - frames.position[-2]
        return _existing(np.linalg.norm(step, axis=1)[asked] / (frames.time[-1] - frames.time[-2]) * _MINUTE)
    name = _SCALARS.get(stated.measure, "")
    if name not in frames.scalars:
        return None
    values = _existing(frames.scalars[name][-1, asked])
    if stated.measure == "contact_angle_mean":
        return np.array([contact_angle([tension], material.thresholds.adhesion) for tension in values])
    return values


def _existing(values: NDArray[Any]) -> NDArray[np.float64]:
    """Give the values of cells that exist."""
    return np.asarray(values[np.isfinite(values)], dtype=float)


def newcombe(one: tuple[int, int], other: tuple[int, int]) -> Estimate:
    """Estimate the difference of two shares, each (count, n), with Newcombe's hybrid score interval.

    Sources
    -------
    Newcombe 1998, Stat Med 17:873, method 10.

    Examples
    --------
    >>> found = newcombe((56, 70), (48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    first, second = wilson(*one), wilson(*other)
    difference = first.value - second.value
    low = difference - math.hypot(first.value - first.low, second.high - second.value)
    high = difference + math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(difference, low, high, one[1] + other[1])


def welch(one: NDArray[np.float64], other: NDArray[np.float64]) -> Estimate:
    """Estimate the difference of two means over many cells, with the normal interval for unlike variances.

    Examples
    --------
    >>> welch(np.array([1.0, 3.0]), np.array([0.0, 0.0])).value
    2.0
    """
    difference = float(one.mean() - other.mean())
    if min(one.size, other.size) < 2:
        return Estimate(difference, float("-inf"), float("inf"), one.size + other.size)
    half = NORMAL * math.sqrt(float(one.var(ddof=1)) / one.size + float(other.var(ddof=1)) / other.size)
    return Estimate(difference, difference - half, difference + half, one.size + other.size)
