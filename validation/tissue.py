"""What the experiments share: carry out members of a scenario, and give its table of measures."""

from __future__ import annotations

from pathlib import Path

from amoeboid import analysis, execution, store
from amoeboid.scenario import Scenario
from amoeboid.simulation import parameters_of

RUNS = Path(__file__).parents[1] / "runs"


def carried_out(document: Scenario) -> store.Run:
    """Run a scenario into the folder of runs; what is there already is not computed again."""
    with execution.shown() as told:
        return execution.run(document, folder=RUNS, means=execution.Means(progress=told))


def measured(document: Scenario) -> dict:
    """Give the table of measures of a scenario's run, by column."""
    run = carried_out(document)
    conventions = analysis.Conventions.of(document, parameters_of(document, document.reference_arm))
    return analysis.measure_run(run.members(), conventions).measures
