"""The shipped network as tables, with the record of evidence behind every number."""

from __future__ import annotations

from amoeboid.evidence import Parameters
from amoeboid.signalling import Network, resting_inputs
from amoeboid.workflow.pathways.describe import PARAMETERS, SPECIES, Description
from amoeboid.workflow.tables import Row, Table


def describe(network: Network, parameters: Parameters) -> Description:
    """Put a shipped network into tables."""
    rows: list[Row] = [("title", network.name), ("what", " ".join(network.summary.split()))]
    counts = {"species": network.species, "parameters": network.parameters, "reactions": network.reactions}
    rows.append(("holds", ", ".join(f"{len(part)} {what}" for what, part in counts.items())))
    rows.append(("units", "time s, concentration nM, tension nN/um"))
    rows.append(("numbers", f"records `{network.evidence}<id>`: `amoeboid evidence show {network.evidence}<id>`"))
    return Description(
        Table(("what", "value"), tuple(rows)),
        Table(SPECIES, tuple((one.name, "at rest", _unit(one.unit), "cell", "state", "") for one in network.species)),
        Table(PARAMETERS, _numbers(network, parameters)),
        Table(("id", "equation", "rate", "name"), tuple((r.name, r.equation, r.rate, "") for r in network.reactions)),
        Table(("what", "id", "is"), _rules(network)),
        Table(("id", "when", "after", "sets"), ()),
        _units(network),
    )


def _numbers(network: Network, parameters: Parameters) -> tuple[Row, ...]:
    inputs = resting_inputs(network, parameters)
    rows: list[Row] = [
        (one.name, float(inputs.get(one.name, 0.0)), _unit(one.unit), "input", "value of an untreated cell")
        for one in network.inputs
    ]
    numbers = network.numbers(parameters)
    for name, unit in network.parameters.items():
        status = parameters.value(network.evidence + name).status
        rows.append((name, float(numbers[name]), _unit(unit), status, network.evidence + name))
    return tuple(rows)


def _rules(network: Network) -> tuple[Row, ...]:
    rows: list[Row] = [("always", one.name, one.text) for one in network.rules]
    rows += [("rate of change", one.species, str(one.rate)) for one in network.rate_rules]
    return tuple(rows + [("readout", one.name, str(one.text)) for one in network.readouts])


def _units(network: Network) -> dict[str, str]:
    found = {"time": "s"} | {one.name: one.unit for one in network.species}
    found |= {one.name: one.unit for one in network.readouts} | {one.name: one.unit for one in network.inputs}
    return {name: _unit(unit) for name, unit in {**found, **network.parameters}.items()}


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit
