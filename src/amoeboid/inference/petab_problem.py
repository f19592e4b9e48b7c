"""Calibration problems in PEtab 1: the tables are read through `petab`, checked as one, and become a `FitProblem`.

Model files are not opened here. What PEtab allows and we do not is refused by name: several problems in one file,
measurements at rest (time `inf`), priors and noise of other kinds.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from amoeboid import signalling
from amoeboid.errors import ExecutionError, Fault, FormatError, nearest_name
from amoeboid.formats.sbml import read_sbml
from amoeboid.inference.file_model import file_engine
from amoeboid.inference.objective import Objective
from amoeboid.inference.problem import (
    NOISES,
    SCALES,
    Entry,
    Experiment,
    FitParameter,
    FitProblem,
    Measurements,
    Observable,
    Prior,
)

_NEEDED = {
    "parameter": ("parameterScale", "lowerBound", "upperBound", "estimate"),
    "observable": ("observableFormula", "noiseFormula"),
    "measurement": ("observableId", "simulationConditionId", "measurement", "time"),
    "condition": (),
}
_PRIORS = {"normal": "normal", "laplace": "laplace", "logNormal": "log_normal", "logLaplace": "log_laplace",
           "uniform": "uniform"}  # fmt: skip
_PLACEHOLDER = re.compile(r"\b(observable|noise)Parameter(\d+)_(\w+)\b")


@dataclass(frozen=True)
class PetabFiles:
    """A PEtab problem and the model file that it names."""

    problem: FitProblem
    model: Path


class _Tables:
    """Tables of one problem as lists of rows, with the faults found so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def tell(self, where: str, what: str, expected: str, code: str, nearest: str = "") -> None:
        """Note a fault."""
        place = f"{self.path.name}, {where}" if where else str(self.path)
        self.faults.append(Fault(place, what, expected, nearest, "correct the PEtab tables", code))

    def number(self, raw: Any, where: str, name: str) -> float:
        """Read a number; NaN and a note when it is none."""
        try:
            return float(raw)
        except (TypeError, ValueError):
            self.tell(where, f"`{name}` is `{str(raw)[:60]}`", "a number", "AMB-F113")
            return math.nan


def read_petab(path: Path) -> PetabFiles:
    """Read a PEtab 1 problem from its YAML file.

    Parameters
    ----------
    path : Path
        The YAML file; tables and model are beside it.

    Returns
    -------
    files : PetabFiles

    Raises
    ------
    FormatError
        When the problem is malformed, or asks for what is not supported; tells all that is wrong at once.
    ExecutionError
        When the extra `fit` is not installed.
    """
    petab = _library()
    layout = _layout(path, petab)
    tables = _Tables(path)
    rows = {kind: _rows(tables, petab, kind, layout[kind]) for kind in _NEEDED}
    if tables.faults:
        raise FormatError(*tables.faults)
    parameters = _parameters(tables, rows["parameter"])
    observables = _observables(tables, rows["observable"])
    conditions = _conditions(tables, rows["condition"])
    experiments, data = _measurements(tables, rows["measurement"], observables, conditions)
    _check_names(tables, parameters, observables, data)
    if tables.faults:
        raise FormatError(*tables.faults)
    problem = FitProblem(path.stem, str(path), parameters, observables, experiments, data)
    return PetabFiles(problem, layout["model"])


def petab_objective(path: Path, relative: float = 1e-8) -> Objective:
    """Read a PEtab 1 problem with its model and make the objective of it.

    Parameters
    ----------
    path : Path
        The YAML file.
    relative : float
        Relative tolerance of the integration; the absolute one is a hundredth of it, of the largest start.

    Raises
    ------
    FormatError
        When tables or model are malformed, do not fit each other, or ask for what is not supported.
    """
    files = read_petab(path)
    network = signalling.from_sbml(read_sbml(files.model))
    known = {one.name: one.nominal for one in files.problem.parameters if np.isfinite(one.nominal)}
    return Objective(files.problem, file_engine(network, known, relative, float(files.problem.data.time.max())))


