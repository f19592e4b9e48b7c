"""Commands about patients: one patient's story, screening of compounds, the link from tissue, relapses of a cohort."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amoeboid.cli.printing import print_table

Folder = Annotated[Path, typer.Option(help="folder that holds runs")]
Place = Annotated[str, typer.Option("--on", help="serial, local, dask or slurm")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="processes or jobs at once; default: the cores of the machine")
]
Scheduler = Annotated[str | None, typer.Option(help="address of a Dask scheduler, such as tcp://10.0.0.1:8786")]


def patient(
    trial: Annotated[str, typer.Argument(help="name of a shipped trial, or a TOML file")],
    who: Annotated[str, typer.Argument(help="`spared`, `harmed`, or the number of a patient")] = "spared",
    arm: Annotated[str | None, typer.Option(help="the arm that spares or harms; default: the first")] = None,
    out: Annotated[Path, typer.Option(help="file of the figure, .svg or .png")] = Path("patient.svg"),
) -> None:
    """Tell one virtual patient's story in every arm of a trial, and draw it."""
    from amoeboid.workflow import patient as tell

    found = tell(trial, int(who) if who.lstrip("-").isdigit() else who, arm=arm, out=out)
    for sentence in found.sentences:
        print(sentence)
    print(f"figure: {found.figure}")


def screen(
    trial: Annotated[str, typer.Argument(help="name of a shipped trial, or a TOML file: who the patients are")],
    compounds: Annotated[str, typer.Option(help="a shipped list of compounds, or a TOML file")] = "example-compounds",
    patients: Annotated[int | None, typer.Option(min=100, help="paired patients instead of the trial's")] = None,
    folder: Folder = Path("runs"),
    on: Place = "local",
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Annotated[Path | None, typer.Option(help="file of the Pareto front, .svg or .png")] = None,
) -> None:
    """Rank hypothetical compounds and regimens by patients spared net of harm, on the same virtual patients."""
    from amoeboid.workflow import machines
    from amoeboid.workflow import screen as rank

    place = machines(on, workers=workers, scheduler=scheduler)
    found = rank(trial, compounds, folder=folder, on=place, population=patients, out=out)
    print_table(found.header, found.rows)
    for sentence in found.sentences:
        print(sentence)


def link(
    designs: Annotated[
        list[str] | None,
        typer.Argument(help="scenarios with a vessel, shipped or TOML files, a reading each; default: shipped"),
    ] = None,
    folder: Folder = Path("runs"),
    processes: Annotated[int | None, typer.Option(min=1, help="members at once; default: the cores")] = None,
    seed: Annotated[int, typer.Option(min=0, help="seed of the draws")] = 1,
) -> None:
    """Build the link from tissue to body: run designs of tissues, fit its curves, keep them for `[trial] link`."""
    from amoeboid.workflow import link as build

    given = {"designs": designs} if designs else {}
    print(build(**given, folder=folder, processes=processes, seed=seed))


def cohort(
    table: Annotated[Path, typer.Argument(help="a cohort as CSV: time, event, diameter_mm and more")],
    out: Annotated[Path | None, typer.Option(help="file of the figure, .svg or .png")] = None,
    samples: Annotated[int, typer.Option(min=0, help="bootstrap samples")] = 50,
) -> None:
    """Fit growth, seeding and sleep to the relapses of a cohort of yours, with intervals and what they do not bound."""
    from amoeboid.workflow import cohort as fit

    found = fit(table, samples=samples, out=out)
    print_table(found.header, found.rows)
    for sentence in found.sentences:
        print(sentence)


def register(application: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (patient, screen, link, cohort):
        application.command()(command)
