"""A second try for single cells that the kernel gave up: SciPy's Radau IIA from the last good state.

It is for the rare cell, not for a network that is wrong: a few cells at once, a bounded number of evaluations, and
only where the rates are finite. Jumps are not located, so networks with roots are left alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels import ode
from amoeboid.signalling.batch import Model

Floats = NDArray[np.float64]

MOST_CELLS = 16
"""Cells of one call that are tried again; more are a fault of the model and not of a cell."""
MOST_EVALUATIONS = 20_000
"""Evaluations of the rates of one cell."""


class _Enough(Exception):
    """More evaluations than a single cell is worth."""


def rescue(found: Model, arrays: tuple[Floats, Floats, Floats], length: float, outcome: ode.Outcome) -> None:
    """Bring failed cells to the end of a span; species and outcome change in place where that succeeds.

    Parameters
    ----------
    found : Model
        The equations.
    arrays : (species, step, feeds)
        Of all cells, as the kernel left them.
    length : float
        Length of the span.
    outcome : Outcome
        Of the kernel; cells that come through are set to done.
    """
    bad = np.flatnonzero((outcome.status != 0) & (outcome.status != ode.AT_ROOT))
    if not 0 < bad.size <= MOST_CELLS or found.kernel.n_roots:
        return
    species, step, feeds = arrays
    for cell in bad:
        end = _by_radau(found, species[:, cell], feeds[:, cell], length - outcome.reached[cell])
        if end is not None:
            species[:, cell], step[cell] = end, length
            outcome.status[cell], outcome.reached[cell] = 0, length


def _by_radau(found: Model, begin: Floats, feeds: Floats, length: float) -> Floats | None:
    """Integrate one cell; None where that fails too."""
    from scipy.integrate import solve_ivp

    count = 0

    def rate(_: float, y: Floats) -> Floats:
        nonlocal count
        count += 1
        if count > MOST_EVALUATIONS:
            raise _Enough
        return found.system.rhs(y, feeds, found.constants)

    def jacobian(_: float, y: Floats) -> Floats:
        return found.system.jacobian(y, feeds, found.constants)

    with np.errstate(all="ignore"):
        if not (np.isfinite(begin).all() and np.isfinite(rate(0.0, begin)).all()):
            return None
        try:
            done = solve_ivp(
                rate, (0.0, length), begin, "Radau", jac=jacobian, rtol=found.relative, atol=found.tolerance
            )
        except (_Enough, ValueError, np.linalg.LinAlgError):
            return None
    end: Floats = done.y[:, -1]
    sound = done.success and np.isfinite(end).all() and (end >= found.numbers.lowest).all()
    return end if sound else None
