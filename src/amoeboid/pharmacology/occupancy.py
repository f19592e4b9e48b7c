"""What is left of each target's activity under drugs and knock-outs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid.errors import Fault, NumericsError, ScenarioError
from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.library import TARGETS, check_knockouts, drug
from amoeboid.pharmacology.potency import apparent_constants
from amoeboid.process import State
from amoeboid.seeds import TICK

ALL = -1
"""Stands for every cell type where knock-outs are given by type."""

_BELOW_ZERO = 1e-9  # load that rounding in a diffusion solver may leave below 0; less than that is a fault


class Occupancy:
    """The process that turns the drugs at each cell into the activity left of each target.

    Drugs compete for one site: activity left is ``1 / (1 + sum of C / K)``, with free concentrations and
    apparent constants; a knocked-out target has none. It holds instantly: binding takes seconds, a tick is
    a minute.

    *Reads* ``cell.at.<drug>`` of every drug, and ``cell.type`` where a type lacks a gene. *Writes*
    ``target.<name>`` of all `TARGETS`.

    Parameters
    ----------
    drugs : sequence of str
        Drugs that are present.
    knockouts : sequence of str, or mapping of int to sequence of str
        Genes that are missing: from all cells, or by index of the cell type; `ALL` names every type.
    hypotheses : mapping
        Options by hypothesis.
    parameters : Parameters
        Choice of values.

    Raises
    ------
    ScenarioError
        When a drug, a knock-out or an option is not known.
    """

    name = "occupancy"
    interval = TICK

    def __init__(
        self,
        drugs: Sequence[str],
        knockouts: Sequence[str] | Mapping[int, Sequence[str]] = (),
        hypotheses: Mapping[str, str] | None = None,
        parameters: Parameters | None = None,
    ) -> None:
        p = parameters or Parameters(catalogue())
        ids = sorted({drug(name).id for name in drugs})
        self.constants = {id: apparent_constants(id, hypotheses, p) for id in ids}
        by_type = knockouts if isinstance(knockouts, Mapping) else {ALL: knockouts}
        self.knockouts = {kind: check_knockouts(genes) for kind, genes in by_type.items()}
        types = ("cell.type",) if set(self.knockouts) - {ALL} else ()
        self.reads: tuple[str, ...] = (*types, *(f"cell.at.{id}" for id in ids))
        self.writes: tuple[str, ...] = tuple(f"target.{target}" for target in TARGETS)

    def initial(self, state: State) -> None:
        """Put every target's port, as the drugs at the cells have it now."""
        for target in TARGETS:
            state.put(f"target.{target}", np.ones(state.n_cells))
        self.advance(state, 0.0, 0.0)

    def advance(self, state: State, time: float, dt: float) -> None:
        """Write what is left of every target at the drugs' present concentrations.

        Raises
        ------
        NumericsError
            When a concentration is negative or no number.
        """
        for target in TARGETS:
            left = state[f"target.{target}"]
            if target in self.knockouts.get(ALL, ()):
                left[...] = 0.0
                continue
            load = np.zeros(left.shape[0])
            for id, constants in self.constants.items():
                if target in constants:
                    load += state[f"cell.at.{id}"] / constants[target]
            self._check(load, target, time, state)
            np.divide(1.0, 1.0 + load, out=left)
            for kind, genes in self.knockouts.items():
                if kind != ALL and target in genes:
                    left[state["cell.type"] == kind] = 0.0

    def genes(self, state: State) -> dict[str, NDArray[np.float64]]:
        """Give by port what knock-outs alone leave of each target that some cell lacks, 0 or 1 for each cell."""
        left: dict[str, NDArray[np.float64]] = {}
        for kind, genes in self.knockouts.items():
            has = np.zeros(state.n_cells) if kind == ALL else (state["cell.type"] != kind).astype(np.float64)
            for target in genes:
                port = f"target.{target}"
                left[port] = left.get(port, np.ones(state.n_cells)) * has
        return left

    def _check(self, load: NDArray[np.float64], target: str, time: float, state: State) -> None:
        wrong = np.flatnonzero(~((load > -_BELOW_ZERO) & (load < np.inf)))
        if wrong.size:
            cell = int(state["cell.id"][wrong[0]])
            raise NumericsError(
                Fault(
                    f"occupancy, time {time:g} s, cell {cell}",
                    f"drugs on `{target}` are `{load[wrong[0]]:g}` times their constant",
                    "0 or more, and finite",
                    "",
                    "look at the drug's field: it has left its range",
                    "AMB-N81",
                )
            )


def targets_left(
    concentrations: Mapping[str, ArrayLike],
    knockouts: Iterable[str] = (),
    hypotheses: Mapping[str, str] | None = None,
    parameters: Parameters | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Give the activity left of every target at given free concentrations.

    Parameters
    ----------
    concentrations : mapping
        Free concentration [nM] by drug: one number or an array; arrays must fit each other.
    knockouts : iterable of str
        Genes that are missing.
    hypotheses : mapping, optional
        Options by hypothesis.
    parameters : Parameters, optional
        Choice of values; the defaults when left out.

    Returns
    -------
    left : dict
        By target, 1 untouched to 0 fully blocked, in the common shape of the concentrations.

    Raises
    ------
    ScenarioError
        When a drug, knock-out or option is not known, or a concentration is negative or not finite.

    Examples
    --------
    >>> left = targets_left({"ruxolitinib": 500.0}, knockouts=["TYK2"])
    >>> [round(float(left[target]), 3) for target in ("JAK1", "TYK2", "ROCK1", "myosin")]
    [0.017, 0.0, 0.831, 1.0]
    """
    missing = check_knockouts(knockouts)
    free = {drug(name).id: check_concentration(name, concentration) for name, concentration in concentrations.items()}
    shape = np.broadcast_shapes(*(array.shape for array in free.values()))
    loads = {target: np.zeros(shape) for target in TARGETS}
    for id, concentration in free.items():
        for target, constant in apparent_constants(id, hypotheses, parameters).items():
            loads[target] = loads[target] + concentration / constant
    return {target: np.zeros(shape) if target in missing else 1.0 / (1.0 + load) for target, load in loads.items()}


def check_concentration(name: str, concentration: ArrayLike, where: str = "") -> NDArray[np.float64]:
    """Give a concentration [nM] as an array.

    Raises
    ------
    ScenarioError
        When it is negative or not finite anywhere.

    Examples
    --------
    >>> check_concentration("ruxolitinib", 500.0)
    array(500.)
    """
    array = np.asarray(concentration, dtype=np.float64)
    if np.all(np.isfinite(array)) and np.all(array >= 0.0):
        return array
    bad = array[~(np.isfinite(array) & (array >= 0.0))].flat[0] if array.ndim else float(array)
    raise ScenarioError(
        Fault(
            where or f"{name}.concentration",
            f"`{bad}` nM",
            "a concentration of 0 or more, and finite",
            "",
            "correct `concentration`",
            "AMB-S89",
        )
    )
