"""The numbers of mechanics and motility, from evidence records to what the kernels take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters
from amoeboid.kernels import motion
from amoeboid.tissue.geometry import Domain, Grid

ADHESION = "mechanics.adhesion"
"""Adhesion of two cells through epithelial junctions, of types without a record of their own."""

MESENCHYMAL = "mechanics.adhesion_mesenchymal"
"""The same through mesenchymal junctions."""


def hertz_stiffness(parameters: Parameters) -> float:
    """Give 4/3 E / (2 (1 - nu^2)) [kPa], the stiffness of two like elastic spheres in contact."""
    modulus, poisson = parameters["mechanics.modulus"], parameters["mechanics.poisson"]
    return 4.0 / 3.0 * modulus / (2.0 * (1.0 - poisson**2))


def law(parameters: Parameters, hypotheses: Mapping[str, str] | None = None) -> motion.Law:
    """Read all numbers of a mechanics step.

    Parameters
    ----------
    parameters : Parameters
    hypotheses : mapping from name to option
        ``junction_loosening`` is read; ``off`` when absent.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> round(law(Parameters(catalogue())).hertz, 3)
    0.444
    """
    p = parameters
    loosening = (hypotheses or {}).get("junction_loosening", "off") == "on"
    motility = {name: p[f"motility.{name}"] for name in _MOTILITY}
    return motion.Law(
        hertz=hertz_stiffness(p),
        reach=p["mechanics.adhesion_reach"],
        drag=p["mechanics.drag"],
        loosening=p["mechanics.junction_loosening"] if loosening else 0.0,
        coupling=p["motility.tension_coupling"],
        tissue_stiffness=p["mechanics.modulus"],
        passage_floor=p["mechanics.passage_floor"],
        gel=p["matrix.gel_density"],
        pore_spread=p["matrix.pore_spread"],
        push=p["matrix.push"],
        arrest_fraction=p["cell.arrest_fraction"],
        heterotypic=p["mechanics.heterotypic"],
        **motility,
    )


_MOTILITY = (
    "tension_reference",
    "drive_reference",
    "stall_tension_low",
    "stall_tension_high",
    "stall_low",
    "stall_high",
    "speed_cortical",
    "cortical_half",
    "bleb_threshold",
    "bleb_width",
    "speed_mesenchymal",
    "rac_half",
    "rac_power",
    "stiffness_best",
    "stiffness_spread",
    "confining_contacts",
    "friction_share",
)


def space(domain: Domain, grid: Grid, matrix: str) -> motion.Space:
    """Give the lengths that a step needs; ``matrix`` is the kind, ``collagen``, ``rigid`` or ``none``."""
    return motion.Space(*domain.size, *grid.origin, 1.0 / grid.spacing, matrix == "rigid")


def by_type(
    parameters: Parameters, cell_types: Sequence[str], quantity: str, otherwise: str = ""
) -> NDArray[np.float64]:
    """Give one number per cell type, ``cell.<type>.<quantity>``, or the record ``otherwise`` where there is none."""
    ids = [f"cell.{name}.{quantity}" for name in cell_types]
    return np.array([parameters[id if id in parameters or not otherwise else otherwise] for id in ids])
