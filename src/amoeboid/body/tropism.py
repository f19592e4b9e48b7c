"""Where a cancer spreads to: by blood flow alone, by flow and soil, and as observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.body.cancer import Cancer
from amoeboid.body.cancers import cancer, cancers, target_shares
from amoeboid.evidence import Parameters, catalogue

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tropism:
    """Shares of organs among the metastases of one cancer; each array is (n_organs,) and sums to 1.

    Parameters
    ----------
    name : str
    organs : tuple of str
    flow : float64 [1]
        If every organ were as good a soil.
    both : float64 [1]
        Flow and soil: what the body draws.
    observed : float64 [1]
    """

    name: str
    organs: tuple[str, ...]
    flow: Floats
    both: Floats
    observed: Floats

    @property
    def in_place(self) -> float:
        """Share of metastases that flow alone puts into the organ where they are observed."""
        return float(np.minimum(self.flow, self.observed).sum())

    @property
    def explained(self) -> float:
        """Squared correlation of flow's shares with those observed, over organs; 0 when they go against each other."""
        return max(float(np.corrcoef(self.flow, self.observed)[0, 1]), 0.0) ** 2


def flow_only(cancer: Cancer) -> Floats:
    """Give shares of organs if the soil were the same everywhere, (n_organs,); clusters weigh by potency.

    Examples
    --------
    >>> from amoeboid.body import cancer
    >>> flow_only(cancer("breast")).argmax() == cancer("breast").organs.index("lung")
    np.True_
    """
    weight = np.array([1.0 - cancer.cluster_share, cancer.cluster_share * cancer.cluster_potency]) @ cancer.arrest
    return np.asarray(weight / weight.sum())


def tropism(parameters: Parameters | None = None) -> tuple[Tropism, ...]:
    """Give, for each preset, what flow alone and flow with soil say of organs beside what is observed.

    Examples
    --------
    >>> [t.name for t in tropism() if t.explained > 0.8]
    ['colorectal', 'pancreas', 'head_and_neck']
    """
    p = parameters or Parameters(catalogue())
    presets = [cancer(name, p) for name in cancers()]
    return tuple(
        Tropism(c.name, c.organs, flow_only(c), c.landing.sum(axis=0), target_shares(c.name, p)) for c in presets
    )
