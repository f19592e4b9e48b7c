"""Where a JAK inhibitor helps, does nothing, or harms: timing, depth of the block, sensitivity of NK cells.

All timings are tried on the same patients, who have a primary in place on day 0 and are operated on a fixed day. A
block b leaves 1 - b of JAK1 in tumour cells, which the pathway turns into contractility and the link into escape; it
takes b of the IL-15 signal from NK cells, of whose killing a share E rests on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from amoeboid import body, pharmacology
from amoeboid.measures.intervals import Estimate
from amoeboid.process import Treatment, untreated
from amoeboid.scenario import TrialScenario
from amoeboid.trials.contractility import Tumour, mean_drive
from amoeboid.trials.observation import Events
from amoeboid.trials.patients import Patients, screen
from amoeboid.trials.premises import Premises, premises
from amoeboid.trials.truth import Contrast, contrast
from amoeboid.units import DAYS_A_YEAR

Floats = NDArray[np.float64]

SURGERY = 84.0
"""Day of surgery where the document has none: 12 weeks of treatment before it fit in."""

N_CELLS, CELL_SEED = 400, 1  # whose mean drive is asked; the same behind every block
_MEMORY = (7.0, 14.0, 28.0, 56.0, 112.0)  # [day] steps in which NK function goes and returns


@dataclass(frozen=True)
class Timing:
    """When the drug is taken; days since surgery, below 0 before it.

    Examples
    --------
    >>> Timing("12 weeks before", -84.0, 0.0).name
    '12 weeks before'
    """

    name: str
    start: float
    stop: float


TIMINGS = (
    Timing("12 weeks before surgery", -84.0, 0.0),
    Timing("12 weeks before, 1 year after", -84.0, DAYS_A_YEAR),
    Timing("1 year from surgery", 0.0, DAYS_A_YEAR),
    Timing("2 years from surgery", 0.0, 2.0 * DAYS_A_YEAR),
    Timing("years 2 and 3 after surgery", DAYS_A_YEAR, 3.0 * DAYS_A_YEAR),
)
"""From the window in which the primary still seeds to that in which only sleeping cells are left."""

BLOCKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of JAK1 that are blocked."""


@dataclass(frozen=True)
class SignMap:
    """Change by timing and block, one layer for each sensitivity of NK cells.

    Parameters
    ----------
    timings : tuple of Timing
    blocks : (n_blocks,) float64
        Shares of JAK1 blocked.
    nk_loss : (n_losses,) float64
        Shares of NK killing that rest on IL-15.
    contrasts : dict of (loss, timing, block) to Contrast
        By number; metastasis-free survival at the horizon, against no drug.
    escape : (n_blocks,) float64
        Multiplier of seeding at each block, entry times exit, clusters weighed by their potency.
    break_even : (n_losses,) float64
        Block at which colonies that are founded and kept asleep under the drug break even, by closed form; NaN where
        the drug helps at every block, or at none.
    """

    timings: tuple[Timing, ...]
    blocks: Floats
    nk_loss: Floats
    contrasts: dict[tuple[int, int, int], Contrast]
    escape: Floats
    break_even: Floats

    def verdicts(self) -> list[list[list[str]]]:
        """Give helps, nothing or harms by loss, timing and block."""
        shape = (len(self.nk_loss), len(self.timings), len(self.blocks))
        return [
            [[self.contrasts[e, t, b].verdict for b in range(shape[2])] for t in range(shape[1])]
            for e in range(shape[0])
        ]

    def change(self, loss: int) -> tuple[Floats, Floats, Floats]:
        """Give spared less harmed per 100 patients with both ends of its interval, (n_timings, n_blocks) each."""
        nets = [[self.contrasts[loss, t, b].net for b in range(len(self.blocks))] for t in range(len(self.timings))]

        def of(pick: Callable[[Estimate], float]) -> Floats:
            return 100.0 * np.array([[pick(net) for net in row] for row in nets])

        return of(lambda net: net.value), of(lambda net: net.low), of(lambda net: net.high)


def founding_ratio(escape: ArrayLike, k: ArrayLike, loss: ArrayLike) -> Floats:
    """Give colonies of dormant-prone cells that wake under lasting treatment, over those without.

    Parameters
    ----------
    escape : array_like
        Multiplier of seeding, f.
    k : array_like
        Rate at which NK cells kill sleeping cells over that of waking.
    loss : array_like
        Share of killing that is lost.

    Examples
    --------
    >>> float(founding_ratio(0.75, 1.0, 0.5))
    1.0
    """
    kappa = np.asarray(k, dtype=np.float64)
    # f (omega + kappa) / (omega + kappa (1 - delta)), k = kappa / omega   [body-and-trials 2.6]
    return np.asarray(escape) * (1.0 + kappa) / (1.0 + kappa * (1.0 - np.asarray(loss)))


def break_even_escape(k: ArrayLike, loss: ArrayLike) -> Floats:
    """Give the multiplier of seeding below which a lasting treatment founds fewer colonies that wake.

    Examples
    --------
    >>> break_even_escape([1.0, 5.0, 20.0], 0.5).round(2).tolist()
    [0.75, 0.58, 0.52]
    """
    kappa = np.asarray(k, dtype=np.float64)
    return np.asarray((1.0 + kappa * (1.0 - np.asarray(loss))) / (1.0 + kappa))


