"""From a trial document to its study, its tables for other programs, and its report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amoeboid import report as reporting
from amoeboid import scenario, store, trials
from amoeboid.errors import Fault, StoreError
from amoeboid.evidence import catalogue
from amoeboid.execution import Executor, executor
from amoeboid.formats import Endpoint, Subjects, Variable, write_trial
from amoeboid.report import TrialMaterial
from amoeboid.scenario import TrialScenario

Array = NDArray[Any]
Told = Callable[[str, float], None]

REPORT = "report.html"
DOCUMENT = "scenario.toml"

SIGN_PATIENTS = 4000
"""Patients of the sign map at most: shares are right to about a part in a hundred."""


@dataclass(frozen=True)
class FinishedTrial:
    """A simulated trial: where its files lie, what came out, and the answer in sentences."""

    path: Path
    study: trials.TrialStudy
    report: Path
    answer: tuple[str, ...]


def trial(
    document_or_name: str | Path | TrialScenario,
    *,
    folder: str | Path = "runs",
    on: Executor | None = None,
    changes: dict[str, int | None] | None = None,
    progress: Told | None = None,
) -> FinishedTrial:
    """Simulate a trial, and write its tables and its report.

    A trial is named by the hash of what defines it; what is finished of it is found again and not computed anew.

    Parameters
    ----------
    document_or_name : str, path or TrialScenario
        Name of a shipped trial, TOML file, or a document.
    folder : path
        Holds runs.
    on : Executor, optional
        Where patients are followed; processes of this machine when left out. Results do not depend on it.
    changes : dict, optional
        ``seed``, ``replicates`` or ``population`` instead of the document's.
    progress : callable, optional
        Told what is being done, and which share of it is done.

    Raises
    ------
    AmoeboidError
        When the document is wrong, a machine fails, or the disk refuses.
    """
    document = _changed(document_or_name, changes or {})
    text = scenario.trial_to_toml(document)
    path = _place(document, Path(folder))
    path.mkdir(parents=True, exist_ok=True)
    store.write_whole(path / DOCUMENT, text.encode())
    try:
        study = trials.simulate(document, executor=on or executor("local"), folder=path / "tasks", progress=progress)
    except KeyboardInterrupt:
        print(f"stopped; `amoeboid resume {path}` goes on from here", file=sys.stderr)
        raise
    record = _provenance(document, study)
    store.write_whole(path / "provenance.json", json.dumps(record, indent=1).encode() + b"\n")
    _write_tables(path, study)
    some = min(document.trial.population, SIGN_PATIENTS)
    has_primary = document.trial.setting != "metastatic"
    found = trials.sign_map(document, patients=some, progress=progress) if has_primary else None
    material = TrialMaterial.of(path, study, record)
    reporting.write_trial(material, found)
    return FinishedTrial(path, study, path / REPORT, reporting.trial_sentences(material))


def is_trial_folder(path: str | Path) -> bool:
    """Tell whether a folder is that of a trial, by the document in it."""
    place = Path(path) / DOCUMENT
    return place.is_file() and scenario.is_trial(place)


def trial_again(path: str | Path, *, on: Executor | None = None, progress: Told | None = None) -> FinishedTrial:
    """Go on with a trial that was stopped, or write the tables and the report of a finished one anew.

    Raises
    ------
    StoreError
        When the trial was begun with another version of the program or its numbers.
    """
    place = Path(path).resolve()
    document = scenario.load_trial(place / DOCUMENT)
    if _place(document, place.parent) != place:
        what = "the trial was begun with another version, code or numbers of amoeboid"
        do = "run its `scenario.toml` anew with `amoeboid run`"
        raise StoreError(Fault(str(path), what, "the program that began it", "", do, "AMB-R700"))
    return trial(document, folder=place.parent, on=on, progress=progress)


def _place(document: TrialScenario, folder: Path) -> Path:
    """Give the folder of a trial: its name and the hash of its document, the code and the numbers."""
    task = store.Task("trial", "amoeboid.trials:simulate", {"text": scenario.trial_to_toml(document)})
    return store.study_folder(folder, document.name, [task])


def _changed(given: str | Path | TrialScenario, changes: dict[str, int | None]) -> TrialScenario:
    document = given if isinstance(given, TrialScenario) else scenario.load_trial(given)
    wanted: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    if "population" in wanted:
        design = document.trial.model_copy(update={"population": wanted.pop("population")})
        wanted = {**wanted, "trial": design}
    # written and read again, so that what a document may not say cannot come in by an argument either
    return scenario.loads_trial(scenario.trial_to_toml(document.model_copy(update=wanted)), document.name)


def _provenance(document: TrialScenario, study: trials.TrialStudy) -> dict[str, Any]:
    """Give where a trial comes from: program, machine, and every number that its patients needed."""
    known, program = catalogue(), store.program()
    records: dict[str, Any] = {}
    for id in trials.numbers_read(document):
        changed = []
        if id in document.parameters:
            one = document.parameters[id]
            changed = [{"value": one.value, "unit": one.unit, "reason": one.reason, "member": "all"}]
        records[id] = {**store.value_record(known.value(id)), "changed": changed}
    return {
        **store.origin(),
        "code": program.code,
        "numbers": program.numbers,
        "link": study.made_from,
        "seed": document.seed,
        "parameters": records,
    }


def _write_tables(path: Path, study: trials.TrialStudy) -> None:
    """Write the first drawn trial for statisticians, all lives, all drawn trials, and the measures of the report."""
    write_trial(_subjects(study), _endpoints(study), path)
    store.write_table(path / "patients.parquet", _lives(study), {"age": "year", "weight": "kg", "diameter": "mm"})
    store.write_table(path / "trials.parquet", _trials(study), {"ended": "day", "mean_difference": "day"})
    store.write_table(path / "measures.parquet", _measures(study), {"horizon": "day"})


def _subjects(study: trials.TrialStudy) -> Subjects:
    shown, patients = study.shown.enrolment, study.lives.patients
    rows = shown.patient[0]
    names = np.array([arm.name for arm in study.document.arms])
    more = (
        Variable("SRCPAT", "Number of the Virtual Patient", patients["number"][rows].astype(np.int64)),
        Variable("WEIGHT", "Weight (kg)", patients["weight"][rows], "kg"),
        Variable("EGFR", "Estimated Filtration (mL/min)", patients["egfr"][rows], "ml/min"),
        Variable("PLATBL", "Platelets at Baseline (10^9/L)", patients["platelets"][rows], "10^9/l"),
        Variable("HGBBL", "Hemoglobin at Baseline (g/dL)", patients["haemoglobin"][rows], "g/dl"),
        Variable("TUMDIAM", "Diameter of Primary (mm)", patients["diameter"][rows], "mm"),
    )
    # one virtual patient may enter a drawn trial twice, as chance has it, so places name the subjects
    place = np.arange(rows.size)
    return Subjects(study.document.name.upper(), place, names[shown.arm[0]], shown.entry[0],
                    patients["age"][rows], patients["sex"][rows], more)  # fmt: skip


def _endpoints(study: trials.TrialStudy) -> list[Endpoint]:
    shown = study.shown.enrolment
    lost = shown.dropout[0] < trials.data_cut(study.document.trial) - shown.entry[0]
    found = []
    for name in study.endpoints:
        seen = study.shown.observed[name]
        censoring = np.where(seen.event, 0, np.where(lost, 2, 1)).astype(np.int64)
        title = reporting.ENDPOINTS[name].title()
        reasons = {1: "End of follow-up", 2: "Lost to follow-up"}
        found.append(Endpoint(name, title, seen.time, censoring, reporting.EVENTS[name].capitalize(), reasons))
    return found


def _lives(study: trials.TrialStudy) -> dict[str, Array]:
    columns: dict[str, Array] = dict(study.lives.patients)
    for (case, arm), events in study.lives.events.items():
        stem = f"{study.document.arms[arm].slug}.nk_{study.cases[case].nk_loss:g}"
        columns |= {f"{stem}.{name}": values for name, values in vars(events).items()}
    for arm, price in study.lives.price.items():
        columns |= {f"{study.document.arms[arm].slug}.{name}": values for name, values in price.items()}
    return columns


def _trials(study: trials.TrialStudy) -> dict[str, Array]:
    parts: dict[str, list[Array]] = {}
    names = (
        "n_events",
        "log_hazard_ratio",
        "standard_error",
        "z",
        "p",
        "look",
        "significant",
        "ended",
        "mean_difference",
    )
    for (case, arm), found in study.results.items():
        n = len(found.z)
        columns = {
            "arm": np.full(n, study.document.arms[arm].name),
            "nk_loss": np.full(n, study.cases[case].nk_loss),
            "replicate": np.arange(n),
            **{name: getattr(found, name) for name in names},
        }
        for name, values in columns.items():
            parts.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in parts.items()}


def _measures(study: trials.TrialStudy) -> dict[str, Array]:
    rows: list[tuple[Any, ...]] = []
    names = ("hazard_ratio", "free", "free_reference", "spared", "harmed", "net", "days_gained")
    for (case, arm, endpoint), one in study.contrasts.items():
        for name in names:
            value = getattr(one, name)
            rows.append((study.document.arms[arm].name, study.cases[case].nk_loss, endpoint, one.horizon, name,
                         value.value, value.low, value.high, value.n))  # fmt: skip
    heads = ("arm", "nk_loss", "endpoint", "horizon", "name", "value", "low", "high", "n")
    return {head: np.array(column) for head, column in zip(heads, zip(*rows, strict=True), strict=True)}


def machines(name: str, *, workers: int | None = None, scheduler: str | None = None) -> Executor:
    """Give the place where tasks are carried out, leaving out what is not said.

    Parameters
    ----------
    name : {"serial", "local", "dask", "slurm"}
    workers : int, optional
        Processes or jobs at once.
    scheduler : str, optional
        Address of a Dask scheduler.

    Raises
    ------
    ExecutionError
        When there is no such place, it takes no such option, or what it needs is not installed.
    """
    said = {"workers": workers, "scheduler": scheduler}
    return executor(name, **{key: value for key, value in said.items() if value is not None})
