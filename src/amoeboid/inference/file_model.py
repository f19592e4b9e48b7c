"""A pathway file as the model of a fit: the engine of any SBML network, and a laboratory's table joined with it.

The file starts as it says, at time 0; the dose of the table is put in the place of one of its numbers or species, in
the file's own unit. Readouts are ids of the file.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from amoeboid import signalling
from amoeboid.errors import Fault, FormatError, nearest_name
from amoeboid.inference.cell_line import CellLine, Wish, too_few
from amoeboid.inference.laboratory import LabTable
from amoeboid.inference.objective import Engine
from amoeboid.inference.problem import Experiment, FitParameter, FitProblem, Measurements, Observable
from amoeboid.inference.simulation import Precision
from amoeboid.signalling import Network

_WIDE = 1000.0
"""Factor by which a number of a file may move either way: nothing is known of its range."""


def file_engine(network: Network, known: Mapping[str, float], relative: float, end: float) -> Engine:
    """Make the engine of a network from a file.

    Parameters
    ----------
    network : Network
        From `signalling.from_sbml`.
    known : mapping of str to float
        Numbers that stand in the place of those of the file, to tell how large states are.
    relative : float
        Relative tolerance; the absolute one is a hundredth of it, of the largest start.
    end : float
        Last time of interest, in the file's unit.
    """
    system = signalling.translate(network)
    numbers = dict(zip(system.constants, signalling.constants(system).tolist(), strict=True))
    begin = np.array([known.get(name, number) for name, number in numbers.items()])
    zero, feeds = np.zeros(len(system.species)), np.ones(len(system.feeds))
    starts = np.abs(system.compute(system.starts, zero, feeds, begin))
    typical = float(np.max(starts, initial=0.0, where=np.isfinite(starts))) or 1.0
    absolute = np.full(len(system.species), 1e-2 * relative * typical)
    return Engine(system, numbers, Precision(relative, absolute, 100.0 * end or 1.0))


def file_line(table: LabTable, network: Network, wish: Wish, dosed: str) -> CellLine:
    """Join a table with a pathway file.

    Parameters
    ----------
    table : LabTable
        Read with `TableUnits.dosed`.
    network : Network
        From `signalling.from_sbml`.
    wish : Wish
        Parameters are numbers of the file; those in ``relative`` are readouts with a scale factor.
    dosed : str
        Number or species of the file that the dose is.

    Raises
    ------
    FormatError
        When the file has no such number or quantity, or the rows are too few; tells all.
    """
    times = np.array([row.time for row in table.rows]) / network.second
    engine = file_engine(network, {}, wish.relative, float(times.max()))
    faults = _faults(table, engine, wish, dosed)
    if faults:
        raise FormatError(*faults)
    readouts = list(dict.fromkeys(row.readout for row in table.rows))
    top = {one: max(abs(row.value) for row in table.rows if row.readout == one) or 1.0 for one in readouts}
    bare = {row.readout for row in table.rows if row.sd is None}
    found = [
        FitParameter(name, engine.numbers[name] / _WIDE, engine.numbers[name] * _WIDE, engine.numbers[name])
        for name in wish.parameters
    ]
    found += [FitParameter(f"scale_{one}", 1e-6, 1e6, 1.0) for one in readouts if one in wish.scaled]
    found += [FitParameter(f"sd_{one}", 1e-3 * top[one], 10.0 * top[one], 0.1 * top[one]) for one in sorted(bare)]
    observables = tuple(
        Observable(one, f"scale_{one}*{one}" if one in wish.scaled else one,
                   f"sd_{one}" if one in bare else f"noiseParameter1_{one}")
        for one in readouts
    )  # fmt: skip
    doses = sorted({row.dose for row in table.rows})
    experiments = tuple(Experiment(f"{dosed} {dose:g}", {dosed: dose}, None, dosed, dose) for dose in doses)
    data = Measurements(
        np.array([doses.index(row.dose) for row in table.rows], dtype=np.int64),
        np.array([readouts.index(row.readout) for row in table.rows], dtype=np.int64),
        times, np.array([row.value for row in table.rows]), tuple(() for _ in table.rows),
        tuple(() if row.sd is None else (row.sd,) for row in table.rows),
    )  # fmt: skip
    return CellLine(
        FitProblem(network.name, table.where, tuple(found), observables, experiments, data), engine, network
    )


def _faults(table: LabTable, engine: Engine, wish: Wish, dosed: str) -> list[Fault]:
    faults = too_few(table)
    quantities = [*engine.system.quantities, *engine.numbers]
    settable = [*engine.numbers, *engine.system.setters]
    checks = [("readout", row.readout, quantities) for row in table.rows]
    checks += [("dosed quantity", dosed, settable)] + [
        ("parameter", name, [*engine.numbers]) for name in wish.parameters
    ]
    checks += [("readout", name, quantities) for name in wish.scaled]
    for noun, name, known in dict.fromkeys((noun, name, tuple(known)) for noun, name, known in checks):
        if name not in known:
            faults.append(Fault(table.where, f"the file has no {noun} `{name[:60]}`", "an id of the file",
                                nearest_name(name, known), "correct the name", "AMB-E43"))  # fmt: skip
    for name in wish.parameters:
        if not engine.numbers.get(name, 1.0) > 0.0:
            faults.append(Fault(table.where, f"`{name}` is {engine.numbers[name]:g} in the file", "a positive number",
                                "", "fit another, or give it a value in the file", "AMB-E44"))  # fmt: skip
    if not wish.parameters or len(set(wish.parameters)) != len(wish.parameters) or dosed in wish.parameters:
        faults.append(Fault(table.where, "no parameters to fit, one twice, or the dose", "each parameter once",
                            "", "name what may differ in this cell line", "AMB-E45"))  # fmt: skip
    return faults
