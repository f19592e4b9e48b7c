"""Measures applied to recorded members: rows of measures and events, arms compared pair by pair."""

from amoeboid.analysis.comparison import (
    CHAIN,
    ArmComparison,
    compare_arms,
    intermediates,
    values_at_end,
)
from amoeboid.analysis.crossing import crossing_rows, crossings_of
from amoeboid.analysis.exports import movie_of, tracks_of, volumes_of
from amoeboid.analysis.growing import growth_rows
from amoeboid.analysis.invading import TUMOUR, InvasionAssay, interface_of, invasion_rows
from amoeboid.analysis.member import EventRow, MeasureRow, Recorded, Thresholds, measure_member
from amoeboid.analysis.run import MEASURE_UNITS, Conventions, MemberLike, RunTables, measure_run
from amoeboid.analysis.transmigrating import Chamber

__all__ = [
    "CHAIN",
    "MEASURE_UNITS",
    "TUMOUR",
    "ArmComparison",
    "Chamber",
    "Conventions",
    "EventRow",
    "InvasionAssay",
    "MeasureRow",
    "MemberLike",
    "Recorded",
    "RunTables",
    "Thresholds",
    "compare_arms",
    "crossing_rows",
    "crossings_of",
    "growth_rows",
    "interface_of",
    "intermediates",
    "invasion_rows",
    "measure_member",
    "measure_run",
    "movie_of",
    "tracks_of",
    "values_at_end",
    "volumes_of",
]
