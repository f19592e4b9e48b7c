"""The processes of a tissue that grows: cells that cycle, divide and die, and dead ones that stay passive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amoeboid.evidence import Parameters
from amoeboid.process import State
from amoeboid.tissue import cells
from amoeboid.tissue.geometry import Domain


def growing(
    state: State,
    parameters: Parameters,
    domain: Domain,
    choices: tuple[Sequence[str], int, Mapping[str, str]],
) -> tuple[tuple[cells.Rest], tuple[cells.Growth]]:
    """Spread cells over their cycle, and give the processes that stand behind the pathway and those that end a tick.

    Parameters
    ----------
    state : State
        With its cells placed; they get the ports of growth, and volumes by their place in the cycle.
    parameters : Parameters
    domain : Domain
    choices : tuple
        Cell types in the order of ``cell.type``, the seed of the member, option by hypothesis.
    """
    types, seed, hypotheses = choices
    growth = cells.Growth(parameters, domain, types, seed=seed, hypotheses=hypotheses)
    growth.initial(state)
    return (cells.Rest(parameters),), (growth,)
