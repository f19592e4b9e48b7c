"""A fitted cell line as a file: numbers that a scenario takes in the place of those of the evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from amoeboid import scenario, units
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters
from amoeboid.inference import Study, shown_interval
from amoeboid.scenario import Scenario

CELL_LINE = "cell_line.toml"
FORMAT = 1

_PREFIX = "signalling."
_LARGEST = 1_000_000


def cell_line_text(study: Study, parameters: Parameters, data: str, made: Mapping[str, str]) -> str:
    """Write a fit as a file that a scenario can use.

    Parameters
    ----------
    study : Study
        A fit of the network of the package.
    parameters : Parameters
        Those from which the fit began.
    data : str
        Name of the file of measurements.
    made : mapping of str to str
        How it was made.
    """
    values = study.values(study.best.theta)
    low, high = study.intervals() if study.profiles else (np.full(values.size, np.nan),) * 2
    table: dict[str, Any] = {}
    fits: dict[str, Any] = {}
    for k, one in enumerate(study.objective.problem.estimated):
        id = _PREFIX + one.name
        if id not in parameters:
            continue
        told = study.judgements[k] if study.judgements else None
        interval = f"95 % interval {shown_interval(low[k], high[k])}" if study.profiles else "no interval"
        verdict = f"{told.verdict}: {told.reason}" if told else "profiles not followed"
        table[id] = {
            "value": _written(float(values[k]), id, parameters),
            "reason": f"fitted to {data[:60]}; {f'{interval} {one.unit}'.removesuffix(' 1')}; {verdict}"[:300],
        }
        fits[one.name] = {"low": float(low[k]), "high": float(high[k]), "unit": one.unit, "verdict": verdict}
    table |= _held(study, parameters, table)
    head = (
        f"# A cell line fitted to {data}: numbers for a scenario, by `amoeboid run SCENARIO --cell-line {CELL_LINE}`,\n"
    )
    head += "# or as its table [parameters]. Research tool, not medical advice.\n"
    document = {"format": FORMAT, "log_likelihood": study.objective.log_likelihood(study.best.theta),
                "parameters": table, "fit": fits, "made": dict(made)}  # fmt: skip
    return head + str(tomli_w.dumps(document))


def _written(number: float, id: str, parameters: Parameters) -> str:
    """Write a number in internal units as text in the unit of its record."""
    record = parameters.value(id)
    if record.unit in ("", "1", "dimensionless"):
        return repr(number)
    return f"{units.convert(number, record.internal_unit, record.unit, id)!r} {record.unit}"


def _held(study: Study, parameters: Parameters, table: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Hold values that would follow the fitted ones by formula at what they were during the fit."""
    estimated = {one.name for one in study.objective.problem.estimated}
    document = {id: _override(entry) for id, entry in table.items()}
    moved = Parameters(parameters.catalogue, {**parameters.overrides, **document})
    found = {}
    for name in study.objective.engine.numbers:
        id = _PREFIX + name
        if id in parameters and name not in estimated and not np.isclose(moved[id], parameters[id], rtol=1e-12, atol=0):
            found[id] = {"value": _written(parameters[id], id, parameters), "reason": "held while others were fitted"}
    return found


def _override(entry: Mapping[str, str]) -> Any:
    from amoeboid.evidence import Override

    number, unit = units.split(entry["value"], "cell line")
    return Override(number, unit or "1", entry["reason"])


def with_cell_line(document: Scenario, path: Path) -> Scenario:
    """Give a scenario whose cells have the numbers of a fitted line.

    Raises
    ------
    ScenarioError
        When the file is no cell line, says what a scenario may not, or sets what the scenario sets itself.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("larger than 1 MB")
        table = tomllib.loads(path.read_text("utf-8"))
        parameters = table["parameters"]
        good = table["format"] == FORMAT and isinstance(parameters, dict) and bool(parameters)
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise ScenarioError(_refused(path, f"cannot be read: {str(cause)[:100]}")) from cause
    if not good:
        raise ScenarioError(_refused(path, "holds no numbers"))
    twice = sorted(set(parameters) & set(document.parameters))
    if twice:
        what = f"sets {', '.join(f'`{id}`' for id in twice[:5])}, which the scenario sets too"
        raise ScenarioError(
            Fault(str(path), what, "each number once", "", "take it out of the scenario or of the cell line", "AMB-S78")
        )
    raw = tomllib.loads(scenario.to_toml(document))
    raw["parameters"] = {**raw.get("parameters", {}), **parameters}
    return scenario.loads(tomli_w.dumps(raw), str(path), scenario.Beside(contents=scenario.attached(document)))


def _refused(path: Path, what: str) -> Fault:
    return Fault(
        str(path)[:200], what, f"a `{CELL_LINE}` as `amoeboid fit` writes it", "", "give another file", "AMB-S78"
    )
