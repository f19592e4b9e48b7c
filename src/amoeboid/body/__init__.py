"""The body: growth of a primary, colonies that it founds and that found others, what is seen of them, and death.

An exact marked Poisson cluster process: no time steps. Times are days since diagnosis, sizes cells, diameters mm.
"""

from amoeboid.body.cancer import Cancer
from amoeboid.body.cancers import ORGANS, cancer, cancers
from amoeboid.body.circulation import Circulation, circulation
from amoeboid.body.colonies import Colonies, spread
from amoeboid.body.disease import Disease, draw_disease
from amoeboid.body.growth import age_at, cells_of, diameter, doubling_time, scaled_age, shed, size
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

__all__ = [
    "Cancer",
    "Circulation",
    "Colonies",
    "Disease",
    "ORGANS",
    "Plan",
    "RelapseLaw",
    "age_at",
    "cancer",
    "cancers",
    "cells_of",
    "circulation",
    "diameter",
    "doubling_time",
    "draw_disease",
    "expected_visible",
    "normal_nodes",
    "population_relapse_free",
    "relapse_free",
    "relapse_law",
    "scaled_age",
    "shed",
    "size",
    "spared",
    "spread",
]
