"""What lies between the cells: collagen with its stiffness and its pores, or a rigid lattice, or nothing."""

from amoeboid.tissue.matrix.building import COLLAGEN, KINDS, NONE, RIGID, Material, build, confine
from amoeboid.tissue.matrix.laws import pore_area, stiffness
from amoeboid.tissue.matrix.pores import PoreLaw, PoreSearch, pore_law, pore_search, widest

__all__ = [
    "COLLAGEN",
    "KINDS",
    "NONE",
    "RIGID",
    "Material",
    "PoreLaw",
    "PoreSearch",
    "build",
    "confine",
    "pore_area",
    "pore_law",
    "pore_search",
    "stiffness",
    "widest",
]
