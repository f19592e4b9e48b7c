"""What lies between the cells: collagen with its stiffness and its pores, or a rigid lattice, or nothing."""

from amoeboid.tissue.matrix.building import COLLAGEN, KINDS, NONE, RIGID, Material, build, confine
from amoeboid.tissue.matrix.laws import pore_area, stiffness
from amoeboid.tissue.matrix.membrane import (
    BASEMENT,
    POROUS,
    Sheet,
    lay_sheets,
    share_through,
    sheet,
    sheet_distances,
    way_through,
)
from amoeboid.tissue.matrix.pores import PoreLaw, PoreSearch, pore_law, pore_search, widest
from amoeboid.tissue.matrix.refresh import Rest, area_at, greatest_tension, modulus_at, refresh, rest

__all__ = [
    "BASEMENT",
    "COLLAGEN",
    "KINDS",
    "NONE",
    "POROUS",
    "RIGID",
    "Material",
    "PoreLaw",
    "PoreSearch",
    "Rest",
    "Sheet",
    "area_at",
    "build",
    "confine",
    "greatest_tension",
    "lay_sheets",
    "modulus_at",
    "pore_area",
    "pore_law",
    "pore_search",
    "refresh",
    "rest",
    "share_through",
    "sheet",
    "sheet_distances",
    "stiffness",
    "way_through",
    "widest",
]
