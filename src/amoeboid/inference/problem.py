"""A fit as a neutral record: parameters with bounds and priors, observables with noise, experiments, measured rows.

The record knows no model; `objective.Objective` joins it with a network. PEtab files (`petab_problem`) and tables of
a laboratory (`laboratory`) both become such a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Entry = float | str
"""A number, or the name of a parameter that stands in its place."""

SCALES = ("lin", "log", "log10")
"""How a parameter is moved, or a readout compared: as it is, as natural or as decimal logarithm."""

NOISES = ("normal", "laplace")
"""Distributions of the deviation of a measured value."""

PRIORS = ("uniform", "normal", "laplace", "log_normal", "log_laplace")
"""Distributions of a parameter before the data; those on the parameter's scale have `on_scale`."""

LN10 = float(np.log(10.0))


@dataclass(frozen=True)
class Prior:
    """What is known of a parameter before the data: a distribution with two numbers (location and width, or bounds)."""

    kind: str
    first: float
    second: float
    on_scale: bool = False


@dataclass(frozen=True)
class FitParameter:
    """A number that the fit may move between bounds; bounds and nominal value are in its own unit, not on its scale."""

    name: str
    lower: float
    upper: float
    nominal: float
    scale: str = "log10"
    estimate: bool = True
    prior: Prior | None = None
    unit: str = ""


@dataclass(frozen=True)
class Observable:
    """A quantity that is measured: formula and noise as texts over quantities of the model and parameters."""

    name: str
    formula: str
    noise: str
    transformation: str = "lin"
    distribution: str = "normal"
    unit: str = ""


@dataclass(frozen=True)
class Experiment:
    """What was set in one experiment, by name of a constant, input, species or compartment of the model.

    ``before`` holds the settings under which the cells had come to rest first; None where the model starts at once.
    Experiments of one ``series`` differ in their ``dose`` only; both are for figures.
    """

    name: str
    settings: Mapping[str, Entry] = field(default_factory=dict)
    before: Mapping[str, Entry] | None = None
    series: str = ""
    dose: float | None = None


@dataclass(frozen=True)
class Measurements:
    """Measured rows: ``experiment`` and ``observable`` (n_rows,) int64 are places in the lists of the problem.

    ``time`` and ``value`` (n_rows,) float64 are in the units of the model and the observable;
    ``observable_entries`` and ``noise_entries`` replace the numbered placeholders of the formulas of a row.
    """

    experiment: NDArray[np.int64]
    observable: NDArray[np.int64]
    time: Floats
    value: Floats
    observable_entries: tuple[tuple[Entry, ...], ...] = ()
    noise_entries: tuple[tuple[Entry, ...], ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of measured values."""
        return int(self.value.size)


@dataclass(frozen=True)
class FitProblem:
    """All that a fit needs but the model; ``where`` names the file for messages."""

    name: str
    where: str
    parameters: tuple[FitParameter, ...]
    observables: tuple[Observable, ...]
    experiments: tuple[Experiment, ...]
    data: Measurements

    @property
    def estimated(self) -> tuple[FitParameter, ...]:
        """Parameters that the fit moves, in the order of the vectors of an objective."""
        return tuple(parameter for parameter in self.parameters if parameter.estimate)


def to_scale(value: Floats, scale: str) -> Floats:
    """Put numbers on a scale.

    Examples
    --------
    >>> to_scale(np.array([1000.0]), "log10")
    array([3.])
    """
    if scale == "lin":
        return np.asarray(value, dtype=np.float64)
    with np.errstate(all="ignore"):
        return np.log10(value) if scale == "log10" else np.log(value)


def from_scale(scaled: Floats, scale: str) -> Floats:
    """Take numbers back from a scale."""
    if scale == "lin":
        return np.asarray(scaled, dtype=np.float64)
    with np.errstate(all="ignore"):
        return np.power(10.0, scaled) if scale == "log10" else np.exp(scaled)


def scale_slope(value: Floats, scale: str) -> Floats:
    """Give the derivative of a number by its place on the scale: v ln 10, v, or 1."""
    if scale == "lin":
        return np.ones_like(np.asarray(value, dtype=np.float64))
    return value * LN10 if scale == "log10" else np.asarray(value, dtype=np.float64)
