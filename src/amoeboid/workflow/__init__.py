"""The few verbs that people call, from the command line or from Python: run, resume, report, check, cell, tracks."""

from amoeboid.formats import read_tracks
from amoeboid.workflow.documents import check, drug_rows, estimate, new, scenarios
from amoeboid.workflow.numbers import check_evidence, evidence, evidence_rows
from amoeboid.workflow.one_cell import Answer, Condition, cell, cell_course, cell_dose_response
from amoeboid.workflow.pathways import (
    Courses,
    Pathway,
    Sheet,
    Table,
    Wishes,
    aligned,
    pathway,
    pathway_course,
    pathway_scan,
    pathway_sheet,
    pathway_steady,
)
from amoeboid.workflow.running import FinishedRun, open_run, report, resume, run
from amoeboid.workflow.tracks import track_rows

__all__ = [
    "Answer",
    "Condition",
    "Courses",
    "FinishedRun",
    "Pathway",
    "Sheet",
    "Table",
    "Wishes",
    "aligned",
    "cell",
    "cell_course",
    "cell_dose_response",
    "check",
    "check_evidence",
    "drug_rows",
    "estimate",
    "evidence",
    "evidence_rows",
    "new",
    "open_run",
    "pathway",
    "pathway_course",
    "pathway_scan",
    "pathway_sheet",
    "pathway_steady",
    "read_tracks",
    "report",
    "resume",
    "run",
    "scenarios",
    "track_rows",
]
