"""From a scenario to a run with its measures and its report; and on from where one stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from amoeboid import analysis, execution, scenario, store
from amoeboid import report as reporting
from amoeboid.errors import ExecutionError, Fault
from amoeboid.evidence import catalogue
from amoeboid.scenario import Scenario
from amoeboid.simulation import parameters_of
from amoeboid.workflow.cell_lines import with_cell_line
from amoeboid.workflow.fitting import read_measured, with_fitted_tracks


@dataclass(frozen=True)
class FinishedRun:
    """A run on disk after `run` or `resume`.

    ``finished`` is false when it was stopped; then ``report`` and ``answer`` are empty, and `resume` goes on.
    """

    path: Path
    finished: bool
    report: Path | None = None
    answer: tuple[str, ...] = ()

    @property
    def stored(self) -> store.Run:
        """The run folder, opened."""
        return store.Run(self.path)

    @property
    def measures(self) -> dict[str, NDArray[Any]]:
        """The table of measures by column: member, arm, replicate, hypotheses, name, time_s, value, unit."""
        return self.stored.measures

    def last(self, measure: str) -> dict[str, float]:
        """Give a measure at the end of the run by arm, as the mean over replicates under the default hypotheses."""
        ends = analysis.values_at_end(self.measures, measure)
        return {arm: sum(values.values()) / len(values) for arm, values in ends.items()}


def run(
    scenario_or_name: str | Path | Scenario,
    *,
    folder: str | Path = "runs",
    processes: int | None = None,
    hypotheses: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    tracks: str | Path | None = None,
    cell_line: str | Path | None = None,
    progress: bool = False,
) -> FinishedRun:
    """Run a scenario and write its measures and its report.

    A run is named by the hash of what defines it: the same scenario again finds its run and does not compute anew.

    Parameters
    ----------
    scenario_or_name : str, path or Scenario
        Name of a shipped scenario, TOML file, or a document.
    folder : path
        Holds runs.
    processes : int, optional
        Members at once; the results do not depend on it.
    hypotheses : {"all", "none"}, optional
        Explore every contested mechanism, or none, instead of what the scenario says.
    replicates, seed : int, optional
        Instead of the scenario's.
    tracks : path, optional
        Measured tracks: the first group is fitted, all are laid over the simulated ones.
    cell_line : path, optional
        A file of `fit`: its numbers take the place of those of the evidence.
    progress : bool
        Show progress and time left on stderr.

    Raises
    ------
    AmoeboidError
        When the scenario is wrong, the disk has no room, or a computation leaves its range.
    """
    document = _document(scenario_or_name, hypotheses, {"replicates": replicates, "seed": seed})
    if cell_line is not None:
        document = with_cell_line(document, Path(cell_line))
    if tracks is not None:
        document = with_fitted_tracks(document, Path(tracks))
    elif document.tracks is not None:
        read_measured(document)  # what cannot be read is told before an hour of work, not after
    with _shown(progress) as told:
        means = execution.Means(processes=processes, progress=told)
        stored = execution.run(document, folder=folder, means=means)
    return _finish(stored)


def resume(path: str | Path, *, processes: int | None = None, progress: bool = False) -> FinishedRun:
    """Go on with a run that was stopped or killed; the result is the same, bit for bit.

    Raises
    ------
    StoreError
        When the folder is no run, or was begun by another version of the program or its numbers.
    """
    with _shown(progress) as told:
        stored = execution.resume(path, means=execution.Means(processes=processes, progress=told))
    return _finish(stored)


def report(path: str | Path) -> Path:
    """Measure a finished run anew and write its report.

    Raises
    ------
    ExecutionError
        When the run is not finished.
    """
    finished = _finish(store.Run(path))
    if finished.report is None:
        raise ExecutionError(
            Fault(str(path), "the run is not finished", "a finished run", "", f"`amoeboid resume {path}`", "AMB-X20")
        )
    return finished.report


def open_run(path: str | Path) -> FinishedRun:
    """Open a run folder without computing anything.

    Raises
    ------
    StoreError
        When the folder is missing, foreign or damaged.
    """
    stored = store.Run(path)
    page = stored.path / "report.html"
    return FinishedRun(stored.path, stored.is_finished, page if page.exists() else None)


def _document(given: str | Path | Scenario, hypotheses: str | None, changes: dict[str, int | None]) -> Scenario:
    document = given if isinstance(given, Scenario) else scenario.load(given)
    update: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    if hypotheses == "all":
        grows = document.tissue.growth
        known = catalogue().hypotheses.items()
        update["explore"] = tuple(
            sorted(id for id, entry in known if entry.in_use and (grows or entry.scale != "growth"))
        )
    elif hypotheses == "none":
        update["explore"] = ()
    elif hypotheses is not None:
        raise ExecutionError(
            Fault("hypotheses", f"`{hypotheses}` is neither", "`all` or `none`", "",
                  "name single ones under `explore` in the scenario", "AMB-X21")
        )  # fmt: skip
    # written and read again, so that what a document may not say cannot come in by an argument either
    changed = document.model_copy(update=update)
    beside = scenario.Beside(contents=scenario.attached(document))
    return scenario.loads(scenario.to_toml(changed), document.name, beside)


def _finish(stored: store.Run) -> FinishedRun:
    if not stored.is_finished:
        return FinishedRun(stored.path, finished=False)
    document = stored.scenario
    conventions = analysis.Conventions.of(document, parameters_of(document, document.reference_arm))
    tables = analysis.measure_run(stored.members(), conventions)
    stored.write_table("measures", tables.measures, analysis.MEASURE_UNITS)
    stored.write_table("events", tables.events, analysis.MEASURE_UNITS)
    return FinishedRun(stored.path, finished=True, report=reporting.write(stored), answer=reporting.answer(stored))


@contextlib.contextmanager
def _shown(progress: bool) -> Iterator[execution.Progress | None]:
    if not progress:
        yield None
        return
    with execution.shown() as told:
        yield told
