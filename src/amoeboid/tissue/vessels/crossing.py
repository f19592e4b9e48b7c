"""How readily a cell at a vessel crosses its wall, and which of its neighbours come along.

    h = k s / (s + s_half),  s = max(0, 2 gamma / R - P_least)

with gamma the cortical tension as motion sees it: a cell opens the junctions of the endothelium by pushing, and cannot
without contraction. That it cannot is put in, not found; the numbers are assumed. Range of validity: cells that
touch the wall from outside; the endothelium is at rest everywhere and does not tire.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.evidence import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class CrossingLaw:
    """Numbers of crossing; each is an evidence record ``vessel.*``.

    Parameters
    ----------
    rate : float
        Hazard of a cell that pushes without limit [1/s].
    pressure_least, pressure_half : float
        Pressure below which no cell crosses, and by how much more the hazard is half its largest [kPa].
    contact : float
        Gap up to which a cell touches a wall [um].
    follow : float
        Distance from the wall up to which a neighbour can come along [um].
    bond_least : float
        Force of adhesion below which neighbours part [nN].
    most : int
        Cells that cross together at most.
    """

    rate: float
    pressure_least: float
    pressure_half: float
    contact: float
    follow: float
    bond_least: float
    most: int

    @classmethod
    def of(cls, parameters: Parameters) -> CrossingLaw:
        """Read the numbers from their records.

        Examples
        --------
        >>> from amoeboid.evidence import catalogue
        >>> CrossingLaw.of(Parameters(catalogue())).most
        50
        """
        return cls(
            parameters["vessel.crossing_rate"],
            parameters["vessel.pressure_least"],
            parameters["vessel.pressure_half"],
            parameters["vessel.contact"],
            parameters["vessel.follow"],
            parameters["vessel.bond_least"],
            round(parameters["vessel.group_most"]),
        )

    def hazard(self, tension: Floats, radius: Floats) -> Floats:
        """Give the hazard of crossing [1/s] of cells in touch with a wall.

        Parameters
        ----------
        tension : (n,) array [nN/um]
        radius : (n,) array [um]
        """
        return np.asarray(self.rate * self.push(tension, radius))

    def push(self, tension: Floats, radius: Floats) -> Floats:
        """Give the share of the largest hazard that cells in touch with a wall have, 0 to below 1.

        Parameters
        ----------
        tension : (n,) array [nN/um]
        radius : (n,) array [um]
        """
        excess = np.maximum(0.0, 2.0 * tension / radius - self.pressure_least)
        return np.asarray(excess / (excess + self.pressure_half))


Bonds = Callable[[int], dict[int, float]]
"""Gives, for a row, the rows of cells bound to it in ascending order of id, with the force of each bond [nN]."""


def gather_group(first: int, bonds: Bonds, back: Callable[[int], float], most: int) -> list[int]:
    """Give the rows that cross with a cell: those that the group holds at least as firmly as all that holds them back.

    A neighbour joins when its bonds to the group are together no weaker than those to cells outside and what it
    pushes away from the vessel itself; then its own neighbours are looked at. Cells in a tumour are held by more
    neighbours than one and stay; the cells of a strand or small cluster come along.

    Parameters
    ----------
    first : int
        Row of the cell that crosses.
    bonds : callable
    back : callable
        Force by which a cell itself pushes away from the vessel [nN]; infinite where it cannot come.
    most : int
        Size at which the group is complete.

    Returns
    -------
    group : list of int
        The first, then the others in the order in which they joined.

    Examples
    --------
    >>> chain = {0: {1: 2.0}, 1: {0: 2.0, 2: 1.0}, 2: {1: 1.0, 3: 9.0}, 3: {2: 9.0}}
    >>> gather_group(0, chain.__getitem__, lambda row: 0.0, 50)
    [0, 1]
    """
    group, joined = [first], True
    while joined and len(group) < most:
        beside = dict.fromkeys(row for member in group for row in bonds(member))
        joined = False
        for row in beside:
            if row in group or len(group) >= most:
                continue
            held = bonds(row)
            within = sum(force for other, force in held.items() if other in group)
            if within >= sum(force for other, force in held.items() if other not in group) + back(row):
                group.append(row)
                joined = True
    return group
