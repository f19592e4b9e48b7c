"""A kind of cancer in the body: all numbers of growth, spread, seeing and dying that differ between cancers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cancer:
    """What one kind of cancer does in a body; sizes in cells, times in days, diameters in mm.

    Parameters
    ----------
    name : str
    decay : (float [1/day], float)
        Gompertz decay over patients: median, and standard deviation of the logarithm.
    capacity : float [cells]
        Ceiling of growth.
    exponent : float [1]
        Seeding goes as cells to this power.
    seeding : (float [1/day], float)
        Colonies founded per day by an untreated tumour of one cell, over classes and organs: those that outlive
        their first divisions, dormant ones included, whether or not they are killed or wake. Median, and spread of log.
    cluster_share : float [1]
        Share of clusters among what is shed.
    cluster_potency : float [1]
        How many times likelier a cluster founds a colony than a single cell.
    diameter : (float [mm], float)
        Of the primary at diagnosis: median, and spread of log.
    dormant_share : float [1]
        Share of founded colonies that rest first.
    wake_rate, nk_kill_rate : float [1/day]
        Clocks of waking and of being killed by NK cells while at rest; the first to ring decides.
    extinct : float [1]
        Death over birth per division: the chance that the line of one founder dies out.
    founders_single, founders_cluster : int
        Founders of a colony by class.
    organs : tuple of str, length n_organs
    arrest : (2, n_organs) float64 [1]
        Chance that a cell of the primary is caught in an organ; rows: single, cluster.
    soil : (n_organs,) float64 [1]
        How much likelier than elsewhere a caught cell founds a colony.
    hazard : float [1/day]
        Greatest rate of dying of metastases.
    burden_half : float [cells]
        Weighed burden at which half of it is reached.
    steepness : float [1]
        Power of burden in the hazard.
    weights : (n_organs,) float64 [1]
        Weight of a cell by organ: brain and liver count more.
    other_death : (float [1/day], float [1/year])
        Gompertz law of other causes: rate at age 0, and rise with age.
    age : (float [year], float [year])
        Age at diagnosis: mean and standard deviation.
    detection : (float [mm], float [mm])
        Diameter at which half of the lesions are seen, and width of the logistic curve.
    density : float [cells/mm^3]
        Of a solid lesion.
    onward : (n_organs, 2, n_organs) float64 [1], optional
        `arrest` for cells that a colony sheds, by the organ of the colony; as for the primary when left out.
    release_rate : float [1/day]
        By how much waking speeds up where all NK function is lost, in proportion to the loss; 0: NK cells kill sleeping
        colonies and do no more.
    """

    name: str
    decay: tuple[float, float]
    capacity: float
    exponent: float
    seeding: tuple[float, float]
    cluster_share: float
    cluster_potency: float
    diameter: tuple[float, float]
    dormant_share: float
    wake_rate: float
    nk_kill_rate: float
    extinct: float
    founders_single: int
    founders_cluster: int
    organs: tuple[str, ...]
    arrest: Floats
    soil: Floats
    hazard: float
    burden_half: float
    steepness: float
    weights: Floats
    other_death: tuple[float, float]
    age: tuple[float, float]
    detection: tuple[float, float]
    density: float
    onward: Floats | None = None
    release_rate: float = 0.0

    @property
    def landing(self) -> Floats:
        """Share of colonies by class and organ, (2, n_organs); all sum to 1."""
        share = self._founding(self.arrest)
        return np.asarray(share / share.sum())

    @property
    def onward_landing(self) -> Floats:
        """Colonies founded by colonies, by organ of the founder, class and organ, (n_organs, 2, n_organs).

        In units of what a primary of the same size founds: an organ from which cells reach good soil founds more.
        """
        arrest = self.arrest if self.onward is None else self.onward
        share = self._founding(arrest) / self._founding(self.arrest).sum()
        return np.broadcast_to(share, (len(self.organs), *self.arrest.shape))

    def _founding(self, arrest: Floats) -> Floats:
        # p_kj ~ x_k A_kj soil_j, clusters weighed by their potency
        by_class = np.array([1.0 - self.cluster_share, self.cluster_share * self.cluster_potency])
        return np.asarray(by_class[:, None] * arrest * self.soil)
