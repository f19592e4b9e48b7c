"""The process that moves the network of every cell on by one tick."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import seeds
from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.signalling import integrate
from amoeboid.signalling.integrate import Model
from amoeboid.signalling.network import Network

Floats = NDArray[np.float64]

WAIT = 60.0 * 86400.0
"""Longest time [s] for which the steady state before a stimulus is sought: days of a slow link, many times over."""


class Signalling:
    """Integrate the network of every cell; implements `amoeboid.process.Process`.

    Each cell has its own state, step size and factors. Inputs are held during a tick.

    Parameters
    ----------
    network : Network
        From `amoeboid.signalling.network`.
    parameters : Parameters
        Numbers of the network.
    """

    name = "signalling"
    interval = seeds.TICK

    def __init__(self, network: Network, parameters: Parameters) -> None:
        self._model = integrate.model(network, parameters)
        self._spreads = spreads(network, parameters)
        self.reads: tuple[str, ...] = (*(entry.port for entry in network.inputs), "signalling.rates")
        self.writes: tuple[str, ...] = (
            "signalling.species",
            "signalling.step",
            *(entry.port for entry in network.readouts),
        )

    @property
    def model(self) -> Model:
        """The equations with their numbers."""
        return self._model

    def initial(self, state: State, seed: int, before: Mapping[str, ArrayLike]) -> None:
        """Put every cell at its own steady state before the stimulus, and write all ports of this process.

        Parameters
        ----------
        state : State
            Must hold ``cell.id`` and ``cell.radius``.
        seed : int
            Seed of the member; draws are keyed by cell.
        before : mapping of str to array_like
            Inputs before the stimulus by name: ``cytokine`` [nM], and what holds for good, such as
            ``target_JAK1`` of a knock-out; a number, or one per cell.

        Raises
        ------
        NumericsError
            When a cell finds no rest.
        """
        n_cells = state.n_cells
        factors = individual_factors(self._spreads, state["cell.id"], seed)
        inputs = {"radius": state["cell.radius"], **before}
        feeds = integrate.feeds(self._model, inputs, n_cells, factors)
        species = integrate.rest(self._model, feeds, WAIT)
        state.put("signalling.rates", factors)
        state.put("signalling.species", species)
        state.put("signalling.step", np.full(n_cells, self.interval))
        for entry, numbers in zip(self._model.network.readouts, self._read(species, feeds), strict=True):
            state.put(entry.port, numbers.copy())

    def advance(self, state: State, time: float, dt: float) -> None:
        """Integrate from ``time`` to ``time + dt`` [s] with the inputs as they stand.

        Raises
        ------
        NumericsError
            When a cell cannot be integrated.
        """
        species, step = state["signalling.species"], state["signalling.step"]
        inputs = {entry.name: state[entry.port] for entry in self._model.network.inputs}
        feeds = integrate.feeds(self._model, inputs, species.shape[1], state["signalling.rates"])
        integrate.advance(self._model, species, step, feeds, (time, dt))
        for entry, numbers in zip(self._model.network.readouts, self._read(species, feeds), strict=True):
            state[entry.port][:] = numbers

    def _read(self, species: Floats, feeds: Floats) -> Floats:
        return self._model.system.compute(self._model.system.readouts, species, feeds, self._model.constants)


def spreads(network: Network, parameters: Parameters) -> Floats:
    """Give the log-normal spread of each individual factor, (n_rates,), from the value it scales first."""
    values = [parameters.value(network.evidence + one.scales[0]) for one in network.individuals]
    return np.array([value.spread or 0.0 for value in values])


def individual_factors(spreads: Floats, cell_id: NDArray[np.int64], seed: int) -> Floats:
    """Draw the factors of every cell, log-normal with median 1, (n_rates, n_cells).

    Examples
    --------
    >>> individual_factors(np.array([0.0, 0.3]), np.arange(3), seed=1)[0].tolist()
    [1.0, 1.0, 1.0]
    """
    draws = seeds.normal(cell_id, 0, seeds.Stream.INDIVIDUAL_SIGNALLING, seed, len(spreads))
    return np.ascontiguousarray(np.exp(spreads * draws).T)
