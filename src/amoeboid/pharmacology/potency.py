"""Apparent constants: the free concentration that halves a target's activity inside a cell.

For each drug and target the first of these that the evidence holds is taken:

1. an IC50 in whole blood, times the free share of drug in plasma;
2. a selectivity seen in cells, times the drug's own constant for JAK1;
3. an IC50 of the enzyme, times a factor from enzyme to cell: for JAKs the drug's own where its JAK1 has both,
   which keeps its selectivity, and else the family's;
4. a Ki, times the factor for competition with the ATP of a cell.

What JAK inhibitors bind of ROCK rests on a Kd without ATP alone, so the hypothesis `ruxolitinib_rock` says
how it counts: not at all, shifted by ATP, or as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from amoeboid.errors import EvidenceError, Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.library import TARGETS, drug

ROCK_LINK = "ruxolitinib_rock"
"""Hypothesis that says how the binding of JAK inhibitors to ROCK counts."""

_OPTIONS = ("shifted", "off", "unshifted")
_JAKS = ("JAK1", "JAK2", "JAK3", "TYK2")


def apparent_constants(
    name: str, hypotheses: Mapping[str, str] | None = None, parameters: Parameters | None = None
) -> dict[str, float]:
    """Give the free concentration [nM] of a drug that halves each target's activity in a cell.

    Parameters
    ----------
    name : str
        Drug of the library.
    hypotheses : mapping, optional
        Options by hypothesis; only `ruxolitinib_rock` is read, ``shifted`` when it is not there.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    constants : dict
        By target, those of `TARGETS` that the drug acts on.

    Raises
    ------
    ScenarioError
        When the drug or the option is not known.
    EvidenceError
        When a constant is not above 0, as an override can make it.

    Examples
    --------
    >>> constants = apparent_constants("ruxolitinib")
    >>> round(constants["JAK1"], 2), round(constants["ROCK1"])
    (8.46, 2460)
    """
    record, level = drug(name), rock_level(hypotheses)
    p = parameters or Parameters(catalogue())
    found: dict[str, float] = {}
    for target in TARGETS:
        constant = _constant(record.id, target, p)
        if constant is None and record.drug_class == "JAK inhibitor" and target.startswith("ROCK"):
            constant = _off_target(record.id, target, level, p)
        if constant is not None:
            found[target] = _positive(constant, record.id, target)
    return found


def apparent_constant(name: str, target: str, parameters: Parameters | None = None) -> float | None:
    """Give the free concentration [nM] of a drug that halves one target, JAK3 among them; None if it has no record.

    Raises
    ------
    ScenarioError
        When the drug is not known.
    EvidenceError
        When the constant is not above 0.

    Examples
    --------
    >>> round(apparent_constant("ruxolitinib", "JAK3"))
    1097
    """
    id = drug(name).id
    constant = _constant(id, target, parameters or Parameters(catalogue()))
    return None if constant is None else _positive(constant, id, target)


def rock_level(hypotheses: Mapping[str, str] | None) -> str:
    """Give the option taken for the binding of JAK inhibitors to ROCK.

    Raises
    ------
    ScenarioError
        When the option is not known.

    Examples
    --------
    >>> rock_level(None)
    'shifted'
    """
    level = (hypotheses or {}).get(ROCK_LINK, _OPTIONS[0])
    if level not in _OPTIONS:
        raise ScenarioError(
            Fault(
                f"hypotheses.{ROCK_LINK}",
                f"unknown option `{level}`",
                ", ".join(f"`{option}`" for option in _OPTIONS),
                nearest_name(level, _OPTIONS),
                "correct the option",
                "AMB-S86",
            )
        )
    return level


def _constant(id: str, target: str, p: Parameters) -> float | None:
    """Give the constant of a drug on a target it was made for, by the first rule that applies."""
    stem = f"drug.{id}"
    seen = _in_blood(id, target, p)
    if seen is not None:
        return seen
    if f"{stem}.cell_selectivity.{target}" in p:
        first = _constant(id, "JAK1", p)
        return None if first is None else p[f"{stem}.cell_selectivity.{target}"] * first
    if f"{stem}.ic50.{target}" in p:
        return p[f"{stem}.ic50.{target}"] * _from_enzyme(id, target, p)
    if f"{stem}.ki.{target}" in p:
        return p[f"{stem}.ki.{target}"] * p["potency.rock_shift"]
    return None


def _in_blood(id: str, target: str, p: Parameters) -> float | None:
    total, unbound = f"drug.{id}.blood_ic50.{target}", f"drug.{id}.fu_plasma"
    if total not in p or unbound not in p:
        return None
    return p[total] / p["potency.blood_to_plasma"] * p[unbound]


def _from_enzyme(id: str, target: str, p: Parameters) -> float:
    """Give the factor from the IC50 of an enzyme to the constant in a cell."""
    if target.startswith("ROCK"):
        return p["potency.rock_ic50_shift"]
    if target not in _JAKS:
        return 1.0
    anchor = _in_blood(id, "JAK1", p)
    return p["potency.jak_shift"] if anchor is None else anchor / p[f"drug.{id}.ic50.JAK1"]


def _off_target(id: str, target: str, level: str, p: Parameters) -> float | None:
    """Give the constant of a JAK inhibitor on ROCK, as the hypothesis has it."""
    bound = f"drug.{id}.kd.{target}"
    if level == "off" or bound not in p:
        return None
    return p[bound] * (p["potency.rock_shift"] if level == "shifted" else 1.0)


def _positive(constant: float, id: str, target: str) -> float:
    if not constant > 0.0:
        what = f"the constant of `{id}` on `{target}` is `{constant:g}` nM"
        raise EvidenceError(
            Fault(f"drug.{id}", what, "a concentration above 0", "", "correct the override of its values", "AMB-E81")
        )
    return constant
