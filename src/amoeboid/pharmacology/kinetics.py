"""Doses to concentrations: the pharmacokinetic record of a drug, and what a regimen leaves in plasma."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import units
from amoeboid.errors import EvidenceError, Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.compartments import Absorption, Disposition
from amoeboid.pharmacology.library import drug

_NEEDED = ("clearance", "central_volume")
_GRID, _REFINEMENTS = 1000, 3  # points of each grid, and grids, in the search for the peak: 1e-8 of its span


@dataclass(frozen=True)
class Kinetics:
    """Pharmacokinetics of one drug in one kind of person.

    ``molar_mass`` is in g/mol; ``drug`` and ``variant`` say whose it is.
    """

    drug: str
    variant: str
    disposition: Disposition
    absorption: Absorption
    molar_mass: float

    def amount(self, dose: float) -> float:
        """Give the amount [nM um^3] of a dose [mg]."""
        return units.convert(units.convert(dose, "mg", "g") / self.molar_mass, "mol", "nM*um^3")

    def concentration(self, dose: float, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the total in plasma [nM] after one dose [mg] at time 0, at `times` [s]."""
        share = self.absorption.amount(self.disposition.plasma, times)
        return np.asarray(self.amount(dose) / self.disposition.central * share, dtype=np.float64)


@dataclass(frozen=True)
class Regimen:
    """Doses of one size at equal intervals.

    Parameters
    ----------
    drug : str
        Drug of the library.
    dose : float [mg]
        Size of each dose, 0 or more.
    interval : float or None [s]
        Time between doses; None for a single dose.
    start : float [s]
        Time of the first dose; may be negative, for a patient already treated.
    count : int or None
        Number of doses; None for no end.
    variant : str
        Kind of person or tablet, such as ``woman``; see `variants`.

    Raises
    ------
    ScenarioError
        When a number is not finite or out of its range; tells all.
    """

    drug: str
    dose: float
    interval: float | None = None
    start: float = 0.0
    count: int | None = None
    variant: str = ""

    def __post_init__(self) -> None:
        faults = []
        if not (math.isfinite(self.dose) and self.dose >= 0.0):
            faults.append(_out_of_range(self.drug, "dose", self.dose, "mg, 0 or more and finite"))
        if self.interval is not None and not (math.isfinite(self.interval) and self.interval > 0.0):
            faults.append(_out_of_range(self.drug, "interval", self.interval, "s, above 0 and finite"))
        if not math.isfinite(self.start):
            faults.append(_out_of_range(self.drug, "start", self.start, "s, finite"))
        if self.count is not None and self.count < 1:
            faults.append(_out_of_range(self.drug, "count", self.count, "doses, 1 or more"))
        if faults:
            raise ScenarioError(*faults)

    def dose_times(self, until: float) -> NDArray[np.float64]:
        """Give the times [s] of the doses that are taken up to and at `until` [s]."""
        if until < self.start:
            return np.empty(0)
        if self.interval is None:
            return np.array([self.start])
        number = int((until - self.start) / self.interval) + 1
        if self.count is not None:
            number = min(number, self.count)
        return self.start + self.interval * np.arange(number, dtype=np.float64)


@dataclass(frozen=True)
class Summary:
    """What a single dose does in plasma: total concentrations [nM], times [s].

    ``half_life`` is ``ln 2`` times steady volume over clearance, which rules how much doses add up and is
    what labels tend to give; ``terminal_half_life`` is that of the slowest decline.
    """

    peak: float
    peak_time: float
    area: float
    half_life: float
    terminal_half_life: float


def variants(name: str, parameters: Parameters | None = None) -> tuple[str, ...]:
    """Give the kinds of person or tablet with values of their own; empty text is the usual one.

    A drug without any pharmacokinetic record gives an empty tuple.

    Raises
    ------
    ScenarioError
        When the drug is not known.

    Examples
    --------
    >>> variants("ruxolitinib"), variants("blebbistatin")
    (('', 'woman'), ())
    """
    p = parameters or Parameters(catalogue())
    stem = f"drug.{drug(name).id}.pk"
    found = {id.removeprefix(stem).split(".")[0].lstrip("_") for id in p.catalogue.ids(stem)}
    return tuple(sorted(found))


def kinetics(name: str, variant: str = "", parameters: Parameters | None = None, where: str = "") -> Kinetics:
    """Give the pharmacokinetics of a drug; what a variant does not say is as in the usual person.

    Raises
    ------
    ScenarioError
        When the drug is not known, has no record, or has no such variant.
    EvidenceError
        When an override makes a clearance or a volume no number above 0.

    Examples
    --------
    >>> round(kinetics("ruxolitinib", "woman").disposition.clearance / 1e15 * 3600, 1)
    17.7
    """
    p = parameters or Parameters(catalogue())
    id, known = drug(name, where).id, variants(name, p)
    if "" not in known:
        raise ScenarioError(_no_record(id, p, where))
    if variant not in known:
        raise ScenarioError(
            Fault(
                where or f"{id}.variant",
                f"`{id}` has no variant `{variant}`",
                ", ".join(f"`{name}`" for name in known if name) or "no variant",
                nearest_name(variant, [name for name in known if name]),
                "correct the variant, or leave it out",
                "AMB-S87",
            )
        )
    numbers = _numbers(id, variant, p)
    return Kinetics(id, variant, _disposition(numbers, id), _absorption(numbers), p[f"drug.{id}.molar_mass"])


