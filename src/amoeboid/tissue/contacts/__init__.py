"""Where cells meet what is around them: fields, pores and tracks."""

from amoeboid.tissue.contacts.cell_field import CellField
from amoeboid.tissue.contacts.cell_matrix import PoreSampling, TrackWriting
from amoeboid.tissue.contacts.proteolysis import Proteolysis
from amoeboid.tissue.contacts.pulling import Pulling

__all__ = ["CellField", "PoreSampling", "Proteolysis", "Pulling", "TrackWriting"]
