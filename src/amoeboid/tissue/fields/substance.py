"""What a dissolved substance is to the tissue: how it spreads and vanishes, and what cells do with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import EvidenceError, Fault, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.seeds import TICK
from amoeboid.units import AVOGADRO_PER_NM_UM3

CYTOKINE = "cytokine"
DRUG = "drug"
OXYGEN = "oxygen"


@dataclass(frozen=True)
class Substance:
    """A substance that diffuses freely, is lost, and is taken up and made by cells.

    Parameters
    ----------
    name : str
        As in ``field.<name>``.
    diffusivity : float
        [um^2/s].
    decay : float
        [1/s].
    clearance : float or tuple of float
        Volume that one cell clears per time far below saturation [um^3/s]: of every cell, or by cell type.
    saturation : float
        Concentration [nM] at which uptake is half of its largest; infinite for uptake in proportion.
    secretion : tuple of float
        What a cell makes per time [nM um^3/s], by cell type; empty where none does.
    gain : tuple of float
        By how many times of itself secretion rises from no contractile drive to the full one, by cell type.
    inert : tuple of int
        Phases ``cell.phase`` in which a cell neither makes it nor takes it up.
    settles : bool
        Whether the field is taken at its steady state in every step, for what spreads within a tick.
    every : float
        Step [s]: a whole number of ticks.
    beyond : float
        How far beyond the faces [um] the concentration of the bath is reached; 0 for a bath that washes them.

    Raises
    ------
    EvidenceError
        When a number is below what it can be, or not finite, or the step is no whole number of ticks; tells all.
    """

    name: str
    diffusivity: float
    decay: float
    clearance: float | tuple[float, ...]
    saturation: float = math.inf
    secretion: tuple[float, ...] = ()
    gain: tuple[float, ...] = ()
    inert: tuple[int, ...] = ()
    settles: bool = False
    every: float = TICK
    beyond: float = 0.0

    def __post_init__(self) -> None:
        by_type = self.clearance if isinstance(self.clearance, tuple) else (self.clearance,)
        rows = {
            "diffusivity": (self.diffusivity,),
            "decay": (self.decay,),
            "clearance": by_type,
            "secretion": self.secretion,
            "gain": self.gain,
            "beyond": (self.beyond,),
        }
        faults = [
            _out_of_range(self.name, what, number, "0 or more, and finite")
            for what, numbers in rows.items()
            for number in numbers
            if not 0.0 <= number < math.inf
        ]
        if not self.saturation > 0.0:
            faults.append(_out_of_range(self.name, "saturation", self.saturation, "above 0"))
        if not self.every >= TICK or self.every % TICK != 0.0:
            faults.append(_out_of_range(self.name, "step", self.every, f"a whole number of ticks of {TICK:g} s"))
        if faults:
            raise EvidenceError(*faults)


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
    saturation = parameters["fields.cytokine.saturation"] if kind == CYTOKINE else 0.0
    return Substance(
        name,
        parameters[f"fields.{kind}.diffusivity"],
        parameters[f"fields.{kind}.decay"],
        parameters[f"fields.{kind}.clearance"],
        saturation=saturation or math.inf,
    )


def oxygen(parameters: Parameters, types: Sequence[str], inert: Sequence[int] = ()) -> Substance:
    """Give oxygen: it spreads within a tick, and cells respire it after Michaelis and Menten.

    The largest rate is ``cell.<type>.oxygen``, or ``fields.oxygen.respiration`` for a type without a record.

    Parameters
    ----------
    parameters : Parameters
    types : sequence of str
        Cell types in the order of ``cell.type``.
    inert : sequence of int
        Phases in which a cell uses none.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> oxygen(Parameters(catalogue()), ["melanoma"]).settles
    True
    """
    half = parameters["fields.oxygen.half"]
    rate = [_of_type(parameters, name, "oxygen", "fields.oxygen.respiration") for name in types]
    return Substance(
        OXYGEN,
        parameters["fields.oxygen.diffusivity"],
        0.0,
        tuple(one / half if half > 0.0 else math.inf for one in rate),
        saturation=half,
        inert=tuple(inert),
        settles=True,
        every=parameters["fields.oxygen.every"],
    )


def secreted(one: Substance, parameters: Parameters, types: Sequence[str], loop: str = "off") -> Substance:
    """Give a cytokine with what each cell type makes of it, ``cell.<type>.secretion.<cytokine>`` [molecules/s].

    Parameters
    ----------
    one : Substance
    parameters : Parameters
    types : sequence of str
        Cell types in the order of ``cell.type``; one without a record makes none.
    loop : str
        Option of the hypothesis ``secretion_loop``; with ``on`` contraction raises what tumour cells make.
    """
    molecules = [_of_type(parameters, name, f"secretion.{one.name}") for name in types]
    if not any(molecules):
        return one
    gains = [_of_type(parameters, name, "secretion_gain", "fields.secretion_gain") for name in types]
    return replace(
        one,
        secretion=tuple(rate / AVOGADRO_PER_NM_UM3 for rate in molecules),
        gain=tuple(gains) if loop == "on" else (),
    )


def penetration(one: Substance, density: ArrayLike) -> NDArray[np.float64]:
    """Give the depth [um] over which a substance falls to 1/e in tissue of so many cells per um^3, sqrt(D / k).

    k = decay + clearance * density, far below saturation; infinite where nothing is lost. Cells of the first type count
    where types differ.

    Examples
    --------
    >>> float(penetration(Substance("x", 100.0, 0.0, 25.0), 4e-4))
    100.0
    """
    clearance = one.clearance[0] if isinstance(one.clearance, tuple) else one.clearance
    rate = one.decay + clearance * np.asarray(density, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt(one.diffusivity / rate), dtype=np.float64)


def _of_type(parameters: Parameters, cell_type: str, quantity: str, otherwise: str = "") -> float:
    """Give ``cell.<type>.<quantity>``, else the record `otherwise`, else 0."""
    id = f"cell.{cell_type}.{quantity}"
    if id in parameters:
        return parameters[id]
    return parameters[otherwise] if otherwise else 0.0


def _out_of_range(name: str, what: str, number: float, expected: str) -> Fault:
    return Fault(name, f"its {what} is `{number:g}`", expected, "", "correct the override of its record", "AMB-E470")
