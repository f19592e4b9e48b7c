"""Cells: where they are put, how they push, pull and move, and the shape they take."""

from amoeboid.tissue.cells.bonding import Bonding
from amoeboid.tissue.cells.cortex import Squeeze, curvature_from_outline, read, squeeze
from amoeboid.tissue.cells.cycle import PHASES, growth_rate, living
from amoeboid.tissue.cells.division import Growth, Passive
from amoeboid.tissue.cells.listing import cell_type, rows
from amoeboid.tissue.cells.mechanics import Mechanics
from amoeboid.tissue.cells.motility import Polarity, Shape
from amoeboid.tissue.cells.population import (
    Placement,
    cell_types,
    cells_in,
    n_cells_of,
    place,
    rest_distance,
    settle,
)

__all__ = [
    "PHASES",
    "Bonding",
    "Growth",
    "Mechanics",
    "Placement",
    "Polarity",
    "Passive",
    "Shape",
    "Squeeze",
    "cell_type",
    "cell_types",
    "cells_in",
    "curvature_from_outline",
    "growth_rate",
    "living",
    "n_cells_of",
    "place",
    "read",
    "rest_distance",
    "rows",
    "settle",
    "squeeze",
]
