"""A pathway of one's own: from a file to numbers over time, at rest, and over doses."""

from amoeboid.workflow.pathways.answers import Wishes, pathway_course, pathway_export, pathway_scan, pathway_steady
from amoeboid.workflow.pathways.courses import Courses
from amoeboid.workflow.pathways.pathway import Pathway, pathway
from amoeboid.workflow.pathways.showing import Sheet, pathway_sheet

__all__ = [
    "Courses",
    "Pathway",
    "Sheet",
    "Wishes",
    "pathway",
    "pathway_course",
    "pathway_export",
    "pathway_scan",
    "pathway_sheet",
    "pathway_steady",
]
