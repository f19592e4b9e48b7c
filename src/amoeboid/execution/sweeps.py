"""Sweeps: one document at every combination of some values, each a run of its own, carried out on any executor."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.execution.carrying import Progress
from amoeboid.execution.executors import Executor, executor
from amoeboid.execution.progress import quiet
from amoeboid.execution.runner import Means, run
from amoeboid.execution.tasks import Here, keeping
from amoeboid.store import Study, Task, study_folder

_FUNCTION = "amoeboid.execution.sweeps:run_point"
_LARGEST = 100_000
_WORD = re.compile(r"([^.\[\]]+)((?:\[\d+\])*)")
_WHOLE_REST = ("parameters", "hypotheses")
"""Tables whose keys have points in them: what follows is one key."""


@dataclass(frozen=True)
class Point:
    """One document of a sweep: its key, what is changed in it, and its text."""

    key: str
    changes: Mapping[str, Any]
    text: str


def points(text: str, axes: Mapping[str, Sequence[Any]]) -> tuple[Point, ...]:
    """Give a document at every combination of the values of some places, the last axis fastest.

    Parameters
    ----------
    text : str
        A scenario or a trial as TOML. It is not validated here: whoever runs it does that.
    axes : mapping
        Place in the document, such as ``seed``, ``tissue.matrix.collagen``, ``arms[1].drugs[0].dose`` or
        ``parameters.cell.arrest_fraction``, to the values it takes, as TOML has them.

    Raises
    ------
    ScenarioError
        When a place cannot be there, an axis has no value, or there are more than 100,000 points; tells all.

    Examples
    --------
    >>> [point.changes for point in points('seed = 1', {"seed": [1, 2]})]
    [{'seed': 1}, {'seed': 2}]
    """
    faults = [_fault(place, "the axis has no value", "one at least") for place, some in axes.items() if not len(some)]
    if np.prod([float(len(some)) for some in axes.values()]) > _LARGEST:
        faults.append(_fault(", ".join(axes), f"more than {_LARGEST} points", "fewer values"))
    if not faults:
        faults = [fault for place, some in axes.items() for fault in _misplaced(text, place, some[0])]
    if faults:
        raise ScenarioError(*faults)
    combinations = list(itertools.product(*axes.values()))
    width = len(str(len(combinations) - 1))
    return tuple(
        _point(text, f"point-{i:0{width}d}", dict(zip(axes, values, strict=True)))
        for i, values in enumerate(combinations)
    )


def sweep(
    text: str,
    axes: Mapping[str, Sequence[Any]],
    *,
    folder: str | Path = "studies",
    on: Executor | None = None,
    told: Progress = quiet,
    name: str = "sweep",
) -> tuple[Study, tuple[Point, ...]]:
    """Run a scenario of tissue at every point of a sweep; what is finished is not run again.

    Parameters
    ----------
    text : str
        The scenario as TOML; it names no file beside it.
    axes : mapping
        See `points`.
    folder : path
        Of studies; the sweep has its own in it, named by the hash of what defines it.
    on : Executor, optional
        Processes of this machine when not given.
    told : callable
        Told (point, 0.0 or 1.0, 1.0).
    name : str

    Returns
    -------
    study, points : Study, tuple of Point
        ``study.result(point.key)`` is the table of measures of the point's run by column: member, arm, replicate,
        hypotheses, name, time_s [s], value, unit; ``run`` is the run's folder in ``study.path / "runs"``.

    Raises
    ------
    ScenarioError
        When a point says what cannot be simulated; before anything is run.
    ExecutionError
        When points failed; the others are finished.
    """
    from amoeboid import scenario  # late: it brings units and the document's checks along

    found = points(text, axes)
    for point in found:
        scenario.loads(point.text, f"{name}, {_shown(point.changes)}")
    tasks = [Task(point.key, _FUNCTION, {"text": point.text}) for point in found]
    place = study_folder(Path(folder), name, tasks)
    return (on or executor("local")).run(tasks, place, told=told), found


@keeping
def run_point(here: Here, text: str) -> dict[str, NDArray[Any]] | None:
    """Run one scenario in the study's folder and measure it; a run that was stopped or killed is gone on with."""
    from amoeboid import analysis, scenario, simulation

    document = scenario.loads(text, "the sweep's document")
    stored = run(document, folder=here.folder / "runs", means=Means(processes=1, threads=1, stop=here.stop))
    if not stored.is_finished:
        return None
    conventions = analysis.Conventions.of(document, simulation.parameters_of(document, document.reference_arm))
    measured = analysis.measure_run(stored.members(), conventions).measures
    return {"run": np.array([stored.path.name]), **{name: _plain(column) for name, column in measured.items()}}


def _plain(column: Any) -> NDArray[Any]:
    array = np.asarray(column)
    return array.astype(np.str_) if array.dtype.hasobject else array


def _point(text: str, key: str, changes: dict[str, Any]) -> Point:
    document = tomllib.loads(text)
    for place, value in changes.items():
        _put(document, _steps(place), value)
    return Point(key, changes, tomli_w.dumps(document))


def _misplaced(text: str, place: str, value: Any) -> list[Fault]:
    """Try a place of the document, and say what is wrong with it."""
    document = tomllib.loads(text)
    try:
        _put(document, _steps(place), value)
        tomli_w.dumps(document)
    except (KeyError, IndexError, TypeError, AttributeError) as cause:
        expected = "`table.key`, `list[0].key` or `parameters.some.value`, of tables and lists that the document has"
        return [_fault(place, f"the document has no such place ({cause})", expected, nearest_name(place, document))]
    except ValueError as cause:
        return [_fault(place, str(cause), "a place such as `seed` or `arms[1].name`")]
    return []


def _steps(place: str) -> list[str | int]:
    """Take a place apart: names and numbers of rows."""
    head, _, rest = place.partition(".")
    if head in _WHOLE_REST and rest:
        return [head, rest]
    steps: list[str | int] = []
    for word in place.split("."):
        found = _WORD.fullmatch(word)
        if not found:
            raise ValueError(f"`{place}` is no place")
        steps.append(found[1])
        steps += [int(number) for number in re.findall(r"\d+", found[2])]
    return steps


def _put(document: Any, steps: Sequence[str | int], value: Any) -> None:
    for step, following in itertools.pairwise(steps):
        if isinstance(document, dict) and step in _WHOLE_REST:
            document = document.setdefault(step, {})
        else:
            document = document[step]
        if isinstance(following, int) is isinstance(document, dict):
            raise TypeError(f"`{following}`")
    document[steps[-1]] = value


def _shown(changes: Mapping[str, Any]) -> str:
    return ", ".join(f"{place} = {value}" for place, value in changes.items())


def _fault(where: str, what: str, expected: str, nearest: str = "") -> Fault:
    return Fault(f"sweep, {where}", what, expected, nearest, "correct the axis", "AMB-S690")
