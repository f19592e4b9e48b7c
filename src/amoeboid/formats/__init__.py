"""Files turned into neutral records: tables of tracks, TrackMate XML. No biology of ours."""

from amoeboid.formats.tables import read_tracks, write_tracks
from amoeboid.formats.trackmate import read_trackmate
from amoeboid.formats.tracks import Tracks

__all__ = ["Tracks", "read_trackmate", "read_tracks", "write_tracks"]
