"""Cells: where they are put, how they push, pull and move, and the shape they take."""

from amoeboid.tissue.cells.mechanics import Mechanics

__all__ = ["Mechanics"]
