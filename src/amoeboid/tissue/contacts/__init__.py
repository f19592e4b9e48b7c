"""Where cells meet what is around them: fields, pores, tracks and vessels."""

from amoeboid.tissue.contacts.cell_field import CellField
from amoeboid.tissue.contacts.cell_matrix import PoreSampling, TrackWriting
from amoeboid.tissue.contacts.cell_vessel import Intravasation, VesselWall
from amoeboid.tissue.contacts.proteolysis import Proteolysis
from amoeboid.tissue.contacts.pulling import Pulling

__all__ = ["CellField", "Intravasation", "PoreSampling", "Proteolysis", "Pulling", "TrackWriting", "VesselWall"]
