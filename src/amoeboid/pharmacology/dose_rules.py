"""When a drug is held, lowered, started again and raised for blood counts, as its label has it, patient by patient."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from amoeboid import units
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.library import drug

Column = NDArray[np.float64]
Levels = NDArray[np.int64]

GENERAL = "general"
"""Stem of the rules for a drug without rules of its own."""


@dataclass(frozen=True)
class DoseRules:
    """Rules of one drug over steps of dose; a band is a range of platelets, the lowest first.

    Parameters
    ----------
    drug : str
        Whose rules they are.
    levels : (n_levels,) float64 [mg]
        Doses, rising; the first is 0, which is a hold.
    bounds : (n_bands - 1,) float64 [10^9/L]
        Between bands, rising; a count at a bound is in the upper band.
    lowered : (n_bands, n_levels) int64
        Level to take when platelets have fallen into a band, by the level taken until then.
    restart : (n_bands,) int64
        Highest level after a hold.
    later : (n_bands,) int64
        Highest level to which a dose that was once lowered or held may rise again.
    start_bounds, start : (n,), (n + 1,)
        Platelets before treatment, and the level to start at below, between and above them.
    restart_below : int
        How many levels below the last one a drug starts again after a hold.
    haemoglobin_hold : float [g/dl]
        Below it the drug is held; 0 for no such rule.
    check : float [day]
        Time between looks at the counts.
    first_raise, next_raise : float [day]
        Earliest rise after the start, and after any change.
    """

    drug: str
    levels: Column
    bounds: Column
    lowered: Levels
    restart: Levels
    later: Levels
    start_bounds: Column
    start: Levels
    restart_below: int
    haemoglobin_hold: float
    check: float
    first_raise: float
    next_raise: float

    def band(self, platelets: Column) -> Levels:
        """Give the band of each count."""
        return np.searchsorted(self.bounds, platelets, side="right").astype(np.int64)


@dataclass
class Dosing:
    """What patients take now under rules, and what led there; changed by `decide`.

    ``level`` is taken now, ``planned`` the highest that is wanted, ``band`` that of the last look, ``last`` the level
    before a hold, ``reduced`` whether it was ever lowered or held, ``changed`` the day of the last change.
    """

    level: Levels
    planned: Levels
    band: Levels
    last: Levels = field(init=False)
    reduced: NDArray[np.bool_] = field(init=False)
    changed: Column = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.level.copy()
        self.reduced = np.zeros(len(self.level), dtype=np.bool_)
        self.changed = np.zeros(len(self.level))


def dose_rules(name: str, dose: float | None = None, parameters: Parameters | None = None) -> DoseRules:
    """Give the rules of a drug, from the values ``drug.<id>.rule.*``, or the general ones.

    Parameters
    ----------
    name : str
        Drug of the library.
    dose : float, optional [mg]
        Planned dose; where it is no level of the rules, they are stretched so that it is one. The general rules need
        it, as their levels are shares of it.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Raises
    ------
    ScenarioError
        When the drug is not known, or the general rules are wanted without a dose.

    Examples
    --------
    >>> dose_rules("ruxolitinib").levels.tolist()
    [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]
    """
    p, id = parameters or Parameters(catalogue()), drug(name).id
    own = f"drug.{id}.rule"
    stem = own if p.catalogue.ids(f"{own}.") else f"marrow.rule.{GENERAL}"
    levels = np.concatenate([[0.0], _list(p, f"{stem}.levels", "mg" if stem == own else "1")])
    if stem != own:
        levels = levels * _planned(id, dose)
    table = np.array([_list(p, f"{stem}.{row}", "") for row in _rows(p, stem)])
    rules = DoseRules(
        drug=id,
        levels=levels,
        bounds=_list(p, f"{stem}.bounds", "1"),
        lowered=np.column_stack([np.zeros(len(table)), table]).astype(np.int64),
        restart=_list(p, f"{stem}.restart", "").astype(np.int64),
        later=_list(p, f"{stem}.later", "").astype(np.int64),
        start_bounds=_list(p, f"{stem}.start_bounds", "1"),
        start=_list(p, f"{stem}.start", "").astype(np.int64),
        restart_below=round(p[f"{stem}.restart_below"]),
        haemoglobin_hold=_one(p, f"{stem}.haemoglobin_hold", "g/dl"),
        check=_one(p, f"{stem}.check", "day"),
        first_raise=_one(p, f"{stem}.first_raise", "day"),
        next_raise=_one(p, f"{stem}.next_raise", "day"),
    )
    return _stretched(rules, dose)


def start_dosing(rules: DoseRules, platelets: Column, dose: float | None = None) -> Dosing:
    """Give the dosing at the start: the planned dose [mg], or by platelets as the label has it.

    Where a dose is planned, it is taken as the trial has it, whatever the label would start with; platelets that ask
    for a hold hold it. The start is also the most that is wanted: rises beyond it, which a label allows when the
    response is poor, are not made.
    """
    band = rules.band(platelets)
    if dose is None:
        level = rules.start[np.searchsorted(rules.start_bounds, platelets, side="right")]
        return Dosing(level, level.copy(), band)
    planned = np.full(len(platelets), int(np.argmin(np.abs(rules.levels - dose))), dtype=np.int64)
    level = np.where(rules.lowered[band, planned] == 0, 0, planned)
    return Dosing(level, planned, band)


def decide(dosing: Dosing, rules: DoseRules, day: float, platelets: Column, haemoglobin: Column) -> None:
    """Look at the counts [10^9/L, g/dl] on a day and change the dosing as the rules have it.

    The level is lowered when platelets have fallen into a lower band since the last look, held in the band where the
    rules hold, started again from a hold, and raised by one level towards the planned one when nothing has fallen and
    long enough has gone by.
    """
    band = rules.band(platelets)
    anaemic = haemoglobin < rules.haemoglobin_hold
    held = dosing.level == 0
    fallen = (band < dosing.band) | (rules.lowered[band, dosing.level] == 0)
    new = np.where(fallen, rules.lowered[band, dosing.level], dosing.level)
    again = np.minimum(
        np.maximum(dosing.last - rules.restart_below, 0), np.minimum(rules.restart[band], dosing.planned)
    )
    new = np.where(held, again, new)
    most = np.where(dosing.reduced, np.minimum(rules.later[band], dosing.planned), dosing.planned)
    late = (day >= rules.first_raise) & (day - dosing.changed >= rules.next_raise)
    new = np.where(~held & ~fallen & late & (new < most), new + 1, new)
    new = np.where(anaemic, 0, new)
    dosing.last = np.where((new == 0) & ~held, dosing.level, dosing.last)
    dosing.reduced |= new < dosing.level
    dosing.changed = np.where(new != dosing.level, day, dosing.changed)
    dosing.level, dosing.band = new.astype(np.int64), band


def _rows(p: Parameters, stem: str) -> list[str]:
    """Give the keys of the table of lowered levels, the lowest band first."""
    n_bands = len(_list(p, f"{stem}.bounds", "1")) + 1
    return [f"lowered_{band}" for band in range(n_bands)]


def _list(p: Parameters, id: str, unit: str) -> Column:
    """Give the numbers of a record, of one or more, in a unit; the empty unit leaves them."""
    record = p.value(id)
    inside = record.internal if isinstance(record.internal, tuple) else (record.internal,)
    source = record.internal_unit
    return np.array([units.convert(x, source, unit) if unit not in ("", "1") else x for x in inside])


def _one(p: Parameters, id: str, unit: str) -> float:
    return units.convert(p[id], p.value(id).internal_unit, unit)


def _planned(id: str, dose: float | None) -> float:
    if dose is None or not dose >= 0.0:
        raise ScenarioError(
            Fault(
                f"{id}.dose",
                f"the general rules need a planned dose, not `{dose}`",
                "a dose in mg, 0 or more",
                "",
                "give the dose",
                "AMB-S635",
            )
        )
    return dose


def _stretched(rules: DoseRules, dose: float | None) -> DoseRules:
    """Give the rules with levels stretched so that a planned dose above 0 is one of them."""
    if dose is None or not dose > 0.0 or np.any(rules.levels == dose):
        return rules
    nearest = rules.levels[1:][np.argmin(np.abs(np.log(rules.levels[1:] / dose)))]
    return replace(rules, levels=rules.levels * (dose / nearest))
