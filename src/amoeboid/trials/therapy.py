"""From an arm and its patients to what the body feels: multipliers of escape, exit, NK killing and growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amoeboid import pharmacology
from amoeboid.evidence import Parameters
from amoeboid.process import EscapeLink, Treatment, untreated
from amoeboid.scenario import Effect, TrialArm
from amoeboid.trials.exposure import Level, steady_mean
from amoeboid.trials.schedule import overlap

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Taken:
    """What patients of an arm take, and what each combination of doses does in them.

    Parameters
    ----------
    edges : (n_pieces + 1,) float64 [day]
        Of the pieces since randomisation.
    share : (n_levels, n, n_pieces) float64
        For how much of each piece each level is taken; sums to 1 over the levels.
    levels : tuple of Level
        The first without any drug.
    """

    edges: Floats
    share: Floats
    levels: tuple[Level, ...]

    @property
    def inhibition(self) -> Floats:
        """Mean share of the IL-15 signal that is lost in each piece, (n, n_pieces)."""
        total = np.zeros(self.share.shape[1:])
        for share, level in zip(self.share, self.levels, strict=True):
            total = total + share * level.inhibition[:, None]
        return np.minimum(total, 1.0)  # shares may sum to one and a rounding

    def mean_over_levels(self, values: list[Floats]) -> Floats:
        """Give the mean of what each level has, (n or 1,) each, in each piece: (n, n_pieces).

        It is written as the value without drug and what differs from it, so that equal values give exactly that value.
        """
        base = values[0][:, None]
        total = np.zeros(self.share.shape[1:])
        for share, value in zip(self.share[1:], values[1:], strict=True):
            total = total + share * (value[:, None] - base)
        return np.asarray(base + total)


@dataclass(frozen=True)
class Case:
    """One reading of what is not known: a draw of the link, and how much of NK killing full inhibition takes.

    Parameters
    ----------
    draw : int
        Row of the link; 0 is the best estimate.
    nk_loss : float
        0 to 1.
    outgrowth : float
        How much of the growth of lesions needs contractility as entering a vessel does, 0 to 1: a what-if that no
        measurement supports, for asking what a null result speaks against.
    """

    draw: int
    nk_loss: float
    outgrowth: float = 0.0


def treatment(
    arm: TrialArm, taken: Taken, link: EscapeLink, case: Case, *, reference: float, parameters: Parameters
) -> Treatment:
    """Turn what an arm takes into a treatment.

    Entry, cluster share and exit are read off the link at each moment of a dosing interval, over their values at the
    contractility of untreated tumours, and then averaged over the interval and over the doses of each piece. Tumour
    cells answer at once (minutes to hours against days); NK cells follow the inhibition at a rate.

    Parameters
    ----------
    arm : TrialArm
        Its typed effect is multiplied in.
    taken : Taken
        From `exposure`.
    link : EscapeLink
        From contractility to escape.
    case : Case
        Draw of the link, and loss of NK killing at full inhibition.
    reference : float
        Contractility of untreated tumours of the trial.
    parameters : Parameters
        Numbers in force.

    Returns
    -------
    Treatment
        Days since randomisation.
    """
    if taken.edges.size == 1:
        return untreated()
    single, cluster, leaving = escape(taken, link, case.draw, reference)
    killing = pharmacology.killing(taken.inhibition, taken.edges, case.nk_loss, parameters=parameters)
    growth = 1.0 + case.outgrowth * (single - 1.0)
    parts = {"single": single, "cluster": cluster, "extravasation": leaving, "killing": killing, "growth": growth}
    if arm.effect is not None:
        parts = {name: part * typed(arm.effect, name, taken.edges) for name, part in parts.items()}
    return Treatment(taken.edges, **parts)


def escape(taken: Taken, link: EscapeLink, draw: int, reference: float) -> tuple[Floats, Floats, Floats]:
    """Give the multipliers of single entry, cluster entry and exit in each piece, (n, n_pieces) each."""
    by_level = [link.relative(level.drive, reference, draw) for level in taken.levels]
    means = [tuple(steady_mean(curve) for curve in curves) for curves in by_level]
    single, cluster, leaving = (taken.mean_over_levels([level[k] for level in means]) for k in range(3))
    return single, cluster, leaving


def typed(effect: Effect, name: str, edges: Floats) -> Floats:
    """Give a typed multiplier in each piece, (1, n_pieces); 1 outside its time."""
    stop = edges[-1] if effect.stop is None else effect.stop
    inside = overlap(np.array([effect.start]), np.array([stop]), edges)
    return np.asarray(1.0 + inside * (getattr(effect, name) - 1.0))
