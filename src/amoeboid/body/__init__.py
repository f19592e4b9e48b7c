"""The body: growth of a primary, colonies that it founds and that found others, what is seen of them, and death.

An exact marked Poisson cluster process: no time steps. Times are days since diagnosis, sizes cells, diameters mm.
"""

from amoeboid.body.blood import Blood, blood, circulating, counts, entering, portal_excess
from amoeboid.body.cancer import Cancer
from amoeboid.body.cancers import ORGANS, cancer, cancers
from amoeboid.body.circulation import Circulation, circulation
from amoeboid.body.colonies import Colonies
from amoeboid.body.detection import burden, first_visit, primary_cells, reached, visible
from amoeboid.body.disease import MOST_PATIENTS, Disease, draw_disease
from amoeboid.body.dormancy import break_even, waking, with_killing
from amoeboid.body.growth import age_at, cells_of, diameter, doubling_time, scaled_age, shed, size
from amoeboid.body.outcomes import Cause, Outcome, follow, outcome
from amoeboid.body.plan import Plan
from amoeboid.body.relapse import (
    RelapseLaw,
    expected_visible,
    normal_nodes,
    population_relapse_free,
    relapse_free,
    relapse_law,
    spared,
)
from amoeboid.body.seeding import EXPLODED, spread
from amoeboid.body.tropism import Tropism, flow_only, tropism

__all__ = [
    "Blood",
    "Cancer",
    "Cause",
    "Circulation",
    "Colonies",
    "Disease",
    "EXPLODED",
    "MOST_PATIENTS",
    "ORGANS",
    "Outcome",
    "Plan",
    "RelapseLaw",
    "Tropism",
    "age_at",
    "blood",
    "break_even",
    "burden",
    "cancer",
    "cancers",
    "cells_of",
    "circulating",
    "circulation",
    "counts",
    "diameter",
    "doubling_time",
    "draw_disease",
    "entering",
    "expected_visible",
    "first_visit",
    "flow_only",
    "follow",
    "normal_nodes",
    "outcome",
    "population_relapse_free",
    "portal_excess",
    "primary_cells",
    "reached",
    "relapse_free",
    "relapse_law",
    "scaled_age",
    "shed",
    "size",
    "spared",
    "spread",
    "tropism",
    "visible",
    "waking",
    "with_killing",
]
