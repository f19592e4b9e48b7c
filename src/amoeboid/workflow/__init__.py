"""The few verbs that people call, from the command line or from Python: run, resume, report, check, cell, tracks.

A verb is loaded on first use, so that one which needs little starts at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amoeboid.formats import read_tracks as read_tracks
    from amoeboid.inference import TableUnits as TableUnits
    from amoeboid.workflow.calibration import FinishedFit as FinishedFit
    from amoeboid.workflow.calibration import FitWish as FitWish
    from amoeboid.workflow.calibration import fit as fit
    from amoeboid.workflow.cell_types import cell_type_rows as cell_type_rows
    from amoeboid.workflow.cohorts import cohort as cohort
    from amoeboid.workflow.documents import assays as assays
    from amoeboid.workflow.documents import check as check
    from amoeboid.workflow.documents import drug_rows as drug_rows
    from amoeboid.workflow.documents import estimate as estimate
    from amoeboid.workflow.documents import new as new
    from amoeboid.workflow.documents import scenarios as scenarios
    from amoeboid.workflow.exporting import export as export
    from amoeboid.workflow.linking import link as link
    from amoeboid.workflow.numbers import check_evidence as check_evidence
    from amoeboid.workflow.numbers import evidence as evidence
    from amoeboid.workflow.numbers import evidence_rows as evidence_rows
    from amoeboid.workflow.one_cell import Condition as Condition
    from amoeboid.workflow.one_cell import cell as cell
    from amoeboid.workflow.one_cell import cell_course as cell_course
    from amoeboid.workflow.one_cell import cell_dose_response as cell_dose_response
    from amoeboid.workflow.pathways import Courses as Courses
    from amoeboid.workflow.pathways import Pathway as Pathway
    from amoeboid.workflow.pathways import Sheet as Sheet
    from amoeboid.workflow.pathways import Wishes as Wishes
    from amoeboid.workflow.pathways import pathway as pathway
    from amoeboid.workflow.pathways import pathway_course as pathway_course
    from amoeboid.workflow.pathways import pathway_export as pathway_export
    from amoeboid.workflow.pathways import pathway_scan as pathway_scan
    from amoeboid.workflow.pathways import pathway_sheet as pathway_sheet
    from amoeboid.workflow.pathways import pathway_steady as pathway_steady
    from amoeboid.workflow.patients import PatientStory as PatientStory
    from amoeboid.workflow.patients import patient as patient
    from amoeboid.workflow.running import FinishedRun as FinishedRun
    from amoeboid.workflow.running import open_run as open_run
    from amoeboid.workflow.running import report as report
    from amoeboid.workflow.running import resume as resume
    from amoeboid.workflow.running import run as run
    from amoeboid.workflow.screening import screen as screen
    from amoeboid.workflow.tables import Answer as Answer
    from amoeboid.workflow.tables import Table as Table
    from amoeboid.workflow.tables import aligned as aligned
    from amoeboid.workflow.tracks import track_rows as track_rows
    from amoeboid.workflow.trials import FinishedTrial as FinishedTrial
    from amoeboid.workflow.trials import is_trial_folder as is_trial_folder
    from amoeboid.workflow.trials import machines as machines
    from amoeboid.workflow.trials import trial as trial
    from amoeboid.workflow.trials import trial_again as trial_again

_HOMES = {
    "Answer": "amoeboid.workflow.tables",
    "Condition": "amoeboid.workflow.one_cell",
    "Courses": "amoeboid.workflow.pathways",
    "FinishedFit": "amoeboid.workflow.calibration",
    "FinishedRun": "amoeboid.workflow.running",
    "FinishedTrial": "amoeboid.workflow.trials",
    "FitWish": "amoeboid.workflow.calibration",
    "Pathway": "amoeboid.workflow.pathways",
    "PatientStory": "amoeboid.workflow.patients",
    "Sheet": "amoeboid.workflow.pathways",
    "Table": "amoeboid.workflow.tables",
    "TableUnits": "amoeboid.inference",
    "Wishes": "amoeboid.workflow.pathways",
    "aligned": "amoeboid.workflow.tables",
    "assays": "amoeboid.workflow.documents",
    "cell": "amoeboid.workflow.one_cell",
    "cell_course": "amoeboid.workflow.one_cell",
    "cell_dose_response": "amoeboid.workflow.one_cell",
    "cell_type_rows": "amoeboid.workflow.cell_types",
    "check": "amoeboid.workflow.documents",
    "check_evidence": "amoeboid.workflow.numbers",
    "drug_rows": "amoeboid.workflow.documents",
    "estimate": "amoeboid.workflow.documents",
    "evidence": "amoeboid.workflow.numbers",
    "evidence_rows": "amoeboid.workflow.numbers",
    "export": "amoeboid.workflow.exporting",
    "fit": "amoeboid.workflow.calibration",
    "is_trial_folder": "amoeboid.workflow.trials",
    "link": "amoeboid.workflow.linking",
    "machines": "amoeboid.workflow.trials",
    "new": "amoeboid.workflow.documents",
    "open_run": "amoeboid.workflow.running",
    "pathway": "amoeboid.workflow.pathways",
    "pathway_course": "amoeboid.workflow.pathways",
    "pathway_export": "amoeboid.workflow.pathways",
    "pathway_scan": "amoeboid.workflow.pathways",
    "pathway_sheet": "amoeboid.workflow.pathways",
    "pathway_steady": "amoeboid.workflow.pathways",
    "patient": "amoeboid.workflow.patients",
    "read_tracks": "amoeboid.formats",
    "cohort": "amoeboid.workflow.cohorts",
    "report": "amoeboid.workflow.running",
    "resume": "amoeboid.workflow.running",
    "run": "amoeboid.workflow.running",
    "scenarios": "amoeboid.workflow.documents",
    "screen": "amoeboid.workflow.screening",
    "track_rows": "amoeboid.workflow.tracks",
    "trial": "amoeboid.workflow.trials",
    "trial_again": "amoeboid.workflow.trials",
}
"""Module that has each name."""

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a verb on first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module `amoeboid.workflow` has no attribute `{name}`")


def __dir__() -> list[str]:
    return __all__
