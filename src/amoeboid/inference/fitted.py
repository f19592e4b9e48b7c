"""What a fit looks like beside the data: for each readout its courses over time, and its series over doses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.inference.objective import Objective
from amoeboid.inference.problem import Floats, Measurements

Rows = NDArray[np.int64]

N_LINE = 80
"""Points of a simulated line over time."""

_FEWEST_DOSES = 3


@dataclass(frozen=True)
class Line:
    """One series: measured ``place``, ``value`` and ``sigma`` (n,), and the fit at ``line_place`` (n_line,).

    ``fixed`` is the dose of a course, or the time of a series over doses, in the units of the problem; None where the
    experiment has no dose.
    """

    label: str
    fixed: float | None
    place: Floats
    value: Floats
    sigma: Floats
    line_place: Floats
    line: Floats


@dataclass(frozen=True)
class Readout:
    """Series of one observable over ``axis``, "time" or "dose"."""

    observable: str
    axis: str
    lines: tuple[Line, ...]


def residual_rows(objective: Objective, theta: Floats) -> tuple[Floats, Floats]:
    """Give simulated value and noise of every measured row, (n_rows,) each."""
    read = objective.read(theta)
    return read.value[0], read.sigma[0]


def readouts(objective: Objective, theta: Floats) -> tuple[Readout, ...]:
    """Lay the fit over the data.

    Parameters
    ----------
    objective : Objective
        With the data.
    theta : (n_parameters,) array
        Where to simulate, on the scales.

    Returns
    -------
    readouts : tuple of Readout
        For each observable its courses over time, then, where several doses were measured at one time, over doses.
    """
    data, problem = objective.problem.data, objective.problem
    value, sigma = residual_rows(objective, theta)
    dense = _dense(objective, theta)
    found = []
    for k, one in enumerate(problem.observables):
        rows = np.flatnonzero(data.observable == k)
        doses = _dose_series(objective, rows)
        in_doses = {row for _, series in doses for row in series}
        courses = [part for part in _courses(data, rows) if len(set(data.time[part])) > 1 or not in_doses >= set(part)]
        if courses:
            lines = [_course(objective, part, (value, sigma), dense) for part in courses]
            found.append(Readout(one.name, "time", tuple(lines)))
        if doses:
            lines = [_dose_line(objective, key, part, (value, sigma)) for key, part in doses]
            found.append(Readout(one.name, "dose", tuple(lines)))
    return tuple(found)


def _courses(data: Measurements, rows: Rows) -> list[Rows]:
    """Give the rows of each experiment; rows with other placeholders are another course."""
    keys: dict[object, list[int]] = {}
    for row in rows:
        entries = data.observable_entries[row] if data.observable_entries else ()
        keys.setdefault((data.experiment[row], entries), []).append(int(row))
    return [np.array(part, dtype=np.int64) for part in keys.values()]


def _dose_series(objective: Objective, rows: Rows) -> list[tuple[tuple[str, float], Rows]]:
    """Give rows of one time and one series of doses, where there are enough doses."""
    data, experiments = objective.problem.data, objective.problem.experiments
    keys: dict[tuple[str, float], list[int]] = {}
    for row in rows:
        one = experiments[data.experiment[row]]
        if one.dose is not None:
            keys.setdefault((one.series, float(data.time[row])), []).append(int(row))
    many = {key: part for key, part in keys.items() if len({_dose(objective, row) for row in part}) >= _FEWEST_DOSES}
    return [(key, np.array(part)) for key, part in many.items()]


def _dose(objective: Objective, row: int) -> float:
    return float(objective.problem.experiments[objective.problem.data.experiment[row]].dose or 0.0)


def _dose_line(objective: Objective, key: tuple[str, float], rows: Rows, simulated: tuple[Floats, Floats]) -> Line:
    doses = np.array([_dose(objective, int(row)) for row in rows])
    order = np.argsort(doses, kind="stable")
    first = np.unique(doses[order], return_index=True)[1]
    value, sigma = simulated[0][rows][order], simulated[1][rows][order]
    measured = objective.problem.data.value[rows][order]
    return Line(*key, doses[order], measured, sigma, doses[order][first], value[first])


def _course(
    objective: Objective,
    rows: Rows,
    simulated: tuple[Floats, Floats],
    dense: dict[tuple[int, int], tuple[Floats, Floats]],
) -> Line:
    data = objective.problem.data
    one = objective.problem.experiments[data.experiment[rows[0]]]
    label = one.series if one.dose is not None else one.name
    places, line = dense[int(data.observable[rows[0]]), int(rows[0])]
    return Line(label, one.dose, data.time[rows], data.value[rows], simulated[1][rows], places, line)


def _dense(objective: Objective, theta: Floats) -> dict[tuple[int, int], tuple[Floats, Floats]]:
    """Simulate every course on a fine grid of times; by observable and first row."""
    problem, data = objective.problem, objective.problem.data
    courses = [
        part for k in range(len(problem.observables)) for part in _courses(data, np.flatnonzero(data.observable == k))
    ]
    end = float(data.time.max())
    times = np.linspace(0.0, end, N_LINE) if end > 0.0 else np.zeros(1)
    first = np.repeat([part[0] for part in courses], times.size)
    entries = [
        tuple(part[row] for row in first) if part else () for part in (data.observable_entries, data.noise_entries)
    ]
    virtual = Measurements(data.experiment[first], data.observable[first], np.tile(times, len(courses)),
                           np.ones(first.size), entries[0], entries[1])  # fmt: skip
    read = Objective(dataclasses.replace(problem, data=virtual), objective.engine).read(theta)
    lines = read.value[0].reshape(len(courses), times.size)
    return {
        (int(data.observable[part[0]]), int(part[0])): (times, line) for part, line in zip(courses, lines, strict=True)
    }
