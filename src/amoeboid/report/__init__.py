"""One self-contained document from a run: the answer first, then the evidence for it."""

from amoeboid.report.fits import FitMaterial, fit_page, fit_panels, fit_sentences, profile_panels
from amoeboid.report.writing import answer, write

__all__ = ["FitMaterial", "answer", "fit_page", "fit_panels", "fit_sentences", "profile_panels", "write"]
