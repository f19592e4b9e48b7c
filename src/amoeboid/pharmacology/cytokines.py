"""Two potencies of a drug: on what IL-6 does in the tumour, and on what IL-15 does in NK cells.

Both are concentrations in whole blood, bound and free together, and meet the total in plasma. Where the evidence holds
a value ``drug.<id>.blood_ic50.<cytokine>`` it is taken. Where it holds none:

- IL-6 signals through GP130, and there through JAK1 first: the apparent constant of JAK1, as total in blood.
- IL-15 signals through the common gamma chain and needs JAK1 *and* JAK3: what is left of the signal is the product of
  what is left of both, ``1 / ((1 + C/K1) (1 + C/K3))``, assumed.
- thrombopoietin and erythropoietin signal through JAK2 alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.library import drug
from amoeboid.pharmacology.medium import free_fraction
from amoeboid.pharmacology.occupancy import check_concentration
from amoeboid.pharmacology.potency import apparent_constant

CYTOKINES = {"IL-6": ("JAK1",), "IL-15": ("JAK1", "JAK3"), "TPO": ("JAK2",), "EPO": ("JAK2",)}
"""Cytokines, and the kinases that each needs."""


def half_inhibition(name: str, cytokine: str, parameters: Parameters | None = None) -> float:
    """Give the total concentration [nM] in whole blood that halves what a cytokine does.

    Parameters
    ----------
    name : str
        Drug of the library.
    cytokine : str
        Of `CYTOKINES`.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    total : float [nM]
        Infinite for a drug that leaves one of the kinases alone where all are needed by none.

    Raises
    ------
    ScenarioError
        When drug or cytokine is not known.
    EvidenceError
        When the binding of the drug in plasma is needed and not known.

    Examples
    --------
    >>> round(half_inhibition("ruxolitinib", "IL-6"))
    282
    """
    p, id = parameters or Parameters(catalogue()), drug(name).id
    if cytokine not in CYTOKINES:
        raise ScenarioError(
            Fault(
                "cytokine",
                f"no potency against `{cytokine}`",
                ", ".join(CYTOKINES),
                nearest_name(cytokine, CYTOKINES),
                "name one of them",
                "AMB-S634",
            )
        )
    if f"drug.{id}.blood_ic50.{cytokine}" in p:
        return p[f"drug.{id}.blood_ic50.{cytokine}"]
    share = free_fraction(id, "whole blood", p)
    found = [apparent_constant(id, target, p) for target in CYTOKINES[cytokine]]
    constants = [constant / share for constant in found if constant is not None]
    return _half(constants)


def is_measured(name: str, cytokine: str, parameters: Parameters | None = None) -> bool:
    """Tell whether a potency against a cytokine has a record of its own, and was not made from those of kinases."""
    p = parameters or Parameters(catalogue())
    return f"drug.{drug(name).id}.blood_ic50.{cytokine}" in p


def inhibition(name: str, total: ArrayLike, cytokine: str, parameters: Parameters | None = None) -> NDArray[np.float64]:
    """Give the share of a cytokine's signal that a drug takes away, ``C / (C + IC50)``.

    Parameters
    ----------
    name : str
        Drug of the library.
    total : array_like [nM]
        Total concentration in plasma.
    cytokine : str
        ``"IL-6"`` for the tumour, ``"IL-15"`` for NK cells, ``"TPO"`` and ``"EPO"`` for the marrow.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    inhibition : float64, shape of `total`
        0 untouched to 1.

    Raises
    ------
    ScenarioError
        When drug or cytokine is not known, or a concentration is negative or not finite.
    EvidenceError
        When the binding of the drug in plasma is needed and not known.

    Examples
    --------
    >>> float(inhibition("ruxolitinib", 282.0, "IL-6"))
    0.5
    """
    p = parameters or Parameters(catalogue())
    blood = check_concentration(name, total) * p["potency.blood_to_plasma"]
    half = half_inhibition(name, cytokine, p)
    if math.isinf(half):
        return np.zeros_like(blood)
    return np.asarray(blood / (blood + half))


def _half(constants: list[float]) -> float:
    """Give the concentration at which the product of what is left, each ``1 / (1 + C/K)``, is one half."""
    if not constants:
        return math.inf
    if len(constants) == 1:
        return constants[0]
    # (1 + x/K1)(1 + x/K3) = 2: x^2 / (K1 K3) + x (1/K1 + 1/K3) - 1 = 0, the positive root
    one, three = constants
    square, line = 1.0 / (one * three), 1.0 / one + 1.0 / three
    return 2.0 / (line + math.sqrt(line * line + 4.0 * square))
