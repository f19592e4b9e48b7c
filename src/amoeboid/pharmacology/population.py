"""Pharmacokinetics of a drug in a population: typical values, covariates and variation, one row for each patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import units
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.kinetics import Kinetics, kinetics
from amoeboid.pharmacology.people import People
from amoeboid.seeds import Stream, normal

Column = NDArray[np.float64]

_SLOTS = ("clearance", "central_volume", "absorption_rate", "peripheral_volume", "exchange_flow", "other_clearance",
          "zero_order_duration", "transit_rate", "metabolite_clearance", "metabolite_volume")  # fmt: skip
"""What varies, each with a draw of its own; the order is part of the key of the draws and grows only at its end."""

_FOLLOWING = (
    ("central_volume", "clearance"),
    ("peripheral_volume", "central_volume"),
    ("metabolite_clearance", "clearance"),
)
"""Pairs of which the first may take a share of the deviation of the second."""

_COVARIATES = ("weight", "egfr", "age")
_INTERNAL = {"weight": ("kg", "g"), "egfr": ("ml/min", "um^3/s"), "age": ("year", "s")}
"""Unit of a column of `People`, and the internal unit in which the record's reference comes."""


@dataclass(frozen=True)
class Metabolite:
    """A metabolite that acts as its drug does, one row for each patient, in um^3/s and um^3.

    ``fraction`` is the share of the amount eliminated that becomes it, ``activity`` its activity over that of the
    drug, amount for amount.
    """

    clearance: Column
    central: Column
    exchange: Column
    peripheral: Column
    fraction: float
    activity: float

    def rows(self, first: int, last: int) -> Metabolite:
        """Give patients `first` to `last` by row, `last` not among them."""
        cut = (self.clearance, self.central, self.exchange, self.peripheral)
        clearance, central, exchange, peripheral = (column[first:last] for column in cut)
        return Metabolite(clearance, central, exchange, peripheral, self.fraction, self.activity)


@dataclass(frozen=True)
class PopulationKinetics:
    """Pharmacokinetics of one drug, one row for each patient, in um^3/s, um^3, 1/s and s.

    A rate or duration of 0 means that the way in has no such part, as in `Absorption`. ``clearance`` and volumes are
    apparent (over bioavailability). ``activity_not_followed`` is the share of the drug's whole effect that is due to
    metabolites without kinetics of their own here.
    """

    drug: str
    variant: str
    molar_mass: float
    number: NDArray[np.int64]
    clearance: Column
    central: Column
    exchange: Column
    peripheral: Column
    absorption_rate: Column
    zero_order_duration: Column
    zero_order_share: float
    lag: Column
    transit_rate: Column
    transit_count: int
    bioavailability: Column
    metabolite: Metabolite | None = None
    activity_not_followed: float = 0.0

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.number)

    def rows(self, first: int, last: int) -> PopulationKinetics:
        """Give patients `first` to `last` by row, `last` not among them."""
        whole: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        cut: dict[str, Any] = {name: x[first:last] for name, x in whole.items() if isinstance(x, np.ndarray)}
        return replace(self, **cut, metabolite=self.metabolite and self.metabolite.rows(first, last))

    def amount(self, dose: ArrayLike) -> Column:
        """Give the amount [nM um^3] of a dose [mg]: one for all, or one for each patient."""
        per_milligram = units.convert(units.convert(1.0, "mg", "g") / self.molar_mass, "mol", "nM*um^3")
        return np.asarray(dose, dtype=np.float64) * per_milligram