def _library() -> Any:
    try:
        with warnings.catch_warnings():  # of libraries that petab loads
            warnings.simplefilter("ignore")
            import petab.v1 as petab
    except ImportError as cause:
        raise ExecutionError(
            Fault("PEtab", "the package `petab` is missing", "the extra `fit`", "",
                  'pip install "amoeboid[fit,sbml]"', "AMB-X40")
        ) from cause  # fmt: skip
    return petab


def _layout(path: Path, petab: Any) -> dict[str, Any]:
    """Read which files make up the problem."""
    layout = "a YAML file with `format_version: 1`, `parameter_file` and one entry under `problems`"
    refused = Fault(str(path), "is no PEtab problem", layout, "", "give the YAML file of a PEtab 1 problem", "AMB-F110")
    try:
        text = petab.load_yaml(str(path))
        version = str(text["format_version"])
        problems = text["problems"]
        first = problems[0]
        kinds = {kind: first[f"{kind}_files"] for kind in ("observable", "measurement", "condition")}
        models = first["sbml_files"]
        tables = text["parameter_file"]
    except Exception as cause:  # of the YAML reader, or of a text that is something else
        raise FormatError(refused) from cause
    if version.split(".")[0] != "1" or len(problems) != 1 or len(models) != 1 or text.get("extensions"):
        what = f"version {version}, {len(problems)} problem(s), {len(models)} model(s)"
        raise FormatError(
            Fault(str(path), what, "PEtab 1, one problem with one SBML model, no extensions", "",
                  "convert or split the problem", "AMB-F111")
        )  # fmt: skip
    kinds["parameter"] = tables if isinstance(tables, list) else [tables]
    folder = path.parent
    found: dict[str, Any] = {kind: [folder / name for name in names] for kind, names in kinds.items()}
    found["model"] = folder / models[0]
    missing = [one for kind in _NEEDED for one in found[kind] if not one.is_file()]
    missing += [] if found["model"].is_file() else [found["model"]]
    if missing:
        raise FormatError(
            *(Fault(str(path), f"no file `{one}`", "the files that the problem names", "",
                    "put the file beside the problem", "AMB-F112") for one in missing)
        )  # fmt: skip
    return found


def _rows(tables: _Tables, petab: Any, kind: str, paths: list[Path]) -> list[dict[str, Any]]:
    """Read tables of one kind into rows; the id of a row is under the name of its kind."""
    rows: list[dict[str, Any]] = []
    read = getattr(petab, f"get_{kind}_df")
    for path in paths:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frame = read(str(path))
        except Exception as cause:  # whatever pandas or petab meet in a foreign file
            raise FormatError(
                Fault(str(path), f"cannot be read: {str(cause)[:200]}", f"a PEtab {kind} table, tab-separated", "",
                      "correct the table", "AMB-F114")
            ) from cause  # fmt: skip
        missing = [name for name in _NEEDED[kind] if name not in frame.columns]
        if missing:
            names = ", ".join(f"`{name}`" for name in missing)
            tables.tell(path.name, f"no column {names}", f"a PEtab {kind} table", "AMB-F115")
        plain = frame.reset_index() if kind != "measurement" else frame
        for number, row in enumerate(plain.to_dict("records")):
            rows.append({str(key): value for key, value in row.items()} | {"where": f"{path.name}, line {number + 2}"})
    if not rows and not tables.faults:
        tables.tell(paths[0].name, "no rows", "at least one", "AMB-F115")
    return rows


def _is_empty(raw: Any) -> bool:
    return raw is None or raw == "" or (isinstance(raw, float) and math.isnan(raw))


