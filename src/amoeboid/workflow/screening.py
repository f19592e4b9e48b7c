"""Compounds that may not exist, ranked on the virtual patients of a trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from amoeboid import plots, scenario, trials
from amoeboid.execution import Executor, executor
from amoeboid.measures import Estimate
from amoeboid.scenario import TrialScenario
from amoeboid.trials import Screening
from amoeboid.workflow.figures import check_figure, save_figure

Row = tuple[str, ...]


@dataclass(frozen=True)
class FinishedScreen:
    """A ranking as a table, in sentences, and as a figure when one was asked for."""

    screening: Screening
    header: Row
    rows: list[Row]
    sentences: tuple[str, ...]
    figure: Path | None


def screen(
    trial: str | Path | TrialScenario,
    compounds: str | Path,
    *,
    folder: str | Path = "runs",
    on: Executor | None = None,
    population: int | None = None,
    out: str | Path | None = None,
) -> FinishedScreen:
    """Rank compounds and regimens by patients spared net of harm in a trial.

    Parameters
    ----------
    trial : str, path or TrialScenario
        Who the patients are; its other arms are left out.
    compounds : str or path
        A shipped list of compounds, or a TOML file.
    folder : path
        Holds the tasks.
    on : Executor, optional
        Where tasks are carried out; processes of this machine when left out.
    population : int, optional
        Paired patients instead of the trial's.
    out : path, optional
        File of the figure of the Pareto front, ``.svg`` or ``.png``.

    Raises
    ------
    AmoeboidError
        When trial or compounds are wrong, or a task fails.
    """
    check_figure(Path(out) if out is not None else None, "--out")
    document = trial if isinstance(trial, TrialScenario) else scenario.load_trial(trial)
    if population is not None:
        design = document.trial.model_copy(update={"population": population})
        document = document.model_copy(update={"trial": design})
    known = scenario.load_compounds(compounds)
    found = trials.screen_compounds(document, known, folder=folder, on=on or executor("local"))
    header = (
        "rank",
        "compound, regimen",
        "net per 1,000",
        "grade 3 or more [%]",
        "NK harm per 1,000",
        "dose [%]",
        "front",
    )
    rows = [_row(one) for one in found.candidates]
    return FinishedScreen(found, header, rows, _sentences(found), _drawn(found, out))


def _row(one: trials.Candidate) -> Row:
    return (
        str(one.rank),
        one.name,
        _interval(one.net, 1000.0),
        _interval(one.severe, 100.0),
        f"{1000.0 * one.nk_harm.value:.1f}",
        f"{100.0 * one.intensity:.0f}",
        "yes" if one.on_front else "",
    )


def _interval(one: Estimate, scale: float) -> str:
    return f"{scale * one.value:.1f} ({scale * one.low:.1f} to {scale * one.high:.1f})"


def _sentences(found: Screening) -> tuple[str, ...]:
    best, trial = found.candidates[0], found.document.trial
    front = ", ".join(f"“{one.name}”" for one in found.front)
    return (
        f"Best by patients spared net of harm: “{best.name}”, {1000 * best.net.value:.0f} of 1,000 "
        f"({found.n:,} virtual patients with {trial.cancer.replace('_', ' ')}, {trial.setting}).",
        f"Not beaten in benefit, blood counts and NK cells at once: {front}.",
        "Compounds are hypothetical; a research tool, not medical advice.",
    )


def _drawn(found: Screening, out: str | Path | None) -> Path | None:
    if out is None:
        return None
    points = [
        plots.Candidate(one.name, _scaled(one.net, 1000.0), _scaled(one.severe, 100.0), one.on_front)
        for one in found.candidates
    ]
    figure = plots.plot_pareto(points, "spared less harmed per 1,000 patients", "patients with grade 3 or more [%]")
    save_figure(figure, Path(out), "--out")
    return Path(out)


def _scaled(one: Estimate, scale: float) -> tuple[float, float, float]:
    return scale * one.value, scale * one.low, scale * one.high
