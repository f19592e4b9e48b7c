"""Twin of `amoeboid.kernels.pulling`: pull and held modulus over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.motion import Gel, Law, Space
from amoeboid.kernels.pulling import Pullers
from amoeboid.kernels.reference import motion

Floats = NDArray[np.float64]


def pull(cells: Pullers, gel: Gel, space: Space, law: Law) -> tuple[Floats, Floats]:
    """Give pull [nN] and modulus of what is held [kPa] of all cells."""
    ahead = cells.position + cells.radius[:, None] * cells.polarity
    present, _, stiffness, _ = motion.surroundings(ahead, gel, space, law)
    tension = motion.seen(cells.tension, law.tension_reference, law.coupling)
    drive = motion.seen(cells.drive, law.drive_reference, law.coupling)
    _, weight = motion.free_speed(tension, drive, present, cells.contacts, stiffness, law)
    hold = weight * law.friction_share + (1.0 - weight)
    held = cells.firm + (1.0 - cells.firm) * hold
    force = held * present * 2.0 * np.pi * cells.radius * np.maximum(cells.tension, 0.0)
    return np.asarray(force), np.asarray(present * stiffness)
