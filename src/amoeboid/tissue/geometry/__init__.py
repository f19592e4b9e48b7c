"""Space: the domain, the voxel grid over it, and the shapes that things are placed in."""

from amoeboid.tissue.geometry.grid import Domain, Grid
from amoeboid.tissue.geometry.shapes import Box, Shape, Sphere, share_inside

__all__ = ["Box", "Domain", "Grid", "Shape", "Sphere", "share_inside"]
