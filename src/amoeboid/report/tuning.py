"""Numbers that were tuned to what this simulator gives: what they were tuned to, the run cannot test.

The records say so themselves, by ``relation = "fitted"`` and in their notes, which are shown word for word. Three
records of motility and shape are of the relation ``assumed`` and tell of their tuning in the note only.
"""

from __future__ import annotations

from markupsafe import Markup

from amoeboid.report.document import Section, mark, paragraph, table
from amoeboid.report.material import Material
from amoeboid.report.quantities import counted

BESIDES = ("motility.aspect_tension", "motility.bleb_threshold", "motility.speed_cortical")
"""Values tuned to an outcome although their relation is not ``fitted``."""

PATHWAY = "signalling."
OF_PATHWAY = ("pMLC2_mean", "pMLC2_fold", "pSTAT3_mean", "pSTAT3_fold")
"""Measures to which the fitted values of the pathway were tuned."""

OF_OPTION = {
    "jak1_rock_link=slow": ("signalling.gef_synthesis", "signalling.gef_synthesis_k"),
    "tension_feedback=jak2": ("signalling.sensor_gain_jak2",),
}
"""Values tuned so that a rival option ends where the default does."""


def tuned(material: Material) -> list[str]:
    """Give the ids of the values in use that were tuned, in order."""
    return [id for id, record in material.used.items() if record["relation"] == "fitted" or id in BESIDES]


def is_tuned_measure(material: Material, measure: str) -> bool:
    """Tell whether a measure is what the pathway of this run was tuned to; we tuned no file of a user."""
    if material.scenario.pathway.file:
        return False
    return measure in OF_PATHWAY and any(id.startswith(PATHWAY) for id in tuned(material))


def tuned_options(material: Material) -> list[str]:
    """Give the options of this run that were tuned to end where the default does."""
    fitted = set(tuned(material))
    return [option for option in material.options if fitted & set(OF_OPTION.get(option, ()))]


def _concerned(material: Material) -> str:
    """Say which results the tuning concerns."""
    if material.scenario.pathway.file:
        return (
            "That concerns the level of escape without added cytokine and the roundness of cells, with our own network "
            "in them: with the pathway file of this run nothing was tuned."
        )
    return (
        "That concerns MLC2-P and STAT3-P with and without cytokine and inhibitors, the level of escape without added "
        "cytokine, and the roundness of cells."
    )


def tuning_section(material: Material) -> Section | None:
    """Tabulate what was tuned, in the words of the records."""
    ids = tuned(material)
    if not ids:
        return None
    words = paragraph(
        f"{counted(len(ids), 'number')} of those used were tuned until the simulator gave what is told below. A result "
        "that was tuned for is no finding: it shows that tuning worked. ", _concerned(material)
    )  # fmt: skip
    rows = [[material.cited(id), Markup("<code>{}</code>").format(id), material.catalogue.values[id].note]
            for id in ids if id in material.catalogue.values]  # fmt: skip
    parts = [words, table(["value", "id", "tuned to"], rows)]
    options = tuned_options(material)
    if options:
        parts.append(
            paragraph(
                "The rival options ", Markup(", ").join(Markup("<code>{}</code>").format(o) for o in options),
                " were tuned to end where the default does, so what is read at the end of the run ", mark("holds"),
                " under them by construction."
            )
        )  # fmt: skip
    return Section("tuned", "What was tuned, and is therefore no test", Markup("\n").join(parts))
