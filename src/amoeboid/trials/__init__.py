"""Trials: virtual patients, what arms do to them, and what a trial of some of them would have found."""

from amoeboid.trials.conduct import simulate
from amoeboid.trials.contractility import Contractility, Tumour, contractility
from amoeboid.trials.enrolment import Enrolment, data_cut, enrol
from amoeboid.trials.observation import CANCER, OTHER, Events, Observed, Visits, observe
from amoeboid.trials.patients import Patients, screen
from amoeboid.trials.population import Lives, chunk, felt_first, first_lives, numbers_read
from amoeboid.trials.premises import Premises, premises
from amoeboid.trials.replay import Published, Sequence, published, sequence
from amoeboid.trials.results import Drawn, Looks, TrialResults, drawn, report
from amoeboid.trials.rivals import Rival, rivals
from amoeboid.trials.screening import Candidate, Screening, screen_compounds
from amoeboid.trials.sign_map import (
    BLOCKS,
    TIMINGS,
    SignMap,
    Timing,
    break_even_escape,
    founding_ratio,
    sign_map,
)
from amoeboid.trials.story import Life, life, patient
from amoeboid.trials.study import Explored, Headline, Shown, TrialStudy, endpoints
from amoeboid.trials.therapy import Case, Taken, treatment
from amoeboid.trials.truth import Contrast, contrast, verdict

__all__ = [
    "BLOCKS",
    "CANCER",
    "OTHER",
    "TIMINGS",
    "Candidate",
    "Case",
    "Contractility",
    "Contrast",
    "Drawn",
    "Enrolment",
    "Events",
    "Explored",
    "Headline",
    "Life",
    "Lives",
    "Looks",
    "Observed",
    "Patients",
    "Premises",
    "Published",
    "Rival",
    "Screening",
    "Sequence",
    "Shown",
    "SignMap",
    "Taken",
    "Timing",
    "TrialResults",
    "TrialStudy",
    "Tumour",
    "Visits",
    "break_even_escape",
    "chunk",
    "contractility",
    "contrast",
    "data_cut",
    "drawn",
    "endpoints",
    "enrol",
    "felt_first",
    "first_lives",
    "founding_ratio",
    "life",
    "numbers_read",
    "observe",
    "patient",
    "premises",
    "published",
    "report",
    "rivals",
    "screen",
    "screen_compounds",
    "sequence",
    "sign_map",
    "simulate",
    "treatment",
    "verdict",
]
