"""Fits: motility of measured tracks, and what the fit predicts for others."""

from amoeboid.inference.motility import MotilityFit, fit_motility
from amoeboid.inference.prediction import (
    LagError,
    TrackComparison,
    as_recorded,
    compare_tracks,
    predict_tracks,
)
from amoeboid.inference.walk import Recording, WalkParameters, simulate_walks

__all__ = [
    "LagError",
    "MotilityFit",
    "Recording",
    "TrackComparison",
    "WalkParameters",
    "as_recorded",
    "compare_tracks",
    "fit_motility",
    "predict_tracks",
    "simulate_walks",
]
