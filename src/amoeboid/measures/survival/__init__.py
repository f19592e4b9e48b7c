"""Survival statistics of trials: curves, tests, hazard ratios and restricted means, alone or for many trials at once.

Times are days since randomisation (or diagnosis), events are flags, arms are labels or 0 and 1.
"""

from amoeboid.measures.survival.cox import CoxFit, Proportionality, cox, proportionality
from amoeboid.measures.survival.curves import (
    HazardCurve,
    SurvivalCurve,
    kaplan_meier,
    milestone_difference,
    nelson_aalen,
)
from amoeboid.measures.survival.log_rank import LogRank, Weight, log_rank
from amoeboid.measures.survival.many import (
    HazardRatios,
    LogRanks,
    hazard_ratio_many,
    log_rank_many,
    restricted_mean_many,
    survival_many,
)
from amoeboid.measures.survival.restricted_mean import restricted_mean, restricted_mean_difference

__all__ = [
    "CoxFit",
    "HazardCurve",
    "HazardRatios",
    "LogRank",
    "LogRanks",
    "Proportionality",
    "SurvivalCurve",
    "Weight",
    "cox",
    "hazard_ratio_many",
    "kaplan_meier",
    "log_rank",
    "log_rank_many",
    "milestone_difference",
    "nelson_aalen",
    "proportionality",
    "restricted_mean",
    "restricted_mean_difference",
    "restricted_mean_many",
    "survival_many",
]
