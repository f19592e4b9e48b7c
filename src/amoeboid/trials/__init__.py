"""Trials: virtual patients, what arms do to them, and what a trial of some of them would have found."""

from amoeboid.trials.enrolment import Enrolment, enrol
from amoeboid.trials.observation import CANCER, OTHER, Events, Observed, Visits, observe

__all__ = [
    "CANCER",
    "OTHER",
    "Enrolment",
    "Events",
    "Observed",
    "Visits",
    "enrol",
    "observe",
]
