"""Commands about scenarios: scenarios, assays, check, new; and the drug library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amoeboid.cli.printing import print_table


def scenarios() -> None:
    """List the shipped scenarios."""
    from amoeboid.workflow import scenarios as shipped

    print_table(("name", "about", "question"), shipped())


def assays() -> None:
    """List the virtual assays: scenarios that stand for an experiment of the laboratory, and how they are read."""
    from amoeboid.workflow import assays as shipped

    print_table(("name", "assay", "readout", "one core"), shipped())


def check(
    scenario: Annotated[str, typer.Argument(help="name of a shipped scenario, or a TOML file")],
) -> None:
    """Tell all errors of a scenario at once, or what its run will cost; run nothing."""
    from amoeboid.workflow import check as check_scenario
    from amoeboid.workflow import estimate

    faults = check_scenario(scenario)
    if faults:
        from amoeboid.errors import ScenarioError

        raise ScenarioError(*faults)
    print_table(("what", "value"), estimate(scenario))


def new(path: Annotated[Path, typer.Argument(help="file to write")]) -> None:
    """Write a commented scenario that checks and runs."""
    from amoeboid.workflow import new as write_template

    print(write_template(path))


def drugs(name: Annotated[str | None, typer.Argument(help="one drug in full")] = None) -> None:
    """List the drug library, or show one drug with the numbers behind it."""
    from amoeboid.workflow import drug_rows

    header, rows = drug_rows(name)
    print_table(header, rows)


def register(application: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (scenarios, assays, check, new, drugs):
        application.command()(command)
