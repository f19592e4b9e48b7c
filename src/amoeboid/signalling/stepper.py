"""The process that moves the network of every cell on by one tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import seeds
from amoeboid.errors import Fault, NumericsError
from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.signalling import integrate
from amoeboid.signalling.batch import Model
from amoeboid.signalling.events import EventState
from amoeboid.signalling.mapping import RANGES, SLACK
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
        From `amoeboid.signalling.network`, or of a file joined with the tissue.
    parameters : Parameters
        Numbers of our own network.
    spreads : sequence of float, optional
        Log-normal spread of each individual factor; from the evidence where left out.
    start : str
        Where cells begin: ``rest``, ``file``, or empty for rest where there is one.
    """

    name = "signalling"
    interval = seeds.TICK

    def __init__(
        self, network: Network, parameters: Parameters, spreads: Sequence[float] | None = None, start: str = "rest"
    ) -> None:
        self._model = integrate.model(network, parameters)
        self._spreads = spreads_of(network, parameters) if spreads is None else np.array(spreads, dtype=np.float64)
        self._start = start
        self._seed = 0
        self.reads: tuple[str, ...] = (*(entry.port for entry in network.inputs), "signalling.rates")
        self.writes: tuple[str, ...] = (
            "signalling.species",
            "signalling.step",
            *(entry.port for entry in network.readouts),
            *(_AGENDA.values() if self._model.system.events else ()),
        )

    @property
    def model(self) -> Model:
        """The equations with their numbers."""
        return self._model

    def initial(self, state: State, seed: int, before: Mapping[str, ArrayLike]) -> str:
        """Put every cell where it begins, as a rule at rest before the stimulus, and write all ports of this process.

        Parameters
        ----------
        state : State
            Must hold ``cell.id`` and ``cell.radius``.
        seed : int
            Seed of the member; draws are keyed by cell.
        before : mapping of str to array_like
            Inputs before the stimulus by name or port: ``cytokine`` [nM], and what holds for good, such as
            ``target_JAK1`` of a knock-out; a number, or one per cell. Ports that the network does not read are
            passed over.

        Returns
        -------
        beginning : str
            In words, where cells begin.

        Raises
        ------
        NumericsError
            When a cell finds no rest although it must.
        """
        n_cells = state.n_cells
        factors = individual_factors(self._spreads, state["cell.id"], seed)
        feeds = integrate.feeds(self._model, self._before(state["cell.radius"], before), n_cells, factors)
        species, beginning = self._begun(feeds)
        state.put("signalling.rates", factors)
        state.put("signalling.species", species)
        state.put("signalling.step", np.full(n_cells, self.interval / self._model.network.second))
        if self._model.system.events:
            _keep(state, integrate.event_state(self._model, n_cells))
        self._seed = seed
        for entry, numbers in zip(self._model.network.readouts, self._read(species, feeds), strict=True):
            state.put(entry.port, numbers.copy())
        return beginning

    def _before(self, radius: Floats, before: Mapping[str, ArrayLike]) -> dict[str, ArrayLike]:
        """Give the inputs before the stimulus by the names of the network."""
        ports = {entry.port: entry.name for entry in self._model.network.inputs}
        given = {"cell.radius": radius, **before}
        return {ports.get(name, name): value for name, value in given.items() if name in ports or "." not in name}

    def _begun(self, feeds: Floats) -> tuple[Floats, str]:
        """Give the state in which cells begin, and say in words what it is."""
        if self._start == "file":
            return integrate.start(self._model, feeds), "as in the file"
        limit = WAIT / self._model.network.second
        if self._start == "rest":
            return integrate.rest(self._model, feeds, limit), "at rest before the stimulus"
        try:
            integrate.rest(self._model, np.ascontiguousarray(feeds[:, :1]), limit)  # one cell tells what all would cost
            return integrate.rest(self._model, feeds, limit), "at rest before the stimulus"
        except NumericsError as error:
            why = error.faults[0].what
            return integrate.start(self._model, feeds), f"as in the file, for cells find no rest before it: {why}"

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
        second = self._model.network.second
        events = _agenda(state, self._seed) if self._model.system.events else None
        integrate.advance(self._model, species, step, feeds, (time / second, dt / second), events)
        if events is not None:
            _keep(state, events)
        for entry, numbers in zip(self._model.network.readouts, self._read(species, feeds), strict=True):
            self._require_range(entry.name, numbers, time + dt)
            state[entry.port][:] = numbers

    def _require_range(self, name: str, numbers: Floats, time: float) -> None:
        """Refuse what the formula of a mapping gives beyond what the tissue can take."""
        low, high = RANGES.get(name, (-np.inf, np.inf))
        good = (numbers >= low - SLACK) & (numbers <= high + SLACK)
        if good.all():
            return
        cell = int(np.argmin(good))
        what = f"`{name}` is `{numbers[cell]:.6g}` ({int(np.count_nonzero(~good))} of {good.size} cells)"
        place = f"process signalling, time {time:g} s, cell {cell}, {self._model.network.where}"
        do = "correct the formula of the output; `clip(x)` holds it between 0 and 1"
        raise NumericsError(Fault(place, what, f"from {low:g} to {high:g}", "", do, "AMB-N34"))

    def _read(self, species: Floats, feeds: Floats) -> Floats:
        return self._model.system.compute(self._model.system.readouts, species, feeds, self._model.constants)


_AGENDA = {
    "trigger": "signalling.event_trigger",
    "event": "signalling.event_waiting",
    "due": "signalling.event_due",
    "value": "signalling.event_value",
    "draws": "signalling.event_draws",
}
"""Ports that hold what the cells know of their events."""


_NONE = float(np.finfo(np.float64).max)
"""Stands for a value that is not a number: a checkpoint refuses those."""


def _agenda(state: State, seed: int) -> EventState:
    arrays = {name: state[port] for name, port in _AGENDA.items()}
    arrays["value"] = np.where(arrays["value"] == _NONE, np.nan, arrays["value"])
    return EventState(**arrays, number=state["cell.id"], seed=seed)


def _keep(state: State, events: EventState) -> None:
    """Put the events back: what waits may have got more rows."""
    for name, port in _AGENDA.items():
        array = getattr(events, name)
        state.put(port, np.where(np.isnan(array), _NONE, array) if name == "value" else array)


def spreads_of(network: Network, parameters: Parameters) -> Floats:
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
    if not len(spreads):
        return np.ones((0, len(cell_id)))
    draws = seeds.normal(cell_id, 0, seeds.Stream.INDIVIDUAL_SIGNALLING, seed, len(spreads))
    return np.ascontiguousarray(np.exp(spreads * draws).T)