def escape_at(blocks: ArrayLike, ready: Premises) -> tuple[Floats, Floats, Floats]:
    """Give the multipliers of single entry, cluster entry and exit when shares of JAK1 are blocked in the tumour."""
    share = np.asarray(blocks, dtype=np.float64)
    left = {f"target.{name}": np.ones(share.size + 1) for name in pharmacology.TARGETS}
    left["target.JAK1"] = np.concatenate([[1.0], 1.0 - share])
    drive = mean_drive(left, Tumour(ready.trial.osm), ready.parameters, (N_CELLS, CELL_SEED))
    return ready.link.relative(drive[1:], drive[0])


def seeding_factor(single: Floats, cluster: Floats, leaving: Floats, cancer: body.Cancer) -> Floats:
    """Give the multiplier of founding as a whole: classes weighed by what they found without treatment."""
    weight = cancer.landing.sum(axis=1)
    return np.asarray((weight[0] * single + weight[1] * cluster) * leaving)


def sign_map(
    document: TrialScenario,
    *,
    timings: tuple[Timing, ...] = TIMINGS,
    blocks: tuple[float, ...] = BLOCKS,
    patients: int = 4000,
    progress: Callable[[str, float], None] | None = None,
) -> SignMap:
    """Try every timing, block and sensitivity of NK cells on the same patients.

    Parameters
    ----------
    document : TrialScenario
        Cancer, follow-up, losses of NK killing and cytokine are read; arms and setting are not.
    timings : tuple of Timing
        When the drug is taken.
    blocks : tuple of float
        Shares of JAK1 blocked, rising from 0 to 1.
    patients : int
        Candidates; the few who are not eligible are left out.
    progress : callable, optional
        Told what is being done, and which share of it is done.

    Returns
    -------
    SignMap
    """
    ready = premises(_operated(document))
    who = screen(ready, 0, patients)
    multipliers = escape_at(blocks, ready)
    reference = _life(ready, who, None)
    losses = np.array(sorted(document.trial.nk_loss))
    found: dict[tuple[int, int, int], Contrast] = {}
    for t, timing in enumerate(timings):
        for b, block in enumerate(blocks):
            for e, loss in enumerate(losses):
                if progress:
                    progress("sign map", len(found) / (len(timings) * len(blocks) * len(losses)))
                given = _given(ready, timing, (block, loss), tuple(float(curve[b]) for curve in multipliers))
                life = reference if block == 0.0 else _life(ready, who, given)
                found[e, t, b] = contrast(life, reference, "DMFS", ready.trial.follow_up)
    factor = seeding_factor(*multipliers, ready.cancer)
    k = ready.cancer.nk_kill_rate / ready.cancer.wake_rate
    return SignMap(timings, np.array(blocks), losses, found, factor, _crossings(ready, losses, k))


def _operated(document: TrialScenario) -> TrialScenario:
    """Give the document with patients who have a primary in place, and its own follow-up."""
    surgery = SURGERY if document.trial.surgery is None else document.trial.surgery
    changed = {"setting": "neoadjuvant", "surgery": surgery, "after_surgery": None, "endpoint": "DMFS"}
    return document.model_copy(update={"trial": document.trial.model_copy(update=changed)})


def _given(ready: Premises, timing: Timing, taken: tuple[float, float], escape: tuple[float, ...]) -> Treatment:
    """Give the treatment of all patients: one row."""
    block, loss = taken
    surgery = ready.trial.surgery or 0.0
    first, last = max(timing.start + surgery, 0.0), timing.stop + surgery
    steps = {first, last, *(first + day for day in _MEMORY if first + day < last), *(last + day for day in _MEMORY)}
    edges = np.array(sorted(steps))
    on = ((edges[:-1] >= first) & (edges[:-1] < last)).astype(np.float64)[None, :]
    killing = pharmacology.killing(block * on, edges, loss, parameters=ready.parameters)
    single, cluster, leaving = (1.0 + on * (value - 1.0) for value in escape)
    return Treatment(edges, single, cluster, leaving, killing, np.ones_like(on))


def _life(ready: Premises, who: Patients, given: Treatment | None) -> Events:
    plan = body.Plan(ready.trial.follow_up, who.resection, mortal=-np.inf)
    treatment = untreated() if given is None else given
    found = body.follow(who.disease, ready.cancer, treatment, plan, ready.document.seed)
    return Events(found.first_visible, found.first_visible, found.death, found.cause)


def _crossings(ready: Premises, losses: Floats, k: float) -> Floats:
    """Give the block at which lasting treatment breaks even, by closed form, on a fine grid."""
    grid = np.linspace(0.0, 1.0, 201)
    factor = seeding_factor(*escape_at(grid, ready), ready.cancer)
    crossing = np.full(len(losses), np.nan)
    for number, loss in enumerate(losses):
        gain = np.log(founding_ratio(factor, k, loss * grid))
        turns = np.flatnonzero(np.sign(gain[2:]) != np.sign(gain[1:-1]))
        if turns.size:
            at = turns[0] + 1
            crossing[number] = np.interp(0.0, *_rising(gain[at : at + 2], grid[at : at + 2]))
    return crossing


def _rising(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return (x, y) if x[0] < x[1] else (x[::-1], y[::-1])
