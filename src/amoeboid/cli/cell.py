"""Commands about cells: one cell's pathway, its time course and dose-response; and the cell types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amoeboid.cli.printing import print_table


def cell(
    cytokine: Annotated[str, typer.Option(help='such as "OSM 10 ng/ml"; "none" leaves the autocrine level')] = "none",
    drug: Annotated[list[str] | None, typer.Option(help='such as "ruxolitinib 500 nM"; may be repeated')] = None,
    knockout: Annotated[list[str] | None, typer.Option(help="JAK1, JAK2, TYK2, ROCK1, ROCK2, GP130")] = None,
    medium: Annotated[str, typer.Option(help="what the cell is in; decides the free share of a drug")] = "serum-free",
    duration: Annotated[str, typer.Option(help="time after the medium is changed")] = "4 h",
    hypothesis: Annotated[list[str] | None, typer.Option(help='such as "jak1_rock_link=slow"; repeatable')] = None,
    dose_response: Annotated[
        bool, typer.Option("--dose-response", help="vary the (first) drug over its range")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="write a figure: .png or .svg")] = None,
) -> None:
    """Follow one cell's pathway after cytokine and drug are added."""
    from amoeboid.workflow import Condition, cell_course, cell_dose_response

    condition = Condition(
        cytokine=cytokine,
        drugs=tuple(drug or ()),
        knockouts=tuple(knockout or ()),
        medium=medium,
        duration=duration,
        hypotheses=tuple(hypothesis or ()),
    )
    answer = cell_dose_response(condition, plot=plot) if dose_response else cell_course(condition, plot=plot)
    print_table(answer.header, answer.rows)
    for note in answer.notes:
        typer.echo(note, err=True)


def cells(name: Annotated[str | None, typer.Argument(help="one cell type in full")] = None) -> None:
    """List the cell types, or show one with the numbers behind it and what is not known of it."""
    from amoeboid.workflow import cell_type_rows

    header, rows = cell_type_rows(name)
    print_table(header, rows)


def register(application: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (cell, cells):
        application.command()(command)
