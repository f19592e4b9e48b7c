"""The command that fits the pathway of a cell line to a laboratory's table, or a PEtab problem."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fit(
    data: Annotated[
        Path, typer.Argument(help="CSV with time, dose, readout, value, sd; or the YAML of a PEtab problem")
    ],
    parameters: Annotated[
        str, typer.Option(help="what may differ in this cell line, such as `exchange_jak,jak_activation`")
    ] = "",
    model: Annotated[str, typer.Option(help="the pathway of the package, or an SBML or Antimony file")] = "jak1_rock",
    time_unit: Annotated[str, typer.Option(help="where the header has none, such as min")] = "",
    dose_unit: Annotated[str, typer.Option(help="where the header has none, such as ng/ml or nM")] = "",
    cytokine: Annotated[str, typer.Option(help="what is dosed where the table names nothing")] = "OSM",
    medium: Annotated[str, typer.Option(help="what the cells are in; decides the free share of a drug")] = "serum-free",
    absolute: Annotated[str, typer.Option(help="readouts that need no scale factor, such as `pMLC2`")] = "",
    relative: Annotated[
        str, typer.Option(help="readouts that have a scale factor although they usually have none")
    ] = "",
    dosed: Annotated[str, typer.Option(help="what the dose is in a pathway file: the id of a number or species")] = "",
    prior: Annotated[str, typer.Option(help="`evidence`: its ranges count as prior; `none`: only as bounds")] = "none",
    hypothesis: Annotated[list[str] | None, typer.Option(help='such as "jak1_rock_link=slow"; repeatable')] = None,
    starts: Annotated[int, typer.Option(min=1, help="starts of the search")] = 20,
    sample: Annotated[int, typer.Option(min=0, help="draws of each chain of the posterior; 0: none")] = 0,
    profiles: Annotated[bool, typer.Option(help="follow the profile of every parameter")] = True,  # noqa: FBT002
    seed: Annotated[int, typer.Option(min=0)] = 1,
    processes: Annotated[int | None, typer.Option(min=1, help="processes at once; default: the cores")] = None,
    folder: Annotated[Path, typer.Option(help="holds the folder of the fit")] = Path("runs"),
) -> None:
    """Fit a cell line's pathway to measurements; say what the data identify, and write a file for scenarios."""
    from amoeboid.workflow import FitWish, TableUnits
    from amoeboid.workflow import fit as fit_data

    wish = FitWish(
        parameters=_names(parameters),
        absolute=_names(absolute),
        relative=_names(relative),
        units=TableUnits(time_unit, dose_unit, cytokine, medium, dosed),
        prior=prior,
        hypotheses=tuple(hypothesis or ()),
        model=model,
        starts=starts,
        draws=sample,
        seed=seed,
        processes=processes,
        profiles=profiles,
    )
    done = fit_data(data, wish, folder)
    for sentence in done.answer:
        print(sentence)
    print(f"report: {done.report}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def register(application: typer.Typer) -> None:
    """Add this command to the command line."""
    application.command()(fit)
