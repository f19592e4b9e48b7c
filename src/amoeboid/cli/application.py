"""All commands under one name."""

from __future__ import annotations

import typer

from amoeboid.cli import cell, evidence, fit, pathway, runs, scenarios, tracks, trials

application = typer.Typer(
    name="amoeboid",
    help="From JAK1 to escape: simulate contractile cancer cells. Research tool, not medical advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
runs.register(application)
scenarios.register(application)
cell.register(application)
tracks.register(application)
fit.register(application)
trials.register(application)
application.add_typer(pathway.application, name="pathway")
application.add_typer(evidence.application, name="evidence")
