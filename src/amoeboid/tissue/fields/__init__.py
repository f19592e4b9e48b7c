"""Substances between the cells: they come from the bath, spread, vanish, and are taken up."""

from amoeboid.tissue.fields.diffusion import Diffusion
from amoeboid.tissue.fields.substance import CYTOKINE, DRUG, Substance, substance

__all__ = ["CYTOKINE", "DRUG", "Diffusion", "Substance", "substance"]
