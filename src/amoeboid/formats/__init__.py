"""Files turned into neutral records: tables of tracks, TrackMate XML, SBML and Antimony. No biology of ours."""

from amoeboid.formats.sbml import SbmlModel, read_antimony, read_model, read_sbml, write_sbml
from amoeboid.formats.tables import read_tracks, write_tracks
from amoeboid.formats.trackmate import read_trackmate
from amoeboid.formats.tracks import Tracks

__all__ = [
    "SbmlModel",
    "Tracks",
    "read_antimony",
    "read_model",
    "read_sbml",
    "read_trackmate",
    "read_tracks",
    "write_sbml",
    "write_tracks",
]
