"""Vessels: where they are, and what it takes to cross into them."""

from amoeboid.tissue.vessels.capsules import Nearest, Vessel, Vessels, dot
from amoeboid.tissue.vessels.crossing import CrossingLaw, gather_group

__all__ = ["CrossingLaw", "Nearest", "Vessel", "Vessels", "dot", "gather_group"]