def population(
    drug: str,
    people: People,
    seed: int | None,
    variant: str = "",
    *,
    dose: float | None = None,
    parameters: Parameters | None = None,
) -> PopulationKinetics:
    """Draw the pharmacokinetics of a drug in people.

    Model: each parameter is its typical value, times a power of each covariate over its reference, times a factor in
    women, times ``exp(eta)`` with normal eta; correlations where they are published. Exponents, references and
    spreads are the values ``drug.<id>.covariates.*`` and the spreads of ``drug.<id>.pk.*``; what has no record does
    not vary. A patient deviates in the same way for every drug and dose, so arms stay paired; two drugs in one
    patient are therefore taken as fully correlated. Adults within the ranges that the studies covered.

    Parameters
    ----------
    drug : str
        Drug of the library with a pharmacokinetic record.
    people : People
        Who takes it.
    seed : int or None
        Seed of the study; None for typical people, who do not deviate from what their covariates say.
    variant : str
        Kind of person or tablet, see `variants`; sex is taken from `people`, where the record tells women apart.
    dose : float, optional [mg]
        Dose at the start, for a drug whose volume depends on it (fedratinib); its reference dose when left out.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    population : PopulationKinetics
        Row for row as `people`.

    Raises
    ------
    ScenarioError
        When the drug is not known, has no record, or has no such variant.

    Examples
    --------
    >>> from amoeboid.pharmacology import draw_people
    >>> drawn = population("ruxolitinib", draw_people(1000, seed=1), seed=1)
    >>> drawn.n
    1000
    """
    p = parameters or Parameters(catalogue())
    record = kinetics(drug, variant, p)
    law = _law(record.drug, record.variant, p)
    eta = _deviations(record.drug, record.variant, people.number, seed, law, p)
    body, way = record.disposition, record.absorption

    def column(typical: float, slot: str) -> Column:
        middle = typical * _covariates(slot, people, law) * _of_dose(slot, dose, law)
        return np.asarray(middle * np.exp(eta[slot]), dtype=np.float64)

    return PopulationKinetics(
        drug=record.drug,
        variant=record.variant,
        molar_mass=record.molar_mass,
        number=people.number,
        clearance=_clearance(body.clearance, people, law, eta),
        central=column(body.central, "central_volume"),
        exchange=column(body.exchange, "exchange_flow"),
        peripheral=column(body.peripheral, "peripheral_volume"),
        absorption_rate=column(way.rate, "absorption_rate"),
        zero_order_duration=column(way.duration, "zero_order_duration"),
        zero_order_share=way.zero_order_share,
        lag=np.full(people.n, way.lag),
        transit_rate=column(way.transit_rate, "transit_rate"),
        transit_count=way.transit_count,
        bioavailability=np.full(people.n, way.bioavailability),
        metabolite=_metabolite(record, people, law, eta, p),
        activity_not_followed=p[other] if (other := f"drug.{record.drug}.metabolite_activity") in p else 0.0,
    )


def _metabolite(
    record: Kinetics, people: People, law: Mapping[str, float], eta: Mapping[str, Column], p: Parameters
) -> Metabolite | None:
    stem = f"drug.{record.drug}.metabolite"
    if f"{stem}.clearance" not in p:
        return None
    v = p.group(stem)
    exchange, peripheral = v.get("exchange_flow", 0.0), v.get("peripheral_volume", 0.0)
    own = _covariates("metabolite_clearance", people, law) * np.exp(eta["metabolite_clearance"])
    return Metabolite(
        clearance=np.asarray(v["clearance"] * own, dtype=np.float64),
        central=np.asarray(v["central_volume"] * np.exp(eta["metabolite_volume"]), dtype=np.float64),
        exchange=np.full(people.n, exchange),
        peripheral=np.full(people.n, peripheral),
        fraction=v["fraction"] * record.molar_mass / v["molar_mass"],  # by mass in the record, by amount here
        activity=v["activity"],
    )


def _law(id: str, variant: str, p: Parameters) -> dict[str, float]:
    """Give exponents, factors, references and correlations; what a variant does not say is as in the usual person."""
    law: dict[str, float] = {}
    for stem in (f"drug.{id}.covariates", f"drug.{id}.covariates_{variant}"):
        if p.catalogue.ids(f"{stem}."):
            law |= p.group(stem)
    if variant == "" and f"drug.{id}.pk_woman.clearance" in p:
        law["clearance_woman"] = p[f"drug.{id}.pk_woman.clearance"] / p[f"drug.{id}.pk.clearance"]
    return law


