"""One self-contained document from a run, a fit or a trial: the answer first, then the evidence for it."""

from amoeboid.report.fits import FitMaterial, fit_page, fit_panels, fit_sentences, profile_panels
from amoeboid.report.trial_answer import sentences as trial_sentences
from amoeboid.report.trial_material import ENDPOINTS, EVENTS, TrialMaterial
from amoeboid.report.writing import answer, write, write_trial

__all__ = [
    "ENDPOINTS",
    "EVENTS",
    "FitMaterial",
    "TrialMaterial",
    "answer",
    "fit_page",
    "fit_panels",
    "fit_sentences",
    "profile_panels",
    "trial_sentences",
    "write",
    "write_trial",
]
