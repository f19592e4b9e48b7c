"""The circulation as a graph of capillary beds: where a cell that a tumour sheds is caught.

Blood leaves a bed for the lung; from gut, stomach, spleen and pancreas it goes through the liver first; from the lung,
by the aorta, to all other beds by their share of cardiac output. In each bed a cell is caught, dies, or passes. That
is an absorbing Markov chain, solved once for all sources, classes and patients: no cell is followed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Parameters, catalogue

Floats = NDArray[np.float64]

CLASSES = ("single", "cluster")
"""Classes of shed cells, in the order of rows everywhere."""

PORTAL = ("small_intestine", "large_intestine", "stomach", "spleen", "pancreas")
"""Beds whose blood goes to the liver before the lung."""

_SHARES = {
    "bronchial": ("lung_bronchial",),
    "liver": ("liver_artery",),
    "bone": ("cortical_bone", "trabecular_bone", "red_marrow"),
    **{
        name: (name,)
        for name in (
            "small_intestine", "large_intestine", "stomach", "spleen", "pancreas", "kidney", "brain",
            "muscle", "adipose", "heart", "skin", "adrenals", "thyroid", "lymph_node",
        )
    },
}  # fmt: skip
# yellow marrow is left out: its flow is counted with adipose tissue, and the skeleton with it would exceed ICRP's 5 %


@dataclass(frozen=True)
class Circulation:
    """Capillary beds, where the blood of each goes next, and what becomes of a cell in each.

    Leading axes of `arrest` and `death` may hold patients; the last but one holds the two classes.

    Parameters
    ----------
    beds : tuple of str, length n_beds
    drain : (n_beds, n_beds) float64 [1]
        Chance that blood from a bed (row) comes to a bed (column) next; rows sum to 1.
    arrest, death : (..., 2, n_beds) float64 [1]
        Chance that a cell entering a bed is caught there, and that it dies there; it passes otherwise.

    Raises
    ------
    ScenarioError
        When rows of `drain` do not sum to 1, a chance is outside 0 to 1, arrest and death exceed 1 together, or a cell
        could circulate for ever; tells all.

    Examples
    --------
    >>> body = Circulation(("lung", "rest"), np.array([[0.0, 1.0], [1.0, 0.0]]), np.full((2, 2), 0.5), np.zeros((2, 2)))
    >>> body.caught("rest")[0].round(4).tolist()
    [0.6667, 0.3333]
    """

    beds: tuple[str, ...]
    drain: Floats
    arrest: Floats
    death: Floats

    def __post_init__(self) -> None:
        n = len(self.beds)
        wanted = (
            ("drain", self.drain.shape == (n, n), "one row and one column for each bed"),
            ("arrest", self.arrest.shape[-2:] == (2, n), "two classes by beds, last"),
            ("death", self.death.shape == self.arrest.shape, "the shape of `arrest`"),
        )
        _refuse([(f"circulation.{name}", "wrong shape", expected) for name, good, expected in wanted if not good])
        stays = 1.0 - self.arrest - self.death
        whole = bool(np.all(self.drain >= 0.0) and np.allclose(self.drain.sum(axis=1), 1.0))
        chances = (
            ("drain", whole, "rows that sum to 1"),
            ("arrest", bool(np.all(self.arrest >= 0.0)), "chances from 0"),
            ("death", bool(np.all(self.death >= 0.0)), "chances from 0"),
            ("arrest", bool(np.all(stays > -1e-12)), "arrest and death of 1 together, at most"),
            ("arrest", _ends(self.drain, stays), "a bed on every way round that catches or kills"),
        )
        _refuse([(f"circulation.{name}", "no chance", expected) for name, good, expected in chances if not good])

    def caught_from(self) -> Floats:
        """Give the chance that a cell shed in a bed is caught in a bed, (..., 2, n_beds shed, n_beds caught).

        Each row sums to 1 less the chance of dying on the way.
        """
        # A = D (I - Q)^{-1} R with Q_ij = pass_i D_ij and R = diag(arrest): D is the way out of the source itself
        n = len(self.beds)
        passing = 1.0 - self.arrest - self.death
        onward = passing[..., :, None] * self.drain
        absorbed = np.linalg.solve(np.eye(n) - onward, _diagonal(self.arrest))
        return np.asarray(self.drain @ absorbed)

    def caught(self, source: str) -> Floats:
        """Give the chance that a cell shed in `source` is caught in each bed, (..., 2, n_beds).

        Raises
        ------
        ScenarioError
            When there is no such bed.
        """
        return np.asarray(self.caught_from()[..., self.index(source), :])

    def index(self, bed: str) -> int:
        """Give the position of a bed.

        Raises
        ------
        ScenarioError
            When there is no such bed.
        """
        if bed not in self.beds:
            _refuse([("circulation", f"unknown bed `{bed}`", "one of " + ", ".join(self.beds))], bed, self.beds)
        return self.beds.index(bed)


def circulation(parameters: Parameters | None = None) -> Circulation:
    """Give the circulation of an adult, with shares of flow and chances of arrest from the evidence.

    Examples
    --------
    >>> adult = circulation()
    >>> pancreas = dict(zip(adult.beds, adult.caught("pancreas")[0]))
    >>> max(pancreas, key=pancreas.get)
    'liver'
    """
    p = parameters or Parameters(catalogue())
    share = flow_shares(p)
    beds = ("lung", *share)
    n = len(beds)
    drain = np.zeros((n, n))
    drain[0, 1:] = list(share.values())
    for row, bed in enumerate(beds[1:], start=1):
        drain[row, beds.index(_next(bed))] = 1.0
    drain[beds.index("bronchial")] = drain[0]  # bronchial veins join those of the lung: on to the left heart
    chances = {what: [[p[f"circulation.{what}.{k}"]] * n for k in CLASSES] for what in ("arrest", "death")}
    return Circulation(beds, drain, np.array(chances["arrest"]), np.array(chances["death"]))


def flow_shares(parameters: Parameters | None = None) -> dict[str, float]:
    """Give the shares of cardiac output by bed behind the aorta; what no record names is `rest`; they sum to 1."""
    p = parameters or Parameters(catalogue())
    share = {bed: sum(p[f"body.flow_share.{name}"] for name in names) for bed, names in _SHARES.items()}
    rest = 1.0 - sum(share.values())
    if rest < 0.0:
        _refuse([("body.flow_share", f"shares of flow sum to {1.0 - rest:g}", "1 at most")])
    return {**share, "rest": rest}


def _next(bed: str) -> str:
    return "liver" if bed in PORTAL else "lung"


def _diagonal(rows: Floats) -> Floats:
    return np.asarray(rows[..., :, None] * np.eye(rows.shape[-1]))


def _ends(drain: Floats, stays: Floats) -> bool:
    """Tell whether every way round ends: the largest growth factor of the chain is below 1."""
    return bool(np.all(np.abs(np.linalg.eigvals(stays[..., :, None] * drain)).max(axis=-1) < 1.0 - 1e-12))


def _refuse(found: list[tuple[str, str, str]], name: str = "", known: tuple[str, ...] = ()) -> None:
    if found:
        near = nearest_name(name, known)
        raise ScenarioError(
            *(Fault(where, what, wanted, near, "correct it", "AMB-S610") for where, what, wanted in found)
        )
