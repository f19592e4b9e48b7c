"""A network with its numbers, ready to be integrated for any number of cells at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels import ode
from amoeboid.signalling import compiled
from amoeboid.signalling import events as events_of
from amoeboid.signalling.network import Network
from amoeboid.signalling.system import System

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

RELATIVE_TOLERANCE = 1e-4
"""Default relative tolerance of one step: local errors below the spread of any measured rate."""

_MOST_STEPS = 100_000
_BELOW = 10.0  # absolute tolerances below zero that a state of our own network may come to
_LOOKS = 20.0
"""Least steps of a span where a root may come and go in time."""


@dataclass(frozen=True)
class Model:
    """A network with its numbers, ready to be integrated for any number of cells.

    ``floor`` (n_species,) is what a state may not pass below in a step, minus infinity where it may have any sign; left
    out, ten absolute tolerances below zero. ``individual`` names the constants that became feeds, with their values.
    """

    system: System
    constants: Floats
    tolerance: Floats
    relative: float = RELATIVE_TOLERANCE
    method: str = "auto"
    floor: Floats | None = None
    individual: Mapping[str, float] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        """The network behind the equations."""
        return self.system.network

    @property
    def n_species(self) -> int:
        """Number of states."""
        return len(self.system.species)

    @property
    def numbers(self) -> ode.Numbers:
        """Numbers that all cells share."""
        floor = -_BELOW * self.tolerance if self.floor is None else self.floor
        return ode.Numbers(self.constants, self.tolerance, floor)

    @cached_property
    def kernel(self) -> ode.Kernel:
        """The compiled function that integrates cells; made on first use."""
        return compiled.compiled(self.system, compiled.method(self.method, self.system))

    @cached_property
    def schedule(self) -> events_of.Schedule:
        """The events of the network as code."""
        return events_of.Schedule(self.system)

    @cached_property
    def waves(self) -> bool:
        """Whether some root may come and go in time alone, so that steps must not grow too long."""
        return compiled.waves(self.system)

    def move(self, arrays: tuple[Floats, Floats, Floats], length: Floats, order: Whole) -> ode.Outcome:
        """Call the kernel for species, step and feeds; cells in `order` are to come as far as `length`."""
        longest = float(length.max(initial=0.0)) / _LOOKS if self.waves else np.inf
        control = ode.Control(self.relative, most=_MOST_STEPS, stops=bool(self.system.events), longest=longest)
        species, step, feeds = arrays
        return self.kernel.advance(ode.Batch(species, step, feeds, length, order), self.numbers, control)
