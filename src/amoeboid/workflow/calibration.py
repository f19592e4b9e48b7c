"""Fits of pathways to data: from a table or a PEtab problem to a folder with numbers, figures and a report."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from amoeboid import inference, plots, report, signalling, units
from amoeboid.errors import Fault, FormatError, ScenarioError, StoreError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.formats.sbml import SbmlModel, read_model
from amoeboid.inference import Depth, LabTable, Objective, Search, Study, TableUnits, Wish
from amoeboid.report import FitMaterial
from amoeboid.store import versions
from amoeboid.workflow.cell_lines import CELL_LINE, cell_line_text
from amoeboid.workflow.one_cell import chosen_options

_MOST_STARTS, _MOST_DRAWS = 10_000, 100_000
_PETAB = (".yaml", ".yml")
_FILES = (".xml", ".sbml", ".ant")


@dataclass(frozen=True)
class FitWish:
    """What to fit and how far to go.

    ``parameters`` are those of the network that may differ; ``absolute`` names readouts without a scale factor;
    ``prior`` is "none" or "evidence"; ``hypotheses`` are such as "jak1_rock_link=slow"; ``draws`` is the length of each
    chain of the sample, 0 for none.
    """

    parameters: tuple[str, ...] = ()
    absolute: tuple[str, ...] = ()
    relative: tuple[str, ...] = ()
    units: TableUnits = field(default_factory=TableUnits)
    prior: str = "none"
    hypotheses: tuple[str, ...] = ()
    model: str = "jak1_rock"
    starts: int = 20
    draws: int = 0
    seed: int = 1
    processes: int | None = None
    profiles: bool = True


@dataclass(frozen=True)
class FinishedFit:
    """A fit on disk: its folder, its report, the answer in sentences, and the study itself."""

    path: Path
    report: Path
    answer: tuple[str, ...]
    study: Study


@dataclass(frozen=True)
class _Prepared:
    objective: Objective
    title: str
    model: str
    values: Mapping[str, str]
    time: tuple[str, float]
    dose: tuple[str, str]
    parameters: Parameters | None = None


def fit(data: str | Path, wish: FitWish | None = None, folder: str | Path = "runs") -> FinishedFit:
    """Fit our pathway to a laboratory's table, or a PEtab 1 problem, and write what was found.

    The same data, wish and version give the same folder and the same numbers.

    Parameters
    ----------
    data : path
        CSV with ``time, dose, readout, value, sd``, or the YAML file of a PEtab problem.
    wish : FitWish, optional
        What to fit and how far to go; a table needs the names of parameters.
    folder : path
        Holds the folder of the fit.

    Returns
    -------
    finished : FinishedFit

    Raises
    ------
    AmoeboidError
        When the data or the wish are wrong, the model cannot be simulated, or the folder cannot be written.
    """
    path, wish = Path(data), wish or FitWish()
    _check(wish)
    prepared = _petab(path, wish) if path.suffix.lower() in _PETAB else _table(path, wish)
    is_petab = path.suffix.lower() in _PETAB  # a problem may hold its own answer
    first = () if is_petab else (prepared.objective.nominal,)
    search = Search(wish.starts, wish.seed, wish.processes, first)
    found = inference.study(prepared.objective, Depth(search, wish.profiles, wish.draws))
    made = _made(path, wish)
    material = FitMaterial(prepared.title, found, prepared.model, made, prepared.values, prepared.time, prepared.dose)
    place = Path(folder) / f"fit-{_slug(path.stem)}-{_digest(made)}"
    files = _files(material)
    if prepared.parameters is not None:
        files[CELL_LINE] = cell_line_text(found, prepared.parameters, path.name, made)
    _write(place, files)
    return FinishedFit(place, place / "report.html", report.fit_sentences(found), found)


def _check(wish: FitWish) -> None:
    limits = (("starts", wish.starts, 1, _MOST_STARTS), ("draws", wish.draws, 0, _MOST_DRAWS),
              ("seed", wish.seed, 0, 2**63 - 1))  # fmt: skip
    faults = [
        Fault(
            f"--{name}", f"`{number}`", f"a whole number from {low:,} to {high:,}", "", "correct the command", "AMB-S77"
        )
        for name, number, low, high in limits
        if not low <= number <= high
    ]
    if wish.prior not in ("none", "evidence"):
        faults.append(
            Fault("--prior", f"`{wish.prior[:40]}`", "`none` or `evidence`", "", "correct the command", "AMB-S77")
        )
    if faults:
        raise ScenarioError(*faults)


def _petab(path: Path, wish: FitWish) -> _Prepared:
    if wish.parameters or wish.absolute or wish.relative:
        raise ScenarioError(
            Fault("--parameters", "a PEtab problem says itself what to fit", "no names of parameters or readouts", "",
                  "leave them out, or edit the parameter table", "AMB-S77")
        )  # fmt: skip
    objective = inference.petab_objective(path)
    return _Prepared(objective, objective.problem.name, "the model of the PEtab problem", {}, ("", 1.0), ("dose", ""))


def _table(path: Path, wish: FitWish) -> _Prepared:
    parameters = Parameters(catalogue())
    if Path(wish.model).suffix in _FILES:
        return _file(path, wish, parameters)
    if wish.units.dosed:
        raise _refused("--dosed", "the pathway of the package knows its own doses", "a pathway file as `--model`")
    table = inference.read_table(path, wish.units, parameters)
    network = signalling.network(chosen_options(wish.hypotheses), wish.model)
    line = inference.cell_line(
        table, network, parameters, Wish(wish.parameters, wish.absolute, wish.prior, scaled=wish.relative)
    )
    ids = {name: network.evidence + name for name in wish.parameters}
    return _Prepared(Objective(line.problem, line.engine), path.stem, f"the pathway `{network.name}`", ids,
                     _clock(table, 1.0), ("dose", table.dose_unit), parameters)  # fmt: skip


def _file(path: Path, wish: FitWish, parameters: Parameters) -> _Prepared:
    """Join a table with a pathway file."""
    if not wish.units.dosed or wish.absolute or wish.prior != "none" or wish.hypotheses:
        what = "a pathway file takes `--dosed`, and no `--absolute`, `--prior` or `--hypothesis`"
        raise _refused("--model", what, "`--dosed ID`: what the dose of the table is in the file")
    table = inference.read_table(path, wish.units, parameters)
    model = read_model(Path(wish.model))
    table, network = _in_unit_of(model, table, wish.units.dosed), signalling.from_sbml(model)
    line = inference.file_line(table, network, Wish(wish.parameters, scaled=wish.relative), wish.units.dosed)
    return _Prepared(Objective(line.problem, line.engine), path.stem, f"the file `{Path(wish.model).name}`", {},
                     _clock(table, network.second), (wish.units.dosed, table.dose_unit))  # fmt: skip


def _clock(table: LabTable, second: float) -> tuple[str, float]:
    """Give the unit of time of a table, and how many units of the problem, of `second` seconds, it holds."""
    return table.time_unit, units.convert(1.0, table.time_unit, "s", table.where) / second


def _in_unit_of(model: SbmlModel, table: LabTable, dosed: str) -> LabTable:
    """Give a table with its doses in the unit of the file, where both name one; else they are what the file counts.

    Raises
    ------
    FormatError
        When the file declares a unit of another dimension for what is dosed.
    """
    number = signalling.file_numbers(model).get(dosed)
    if not table.dose_unit or number is None or not number.unit:  # an unknown id is told with the other faults
        return table
    fault = signalling.override_fault(replace(model, initial_assignments=(), rules=()), dosed, table.dose_unit)
    if fault is not None:
        raise FormatError(
            replace(fault, where=f"{table.where}, column `dose`", expected="doses in the file's own unit",
                    do="leave the unit out of the header, and write doses as the file counts them")
        )  # fmt: skip
    factor = units.convert(1.0, table.dose_unit, number.unit, table.where)
    rows = tuple(replace(row, dose=row.dose * factor) for row in table.rows)
    return replace(table, rows=rows, dose_unit=number.unit)


def _refused(where: str, what: str, expected: str) -> ScenarioError:
    return ScenarioError(Fault(where, what, expected, "", "correct the command", "AMB-S77"))


def _made(path: Path, wish: FitWish) -> dict[str, str]:
    """Say what went in; the same text gives the same folder."""
    data = hashlib.sha256()
    for file in sorted(path.parent.glob("*")) if path.suffix.lower() in _PETAB else [path]:
        if file.is_file() and file.suffix in (".tsv", ".xml", ".yaml", ".yml", ".csv"):
            data.update(file.name.encode() + b"\0" + file.read_bytes())
    return {
        "data": f"{path.name}, SHA-256 {data.hexdigest()}",
        "parameters": ", ".join(wish.parameters) or "those of the problem",
        "model": wish.model
        if not Path(wish.model).is_file()
        else f"{Path(wish.model).name}, {_hash(Path(wish.model))}",
        "dosed": wish.units.dosed or wish.units.cytokine,
        "relative readouts": ", ".join(wish.relative) or "as usual",
        "absolute readouts": ", ".join(wish.absolute) or "none",
        "prior": wish.prior,
        "medium": wish.units.medium,
        "hypotheses": ", ".join(wish.hypotheses) or "defaults",
        "starts, seed": f"{wish.starts}, {wish.seed}",
        "draws of each chain": str(wish.draws),
        "profiles": "followed" if wish.profiles else "not followed",
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }


def _hash(path: Path) -> str:
    return f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _digest(made: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:10]


def _slug(text: str) -> str:
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower())
    return "-".join(part for part in kept.split("-") if part)[:40] or "data"


def _files(material: FitMaterial) -> dict[str, str | bytes]:
    """Give the files of a fit by name."""
    study = material.study
    files: dict[str, str | bytes] = {
        "report.html": report.fit_page(material),
        "fit.json": json.dumps(_summary(material), indent=1, sort_keys=True),
        "parameters.csv": _csv(_parameter_rows(study)),
        "starts.csv": _csv(_start_rows(study)),
        "simulated.csv": _csv(_simulated_rows(study)),
        "fit.png": plots.to_png(plots.plot_fit(report.fit_panels(material))),
        "waterfall.png": plots.to_png(plots.plot_waterfall(np.array([one.value for one in study.ends.fits]))),
    }
    if study.profiles:
        files["profiles.png"] = plots.to_png(plots.plot_profiles(report.profile_panels(study), inference.RISE))
        files["profiles.csv"] = _csv(_profile_rows(study))
    if study.posterior is not None:
        files["posterior.csv"] = _csv(_draw_rows(study))
    return files


def _summary(material: FitMaterial) -> dict[str, object]:
    study = material.study
    return {
        "title": material.title,
        "made": dict(material.made),
        "negative_log_likelihood_with_prior": study.best.value,
        "log_likelihood": study.objective.log_likelihood(study.best.theta),
        "akaike": study.akaike,
        "n_rows": study.objective.problem.data.n_rows,
        "n_starts_as_good": study.ends.n_same,
        "sentences": report.fit_sentences(study),
        "notice": "research tool, not medical advice",
    }


Table = list[list[object]]


def _parameter_rows(study: Study) -> Table:
    values = study.values(study.best.theta)
    low, high = study.intervals() if study.profiles else (np.full(values.size, np.nan),) * 2
    rows: Table = [
        ["name", "value", "low95", "high95", "unit", "verdict", "reason", "before", "lower", "upper", "scale"]
    ]
    for k, one in enumerate(study.objective.problem.estimated):
        told = study.judgements[k] if study.judgements else None
        rows.append([one.name, float(values[k]), float(low[k]), float(high[k]), one.unit, told.verdict if told else "",
                     told.reason if told else "", one.nominal, one.lower, one.upper, one.scale])  # fmt: skip
    return rows


def _start_rows(study: Study) -> Table:
    rows: Table = [["negative_log_likelihood", "evaluations", "end", *study.objective.names]]
    for one in study.ends.fits:
        rows.append([one.value, one.n_evaluations, one.message, *study.values(one.theta).tolist()])
    return rows


def _simulated_rows(study: Study) -> Table:
    problem = study.objective.problem
    value, sigma = inference.residual_rows(study.objective, study.best.theta)
    rows: Table = [["experiment", "observable", "time", "measured", "fitted", "sigma"]]
    for k in range(problem.data.n_rows):
        names = [
            problem.experiments[problem.data.experiment[k]].name,
            problem.observables[problem.data.observable[k]].name,
        ]
        rows.append(
            [*names, float(problem.data.time[k]), float(problem.data.value[k]), float(value[k]), float(sigma[k])]
        )
    return rows


def _profile_rows(study: Study) -> Table:
    rows: Table = [["parameter", "value", "negative_log_likelihood"]]
    for k, one in enumerate(study.profiles):
        theta = np.tile(study.best.theta, (one.place.size, 1))
        theta[:, k] = one.place
        numbers = study.values(theta)[:, k]
        rows += [[study.objective.names[k], float(x), float(y)] for x, y in zip(numbers, one.value, strict=True)]
    return rows


def _draw_rows(study: Study) -> Table:
    assert study.posterior is not None
    rows: Table = [["chain", "draw", "negative_log_posterior", *study.objective.names]]
    values = study.values(study.posterior.draws)
    for chain in range(values.shape[0]):
        for draw in range(values.shape[1]):
            rows.append([chain, draw, float(study.posterior.value[chain, draw]), *values[chain, draw].tolist()])
    return rows


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write(place: Path, files: Mapping[str, str | bytes]) -> None:
    """Write all files, each whole."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            beside = place / f".{name}.tmp"
            beside.write_bytes(content.encode() if isinstance(content, str) else content)
            beside.replace(place / name)
    except OSError as cause:
        raise StoreError(
            Fault(str(place), f"cannot be written: {cause.strerror}", "a folder that can be written, with room", "",
                  "choose another `--folder`, or make room", "AMB-R75")
        ) from cause  # fmt: skip