def _parameters(tables: _Tables, rows: list[dict[str, Any]]) -> tuple[FitParameter, ...]:
    found = []
    for row in rows:
        where, name = row["where"], str(row["parameterId"])
        scale = str(row["parameterScale"])
        estimate = tables.number(row["estimate"], where, "estimate") == 1.0
        lower, upper = (row.get(key) for key in ("lowerBound", "upperBound"))
        nominal = tables.number(row.get("nominalValue", math.nan), where, "nominalValue")
        if scale not in SCALES:
            tables.tell(where, f"parameterScale `{scale}`", "lin, log or log10", "AMB-F116")
            continue
        bounds = (-math.inf, math.inf)
        if estimate:
            bounds = (tables.number(lower, where, "lowerBound"), tables.number(upper, where, "upperBound"))
            if not bounds[0] < bounds[1] or (scale != "lin" and bounds[0] <= 0.0) or not np.isfinite(bounds).all():
                tables.tell(where, f"`{name}` has bounds {bounds[0]:g} and {bounds[1]:g} on scale {scale}",
                            "finite bounds, the lower below the upper, positive on a logarithmic scale",
                            "AMB-F116")  # fmt: skip
                continue
        elif math.isnan(nominal):
            tables.tell(where, f"`{name}` is fixed and has no nominalValue", "a number", "AMB-F116")
        prior = _prior(tables, row, where) if estimate else None
        found.append(FitParameter(name, *bounds, nominal, scale, estimate, prior))
    return tuple(found)


def _prior(tables: _Tables, row: dict[str, Any], where: str) -> Prior | None:
    kind = row.get("objectivePriorType")
    if _is_empty(kind):
        return None
    on_scale = str(kind).startswith("parameterScale")
    plain = str(kind).removeprefix("parameterScale")
    plain = plain[:1].lower() + plain[1:]
    numbers = str(row.get("objectivePriorParameters", "")).split(";")
    if plain not in _PRIORS or len(numbers) != 2 or (on_scale and plain.startswith("log")):
        known = ", ".join(_PRIORS)
        tables.tell(where, f"prior `{kind}` with `{';'.join(numbers)}`",
                    f"one of {known} or parameterScaleNormal, ...Laplace, ...Uniform, with two numbers", "AMB-F117",
                    nearest_name(str(kind), _PRIORS))  # fmt: skip
        return None
    first, second = (tables.number(number, where, "objectivePriorParameters") for number in numbers)
    good = first < second if plain == "uniform" else second > 0.0
    if not good:
        tables.tell(where, f"prior {kind} with {first:g} and {second:g}", "rising bounds, or a positive width",
                    "AMB-F117")  # fmt: skip
    return Prior(_PRIORS[plain], first, second, on_scale)


def _observables(tables: _Tables, rows: list[dict[str, Any]]) -> tuple[Observable, ...]:
    found = []
    for row in rows:
        transformation, distribution = row.get("observableTransformation"), row.get("noiseDistribution")
        transformation = "lin" if _is_empty(transformation) else str(transformation)
        distribution = "normal" if _is_empty(distribution) else str(distribution)
        if transformation not in SCALES or distribution not in NOISES:
            tables.tell(row["where"], f"`{transformation}` with noise `{distribution}`",
                        "lin, log or log10 with normal or laplace", "AMB-F118")  # fmt: skip
        texts = [str(row["observableFormula"]), str(row["noiseFormula"])]
        found.append(Observable(str(row["observableId"]), texts[0], texts[1], transformation, distribution))
    return tuple(found)


def _conditions(tables: _Tables, rows: list[dict[str, Any]]) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for row in rows:
        name = str(row["conditionId"])
        if name in found:
            tables.tell(row["where"], f"condition `{name}` comes twice", "each condition once", "AMB-F119")
        kept = {key: value for key, value in row.items() if key not in ("conditionId", "conditionName", "where")}
        found[name] = {key: _entry(value) for key, value in kept.items() if not _is_empty(value)}
    return found


def _entry(raw: Any) -> Entry:
    try:
        return float(raw)
    except (TypeError, ValueError):
        return str(raw).strip()


def _entries(raw: Any) -> tuple[Entry, ...]:
    return () if _is_empty(raw) else tuple(_entry(part) for part in str(raw).split(";"))


