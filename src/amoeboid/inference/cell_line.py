"""A cell line's numbers from its own measurements: a laboratory's table and our network become one fit problem.

Readouts that are relative (blots, reporters) have a scale factor each; a readout without standard deviations has its
noise estimated. The rounded share is not a readout of the network: it is linked to tension by a logistic curve in the
logarithm of tension, whose half lies where the aspect law of the tissue puts it unless the data say otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from amoeboid import pharmacology, signalling
from amoeboid.errors import Fault, FormatError, nearest_name
from amoeboid.evidence import Parameters
from amoeboid.inference.laboratory import LabRow, LabTable
from amoeboid.inference.objective import Engine
from amoeboid.inference.problem import Entry, Experiment, FitParameter, FitProblem, Measurements, Observable, Prior
from amoeboid.inference.simulation import Precision
from amoeboid.signalling import Network, integrate
from amoeboid.signalling.stepper import WAIT

ROUNDED = "rounded"
"""The readout that is the share of rounded cells."""

RELATIVE = ("pSTAT3", "pMLC2")
"""Readouts that are taken as relative unless said otherwise."""

WIDER = 10.0
"""Factor by which the bounds of a fit exceed the range of the evidence, on either side."""

_GUESS = 100.0  # for a value without a range
_HALF, _STEEPNESS = "rounding_tension", "rounding_steepness"
_TIGHT = 1e-2  # absolute tolerance against that of a tissue run


@dataclass(frozen=True)
class Wish:
    """What to fit: names of parameters; readouts that are absolute, or scaled although they would not be.

    ``prior`` is "none" or "evidence"; ``relative`` the tolerance of the integration.
    """

    parameters: tuple[str, ...]
    absolute: tuple[str, ...] = ()
    prior: str = "none"
    relative: float = 1e-7
    scaled: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellLine:
    """A problem with its model, and the network behind it."""

    problem: FitProblem
    engine: Engine
    network: Network


def cell_line(table: LabTable, network: Network, parameters: Parameters, wish: Wish) -> CellLine:
    """Join a table with a network.

    Parameters
    ----------
    table : LabTable
        Measured values.
    network : Network
        Of the package; its parameters are those of the evidence.
    parameters : Parameters
        Numbers where the fit begins, and of all that it does not move.
    wish : Wish
        What to fit.

    Raises
    ------
    FormatError
        When a readout or parameter is unknown, or the rows are too few; tells all.
    """
    faults = _faults(table, network, wish)
    if faults:
        raise FormatError(*faults)
    readouts = list(dict.fromkeys(row.readout for row in table.rows))
    estimated = {one for one in readouts if any(row.sd is None for row in table.rows if row.readout == one)}
    relative = [one for one in readouts if one in (*RELATIVE, *wish.scaled) and one not in wish.absolute]
    model = integrate.model(network, parameters, wish.relative)
    found = [_parameter(name, network, parameters, wish) for name in wish.parameters]
    top = {one: max(abs(row.value) for row in table.rows if row.readout == one) or 1.0 for one in readouts}
    found += [FitParameter(f"scale_{one}", 1e-8 * top[one], 1e4 * top[one], top[one]) for one in relative]
    found += [FitParameter(f"sd_{one}", 1e-3 * top[one], 10.0 * top[one], 0.1 * top[one]) for one in sorted(estimated)]
    found += _rounding(parameters) if ROUNDED in readouts else []
    observables = tuple(
        Observable(one, _formula(one, one in relative), f"sd_{one}" if one in estimated else f"noiseParameter1_{one}")
        for one in readouts
    )
    experiments, data = _experiments(table, readouts, estimated, parameters)
    problem = FitProblem(network.name, table.where, tuple(found), observables, experiments, data)
    numbers = {**network.numbers(parameters), **signalling.resting_inputs(network, parameters)}
    precision = Precision(wish.relative, _TIGHT * model.tolerance, WAIT)
    return CellLine(problem, Engine(model.system, numbers, precision), network)


def _faults(table: LabTable, network: Network, wish: Wish) -> list[Fault]:
    faults = []
    known = [entry.name for entry in network.readouts] + [ROUNDED]
    for name in sorted({row.readout for row in table.rows} - set(known)):
        line = next(row.where for row in table.rows if row.readout == name)
        faults.append(Fault(line, f"unknown readout `{name[:40]}`", ", ".join(known), nearest_name(name, known),
                            "correct the readout", "AMB-E40"))  # fmt: skip
    for name in wish.parameters:
        if name not in network.parameters:
            faults.append(Fault(network.where, f"no parameter `{name[:60]}`", "a parameter of the network",
                                nearest_name(name, network.parameters), "correct the name", "AMB-E41"))  # fmt: skip
    if not wish.parameters or len(set(wish.parameters)) != len(wish.parameters):
        faults.append(Fault(network.where, "no parameters to fit, or one twice", "each parameter once", "",
                            "name what may differ in this cell line, such as `--parameters exchange_jak`; `amoeboid "
                            "evidence list signalling` lists them", "AMB-E41"))  # fmt: skip
    for name in (*wish.absolute, *wish.scaled):
        if name not in known or name in wish.absolute and name in wish.scaled:
            faults.append(Fault("absolute or relative", f"unknown readout `{name[:40]}`", ", ".join(known),
                                nearest_name(name, known), "correct the readout", "AMB-E40"))  # fmt: skip
    return faults + too_few(table)


def too_few(table: LabTable) -> list[Fault]:
    """Tell readouts whose rows cannot carry a fit."""
    faults = []
    for name in dict.fromkeys(row.readout for row in table.rows):
        rows = [row for row in table.rows if row.readout == name]
        bare = [row for row in rows if row.sd is None]
        if bare and len(bare) != len(rows):
            faults.append(Fault(bare[0].where, f"`{name}` has an sd in some rows only", "in all rows or in none", "",
                                "complete the column, or empty it", "AMB-E42"))  # fmt: skip
        if bare and len(rows) < 3:
            faults.append(Fault(rows[0].where, f"{len(rows)} value(s) of `{name}` without sd",
                                "three or more, from which the noise can be estimated", "", "add rows or an sd",
                                "AMB-E42"))  # fmt: skip
    if len(table.rows) < 2:
        faults.append(Fault(table.where, f"{len(table.rows)} measured value(s)", "two or more", "", "add rows",
                            "AMB-E42"))  # fmt: skip
    return faults


def _formula(readout: str, is_relative: bool) -> str:  # noqa: FBT001
    if readout == ROUNDED:
        return f"1/(1 + ({_HALF}/tension)^{_STEEPNESS})"
    return f"scale_{readout}*{readout}/{_REFERENCE.get(readout, 1)}" if is_relative else readout


_REFERENCE = {"pSTAT3": "stat3_total", "pMLC2": "1"}
"""What a relative readout is a share of, so that its scale factor is about the largest value."""


def _parameter(name: str, network: Network, parameters: Parameters, wish: Wish) -> FitParameter:
    """Give a parameter its bounds from the range of the evidence, widened, and its prior where that is wished."""
    value = parameters.value(network.evidence + name)
    number = parameters[network.evidence + name]
    low = value.to_internal(value.low) if value.low else number / _GUESS
    high = value.to_internal(value.high) if value.high else number * _GUESS
    low, high = sorted((low, high))
    wide = (min(low, number) / WIDER, max(high, number) * WIDER)
    spread = value.spread or (math.log(high / low) / 4.0 if high > low > 0.0 else math.log(_GUESS) / 2.0)
    prior = Prior("normal", math.log10(number), spread / math.log(10.0), on_scale=True)
    return FitParameter(name, *wide, number, prior=prior if wish.prior == "evidence" else None,
                        unit=network.parameters[name])  # fmt: skip


def _rounding(parameters: Parameters) -> list[FitParameter]:
    """Give the numbers of the link from tension to the rounded share, which begin where the aspect law puts them."""
    half = rounding_tension(parameters)
    return [
        FitParameter(_HALF, half / 10.0, half * 10.0, half, unit="nN/um"),
        FitParameter(_STEEPNESS, 1.0, 50.0, 8.0, unit="1"),
    ]


def rounding_tension(parameters: Parameters) -> float:
    """Give the tension [nN/um] at which a cell on its best substrate has the aspect ratio below which it is rounded.

    aspect = 1 + span x / (x + tension / half) with x the Rac activity that is left, as in the tissue.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> 0.2 < rounding_tension(Parameters(catalogue())) < 1.6
    True
    """
    rest, full = parameters["signalling.tension_rest"], parameters["signalling.tension_contracted"]
    drive = np.linspace(0.0, 1.0, 2001)
    x = 1.0 / (1.0 + (drive / parameters["motility.rac_half"]) ** parameters["motility.rac_power"])
    tension = rest + (full - rest) * drive
    aspect = 1.0 + parameters["motility.aspect_span"] * x / (x + tension / parameters["motility.aspect_tension"])
    return float(tension[int(np.argmin(np.abs(aspect - parameters["assay.rounded_aspect"])))])


def _experiments(
    table: LabTable, readouts: Sequence[str], estimated: set[str], parameters: Parameters
) -> tuple[tuple[Experiment, ...], Measurements]:
    """Give one experiment for each treatment, and the rows."""
    found: dict[str, int] = {}
    experiments: list[Experiment] = []
    places = []
    for row in table.rows:
        settings = _settings(row, parameters)
        key = repr(sorted(settings.items()))
        if key not in found:
            found[key] = len(experiments)
            experiments.append(Experiment(_label(row), settings, _before(row, parameters), row.series, row.dose))
        places.append(found[key])
    noise = tuple(() if row.readout in estimated else (float(row.sd or 0.0),) for row in table.rows)
    data = Measurements(
        np.array(places, dtype=np.int64),
        np.array([readouts.index(row.readout) for row in table.rows], dtype=np.int64),
        np.array([row.time for row in table.rows]),
        np.array([row.value for row in table.rows]),
        tuple(() for _ in table.rows),
        noise,
    )
    return tuple(experiments), data


def _settings(row: LabRow, parameters: Parameters) -> dict[str, Entry]:
    left = pharmacology.targets_left(dict(row.drugs), row.knockouts, None, parameters)
    known = {entry.name for entry in signalling.network().inputs}
    targets: Mapping[str, Entry] = {f"target_{name}": float(value) for name, value in left.items()}
    return {"cytokine": row.cytokine, **{name: value for name, value in targets.items() if name in known}}


def _before(row: LabRow, parameters: Parameters) -> dict[str, Entry]:
    """Give what holds before the stimulus: the cell's own cytokine, and what was knocked out."""
    knocked: dict[str, Entry] = {f"target_{name}": 0.0 for name in row.knockouts}
    return {"cytokine": parameters["signalling.autocrine"], **knocked}


def _label(row: LabRow) -> str:
    drugs = " + ".join(f"{name} {free:.3g} nM free" for name, free in row.drugs)
    knocked = " + ".join(f"{name} knock-out" for name in row.knockouts)
    return ", ".join(part for part in (f"cytokine {row.cytokine:.3g} nM", drugs, knocked) if part)
