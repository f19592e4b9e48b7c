"""Whether a file joined with the tissue can begin at all: finite states, rates and readouts."""

from __future__ import annotations

import numpy as np

from amoeboid.errors import Fault
from amoeboid.evidence import Parameters
from amoeboid.signalling import integrate
from amoeboid.signalling.cell import typical_radius
from amoeboid.signalling.joining import Joined
from amoeboid.signalling.mapping import RANGES, SLACK, Told
from amoeboid.signalling.system import TIME


def unsound(joined: Joined, parameters: Parameters) -> list[Told]:
    """Say what keeps the cells of a joined file from beginning, under the inputs of an untreated cell.

    Parameters
    ----------
    joined : Joined
        From `amoeboid.signalling.join`.
    parameters : Parameters
        Give the cell's own cytokine and radius.

    Raises
    ------
    FormatError
        When no equations can be made of the file.
    """
    found = integrate.model(joined.network, parameters)
    system = found.system
    if joined.start == "rest" and (system.events or TIME in system.species):
        what = "the file has events or uses the time, so its cells have no rest to begin from"
        return [(("start",), Fault("", what, '`start = "file"`', "", "write `file`, or delete the key", "AMB-S95"))]
    own = {"cell.cytokine": parameters["signalling.autocrine"], "cell.radius": typical_radius(parameters)}
    used = {entry.name: own[entry.name] for entry in joined.network.inputs if entry.name in own}
    feeds = integrate.feeds(found, used, 1)
    with np.errstate(all="ignore"):
        start = integrate.start(found, feeds)
        rates = system.rhs(start, feeds, found.constants)
        read = system.compute(system.readouts, start, feeds, found.constants)
    told: list[Told] = []
    for row, name in enumerate(system.species):
        for noun, array in (("beginning", start), ("rate of change", rates)):
            if not told and not np.isfinite(array[row, 0]):
                told.append((("file",), _infinite(f"the {noun} of `{name}`", float(array[row, 0]))))
    stated = (entry for entry in joined.network.readouts if entry.name in joined.outputs)
    rows = {entry.name: row for row, entry in enumerate(joined.network.readouts)}
    for entry in stated if not told else ():
        value = float(read[rows[entry.name], 0])
        low, high = RANGES.get(entry.name, (-np.inf, np.inf))
        if not np.isfinite(value):
            told.append((("outputs", entry.name), _infinite(f"`{entry.name}` at the beginning", value)))
        elif not low - SLACK <= value <= high + SLACK:
            what = f"`{entry.name}` is `{value:.4g}` at the beginning"
            fault = Fault("", what, f"from {low:g} to {high:g}", "", "correct the formula", "AMB-S23")
            told.append((("outputs", entry.name), fault))
    return told


def _infinite(what: str, value: float) -> Fault:
    do = "give the numbers that the file lacks (`parameters`), or begin where it does not divide by zero"
    return Fault("", f"{what} is `{value:g}`", "finite numbers", "", do, "AMB-S98")
