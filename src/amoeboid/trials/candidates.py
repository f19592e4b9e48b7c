"""A hypothetical compound put in the place of a drug: its record as numbers of the library's empty vessel."""

from __future__ import annotations

import math
from collections.abc import Mapping

from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology import CYTOKINES
from amoeboid.scenario import Compound, Regimen, Setting, TrialArm, TrialDrug, TrialScenario

VESSEL = "candidate"
"""Drug of the library whose numbers are those of a compound."""

_STEM = f"drug.{VESSEL}"
_NOTHING = 1e12
# [nM] potency on what a compound leaves alone, as the vessel's own records have it: a thousand moles in a litre


def settings(compound: Compound, parameters: Parameters | None = None) -> dict[str, Setting]:
    """Give the numbers of a compound by the ids of the vessel.

    Free potencies become total ones in whole blood, which is what the library holds: K / free share. Where a signal in
    blood has no potency of its own, the kinases that it needs decide, as for any drug.

    Parameters
    ----------
    compound : Compound
        Its record.
    parameters : Parameters, optional
        Numbers in force, for how a drug is shared out between plasma and blood cells.

    Returns
    -------
    settings : dict of str to Setting
        For `TrialScenario.parameters`.

    Examples
    --------
    >>> from amoeboid.scenario import load_compounds
    >>> like = load_compounds("example-compounds").compounds[3]
    >>> round(settings(like)["drug.candidate.blood_ic50.JAK1"].value)
    282
    """
    p = parameters or Parameters(catalogue())
    free_in_blood = compound.free_fraction / p["potency.blood_to_plasma"]
    total = {target: potency / free_in_blood for target, potency in compound.potency.items()}
    numbers = {f"blood_ic50.{name}": (value, "nM") for name, value in {**total, **_in_blood(compound, total)}.items()}
    uptake = compound.uptake
    numbers |= {
        "fu_plasma": (compound.free_fraction, "1"),
        "molar_mass": (compound.molar_mass, "g/mol"),
        "pk.absorption_rate": (uptake.absorption_rate, "1/h"),
        "pk.exchange_flow": (uptake.exchange_flow, "L/h"),
        "pk.peripheral_volume": (uptake.peripheral_volume, "L"),
    }
    given = {f"{_STEM}.{name}": _setting(compound, *pair) for name, pair in numbers.items()}
    given[f"{_STEM}.pk.clearance"] = _setting(compound, uptake.clearance, "L/h", uptake.clearance_spread)
    given[f"{_STEM}.pk.central_volume"] = _setting(compound, uptake.volume, "L", uptake.volume_spread)
    return given


def document_of(document: TrialScenario, compound: Compound, regimen: Regimen) -> TrialScenario:
    """Give a trial of a compound at a regimen against the reference arm of a document.

    All else is the document's, the seed among it, so that every compound meets the same patients. The reference takes
    the compound at dose 0, which changes no life, so that blood counts are followed in it too: what chance and the
    disease do to them is no price of the compound.
    """
    drug = TrialDrug(name=VESSEL, dose=regimen.dose, interval=regimen.interval, start=regimen.start, stop=regimen.stop)
    arm = TrialArm(name=f"{compound.name} {regimen.name}", drugs=(drug,), dose_rules=regimen.dose_rules)
    nothing = drug.model_copy(update={"dose": 0.0})
    before = document.reference_arm
    reference = before.model_copy(update={"reference": True, "drugs": (*before.drugs, nothing)})
    own = {**document.parameters, **settings(compound)}
    return document.model_copy(update={"arms": (reference, arm), "parameters": own})


def _in_blood(compound: Compound, total: Mapping[str, float]) -> dict[str, float]:
    """Give the total concentration in blood [nM] that halves what each cytokine does."""
    return {name: compound.blood.get(name) or _needed(name, total) for name in CYTOKINES}


def _needed(cytokine: str, total: Mapping[str, float]) -> float:
    found = [total[kinase] for kinase in CYTOKINES[cytokine] if kinase in total]
    if len(found) < 2:
        return found[0] if found else _NOTHING
    # (1 + x/K1)(1 + x/K3) = 2, as `pharmacology.cytokines` has it for drugs: x = 2 / (1/K1 + 1/K3 + sqrt(...))
    square, line = 1.0 / (found[0] * found[1]), 1.0 / found[0] + 1.0 / found[1]
    return 2.0 / (line + math.sqrt(line * line + 4.0 * square))


def _setting(compound: Compound, value: float, unit: str, spread: float | None = None) -> Setting:
    return Setting(value=value, unit=unit, reason=f"compound {compound.name}", spread=spread)