def _covariates(slot: str, people: People, law: Mapping[str, float]) -> Column:
    """Give the product of powers of covariates over their references, and of the factor in women."""
    factor = np.ones(people.n)
    for covariate in _COVARIATES:
        if f"{slot}_{covariate}" in law:
            has, internal = _INTERNAL[covariate]
            reference = units.convert(law[f"{covariate}_reference"], internal, has)
            factor *= (getattr(people, covariate) / reference) ** law[f"{slot}_{covariate}"]
    if f"{slot}_woman" in law:
        factor *= np.where(people.woman, law[f"{slot}_woman"], 1.0)
    return factor


def _of_dose(slot: str, dose: float | None, law: Mapping[str, float]) -> float:
    if dose is None or not dose > 0.0 or f"{slot}_dose" not in law:
        return 1.0
    return float((dose / units.convert(law["dose_reference"], "g", "mg")) ** law[f"{slot}_dose"])


def _clearance(typical: float, people: People, law: Mapping[str, float], eta: Mapping[str, Column]) -> Column:
    """Give the clearance, as one or as what the kidneys do and the rest, each with a deviation of its own."""
    whole = typical * _covariates("clearance", people, law)
    if "renal_share" not in law:
        return np.asarray(whole * np.exp(eta["clearance"]), dtype=np.float64)
    renal, share = _covariates("renal_clearance", people, law), law["renal_share"]
    return np.asarray(
        whole * (share * renal * np.exp(eta["clearance"]) + (1.0 - share) * np.exp(eta["other_clearance"]))
    )


def _deviations(
    id: str, variant: str, number: NDArray[np.int64], seed: int | None, law: Mapping[str, float], p: Parameters
) -> dict[str, Column]:
    """Give the deviation on the log scale of each slot, with its correlations."""
    if seed is None:
        return {slot: np.zeros(len(number)) for slot in _SLOTS}
    draws = normal(number, 0, Stream.PHARMACOKINETICS, seed, len(_SLOTS))
    z = {slot: draws[:, index] for index, slot in enumerate(_SLOTS)}
    for first, second in (("clearance", "central_volume"), ("clearance", "other_clearance")):
        r = law.get(f"correlation_{first}_{second}", 0.0)
        z[second] = r * z[first] + np.sqrt(1.0 - r * r) * z[second]
    eta = {slot: _deviation_of(slot, id, variant, law, p) * z[slot] for slot in _SLOTS}
    for second, first in _FOLLOWING:
        if f"{second}_follows_{first}" in law:
            eta[second] = eta[second] + law[f"{second}_follows_{first}"] * eta[first]
    return eta


def _deviation_of(slot: str, id: str, variant: str, law: Mapping[str, float], p: Parameters) -> float:
    """Give the standard deviation of the logarithm: a record of its own, the variant's spread, or the usual one."""
    if f"{slot}_deviation" in law:
        return law[f"{slot}_deviation"]
    if any(f"{slot}_follows_{other}" in law for other in _SLOTS) and not slot.startswith("metabolite"):
        return 0.0
    for stem in (f"drug.{id}.pk_{variant}", f"drug.{id}.pk"):
        if f"{stem}.{slot}" in p:
            return p.value(f"{stem}.{slot}").spread or 0.0
    return 0.0


def check_dose(dose: ArrayLike, n: int) -> Column:
    """Give doses [mg] as a column, one for all or one for each of `n` patients.

    Raises
    ------
    ScenarioError
        When a dose is negative or not finite, or their number is another.
    """
    column = np.atleast_1d(np.asarray(dose, dtype=np.float64))
    if column.shape not in ((1,), (n,)) or not np.all(np.isfinite(column) & (column >= 0.0)):
        what = f"doses of shape {column.shape}, least {np.min(column) if column.size else 'none'}"
        raise ScenarioError(
            Fault("dose", what, f"one dose or {n}, in mg, 0 or more and finite", "", "correct `dose`", "AMB-S632")
        )
    return column
