"""How a network is to be integrated: tolerances, method, and which constants each cell has of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, NumericsError, nearest_name
from amoeboid.kernels.tableau import METHODS
from amoeboid.signalling import system as equations
from amoeboid.signalling.network import Network
from amoeboid.signalling.system import System

Floats = NDArray[np.float64]

TIGHTEST, LOOSEST = 1e-13, 0.1
"""Relative tolerances that make sense: above rounding, and still an accuracy."""

_TINY = 1e-3  # of the median start: below it, a start says nothing of the size of a state
_SHARE = 1e-3
"""Absolute tolerance of a state of a file: this share of its start times the relative tolerance."""


def tolerances(system: System, constants: Floats, relative: float, absolute: ArrayLike | None) -> Floats:
    """Give the absolute tolerance of every state, in its own unit.

    What is not given comes from the scales of our own network; for a file from the starts: a thousandth of the
    relative tolerance times the start of the state, and where that is 0 a millionth times the middle one of the others.

    Raises
    ------
    NumericsError
        When a tolerance is not above 0, or there are not as many as states.
    """
    n = len(system.species)
    if absolute is not None:
        given = np.asarray(absolute, dtype=np.float64)
        if given.shape not in ((), (n,)) or not (np.isfinite(given) & (given > 0.0)).all():
            raise NumericsError(_bad_number(system.network, "absolute", f"one number, or {n}, above 0"))
        return np.ascontiguousarray(np.broadcast_to(given, (n,)))
    if system.network.model is None:
        return equations.tolerances(system, constants)
    feeds = np.ones(len(system.feeds))
    with np.errstate(all="ignore"):
        starts = np.abs(system.compute(system.starts, np.zeros(n), feeds, constants))
    known = starts[np.isfinite(starts) & (starts > 0.0)]
    middle = float(np.median(known)) if known.size else 1.0
    usable = np.isfinite(starts) & (starts > _TINY * middle)
    return relative * _SHARE * np.where(usable, starts, _SHARE * middle)


def check(network: Network, relative: float, method: str) -> None:
    """See that a relative tolerance and a method can be used.

    Raises
    ------
    NumericsError
        When they cannot.
    """
    if not TIGHTEST <= relative <= LOOSEST:
        raise NumericsError(_bad_number(network, "relative", f"a number from {TIGHTEST:g} to {LOOSEST:g}"))
    if method != "auto" and method not in METHODS:
        names = ["auto", *METHODS]
        raise NumericsError(
            Fault(
                f"{network.where}, method",
                f"unknown method `{method}`",
                "one of " + ", ".join(names),
                nearest_name(method, names),
                "correct the name",
                "AMB-N52",
            )
        )


def individualised(system: System, constants: Floats, names: Sequence[str]) -> tuple[System, Floats]:
    """Make some constants numbers of each cell, behind its other feeds, in the order in which they are named.

    Raises
    ------
    NumericsError
        When one is not a constant of the system.
    """
    for name in names:
        if name not in system.constants or list(names).count(name) > 1:
            near = nearest_name(name, system.constants)
            raise NumericsError(
                Fault(
                    f"{system.network.where}, individual constants",
                    f"no constant `{name}`, or named twice",
                    "constants of the network, each once",
                    near,
                    "correct the name",
                    "AMB-N53",
                )
            )
    chosen = set(names)
    kept = [k for k, name in enumerate(system.constants) if name not in chosen]
    left = tuple(system.constants[k] for k in kept)
    return dataclasses.replace(system, feeds=(*system.feeds, *names), constants=left), constants[kept]


def _bad_number(network: Network, what: str, expected: str) -> Fault:
    where = f"{network.where}, {what} tolerance"
    return Fault(where, "a tolerance that cannot be used", expected, "", "correct the tolerance", "AMB-N54")
