"""Scenarios as documents: list, check, estimate, begin a new one; and the drugs that they may name."""

from __future__ import annotations

from pathlib import Path

from amoeboid import pharmacology, scenario
from amoeboid.errors import AmoeboidError, Fault, StoreError
from amoeboid.evidence import show
from amoeboid.workflow.fitting import read_measured

Row = tuple[str, ...]


def scenarios() -> list[Row]:
    """Give name, what it is about, and question of every shipped scenario: tissues first, then patients.

    Examples
    --------
    >>> [about for name, about, _ in scenarios() if name in ("melanoma-escape", "janus-1")]
    ['tissue', 'patients']
    """
    tissues: list[Row] = [(name, "tissue", scenario.load(name).question) for name in scenario.names()]
    trials: list[Row] = [(name, "patients", scenario.load_trial(name).question) for name in scenario.trial_names()]
    return tissues + trials


def assays() -> list[Row]:
    """Give name, what it stands for, readout, and the time of one core that it takes, of every virtual assay.

    Examples
    --------
    >>> all(name in scenario.names() for name, *_ in assays())
    True
    """
    shipped = (scenario.load(name) for name in scenario.names())
    return [
        (one.name, one.assay, ", ".join(one.readout), _span(scenario.estimate(one).core_seconds))
        for one in shipped
        if one.assay
    ]


def check(path_or_name: str | Path) -> list[Fault]:
    """Give all faults of a scenario in order of line, then of the tracks that it names; empty when it can be run."""
    faults = scenario.check(path_or_name)
    if faults or scenario.is_trial(path_or_name):
        return faults
    document = scenario.load(path_or_name)
    try:
        if document.tracks is not None:
            read_measured(document)
    except AmoeboidError as error:
        return list(error.faults)
    return []


def estimate(path_or_name: str | Path) -> list[Row]:
    """Give what a run of a scenario will cost, as rows of what and how much."""
    if scenario.is_trial(path_or_name):
        return _of_trial(scenario.load_trial(path_or_name))
    document = scenario.load(path_or_name)
    cost = scenario.estimate(document)
    low, high = cost.core_seconds_range
    return [
        ("scenario", document.name),
        ("arms", str(len(document.arms))),
        ("members (arm x replicate x hypotheses)", str(cost.n_members)),
        ("cells in a member", f"{cost.n_cells:,}"),
        ("voxels", f"{cost.n_voxels:,}"),
        ("time on one core", f"{_span(cost.core_seconds)} ({_span(low)} to {_span(high)})"),
        ("disk", f"{cost.disk_bytes / 1e6:,.0f} MB"),
    ]


def _of_trial(document: scenario.TrialScenario) -> list[Row]:
    design = document.trial
    return [
        ("scenario", document.name),
        ("cancer and setting", f"{design.cancer}, {design.setting}"),
        ("arms", str(len(document.arms))),
        ("paired patients behind the truth", f"{design.population:,}"),
        ("trials drawn", f"{document.replicates:,} of {design.patients:,} patients"),
        ("shares of NK killing lost", ", ".join(f"{loss:g}" for loss in design.nk_loss)),
    ]


def new(path: str | Path) -> Path:
    """Write a commented scenario that checks and runs.

    Raises
    ------
    StoreError
        When the file is there already, or cannot be written.
    """
    place = Path(path)
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(scenario.template())
    except FileExistsError:
        raise StoreError(
            Fault(str(place), "the file is there already", "a new file", "", "choose another name", "AMB-R60")
        ) from None
    except OSError as cause:
        raise StoreError(
            Fault(str(place), f"cannot be written: {cause.strerror}", "a folder that can be written", "",
                  "choose another place", "AMB-R61")
        ) from cause  # fmt: skip
    return place


def drug_rows(name: str | None = None) -> tuple[Row, list[Row]]:
    """Give the drug library, or all that is known of one drug, as header and rows.

    Raises
    ------
    ScenarioError
        When there is no such drug.
    """
    if name is None:
        rows = pharmacology.rows()
        header = tuple(column for column in rows[0] if column not in ("note", "disputed"))
        return header, [tuple(row[column] or "-" for column in header) for row in rows]
    return ("what", "value"), list(show(pharmacology.drug(name).id))


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
