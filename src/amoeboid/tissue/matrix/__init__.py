"""What lies between the cells: collagen with its stiffness and its pores, or a rigid lattice, or nothing."""

from amoeboid.tissue.matrix.building import COLLAGEN, KINDS, NONE, RIGID, Material, build, confine
from amoeboid.tissue.matrix.laws import pore_area, stiffness
from amoeboid.tissue.matrix.pores import PoreLaw, PoreSearch, pore_law, pore_search, widest
from amoeboid.tissue.matrix.refresh import Rest, area_at, greatest_tension, modulus_at, refresh, rest

__all__ = [
    "COLLAGEN",
    "KINDS",
    "NONE",
    "RIGID",
    "Material",
    "PoreLaw",
    "PoreSearch",
    "Rest",
    "area_at",
    "build",
    "greatest_tension",
    "modulus_at",
    "confine",
    "pore_area",
    "pore_law",
    "pore_search",
    "refresh",
    "rest",
    "stiffness",
    "widest",
]
