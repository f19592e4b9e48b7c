"""Tumour cells in blood: how many circulate, and how many a tube of blood holds.

Cells and clusters enter at the rate of shedding and are gone within minutes, while tumours grow over months: the number
in blood is that of the steady state. It says nothing about where cells are caught; that is `circulation`.

A warning that no arithmetic removes: half-lives in blood of one second, of a minute and of hours have all been told, of
different things. That of a minute or two, measured in mice, is the one with which shedding, loss in capillary beds and
counts in early cancer agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import seeds
from amoeboid.body.cancer import Cancer
from amoeboid.body.circulation import PORTAL, Circulation
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.units import SECONDS_A_DAY

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LITRE = 1e15
"""Cubic micrometres in a litre."""


@dataclass(frozen=True)
class Blood:
    """What blood does to tumour cells; the two classes are single cells and clusters.

    Parameters
    ----------
    volume : float [L]
    half_life : (2,) float64 [day]
        Without NK cells.
    killing : (2,) float64 [1/day]
        Rate of killing by untreated NK cells.
    efficiency : float [1]
        Metastases founded per cell shed.
    sample : float [L]
        Blood that the common assay looks through.

    Raises
    ------
    ScenarioError
        When a number is not finite, negative, or 0 where it divides; tells all.
    """

    volume: float
    half_life: Floats
    killing: Floats
    efficiency: float
    sample: float

    def __post_init__(self) -> None:
        wanted = (
            ("volume", self.volume > 0.0, "litres above 0"),
            ("half_life", self.half_life.shape == (2,) and bool(np.all(self.half_life > 0.0)), "two of them, above 0"),
            ("killing", self.killing.shape == (2,) and bool(np.all(self.killing >= 0.0)), "two rates from 0"),
            ("efficiency", self.efficiency > 0.0, "a share above 0"),
            ("sample", 0.0 < self.sample <= self.volume, f"litres above 0, up to {self.volume:g}"),
        )
        faults = [_fault(f"blood.{name}", "a number is out of range", told) for name, good, told in wanted if not good]
        if faults:
            raise ScenarioError(*faults)

    def loss(self, killing: ArrayLike = 1.0) -> Floats:
        """Give the rate at which cells leave blood, (..., 2) [1/day]; `killing` is what is left of NK cells."""
        left = np.asarray(killing, dtype=np.float64)[..., None]
        return np.asarray(np.log(2.0) / self.half_life + self.killing * left)


def blood(parameters: Parameters | None = None) -> Blood:
    """Give the blood of an adult, from the evidence.

    Examples
    --------
    >>> blood().volume
    5.6
    """
    p = parameters or Parameters(catalogue())
    return Blood(
        volume=p["body.volume.blood"] / LITRE,
        half_life=np.array([p[f"circulation.half_life.{k}"] for k in ("single", "cluster")]) / SECONDS_A_DAY,
        killing=np.array([p[f"circulation.killing.{k}"] for k in ("single", "cluster")]) * SECONDS_A_DAY,
        efficiency=p["body.colonies_per_shed_cell"],
        sample=p["circulation.sample"] / LITRE,
    )


def entering(cancer: Cancer, blood: Blood, seeding: ArrayLike, cells: ArrayLike) -> Floats:
    """Give the single cells and clusters that tumours send into blood, untreated, (..., 2) [1/day].

    Parameters
    ----------
    cancer : Cancer
    blood : Blood
    seeding : array_like of float [1/day]
        Colonies founded per day by a tumour of one cell.
    cells : array_like of float [cells]
        Of each tumour; broadcast with `seeding`.
    """
    # founded = sigma p N^alpha; of these 1 - d are active, d omega / (omega + kappa) wake: the rest is no metastasis
    clocks = cancer.wake_rate + cancer.nk_kill_rate
    waking = cancer.wake_rate / clocks if clocks > 0.0 else 0.0
    lasting = 1.0 - cancer.dormant_share + cancer.dormant_share * waking
    founded = np.asarray(seeding, dtype=np.float64) * np.asarray(cells, dtype=np.float64) ** cancer.exponent
    shed = founded * lasting / blood.efficiency
    return np.asarray(shed[..., None] * np.array([1.0 - cancer.cluster_share, cancer.cluster_share]))


def circulating(blood: Blood, entering: Floats, killing: ArrayLike = 1.0) -> Floats:
    """Give the single cells and clusters in all blood at the steady state, (..., 2).

    Parameters
    ----------
    blood : Blood
    entering : (..., 2) float64 [1/day]
    killing : array_like of float [1]
        What is left of NK cells, 1 when untreated; broadcast with the leading axes.

    Examples
    --------
    >>> adult = blood()
    >>> bool(np.allclose(circulating(adult, adult.loss()), 1.0))
    True
    """
    # dC_k/dt = S_k - (ln 2 / T_k + kappa_k u) C_k = 0
    if not np.all(entering >= 0.0):
        raise ScenarioError(_fault("blood.entering", "a rate is negative or no number", "rates from 0"))
    return np.asarray(entering / blood.loss(killing))


def counts(blood: Blood, circulating: Floats, draw: tuple[Whole, int, int]) -> Whole:
    """Draw what is counted in a sample of blood: Poisson numbers, single cells and clusters, (n, 2).

    For samples of another size give a `Blood` with it. Counts of one patient vary more than this within a day
    (body.ctc.count_variation): shedding is not steady.

    Parameters
    ----------
    blood : Blood
    circulating : (n, 2) float64
        Cells and clusters in all blood.
    draw : (n,) int64, int, int
        Numbers of the patients, number of the sample, seed: what is drawn depends on these alone.
    """
    from scipy.stats import poisson

    patient, visit, seed = draw
    chance = seeds.uniform(patient, visit, seeds.Stream.BLOOD_COUNT, seed, 2)
    return np.asarray(poisson.ppf(chance, circulating * blood.sample / blood.volume)).astype(np.int64)


def passing(graph: Circulation, source: str) -> Floats:
    """Give how often a shed cell comes out of each bed, (..., 2, n_beds)."""
    n, stays = len(graph.beds), 1.0 - graph.arrest - graph.death
    # visits V = D (I - Q)^{-1}; out of a bed come those that pass
    visits = graph.drain @ np.linalg.inv(np.eye(n) - stays[..., :, None] * graph.drain)
    return np.asarray(visits[..., graph.index(source), :] * stays)


def portal_excess(graph: Circulation, source: str, vein: str = "muscle") -> Floats:
    """Give cells per litre of portal blood over those in the vein of a limb, for a portal source, (..., 2).

    Parameters
    ----------
    graph : Circulation
    source : str
        Bed of the tumour, one of `PORTAL`.
    vein : str
        Bed whose vein is sampled.

    Raises
    ------
    ScenarioError
        When the source does not drain to the portal vein.

    Examples
    --------
    >>> from amoeboid.body import circulation
    >>> portal_excess(circulation(), "pancreas").round(0)[0]
    np.float64(17.0)
    """
    if source not in PORTAL:
        raise ScenarioError(_fault("blood.source", f"`{source}` does not drain to the liver", ", ".join(PORTAL)))
    out, flow = passing(graph, source), graph.drain[graph.index("lung")]
    gate, limb = [graph.index(bed) for bed in PORTAL], graph.index(vein)
    # per cell shed: its own way into the portal vein, and what comes round again
    portal = (1.0 + out[..., gate].sum(axis=-1)) / flow[gate].sum()
    return np.asarray(portal / (out[..., limb] / flow[limb]))


def _fault(where: str, what: str, expected: str) -> Fault:
    return Fault(where, what, expected, "", "correct it", "AMB-S612")
