"""Commands about a pathway of one's own: show, simulate, scan, steady, suite, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

application = typer.Typer(
    help="A pathway of your own (SBML, Antimony) or a shipped one: look at it, run it, scan it.", no_args_is_help=True
)

Model = Annotated[str, typer.Argument(help="an SBML or Antimony file, or the name of a shipped network: jak1_rock")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help='a number of the model: "IL6=5" or "IL6=5 nM"; repeatable')
]
Vary = Annotated[
    list[str] | None,
    typer.Option("--vary", help='differs from cell to cell: "k1=0.2" (log-normal), "k1=uniform:1:2"; repeatable'),
]
Readout = Annotated[list[str] | None, typer.Option("--readout", help="a quantity to tell; repeatable; default: all")]
Out = Annotated[Path | None, typer.Option(help="write all numbers: .csv or .parquet")]
Plot = Annotated[Path | None, typer.Option(help="write a figure: .png or .svg")]
Cells = Annotated[int, typer.Option(help="how many cells")]
Seed = Annotated[int, typer.Option(min=0, help="of the draws for --vary")]


@application.command()
def simulate(
    model: Model,
    until: Annotated[str, typer.Option(help='"2 h", or a number in the model\'s own time')],
    points: Annotated[int, typer.Option(help="times at which numbers are kept, evenly spread from 0")] = 101,
    cells: Cells = 1,
    vary: Vary = None,
    set: Set = None,
    readout: Readout = None,
    seed: Seed = 1,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Follow one or many cells over time."""
    from amoeboid.workflow import Wishes, pathway_course

    wishes = Wishes(cells, tuple(set or ()), tuple(vary or ()), tuple(readout or ()), seed, out=out, plot=plot)
    _tell(pathway_course(model, until, points, wishes))


def _tell(answer: object) -> None:
    from amoeboid.cli.printing import print_table
    from amoeboid.workflow import Answer

    assert isinstance(answer, Answer)
    print_table(answer.header, answer.rows)
    for note in answer.notes:
        typer.echo(note, err=True)
