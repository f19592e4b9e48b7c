"""Commands about the numbers: evidence list, show, check, sources, claims, hypotheses."""

from __future__ import annotations

from typing import Annotated

import typer

from amoeboid.cli.printing import print_table

application = typer.Typer(
    help="The numbers, their sources, the contested mechanisms and the popular claims.", no_args_is_help=True
)


@application.command("list")
def list_values(
    prefix: Annotated[str, typer.Argument(help="beginning of an id, such as `mechanics`")] = "",
) -> None:
    """List values with unit, status and sources."""
    from amoeboid.workflow import evidence_rows

    print_table(*evidence_rows("values", prefix))


@application.command()
def show(id: Annotated[str, typer.Argument(help="id of a value, hypothesis, claim or source")]) -> None:
    """Show one record in full."""
    from amoeboid.workflow import evidence

    print(evidence(id))


@application.command()
def check() -> None:
    """Check every record: sources resolve, units parse, assumptions have range and reason."""
    from amoeboid.workflow import check_evidence

    print(check_evidence())


@application.command()
def sources() -> None:
    """List the bibliography."""
    from amoeboid.workflow import evidence_rows

    print_table(*evidence_rows("sources"))


@application.command()
def claims() -> None:
    """List the claims of the popular account with their verdicts."""
    from amoeboid.workflow import evidence_rows

    print_table(*evidence_rows("claims"))


@application.command()
def hypotheses() -> None:
    """List the contested mechanisms and their options."""
    from amoeboid.workflow import evidence_rows

    print_table(*evidence_rows("hypotheses"))
