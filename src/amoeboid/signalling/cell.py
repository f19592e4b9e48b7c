"""One cell by itself: steady state, time course, dose-response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import EvidenceError, Fault
from amoeboid.evidence import Parameters
from amoeboid.signalling import integrate
from amoeboid.signalling.network import Network
from amoeboid.signalling.stepper import WAIT

Floats = NDArray[np.float64]
Condition = Mapping[str, float]


@dataclass(frozen=True)
class Course:
    """What one cell does over time.

    ``species`` and ``readouts`` map names to arrays over ``time`` [s]; ``units`` gives the unit of each name.
    """

    time: Floats
    species: Mapping[str, Floats]
    readouts: Mapping[str, Floats]
    units: Mapping[str, str]


def typical_radius(parameters: Parameters) -> float:
    """Give the radius [um] of a sphere of the volume to which the concentrations of the network refer.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> round(typical_radius(Parameters(catalogue())), 2)
    8.42
    """
    return float(np.cbrt(3.0 * parameters["signalling.cell_volume"] / (4.0 * np.pi)))


def resting_inputs(network: Network, parameters: Parameters) -> dict[str, float]:
    """Give the inputs of an untreated cell: its own cytokine, nothing blocked, the typical radius."""
    defaults = {entry.name: entry.default for entry in network.inputs if entry.default is not None}
    return {**defaults, "cytokine": parameters["signalling.autocrine"], "radius": typical_radius(parameters)}


def steady(network: Network, parameters: Parameters, inputs: Condition | None = None) -> dict[str, float]:
    """Give species and readouts of a cell at rest under fixed inputs.

    Parameters
    ----------
    network : Network
        From `amoeboid.signalling.network`.
    parameters : Parameters
        Numbers of the network.
    inputs : mapping of str to float, optional
        By name of the input, such as ``{"cytokine": 0.45}`` [nM]; the rest as in `resting_inputs`.

    Returns
    -------
    numbers : dict of str to float
        By name of species and readout, in internal units.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> from amoeboid.signalling import network
    >>> round(steady(network(), Parameters(catalogue()))["pMLC2"], 2)
    0.14
    """
    found = steady_many(network, parameters, [inputs or {}])
    return {name: float(numbers[0]) for name, numbers in found.items()}


def steady_many(network: Network, parameters: Parameters, conditions: Sequence[Condition]) -> dict[str, Floats]:
    """Give species and readouts at rest for several conditions at once, arrays (n_conditions,) by name."""
    model = integrate.model(network, parameters)
    feeds = _feeds(model, parameters, conditions)
    species = integrate.rest(model, feeds, WAIT)
    return _named(model, species, feeds)


def time_course(
    network: Network,
    parameters: Parameters,
    inputs: Condition,
    times: ArrayLike,
    before: Condition | None = None,
) -> Course:
    """Give what a cell does when its inputs change at time 0 from `before` to `inputs`.

    Parameters
    ----------
    network : Network
        From `amoeboid.signalling.network`.
    parameters : Parameters
        Numbers of the network.
    inputs : mapping of str to float
        Inputs from time 0 on; the rest as in `resting_inputs`.
    times : (n_times,) array_like
        Increasing times from 0 on [s].
    before : mapping of str to float, optional
        Inputs before time 0, at which the cell had come to rest.

    Raises
    ------
    EvidenceError
        When times are negative, not finite or not increasing.
    """
    moments = _checked_times(np.asarray(times, dtype=np.float64))
    model = integrate.model(network, parameters)
    species = integrate.rest(model, _feeds(model, parameters, [before or {}]), WAIT)
    feeds = _feeds(model, parameters, [inputs])
    step = np.ones(1)
    states = []
    now = 0.0
    for moment in moments:
        if moment > now:
            integrate.advance(model, species, step, feeds, (now, moment - now))
            now = float(moment)
        states.append(species[:, 0].copy())
    history = np.ascontiguousarray(np.stack(states, axis=1))
    named = _named(model, history, np.repeat(feeds, len(moments), axis=1))
    names = [entry.name for entry in network.species]
    readouts = [entry.name for entry in network.readouts]
    units = {entry.name: entry.unit for entry in network.species}
    units |= {entry.name: entry.unit for entry in network.readouts}
    species_rows = dict(zip(names, history, strict=True))
    return Course(moments, species_rows, {name: named[name] for name in readouts}, units)


def dose_response(
    network: Network,
    parameters: Parameters,
    conditions: Sequence[Condition],
    duration: float | None = None,
    before: Condition | None = None,
) -> dict[str, Floats]:
    """Give readouts for a series of conditions, at rest or a given time after the change.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network and its numbers.
    conditions : sequence of mapping
        Inputs of each dose; pharmacology turns doses into ``target_...`` inputs.
    duration : float, optional
        Time after the change [s]; at rest when left out.
    before : mapping of str to float, optional
        Inputs before the change.

    Returns
    -------
    numbers : dict of str to (n_conditions,) array
        By name of species and readout.
    """
    if duration is None:
        return steady_many(network, parameters, conditions)
    _checked_times(np.array([duration]))
    model = integrate.model(network, parameters)
    begin = integrate.rest(model, _feeds(model, parameters, [before or {}]), WAIT)
    species = np.ascontiguousarray(np.repeat(begin, len(conditions), axis=1))
    feeds = _feeds(model, parameters, conditions)
    integrate.advance(model, species, np.ones(len(conditions)), feeds, (0.0, duration))
    return _named(model, species, feeds)


def _feeds(model: integrate.Model, parameters: Parameters, conditions: Sequence[Condition]) -> Floats:
    rest = resting_inputs(model.network, parameters)
    for condition in conditions:
        integrate.feeds(model, {**rest, **condition}, 1)
    columns = {name: [dict(rest, **one)[name] for one in conditions] for name in rest}
    return integrate.feeds(model, columns, len(conditions))


def _named(model: integrate.Model, species: Floats, feeds: Floats) -> dict[str, Floats]:
    system = model.system
    readouts = system.compute(system.readouts, species, feeds, model.constants)
    found = dict(zip(system.species, species, strict=True))
    return found | dict(zip((entry.name for entry in model.network.readouts), readouts, strict=True))


def _checked_times(times: Floats) -> Floats:
    if times.ndim != 1 or not times.size or not np.isfinite(times).all() or times[0] < 0.0:
        good = False
    else:
        good = bool((np.diff(times) > 0.0).all())
    if not good:
        raise EvidenceError(
            Fault(
                "time course",
                "times that are not a rising list from 0 on",
                "finite rising times in s",
                "",
                "correct the times",
                "AMB-E25",
            )
        )
    return times
