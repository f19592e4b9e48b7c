"""What the model of a run leaves out, by what its scenario switches on."""

from __future__ import annotations

from collections.abc import Iterator

from amoeboid.report.material import Material
from amoeboid.report.quantities import joined

_OTHERS = {"stroma": "fibroblasts", "immune": "immune cells"}
"""Kinds of cell types whose absence is told."""


def left_out(material: Material) -> Iterator[str]:
    """Give sentences on what is not in this run, those that are true of every run first and last."""
    tissue = material.scenario.tissue
    yield (
        "A cell is one sphere with an aspect ratio; it has no nucleus that deforms and no membrane of its own. A body "
        "in between, such as a neck inside a pore, is not resolved."
    )
    if tissue.growth:
        yield "Cells divide and die by oxygen, room and chance: no drug kills them; glucose and waste are not there."
    else:
        yield "Cells neither divide nor die."
    if tissue.proteolysis:
        yield "Proteases cut where a cell touches the matrix; soluble ones are left out."
    else:
        yield "No proteases: gaps in collagen are widened by force only."
    if any(material.matrix(arm).deforms for arm in material.readings.arms):
        yield "The matrix is at rest in every step and an average over a voxel: single fibres are not resolved."
    else:
        yield "The matrix does not move: cells open it, and do not pull it together."
    yield _absent(material)
    yield (
        "Drugs act on the targets in their record only; other effects, toxicity and metabolism in the tissue are left "
        "out."
    )
    yield (
        "No number of this run has been fitted to an escape measured in a patient; shares are for comparing arms, not "
        "for forecasts."
    )


def _absent(material: Material) -> str:
    types = {kind for arm in material.readings.arms for kind in material.cell_types(arm)}
    known = material.catalogue.cell_types
    kinds = {known[name].kind for name in types if name in known}
    missing = [words for kind, words in _OTHERS.items() if kind not in kinds]
    missing += [] if material.scenario.tissue.vessels else ["vessels"]
    first = f"No {joined(missing).replace(' and ', ' or ')}. " if missing else ""
    return f"{first}Leaving this tumour is not metastasis: blood, arrest and growth elsewhere are not here."
