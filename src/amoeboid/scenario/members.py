"""The members of a run: each arm, each replicate, each set of hypotheses, with its seed and id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amoeboid.scenario import vocabulary
from amoeboid.scenario.document import Arm, Scenario
from amoeboid.seeds import Stream, philox


@dataclass(frozen=True)
class Member:
    """One simulation of a run.

    Parameters
    ----------
    id : str
        ``<arm>/r<k>``, or ``<arm>/r<k>/<hypothesis>=<option>``; k counts from 1.
    arm : Arm
        The condition.
    replicate : int
        k; the same k has the same seed in every arm, so arms are compared on common random numbers.
    seed : int
        64-bit seed of all draws of this member.
    hypotheses : mapping
        Option of every hypothesis that a process reads.
    varied : str
        ``<hypothesis>=<option>`` where this member departs from its arm; else empty.
    """

    id: str
    arm: Arm
    replicate: int
    seed: int
    hypotheses: Mapping[str, str] = field(default_factory=dict)
    varied: str = ""

    @property
    def departures(self) -> dict[str, str]:
        """The option by which this member departs from its arm, if any."""
        name, _, option = self.varied.partition("=")
        return {name: option} if name else {}


def member_seed(seed: int, replicate: int) -> int:
    """Give the seed of a replicate: a pure function of the seed of the scenario and k.

    Examples
    --------
    >>> member_seed(1, 1) == member_seed(1, 1), member_seed(1, 1) == member_seed(1, 2)
    (True, False)
    """
    words = philox(replicate, 0, Stream.REPLICATE, 0, seed)
    return int(words[0]) | (int(words[1]) & 0x7FFFFFFF) << 32  # 63 bits: kernels take signed integers


def members(scenario: Scenario) -> tuple[Member, ...]:
    """Give all members of a run, in the order of arms, replicates and hypotheses.

    Explored options are run in the first replicate of the arms that comparisons name (of all arms when there are
    none), and not where they cannot matter: what a drug binds does not concern an arm without drugs.

    Examples
    --------
    >>> from amoeboid.scenario import load
    >>> [member.id for member in members(load("quick-look"))]
    ['no-added-cytokine/r1', 'osm/r1']
    """
    return tuple(
        Member(
            f"{arm.slug}/r{replicate}" + (f"/{varied}" if varied else ""),
            arm,
            replicate,
            member_seed(scenario.seed, replicate),
            chosen,
            varied,
        )
        for arm in scenario.arms
        for replicate in range(1, scenario.replicates + 1)
        for varied, chosen in _sets(scenario, arm, replicate)
    )


def mechanisms(scenario: Scenario, member: Member) -> dict[str, str]:
    """Give the options of a member for which its tissue has what they need: no memory where no type remembers.

    Examples
    --------
    >>> from amoeboid.scenario import load
    >>> document = load("quick-look")
    >>> "caf_memory" in mechanisms(document, members(document)[0])
    False
    """
    found = scenario.ingredients_of(member.arm)
    return {name: option for name, option in member.hypotheses.items() if vocabulary.is_at_hand(name, found)}


def _sets(scenario: Scenario, arm: Arm, replicate: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the hypotheses of an arm, then each explored departure from them."""
    known = vocabulary.hypotheses()
    chosen = {name: options[0] for name, options in known.items()} | scenario.hypotheses | arm.hypotheses
    yield "", chosen
    compared = {name for entry in scenario.comparisons for name in (entry.arm, entry.against)}
    if replicate > 1 or (compared and arm.name not in compared):
        return
    drugs = tuple(drug.name for drug in arm.drugs)
    of_file = tuple(scenario.pathway.outputs) if scenario.pathway.file else None
    missing = tuple(sorted({*arm.knockouts, *(gene for genes in arm.knockouts_in.values() for gene in genes)}))
    at_hand = scenario.ingredients_of(arm)
    for name in scenario.explore:
        for option in known[name] if vocabulary.is_at_hand(name, at_hand) else ():
            if option != chosen[name] and vocabulary.concerns((name, option), drugs, missing, of_file):
                yield f"{name}={option}", chosen | {name: option}