def _measurements(
    tables: _Tables,
    rows: list[dict[str, Any]],
    observables: tuple[Observable, ...],
    conditions: dict[str, dict[str, Entry]],
) -> tuple[tuple[Experiment, ...], Measurements]:
    places = {one.name: place for place, one in enumerate(observables)}
    experiments: dict[tuple[str, str], int] = {}
    columns: list[tuple[int, int, float, float]] = []
    entries: list[tuple[tuple[Entry, ...], tuple[Entry, ...]]] = []
    for row in rows:
        where, name = row["where"], str(row["observableId"])
        before = row.get("preequilibrationConditionId")
        key = ("" if _is_empty(before) else str(before), str(row["simulationConditionId"]))
        time = tables.number(row["time"], where, "time")
        value = tables.number(row["measurement"], where, "measurement")
        if name not in places:
            tables.tell(where, f"unknown observable `{name}`", "an observable of the problem", "AMB-F119",
                        nearest_name(name, places))  # fmt: skip
            continue
        for condition in (one for one in key if one and one not in conditions):
            tables.tell(where, f"unknown condition `{condition}`", "a condition of the problem", "AMB-F119",
                        nearest_name(condition, conditions))  # fmt: skip
        if not math.isfinite(time) or time < 0.0:
            tables.tell(where, f"time {time:g}", "a finite time from 0 (measurements at rest are not supported)",
                        "AMB-F120")  # fmt: skip
        one = observables[places[name]]
        if not math.isfinite(value) or (one.transformation != "lin" and value <= 0.0):
            tables.tell(where, f"measurement {value:g}", "a finite number, positive under a logarithm", "AMB-F121")
        pair = (_entries(row.get("observableParameters")), _entries(row.get("noiseParameters")))
        _check_entries(tables, where, one, pair)
        columns.append((experiments.setdefault(key, len(experiments)), places[name], time, value))
        entries.append(pair)
    table = np.array(columns, dtype=np.float64).reshape(-1, 4)
    data = Measurements(
        table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2], table[:, 3],
        tuple(one[0] for one in entries), tuple(one[1] for one in entries),
    )  # fmt: skip
    return tuple(_experiment(conditions, *key) for key in experiments), data


def _experiment(conditions: dict[str, dict[str, Entry]], before: str, name: str) -> Experiment:
    first = conditions.get(before, {}) if before else None
    return Experiment(f"{before} then {name}" if before else name, conditions.get(name, {}), first)


def _check_entries(
    tables: _Tables, where: str, observable: Observable, entries: tuple[tuple[Entry, ...], tuple[Entry, ...]]
) -> None:
    """Check that a row fills the placeholders of its observable, and that a noise given as number is positive."""
    text = f"{observable.formula} {observable.noise}"
    for kind, given in zip(("observable", "noise"), entries, strict=True):
        numbers = {int(found[2]) for found in _PLACEHOLDER.finditer(text) if found[1] == kind}
        if numbers and max(numbers) != len(given):
            tables.tell(where, f"{len(given)} {kind}Parameters for `{observable.name}`", f"{max(numbers)}", "AMB-F122")
    plain = observable.noise == f"noiseParameter1_{observable.name}"
    for entry in entries[1] if plain else ():
        if isinstance(entry, float) and not entry > 0.0:
            tables.tell(where, f"noise {entry:g}", "a positive standard deviation", "AMB-F123")


def _check_names(
    tables: _Tables,
    parameters: tuple[FitParameter, ...],
    observables: tuple[Observable, ...],
    data: Measurements,
) -> None:
    """Check that ids come once, and that parameters in the place of a placeholder exist."""
    known = {one.name for one in parameters}
    for noun, names in (("parameter", [one.name for one in parameters]), ("observable", [o.name for o in observables])):
        for name in sorted({name for name in names if names.count(name) > 1}):
            tables.tell("", f"{noun} `{name}` comes twice", f"each {noun} once", "AMB-F119")
    if not any(one.estimate for one in parameters):
        tables.tell("", "no parameter is estimated", "at least one with `estimate` 1", "AMB-F116")
    used = {entry for row in (*data.observable_entries, *data.noise_entries) for entry in row if isinstance(entry, str)}
    for name in sorted(used - known):
        tables.tell("", f"unknown parameter `{name}` in the measurements", "a row of the parameter table", "AMB-F119",
                    nearest_name(name, known))  # fmt: skip
