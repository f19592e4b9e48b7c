"""Commands that run scenarios and give what came of them: run, resume, report, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option(help="folder that holds runs")]
Processes = Annotated[int | None, typer.Option(min=1, help="processes at once; default: the cores of the machine")]


def run(
    scenario: Annotated[str, typer.Argument(help="name of a shipped scenario, or a TOML file")],
    folder: Folder = Path("runs"),
    processes: Processes = None,
    hypotheses: Annotated[str | None, typer.Option(help="`all`, `none`, or as the scenario says")] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="paired replicates instead of the scenario's")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="seed instead of the scenario's")] = None,
    tracks: Annotated[
        Path | None, typer.Option(help="measured tracks to fit and to lay over the simulated ones")
    ] = None,
    cell_line: Annotated[Path | None, typer.Option(help="numbers of a fitted cell line, from `amoeboid fit`")] = None,
    patients: Annotated[int | None, typer.Option(min=100, help="of a trial: paired patients behind the truth")] = None,
    on: Annotated[str, typer.Option(help="of a trial: serial, local, dask or slurm")] = "local",
    scheduler: Annotated[str | None, typer.Option(help="address of a Dask scheduler")] = None,
) -> None:
    """Run a scenario, of tissue or of patients, and write its report; go on where an earlier run of it stopped."""
    from amoeboid.scenario import is_trial

    if is_trial(scenario):
        from amoeboid.workflow import machines
        from amoeboid.workflow import trial as run_trial

        place = machines(on, workers=processes, scheduler=scheduler)
        changes = {"replicates": replicates, "seed": seed, "population": patients}
        _tell(run_trial(scenario, folder=folder, on=place, changes=changes, progress=_told()))
        return
    from amoeboid.workflow import run as run_scenario

    done = run_scenario(
        scenario,
        folder=folder,
        processes=processes,
        hypotheses=hypotheses,
        replicates=replicates,
        seed=seed,
        tracks=tracks,
        cell_line=cell_line,
        progress=True,
    )
    _finish(done)


def resume(path: Annotated[Path, typer.Argument(help="run folder")], processes: Processes = None) -> None:
    """Go on with a run or trial that was stopped or killed; the result is the same, bit for bit."""
    from amoeboid.workflow import is_trial_folder, machines, trial_again
    from amoeboid.workflow import resume as resume_run

    if is_trial_folder(path):
        _tell(trial_again(path, on=machines("local", workers=processes), progress=_told()))
        return

    _finish(resume_run(path, processes=processes, progress=True))


def report(path: Annotated[Path, typer.Argument(help="run folder")]) -> None:
    """Write the report of a finished run or trial anew."""
    from amoeboid.workflow import is_trial_folder, trial_again
    from amoeboid.workflow import report as write_report

    print(trial_again(path).report if is_trial_folder(path) else write_report(path))


def export(
    path: Annotated[Path, typer.Argument(help="run folder")],
    to: Annotated[str, typer.Option(help="simularium, vtk, ome-zarr, tracks-csv, tracks-parquet or film")],
    arm: Annotated[str | None, typer.Option(help="one arm; default: the reference, all for tracks and film")] = None,
    replicate: Annotated[int | None, typer.Option(min=1, help="one replicate; default: 1, all for tracks")] = None,
    out: Annotated[Path | None, typer.Option(help="new file or folder; default: below `exports` in the run")] = None,
) -> None:
    """Write a finished run for other programs: Simularium, ParaView, napari, tables of tracks, or a film."""
    from amoeboid.workflow import export as export_run

    print(export_run(path, to, arm=arm, replicate=replicate, out=out))


def _told() -> Callable[[str, float], None]:
    """Give what tells the stages of a trial on standard error, a line for each fifth."""
    import sys

    last = {"line": ""}

    def told(what: str, share: float) -> None:
        line = f"{what}: {20 * int(5.0 * share + 1e-9)} %"
        if line != last["line"]:
            last["line"] = line
            print(line, file=sys.stderr, flush=True)

    return told


def _tell(done: object) -> None:
    from amoeboid.workflow import FinishedTrial

    assert isinstance(done, FinishedTrial)
    for sentence in done.answer:
        print(sentence)
    print(f"report: {done.report}")


def _finish(done: object) -> None:
    from amoeboid.workflow import FinishedRun

    assert isinstance(done, FinishedRun)
    if not done.finished:
        raise typer.Exit(130)
    for sentence in done.answer:
        print(sentence)
    print(f"report: {done.report}")


def register(application: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (run, resume, report, export):
        application.command()(command)
