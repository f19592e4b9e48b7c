"""The process that lets cells grow, divide, starve, die and be cleared; and the one that keeps the dead passive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from amoeboid import seeds
from amoeboid.evidence import Parameters
from amoeboid.process import State, species_port
from amoeboid.seeds import TICK, Stream
from amoeboid.tissue.cells import cycle
from amoeboid.tissue.cells.cycle import DIVIDING, G1, HYPOXIC, NECROTIC, QUIESCENT
from amoeboid.tissue.geometry import Domain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

OXYGEN = species_port("oxygen").name
"""What cells meet of oxygen; without it they count as well supplied."""

_LIFE = ("cell.parent", "cell.born", "cell.phase", "cell.cycle", "cell.next_id", "growth.cells", "growth.volume")
BORN, DIED, CLEARED = range(3)
GROWN, LOST = range(2)


class Growth:
    """Let cells pass their cycle, divide at its end, and die where oxygen is short.

    Once an interval: living cells pass a part of their cycle and grow, some die, the dead lose volume, those
    nearly gone are cleared, and cells at the end of their cycle become two. The mother keeps its number; the other
    daughter has a new one and else all that the mother had. Both lie within the mother's sphere, on an axis drawn
    at random, and draw a new cycle time. The number of cells may be another afterwards, and lists of neighbours are
    made anew, since radii have changed.

    Cells conserved: placed + born - cleared (- crossed into vessels); ``growth.cells`` counts born, died, cleared, and
    ``growth.volume`` sums the volume grown and lost [um^3].

    Parameters
    ----------
    parameters : Parameters
        Records ``growth.*`` and those of the cell types.
    domain : Domain
        Daughters stay inside.
    cell_types : sequence of str
        In the order that ``cell.type`` counts.
    seed : int
        Of the member.
    hypotheses : mapping from name to option
        ``osm_growth``: when ``on``, phosphorylated STAT3 arrests the cycle; ``off`` when absent.
    """

    name = "growth"
    writes: tuple[str, ...] = (*_LIFE, "cell.id", "cell.position", "cell.radius", "cell.vigour")

    def __init__(
        self,
        parameters: Parameters,
        domain: Domain,
        cell_types: Sequence[str],
        *,
        seed: int,
        hypotheses: Mapping[str, str] | None = None,
    ) -> None:
        self.interval = parameters["growth.interval"]
        self.life = cycle.life(parameters, cell_types)
        self._apart = parameters["growth.daughters_apart"]
        self._size = np.asarray(domain.size)
        self._seed = seed
        self._stat3 = (hypotheses or {}).get("osm_growth", "off") == "on"
        stat3 = ("cell.pSTAT3",) if self._stat3 else ()
        self.reads: tuple[str, ...] = (*self.writes, "cell.type", *stat3)

    def initial(self, state: State) -> None:
        """Spread cells over their cycle as a growing crowd has them, and give each the volume of its place in it."""
        ids, kind = state["cell.id"], state["cell.type"]
        n = len(ids)
        state.put("cell.parent", np.full(n, -1))
        state.put("cell.born", np.zeros(n))
        state.put("cell.next_id", np.array([ids.max() + 1 if n else 0]))
        state.put("growth.cells", np.zeros(3))
        state.put("growth.volume", np.zeros(2))
        # ages of a growing crowd have the density 2 ln(2) 2^-share
        share = -np.log2(1.0 - 0.5 * seeds.uniform(ids, 0, Stream.CYCLE, self._seed, 3)[:, 2])
        state.put("cell.cycle", share)
        state.put("cell.phase", np.where(share < self.life.first_share, G1, DIVIDING))
        # the mean over those ages of 2^share is 2 ln(2), so that the crowd has the volume of its type
        own = cycle.volume_of(state["cell.radius"]) if n else self.life.volume[kind]
        state.put("cell.radius", cycle.radius_of(own * 2.0**share / (2.0 * np.log(2.0))))

    def advance(self, state: State, time: float, dt: float) -> None:
        """Move all cells from ``time`` to ``time + dt`` [s]; draws are keyed by the tick at ``time``."""
        if state.n_cells == 0:
            return
        tick = round(time / TICK)
        volume = cycle.volume_of(state["cell.radius"])
        self._pass(state, volume, dt)
        self._die(state, tick, dt)
        gone = self._lose(state, volume, dt)
        state.put("cell.radius", cycle.radius_of(volume))
        due = (state["cell.cycle"] >= 1.0) & cycle.living(state)
        self._replace(state, gone, due, (tick, time + dt))

    def own_time(self, state: State) -> Floats:
        """Give each cell's own cycle time when well supplied [s], drawn for its number and birth."""
        born = np.rint(state["cell.born"] / TICK).astype(np.int64)
        score = seeds.normal(state["cell.id"], born, Stream.CYCLE, self._seed)[:, 0]
        return np.asarray(self.life.cycle_time[state["cell.type"]] * np.exp(self.life.spread * score))

    def slowing(self, state: State) -> Floats:
        """Give the factor f on the rate at which each cell passes G1."""
        kind = state["cell.type"]
        factor = np.ones(len(kind))
        if OXYGEN in state:
            factor *= cycle.supply(state[OXYGEN], self.life.oxygen_arrest[kind], self.life.oxygen_full[kind])
        if "cell.pressure" in state:
            factor *= state["cell.pressure"] <= self.life.pressure_arrest
        if self._stat3:
            factor /= 1.0 + (state["cell.pSTAT3"] / self.life.stat3_half) ** self.life.stat3_power
        return factor

    def _starving(self, state: State) -> Mask:
        if OXYGEN not in state:
            return np.zeros(state.n_cells, dtype=np.bool_)
        return np.asarray(state[OXYGEN] < self.life.oxygen_death[state["cell.type"]])

    def _pass(self, state: State, volume: Floats, dt: float) -> None:
        """Move living cells along their cycle; volumes grow with it; phases say what holds each."""
        phase, share = state["cell.phase"], state["cell.cycle"]
        alive, first = phase != NECROTIC, share < self.life.first_share
        starving, factor = self._starving(state), self.slowing(state)
        going = np.where(alive & ~starving, np.where(first, factor, 1.0), 0.0)
        passed = going * dt / self.own_time(state)
        share += passed
        grown = volume * np.expm1(passed * np.log(2.0))
        volume += grown
        state["growth.volume"][GROWN] += grown.sum()
        held = np.where(going > 0.0, np.where(share < self.life.first_share, G1, DIVIDING), QUIESCENT)
        phase[alive] = np.where(starving, HYPOXIC, held)[alive]

    def _die(self, state: State, tick: int, dt: float) -> None:
        kind, phase = state["cell.type"], state["cell.phase"]
        hazard = self.life.apoptosis[kind] + np.where(phase == HYPOXIC, self.life.hypoxic_death[kind], 0.0)
        risk = np.flatnonzero((phase != NECROTIC) & (hazard > 0.0))
        draw = seeds.uniform(state["cell.id"][risk], tick, Stream.DEATH, self._seed)[:, 0]
        dying = risk[draw < -np.expm1(-hazard[risk] * dt)]
        phase[dying] = NECROTIC
        state["cell.vigour"][dying] = 0.0
        state["growth.cells"][DIED] += len(dying)

    def _lose(self, state: State, volume: Floats, dt: float) -> Mask:
        """Let the dead lose volume; tell who is nearly gone."""
        kind, dead = state["cell.type"], state["cell.phase"] == NECROTIC
        lost = np.where(dead, volume * -np.expm1(-self.life.necrotic_loss[kind] * dt), 0.0)
        volume -= lost
        gone: Mask = dead & (volume < self.life.cleared_share * self.life.volume[kind])
        state["growth.volume"][LOST] += lost.sum() + volume[gone].sum()
        state["growth.cells"][CLEARED] += np.count_nonzero(gone)
        return gone

    def _replace(self, state: State, gone: Mask, due: Mask, key: tuple[int, float]) -> None:
        """Drop those that are gone; put a second row behind all others for each that divides, in order of number."""
        ids = state["cell.id"]
        mothers = np.flatnonzero(due)
        mothers = mothers[np.argsort(ids[mothers])]
        kept = np.flatnonzero(~gone)
        first = (np.cumsum(~gone) - 1)[mothers]
        state.reindex(np.concatenate([kept, mothers]))
        if mothers.size:
            self._separate(state, first, len(kept) + np.arange(len(mothers)), key)

    def _separate(self, state: State, first: Ints, second: Ints, key: tuple[int, float]) -> None:
        """Make two of each mother, whose copies are in rows ``first`` and ``second``."""
        tick, now = key
        mothers = state["cell.id"][first].copy()
        own = int(state["cell.next_id"][0]) + np.arange(len(mothers))
        axis = seeds.normal(mothers, tick, Stream.DIVISION, self._seed, 3)
        axis /= np.sqrt(np.einsum("ni,ni->n", axis, axis))[:, None]
        radius = state["cell.radius"][first] * np.cbrt(0.5)
        away = 0.5 * self._apart * radius[:, None] * axis
        for rows, side in ((first, -1.0), (second, 1.0)):
            state["cell.position"][rows] = np.clip(state["cell.position"][rows] + side * away, 0.0, self._size)
            state["cell.radius"][rows] = radius
            state["cell.cycle"][rows] -= 1.0
            state["cell.phase"][rows] = G1
            state["cell.born"][rows] = now
        state["cell.id"][second] = own
        state["cell.parent"][second] = mothers
        state["cell.next_id"][0] += len(mothers)
        state["growth.cells"][BORN] += len(mothers)


class Passive:
    """Keep the dead passive: no contraction, no signal, so no force and nothing that follows from them.

    Stands behind the pathway, which goes on to be computed for the dead.
    """

    name = "rest of the dead"
    interval = TICK
    reads: tuple[str, ...] = ("cell.phase",)
    writes: tuple[str, ...] = ("cell.drive", "cell.tension", "cell.pMLC2", "cell.pSTAT3")

    def __init__(self, parameters: Parameters) -> None:
        self._tension = parameters["signalling.tension_rest"]

    def advance(self, state: State, time: float, dt: float) -> None:
        """Put the readouts of dead cells to those of a passive cortex."""
        dead = ~cycle.living(state)
        if not dead.any():
            return
        for name in ("cell.drive", "cell.pMLC2", "cell.pSTAT3"):
            state[name][dead] = 0.0
        state["cell.tension"][dead] = self._tension
