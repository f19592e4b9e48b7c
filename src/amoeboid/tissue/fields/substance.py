"""What a dissolved substance is to the tissue: four numbers and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from amoeboid.errors import EvidenceError, Fault, nearest_name
from amoeboid.evidence import Parameters

CYTOKINE = "cytokine"
DRUG = "drug"


@dataclass(frozen=True)
class Substance:
    """A substance that diffuses freely and is lost at a rate linear in its concentration.

    Parameters
    ----------
    name : str
        As in ``field.<name>``.
    diffusivity : float
        [um^2/s].
    decay : float
        [1/s].
    clearance : float
        Volume that one cell clears per time [um^3/s]; valid far below saturation.
    """

    name: str
    diffusivity: float
    decay: float
    clearance: float


def substance(name: str, kind: str, parameters: Parameters) -> Substance:
    """Take the numbers of a substance from the records of its kind, ``fields.<kind>.*``.

    Parameters
    ----------
    name : str
    kind : str
        `CYTOKINE` or `DRUG`.
    parameters : Parameters

    Raises
    ------
    EvidenceError
        When the kind is neither.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> substance("OSM", CYTOKINE, Parameters(catalogue())).diffusivity
    100.0
    """
    if kind not in (CYTOKINE, DRUG):
        raise EvidenceError(
            Fault(
                name,
                f"`{kind}` is no kind of substance",
                f"`{CYTOKINE}` or `{DRUG}`",
                nearest_name(kind, (CYTOKINE, DRUG)),
                "name the kind",
                "AMB-E71",
            )
        )
    return Substance(
        name,
        parameters[f"fields.{kind}.diffusivity"],
        parameters[f"fields.{kind}.decay"],
        parameters[f"fields.{kind}.clearance"],
    )
