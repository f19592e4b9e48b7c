"""How hard a cell pulls on the matrix, and the elastic modulus of what it holds.

    pull = (T + (1 - T) hold) 2 pi R gamma present        hold = w friction_share + 1 - w

The cortex carries 2 pi R gamma through the mid-plane of the cell. Firm adhesions, a share T, hand on all of it; the
others as much as the cell's way of moving lets them, with the weight w of cortical flow of `amoeboid.kernels.motion`.
The NumPy twin is `amoeboid.kernels.reference.pulling`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from amoeboid.kernels.compiling import kernel
from amoeboid.kernels.motion import Gel, Law, Space, free_speed, seen, surroundings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Pullers(NamedTuple):
    """What is read of the cells, by row; ``firm`` is the share T of adhesions that always hold."""

    position: Floats
    polarity: Floats
    radius: Floats
    tension: Floats
    drive: Floats
    contacts: Ints
    firm: Floats


@kernel
def pull(
    low: int, high: int, cells: Pullers, gel: Gel, space: Space, law: Law, out: tuple[Floats, Floats]
) -> None:  # fmt: skip
    """Write pull [nN] and modulus [kPa] of what is held, for rows low to high.

    Matrix counts where it stands at the leading pole, as for ``cell.traction``.

    Parameters
    ----------
    cells, gel, space, law
        Arrays by row, arrays by voxel, lengths and numbers.
    out : pull (n,) [nN], stiffness (n,) [kPa]
    """
    force, modulus = out
    for row in range(np.uintp(low), np.uintp(high)):
        radius = cells.radius[row]
        x = cells.position[row, 0] + radius * cells.polarity[row, 0]
        y = cells.position[row, 1] + radius * cells.polarity[row, 1]
        z = cells.position[row, 2] + radius * cells.polarity[row, 2]
        present, _, stiffness, _ = surroundings(x, y, z, gel, space, law)
        tension = seen(cells.tension[row], law.tension_reference, law.coupling)
        drive = seen(cells.drive[row], law.drive_reference, law.coupling)
        touching = float(cells.contacts[row])
        _, weight = free_speed(tension, drive, present, touching, stiffness, law)
        hold = weight * law.friction_share + 1.0 - weight
        cortex = 2.0 * math.pi * radius * max(cells.tension[row], 0.0)
        firm = cells.firm[row]
        force[row] = (firm + (1.0 - firm) * hold) * present * cortex
        modulus[row] = present * stiffness
