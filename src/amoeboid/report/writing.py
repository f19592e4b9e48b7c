"""The report of a run, written into its folder."""

from __future__ import annotations

import os
from pathlib import Path

from amoeboid.errors import Fault, StoreError
from amoeboid.report.answering import find, sentences
from amoeboid.report.assays import assay_section
from amoeboid.report.background import claims_section, limits_section, medium_section, reproduction_section
from amoeboid.report.document import Page, render
from amoeboid.report.experiments import pores_section, tracks_section
from amoeboid.report.leading import lead
from amoeboid.report.material import Material
from amoeboid.report.numbers import numbers_section
from amoeboid.report.outcomes import arms_section, comparisons_section, pictures_section
from amoeboid.report.pathways import pathway_section
from amoeboid.report.rivals import hypotheses_section
from amoeboid.report.trial_material import TrialMaterial
from amoeboid.report.trial_page import trial_page
from amoeboid.report.tuning import tuning_section
from amoeboid.report.viewing import SCRIPTS, VIEW, view_section
from amoeboid.store import Run
from amoeboid.trials import SignMap

FILE = "report.html"


def write(run: Run | str | Path) -> Path:
    """Write the report of a finished and measured run, and give its path.

    Parameters
    ----------
    run : Run or path
        A run whose tables of measures and events have been written.

    Raises
    ------
    StoreError
        When the run is not measured yet, is damaged, or the file cannot be written.
    """
    material = Material.of(run)
    return _put(material.run.path / FILE, page(material))


def answer(run: Run | str | Path) -> tuple[str, str]:
    """Give the answer of a finished run in two plain sentences.

    Raises
    ------
    StoreError
        When the run is not measured yet, or is damaged.
    """
    material = Material.of(run)
    return sentences(material, find(material))


def write_trial(material: TrialMaterial, sign_map: SignMap | None = None) -> Path:
    """Write the report of a trial into its folder, and give its path.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    return _put(material.path / FILE, trial_page(material, sign_map))


def page(material: Material) -> str:
    """Give the whole document as HTML; the appendix comes last, since it lists what all others have cited."""
    findings, document = find(material), material.scenario
    first = lead(material, findings)
    sections = (
        assay_section(material),
        arms_section(material),
        comparisons_section(material, findings),
        view_section(material),
        pictures_section(material),
        hypotheses_section(material, findings),
        pathway_section(material),
        tuning_section(material),
        pores_section(material, findings),
        tracks_section(material, findings),
        claims_section(material),
        medium_section(material),
        reproduction_section(material),
        limits_section(material),
        numbers_section(material),
    )
    kept = tuple(section for section in sections if section is not None)
    scripts = SCRIPTS if any(section.id == VIEW for section in kept) else ()
    whole = Page(document.name, document.question, material.run.path.name, first, kept, scripts)
    return render(whole, material.references)


def _put(path: Path, text: str) -> Path:
    """Write beside the place and rename, so that no reader ever meets half a report."""
    beside = path.with_name(f".{path.name}.tmp")
    try:
        beside.write_text(text, "utf-8")
        os.replace(beside, path)
    except OSError as cause:
        beside.unlink(missing_ok=True)
        raise StoreError(
            Fault(
                str(path),
                f"the report cannot be written: {cause.strerror}",
                "a run folder that can be written, on a disk with room",
                "",
                "make room, then `amoeboid report` the run",
                "AMB-R70",
            )
        ) from cause
    return path
