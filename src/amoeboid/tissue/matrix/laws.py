"""How stiffness and pore size of collagen follow from its density.

Both are power laws through two measured gels of rat-tail collagen I, 1.5 and 3.5 mg/ml (vessella-2025). Outside that
range they extrapolate. Gelling temperature changes pores and stiffness apart; that is left out.
"""

from __future__ import annotations

from amoeboid.evidence import Parameters


def stiffness(density: float, parameters: Parameters) -> float:
    """Give the modulus of a gel [kPa] of a density [mg/ml]; nothing has none.

    E = E_low (density / density_low) ** exponent

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> round(stiffness(3.5, Parameters(catalogue())), 3)
    0.35
    """
    share = density / parameters["matrix.density_low"]
    return float(parameters["matrix.stiffness_low"] * share ** parameters["matrix.stiffness_exponent"])


def pore_area(density: float, parameters: Parameters) -> float:
    """Give the median pore area [um^2] of a gel of a density above 0 [mg/ml].

    A = A_low (density / density_low) ** exponent

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> round(pore_area(2.0, Parameters(catalogue())), 2)
    5.23
    """
    share = density / parameters["matrix.density_low"]
    return float(parameters["matrix.pore_area_low"] * share ** parameters["matrix.pore_area_exponent"])
