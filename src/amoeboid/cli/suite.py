"""The command that runs a folder in the layout of the SBML Test Suite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def suite(
    directory: Annotated[Path, typer.Argument(help="folder with NNNNN-sbml-l3v2.xml, -settings.txt and -results.csv")],
    case: Annotated[list[str] | None, typer.Option("--case", help="run only this number; repeatable")] = None,
    engine: Annotated[str, typer.Option(help="plain (one cell, tight tolerances) or kernel (compiled)")] = "plain",
    level: Annotated[str, typer.Option(help="level and version that is preferred where a case has several")] = "l3v2",
    repeats: Annotated[int, typer.Option(min=2, help="repeats of each stochastic case")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="of the stochastic cases")] = 1,
    processes: Annotated[int, typer.Option(min=0, help="processes at work; 0 takes one per core, up to 4")] = 0,
    failures: Annotated[bool, typer.Option("--failures", help="tell only cases that do not pass")] = False,
) -> None:
    """Run a folder of test cases and tell which pass, fail, or are not supported."""
    from amoeboid.workflow import suite as running

    wanted = running.Wanted(engine, level, repeats, seed, processes)

    def tell(one: running.Verdict) -> None:
        if not (failures and one.verdict == "pass"):
            typer.echo(f"{one.case}  {one.verdict:<11}  {one.reason}")

    verdicts = running.run(directory, wanted, tuple(case or ()), tell)
    typer.echo(running.summary(verdicts))
    if any(one.verdict == "fail" for one in verdicts):
        raise typer.Exit(1)
