"""How contractile the cells of a tumour are under cytokine, missing genes and free drug: what the link is asked at.

Contractility is the mean active drive over cells at rest, each with its own proteins (log-normal, as in the tissue), as
`inference.link` measures it in tissue runs. Cells are taken to follow the drug at once. Range of validity: drug that
changes over hours, since tension answers in minutes; SOCS3, which makes up for a block within an hour or two, is at its
rest. All cells of a tumour see the same cytokine and the same free drug.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import RegularGridInterpolator

from amoeboid import pharmacology, signalling
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import State

Floats = NDArray[np.float64]

N_CELLS = 1000
"""Cells of the mean: its standard error is 0.006 where cells differ most (0.2)."""

_POINTS, _POINTS_OF_TWO = 65, 29  # straight lines between them are off by 0.001 and 0.006 of drive at most
_CELLS_OF_TWO = 400
_BELOW, _ABOVE = 1e-2, 30.0  # of the constant of the first and of the last target: beyond, little changes
_SPAN = 1e3  # constants of targets that are further apart than this are off-target
_MOST = 2


@dataclass(frozen=True)
class Tumour:
    """What decides contractility beside drugs.

    Parameters
    ----------
    osm : float [nM]
        Cytokine of the GP130 family around the cells.
    autocrine : float [nM]
        What each cell makes for itself; the record ``signalling.autocrine`` when None.
    knockouts : tuple of str
        Targets that the tumour lacks.
    hypotheses : mapping
        Options by hypothesis, of pathway and pharmacology.
    pathway : Joined, optional
        A pathway of one's own, from `signalling.join`; the shipped one when left out.
    """

    osm: float = 0.0
    autocrine: float | None = None
    knockouts: tuple[str, ...] = ()
    hypotheses: Mapping[str, str] = field(default_factory=dict)
    pathway: signalling.Joined | None = None

    def process(self, parameters: Parameters) -> signalling.Signalling:
        """Give the pathway of its cells, which looks for their rest."""
        if self.pathway is None:
            return signalling.Signalling(signalling.network(self.hypotheses), parameters)
        return signalling.Signalling(self.pathway.network, parameters, self.pathway.spreads, "rest")


@dataclass(frozen=True)
class Contractility:
    """Mean active drive over a grid of free concentrations, one axis for each drug.

    Parameters
    ----------
    drugs : tuple of str
        Ids, in the order of the axes; none for an untreated tumour.
    free : tuple of (n_points,) float64 [nM]
        Free concentrations of each drug, rising from 0.
    drive : array of float64, one axis for each drug
        Mean over cells, 0 to 1.
    """

    drugs: tuple[str, ...]
    free: tuple[Floats, ...]
    drive: Floats

    @property
    def untreated(self) -> float:
        """Contractility without any drug: the reference of the link."""
        return float(self.drive[(0,) * self.drive.ndim])

    def __call__(self, *free: ArrayLike) -> Floats:
        """Give contractility at free concentrations [nM], one array for each drug, broadcast together.

        Straight lines in the logarithm of concentration; beyond the grid the end is kept.

        Raises
        ------
        ScenarioError
            When the number of arrays is not that of the drugs, or a concentration is negative or no number.
        """
        if len(free) != len(self.drugs):
            what, expected = f"{len(free)} concentrations", f"{len(self.drugs)}: {', '.join(self.drugs) or 'no drug'}"
            raise ScenarioError(Fault("contractility", what, expected, "", "give one for each drug", "AMB-S683"))
        given = [_checked(name, c) for name, c in zip(self.drugs, free, strict=True)]
        if not given:
            return self.drive
        places = [np.arcsinh(np.minimum(c, ax[-1]) / ax[1]) for c, ax in zip(given, self.free, strict=True)]
        axes = tuple(np.arcsinh(axis / axis[1]) for axis in self.free)
        rows = np.stack(np.broadcast_arrays(*places), axis=-1)
        return np.asarray(RegularGridInterpolator(axes, self.drive)(rows).reshape(rows.shape[:-1]))


def _checked(drug: str, free: ArrayLike) -> Floats:
    array = np.asarray(free, dtype=np.float64)
    if np.all(np.isfinite(array) & (array >= 0.0)):
        return array
    what = f"a free concentration of `{drug}` is negative or not finite"
    raise ScenarioError(Fault("contractility", what, "0 nM or more", "", "correct the exposure", "AMB-S685"))


def contractility(
    tumour: Tumour,
    drugs: Sequence[str] = (),
    *,
    parameters: Parameters | None = None,
    n_cells: int = N_CELLS,
    seed: int = 1,
) -> Contractility:
    """Give contractility over a grid of free drug.

    Parameters
    ----------
    tumour : Tumour
        Cytokine, missing genes, hypotheses.
    drugs : sequence of str
        Names of one drug or two, or none.
    parameters : Parameters, optional
        Choice of values; the catalogue's when left out.
    n_cells : int
        Cells of the mean; 400 at most for two drugs.
    seed : int
        Of their proteins; the same cells stand behind every point, so that ratios have less error than values.

    Raises
    ------
    ScenarioError
        When a drug or gene is unknown, or there are more than two drugs.
    NumericsError
        When the pathway finds no rest.

    Examples
    --------
    >>> blocked = contractility(Tumour(osm=0.1), ["ruxolitinib"])
    >>> bool(blocked.untreated > blocked(8.46) > blocked(500.0) >= 0.0)
    True
    """
    p = parameters or Parameters(catalogue())
    ids = tuple(dict.fromkeys(pharmacology.drug(name).id for name in drugs))
    if len(ids) > _MOST:
        what = f"{len(ids)} drugs on one tumour"
        raise ScenarioError(Fault("drugs", what, f"{_MOST} at most", "", "leave out those that do not act", "AMB-S684"))
    free = tuple(grid_of(id, tumour.hypotheses, p, _POINTS if len(ids) == 1 else _POINTS_OF_TWO) for id in ids)
    mesh = dict(zip(ids, np.meshgrid(*free, indexing="ij"), strict=True)) if ids else {}
    left = pharmacology.targets_left(mesh, tumour.knockouts, tumour.hypotheses, p)
    shape = tuple(axis.size for axis in free)
    targets = {f"target.{name}": np.ravel(np.broadcast_to(rest, shape)) for name, rest in left.items()}
    drive = mean_drive(targets, tumour, p, (min(n_cells, _CELLS_OF_TWO) if len(ids) > 1 else n_cells, seed))
    return Contractility(ids, free, drive.reshape(shape))


def grid_of(drug: str, hypotheses: Mapping[str, str] | None, parameters: Parameters, n_points: int) -> Floats:
    """Give free concentrations [nM] at which a drug is looked at: 0, then evenly in the logarithm."""
    constants = list(pharmacology.apparent_constants(drug, hypotheses, parameters).values())
    least = min(constants, default=1.0)
    most = max((one for one in constants if one < _SPAN * least), default=least)
    return np.concatenate([[0.0], np.geomspace(_BELOW * least, _ABOVE * most, n_points - 1)])


def mean_drive(targets: Mapping[str, Floats], tumour: Tumour, parameters: Parameters, cells: tuple[int, int]) -> Floats:
    """Give the mean drive of cells at rest for what is left of the targets in each condition.

    Parameters
    ----------
    targets : mapping of port to (n_conditions,) array
        Activity left, as ``target.JAK1``.
    tumour : Tumour
    parameters : Parameters
    cells : (int, int)
        Number of cells, and their seed.

    Returns
    -------
    drive : (n_conditions,) float64
    """
    n_cells, seed = cells
    n_conditions = next((array.size for array in targets.values()), 1)
    own = parameters["signalling.autocrine"] if tumour.autocrine is None else tumour.autocrine
    state = State()
    state.put("cell.id", np.tile(np.arange(n_cells), n_conditions))
    state.put("cell.radius", np.full(n_cells * n_conditions, signalling.typical_radius(parameters)))
    held = {port: np.repeat(left, n_cells) for port, left in targets.items()}
    tumour.process(parameters).initial(state, seed, {"cell.cytokine": own + tumour.osm, **held})
    return np.asarray(state["cell.drive"].reshape(n_conditions, n_cells).mean(axis=1))