def exposure(
    name: str,
    dose: float,
    interval: float | None,
    times: ArrayLike,
    *,
    variant: str = "",
    parameters: Parameters | None = None,
) -> NDArray[np.float64]:
    """Give the total concentration in plasma while a dose is taken again and again from time 0.

    Parameters
    ----------
    name : str
        Drug of the library with a pharmacokinetic record.
    dose : float [mg]
        Size of each dose.
    interval : float or None [s]
        Time between doses; None for a single one.
    times : (n,) array_like [s]
        When to tell the concentration.
    variant : str
        Kind of person or tablet; see `variants`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    total : (n,) float64 [nM]
        Bound and free together.

    Raises
    ------
    ScenarioError
        When drug, variant, dose or interval cannot be, or the drug has no record.

    Examples
    --------
    >>> round(float(exposure("ruxolitinib", 5.0, None, [3600.0])[0]), 1)
    199.3
    """
    regimen = Regimen(drug(name).id, dose, interval, variant=variant)
    return plasma(regimen, times, kinetics(name, variant, parameters))


def plasma(regimen: Regimen, times: ArrayLike, record: Kinetics) -> NDArray[np.float64]:
    """Give the total concentration [nM] in plasma under a regimen at `times` [s]; doses add up."""
    at = np.asarray(times, dtype=np.float64)
    total = np.zeros_like(at)
    if at.size == 0:
        return total
    for taken in regimen.dose_times(float(np.max(at))):
        total += record.concentration(regimen.dose, at - taken)
    return total


def summary(name: str, dose: float, *, variant: str = "", parameters: Parameters | None = None) -> Summary:
    """Give peak, time of peak, area under the curve and half-lives of a single dose.

    Parameters
    ----------
    name : str
        Drug of the library with a pharmacokinetic record.
    dose : float [mg]
        Above 0 for a peak time that means something.
    variant : str
        Kind of person or tablet; see `variants`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Raises
    ------
    ScenarioError
        When drug, variant or dose cannot be, or the drug has no record.

    Examples
    --------
    >>> five = summary("ruxolitinib", 5.0)
    >>> round(five.peak), round(five.peak_time / 60), round(five.half_life / 3600, 2)
    (214, 38, 2.19)
    """
    record = kinetics(name, variant, parameters)
    Regimen(record.drug, dose)
    body, way = record.disposition, record.absorption
    peak_time = _peak_time(record)
    return Summary(
        peak=float(record.concentration(dose, np.array([peak_time]))[0]),
        peak_time=peak_time,
        area=record.amount(dose) * way.bioavailability / body.clearance,
        half_life=math.log(2.0) * body.steady_volume / body.clearance,
        terminal_half_life=math.log(2.0) / body.rates[-1],
    )


def _peak_time(record: Kinetics) -> float:
    """Find the time [s] of the peak: on a grid that ends after it, then on finer ones around the best."""
    way, body = record.absorption, record.disposition
    # the peak of e^-at - e^-bt is at ln(b/a)/(b-a), never later than 1/min(a, b); other inputs end by then
    low, high = way.lag, way.lag + way.duration + 2.0 * way.mean_time
    high += 1.0 / min(*body.rates, way.rate or math.inf)
    for _ in range(_REFINEMENTS):
        grid = np.linspace(low, high, _GRID)
        best = int(np.argmax(way.amount(body.plasma, grid)))
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, _GRID - 1)])
    return float(grid[best])


def _numbers(id: str, variant: str, p: Parameters) -> dict[str, float]:
    stem = f"drug.{id}.pk"
    numbers = p.group(stem)
    if variant:
        numbers |= p.group(f"{stem}_{variant}")
    return numbers


def _disposition(numbers: dict[str, float], id: str) -> Disposition:
    for key in _NEEDED:
        if not numbers.get(key, 0.0) > 0.0:
            what = f"`{key}` of `{id}` is `{numbers.get(key)}`"
            raise EvidenceError(
                Fault(f"drug.{id}.pk", what, "a number above 0", "", "correct the override or the record", "AMB-E82")
            )
    return Disposition(
        numbers["clearance"],
        numbers["central_volume"],
        numbers.get("exchange_flow", 0.0),
        numbers.get("peripheral_volume", 0.0),
    )


def _absorption(numbers: dict[str, float]) -> Absorption:
    rate, duration = numbers.get("absorption_rate", 0.0), numbers.get("zero_order_duration", 0.0)
    return Absorption(
        rate,
        duration,
        numbers.get("zero_order_share", 0.0 if rate or not duration else 1.0),
        numbers.get("lag", 0.0),
        numbers.get("transit_rate", 0.0),
        round(numbers.get("transit_count", 0.0)),
        numbers.get("relative_bioavailability", 1.0),
    )


def _no_record(id: str, p: Parameters, where: str) -> Fault:
    dosed = sorted(other for other in p.catalogue.drugs if f"drug.{other}.pk.clearance" in p)
    return Fault(
        where or f"{id}.dose",
        f"`{id}` cannot be given as a dose: no pharmacokinetic record",
        "a drug with one: " + ", ".join(dosed),
        nearest_name(id, dosed),
        f'give `{id}` as a constant concentration, such as `concentration = "500 nM"`',
        "AMB-S84",
    )


def _out_of_range(name: str, field: str, number: float, expected: str) -> Fault:
    return Fault(f"{name}.{field}", f"`{number}`", f"a number of {expected}", "", f"correct `{field}`", "AMB-S83")
