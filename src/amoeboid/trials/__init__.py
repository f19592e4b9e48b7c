"""Trials: virtual patients, what arms do to them, and what a trial of some of them would have found."""

from amoeboid.trials.enrolment import Enrolment, data_cut, enrol
from amoeboid.trials.observation import CANCER, OTHER, Events, Observed, Visits, observe
from amoeboid.trials.results import Drawn, TrialResults, drawn, fixed_boundary, report
from amoeboid.trials.truth import Contrast, contrast, verdict

__all__ = [
    "CANCER",
    "OTHER",
    "Contrast",
    "Drawn",
    "Enrolment",
    "Events",
    "Observed",
    "TrialResults",
    "Visits",
    "contrast",
    "data_cut",
    "drawn",
    "enrol",
    "fixed_boundary",
    "observe",
    "report",
    "verdict",
]
