"""Survival statistics of trials: curves, tests, hazard ratios and restricted means, alone or for many trials at once.

Times are days since randomisation (or diagnosis), events are flags, arms are labels or 0 and 1.
"""

from amoeboid.measures.survival.competing import IncidenceCurve, aalen_johansen
from amoeboid.measures.survival.concordance import concordance
from amoeboid.measures.survival.cox import CoxFit, Proportionality, cox, paired_hazard_ratio, proportionality
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
from amoeboid.measures.survival.visits import VisitCurve, turnbull

__all__ = [
    "CoxFit",
    "HazardCurve",
    "HazardRatios",
    "IncidenceCurve",
    "LogRank",
    "LogRanks",
    "Proportionality",
    "SurvivalCurve",
    "VisitCurve",
    "Weight",
    "aalen_johansen",
    "concordance",
    "cox",
    "hazard_ratio_many",
    "kaplan_meier",
    "log_rank",
    "log_rank_many",
    "milestone_difference",
    "nelson_aalen",
    "paired_hazard_ratio",
    "proportionality",
    "restricted_mean",
    "restricted_mean_difference",
    "restricted_mean_many",
    "survival_many",
    "turnbull",
]
