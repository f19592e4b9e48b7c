"""The command that reads measured tracks and prints what a motility laboratory reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amoeboid.cli.printing import print_table


def tracks(
    path: Annotated[Path, typer.Argument(help="CSV, Parquet, text or TrackMate XML")],
    length_unit: Annotated[str | None, typer.Option(help="unit of the coordinates, such as um")] = None,
    time_unit: Annotated[str | None, typer.Option(help="unit of the time column, such as s")] = None,
    frame_interval: Annotated[str | None, typer.Option(help='such as "180 s", when time is given as frames')] = None,
    group: Annotated[str | None, typer.Option(help="column that separates experiments")] = None,
    columns: Annotated[
        str | None,
        typer.Option(help='which column is which: "track=cell,time=t", or, without a header, "frame,track,x,y"'),
    ] = None,
) -> None:
    """Measure speed, persistence and mean squared displacement of a file of tracks."""
    from amoeboid.workflow import track_rows

    header, rows = track_rows(
        path, length_unit=length_unit, time_unit=time_unit, frame_interval=frame_interval, group=group, columns=columns
    )
    print_table(header, rows)


def register(application: typer.Typer) -> None:
    """Add this command to the command line."""
    application.command()(tracks)
