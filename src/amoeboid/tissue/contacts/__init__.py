"""Where cells meet what is around them: fields, pores, tracks, membranes and vessels."""

from amoeboid.tissue.contacts.cell_field import CellField
from amoeboid.tissue.contacts.cell_matrix import PoreSampling, TrackWriting
from amoeboid.tissue.contacts.cell_vessel import Intravasation, VesselWall
from amoeboid.tissue.contacts.matrix_mechanics import MatrixMechanics, active_stress
from amoeboid.tissue.contacts.membranes import Breach, Membranes
from amoeboid.tissue.contacts.proteolysis import Activity, Proteolysis
from amoeboid.tissue.contacts.pulling import Pulling
from amoeboid.tissue.contacts.tearing import Tearing

__all__ = [
    "Activity",
    "Breach",
    "CellField",
    "Intravasation",
    "Membranes",
    "MatrixMechanics",
    "PoreSampling",
    "Proteolysis",
    "Pulling",
    "Tearing",
    "TrackWriting",
    "VesselWall",
    "active_stress",
]
