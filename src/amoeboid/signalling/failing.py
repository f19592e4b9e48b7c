"""What is said when cells cannot be integrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, NumericsError
from amoeboid.kernels import ode
from amoeboid.signalling.batch import Model
from amoeboid.signalling.network import Network

Floats = NDArray[np.float64]
_TOLD = 5


def check(found: Model, arrays: tuple[Floats, Floats, Floats], outcome: ode.Outcome, times: Floats) -> None:
    """See that all cells came through.

    Parameters
    ----------
    found : Model
        The equations.
    arrays : (species, step, feeds)
        Of all cells, as they are after the attempt.
    outcome : Outcome
        What the kernel says.
    times : (n_cells,) array
        Time at which each cell stands.

    Raises
    ------
    NumericsError
        When a cell failed; names the time, the cell and the species of the first few.
    """
    bad = np.flatnonzero((outcome.status != 0) & (outcome.status != ode.AT_ROOT))
    if bad.size:
        raise NumericsError(*(_failure(found, arrays, outcome, int(k), float(times[k])) for k in bad[:_TOLD]))


def _failure(
    found: Model, arrays: tuple[Floats, Floats, Floats], outcome: ode.Outcome, cell: int, time: float
) -> Fault:
    species, _, feeds = arrays
    status = outcome.status
    n_bad = int(np.count_nonzero((status != 0) & (status != ode.AT_ROOT)))
    name = culprit(found, species[:, cell], feeds[:, cell])
    unit = " s" if found.network.model is None else ""
    return Fault(
        f"process signalling, time {time:.6g}{unit}, cell {cell}, species `{name}`",
        f"{ode.STATUS[int(status[cell])]} ({n_bad} of {status.size} cells failed)",
        "finite inputs and rates from which a step can be made",
        "",
        "look at the inputs of the cell (cytokine, targets, radius) and at overridden parameters",
        "AMB-N31",
    )


def culprit(found: Model, y: Floats, feeds: Floats) -> str:
    """Name the species of one cell that is not finite, or changes fastest for its size."""
    with np.errstate(all="ignore"):
        rate = found.system.rhs(y[:, None], feeds[:, None], found.constants)[:, 0]
        speed = np.abs(rate) / (np.abs(y) + found.tolerance)
    speed = np.where(np.isfinite(y) & np.isfinite(speed), speed, np.inf)
    return found.system.species[int(np.argmax(speed))]


def without_events(network: Network) -> Fault:
    """Say that a network with events is to be integrated as if it had none."""
    return Fault(
        f"{network.where}, events",
        "a network with events, and nothing that remembers them",
        "an event state beside the species, from `integrate.event_state`",
        "",
        "give the event state to `integrate.advance`",
        "AMB-N50",
    )


def endless(network: Network, cell: int, time: float) -> Fault:
    """Say that a cell stops at events again and again."""
    return Fault(
        f"{network.where}, time {time:.6g}, cell {cell}",
        "events follow one another without end",
        "events that leave time between them",
        "",
        "look for triggers that events turn to and fro",
        "AMB-N51",
    )
