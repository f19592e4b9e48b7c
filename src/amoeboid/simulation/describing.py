"""What provenance says of the pathway of a run: whose file it is, how it is mapped, and every number in it."""

from __future__ import annotations

from typing import Any

from amoeboid import scenario, signalling
from amoeboid.formats.sbml import SbmlModel
from amoeboid.scenario import OF_PATHWAY, Scenario

STATUS = "from the file, not reviewed by us"


def describe(document: Scenario) -> dict[str, Any]:
    """Give a record of the pathway file of a scenario under ``pathway``; nothing for a shipped network.

    Numbers are those of the file in its own units; what the scenario or an arm puts in their place stands beside
    them, under ``changed``.
    """
    pathway = document.pathway
    if not pathway.file:
        return {}
    bare = document.model_copy(update={"parameters": {}})
    model = scenario.pathway_model(bare, document.arms[0].model_copy(update={"parameters": {}}))
    units, _ = signalling.scales(model, pathway.mapping)
    return {
        "pathway": {
            "file": pathway.file,
            "sha256": pathway.sha256,
            "model": model.id,
            "title": model.name or model.id,
            "references": list(model.annotations.get("", ())),
            "notes": model.notes[:2000],
            "notices": list(model.notices[:50]),
            "seconds_per_unit_of_time": units.second if units else None,
            "nM_per_unit_of_concentration": units.nanomolar if units else None,
            "inputs": dict(pathway.inputs),
            "outputs": dict(pathway.outputs),
            "define": dict(pathway.define),
            "spread": dict(pathway.spread),
            "start": pathway.start or "",
            "status": STATUS,
            "numbers": _numbers(document, model),
        }
    }


def _numbers(document: Scenario, model: SbmlModel) -> dict[str, Any]:
    owners = [("", document.parameters), *((arm.name, arm.parameters) for arm in document.arms)]
    records: dict[str, Any] = {}
    for id, number in signalling.file_numbers(model).items():
        changed = [
            {"arm": arm, "value": setting.value, "unit": setting.unit, "reason": setting.reason}
            for arm, settings in owners
            if (setting := settings.get(OF_PATHWAY + id))
        ]
        records[id] = {
            "kind": number.kind,
            "name": number.name,
            "value": number.value,
            "unit": number.unit,
            "computed": number.computed,
            "status": STATUS,
            "changed": changed,
        }
    return records
