"""Where cells meet what is around them: fields, pores and tracks."""

from amoeboid.tissue.contacts.cell_field import CellField
from amoeboid.tissue.contacts.cell_matrix import PoreSampling, TrackWriting

__all__ = ["CellField", "PoreSampling", "TrackWriting"]
