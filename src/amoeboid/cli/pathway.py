"""Commands about a pathway of one's own: show, simulate, steady, scan, export, suite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amoeboid.cli.suite import suite

if TYPE_CHECKING:
    from amoeboid.workflow import Answer

application = typer.Typer(
    help="A pathway of your own (SBML, Antimony) or a shipped one: look at it, run it, scan it.", no_args_is_help=True
)

Model = Annotated[str, typer.Argument(help="an SBML or Antimony file, or the name of a shipped network: jak1_rock")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help='a number of the model: "IL6=5" or "IL6=5 nM"; repeatable')
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary", help='differs from cell to cell: "k1=0.2" (log-normal), "k1=normal:0.1", "k1=uniform:1:2"; repeatable'
    ),
]
Before = Annotated[
    list[str] | None,
    typer.Option(
        "--before", help='begin at rest under this number: "IL6=0"; repeatable; "rest" alone: under the model\'s own'
    ),
]
Readout = Annotated[list[str] | None, typer.Option("--readout", help="a quantity to tell; repeatable; default: all")]
Out = Annotated[Path | None, typer.Option(help="write all numbers: .csv or .parquet")]
Plot = Annotated[Path | None, typer.Option(help="write a figure: .png or .svg")]
Cells = Annotated[int, typer.Option(help="how many cells")]
Seed = Annotated[int, typer.Option(min=0, help="of all draws")]


@application.command()
def show(
    model: Model,
    equations: Annotated[bool, typer.Option("--equations", help="with the rate of every reaction")] = False,
    all: Annotated[bool, typer.Option("--all", help="every row of every table")] = False,
) -> None:
    """Tell what a model is: species, numbers, reactions, rules, events, and what is odd or not supported."""
    from amoeboid.cli.printing import print_table
    from amoeboid.workflow import pathway_sheet

    sheet = pathway_sheet(model, equations=equations, whole=all)
    for title, table in sheet.sections:
        if title:
            typer.echo(f"\n{title}\n")
        print_table(table.header, table.rows)
    for notice in sheet.notices:
        typer.echo(f"note: {notice}", err=True)


@application.command()
def simulate(
    model: Model,
    until: Annotated[str, typer.Option(help='"2 h", or a number in the model\'s own time')],
    points: Annotated[int, typer.Option(help="times at which numbers are kept, evenly spread from 0")] = 101,
    cells: Cells = 1,
    set: Set = None,
    vary: Vary = None,
    before: Before = None,
    readout: Readout = None,
    seed: Seed = 1,
    method: Annotated[str, typer.Option(help="auto, kernel, plain, ssa (molecule by molecule), tau")] = "auto",
    tolerance: Annotated[float | None, typer.Option(help="relative tolerance of one step")] = None,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Follow one or many cells over time."""
    from amoeboid.workflow import Wishes, pathway_course

    wishes = Wishes(
        cells,
        tuple(set or ()),
        tuple(vary or ()),
        tuple(readout or ()),
        seed,
        method,
        tolerance,
        _rest(before),
        out,
        plot,
    )
    _tell(pathway_course(model, until, points, wishes))


@application.command()
def steady(
    model: Model,
    cells: Cells = 1,
    set: Set = None,
    vary: Vary = None,
    readout: Readout = None,
    seed: Seed = 1,
    out: Out = None,
) -> None:
    """Find where a model comes to rest from its start, or say that it does not."""
    from amoeboid.workflow import Wishes, pathway_steady

    wishes = Wishes(cells, tuple(set or ()), tuple(vary or ()), tuple(readout or ()), seed, out=out)
    _tell(pathway_steady(model, wishes))


@application.command()
def scan(
    model: Model,
    number: Annotated[str, typer.Argument(help="a parameter, a size, or a species that it begins with")],
    values: Annotated[str, typer.Argument(help='"from:to:n", "from:to:n:log", or values with commas')],
    at: Annotated[str | None, typer.Option(help='time at which to look, such as "2 h"; at rest when left out')] = None,
    set: Set = None,
    before: Before = None,
    readout: Readout = None,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Tell quantities against the values of one number, at rest or at a time."""
    from amoeboid.workflow import Wishes, pathway_scan

    wishes = Wishes(set=tuple(set or ()), readouts=tuple(readout or ()), before=_rest(before), out=out, plot=plot)
    _tell(pathway_scan(model, number, values, at, wishes))


@application.command()
def export(model: Model, file: Annotated[Path, typer.Argument(help="new file: .xml or .sbml")]) -> None:
    """Write a model as SBML Level 3 Version 2: the shipped network, or what was read from Antimony or older SBML."""
    from amoeboid.workflow import pathway_export

    _tell(pathway_export(model, file))


application.command()(suite)


def _rest(before: list[str] | None) -> tuple[str, ...] | None:
    """Give the words of ``--before``; ``rest`` alone sets nothing."""
    return None if before is None else tuple(word for word in before if word != "rest")


def _tell(answer: Answer) -> None:
    from amoeboid.cli.printing import print_table

    print_table(answer.header, answer.rows)
    for note in answer.notes:
        typer.echo(note, err=True)
