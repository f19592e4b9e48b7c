"""Trials: virtual patients, what arms do to them, and what a trial of some of them would have found."""

from amoeboid.trials.conduct import simulate
from amoeboid.trials.contractility import Contractility, Tumour, contractility
from amoeboid.trials.enrolment import Enrolment, data_cut, enrol
from amoeboid.trials.observation import CANCER, OTHER, Events, Observed, Visits, observe
from amoeboid.trials.patients import Patients, screen
from amoeboid.trials.population import Lives, chunk
from amoeboid.trials.premises import Premises, premises
from amoeboid.trials.replay import Published, Sequence, published, sequence
from amoeboid.trials.results import Drawn, Looks, TrialResults, drawn, report
from amoeboid.trials.study import Headline, Shown, TrialStudy, endpoints
from amoeboid.trials.therapy import Case, Taken, treatment
from amoeboid.trials.truth import Contrast, contrast, verdict

__all__ = [
    "CANCER",
    "OTHER",
    "Case",
    "Contractility",
    "Contrast",
    "Drawn",
    "Enrolment",
    "Events",
    "Headline",
    "Lives",
    "Looks",
    "Observed",
    "Patients",
    "Premises",
    "Published",
    "Sequence",
    "Shown",
    "Taken",
    "TrialResults",
    "TrialStudy",
    "Tumour",
    "Visits",
    "chunk",
    "contractility",
    "contrast",
    "data_cut",
    "drawn",
    "endpoints",
    "enrol",
    "observe",
    "premises",
    "published",
    "report",
    "screen",
    "sequence",
    "simulate",
    "treatment",
    "verdict",
]
