"""What our own network says of contraction, cut out for a pathway file that ends at an output before it.

A file gives the share of phosphorylated light chain, or the drive, or the tension; what it does not give follows by the
laws and values of our own network, under its hypotheses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from amoeboid.evidence import Parameters
from amoeboid.formats.sbml import Math
from amoeboid.signalling.dimension import dimension
from amoeboid.signalling.formulas import TISSUE, formula, names, renamed
from amoeboid.signalling.mapping import Scales, words
from amoeboid.signalling.network import Network, network

OWN = "signalling."
"""Before the names of what is appended from our own network; also the prefix of its values in the evidence."""


INVERSE = "clip((tension - tension_rest)/(tension_contracted - tension_rest))"
"""Drive of a cell whose pathway gives the tension only: the law of tension in our own network, solved for the drive."""


@dataclass(frozen=True)
class Tail:
    """What our own network says of contraction, in the units of a file.

    ``rules`` gives drive and what it rests on; ``rate`` and ``start`` are those of the tension, ``inverse`` the drive
    that a tension stands for; ``numbers`` are the values by name.
    """

    rules: Mapping[str, Math]
    rate: Math
    start: Math
    inverse: Math
    numbers: Mapping[str, float]


def tail(own: Network, parameters: Parameters, units: Scales) -> Tail:
    """Cut from our own network what lies between MLC2-P and tension, under its hypotheses.

    Parameters
    ----------
    own : Network
        From `amoeboid.signalling.network`.
    parameters : Parameters
        Its numbers.
    units : Scales
        Units of the file.
    """
    readouts = {entry.name: str(entry.text) for entry in own.readouts}
    tension = readouts["tension"]
    texts = {
        "rate": next(rule.rate for rule in own.rate_rules if rule.species == tension),
        "start": next(entry.start for entry in own.species if entry.name == tension),
        "inverse": INVERSE,
    }
    laws = {name: formula(text) for name, text in texts.items()}
    rules = _closure(own, [readouts["drive"], *(name for one in laws.values() for name in names(one))])
    used = {name for one in (*laws.values(), *rules.values()) for name in names(one)}
    powers = replace(own, exponents={name: id for name, id in own.exponents.items() if name in used}).powers(parameters)
    meaning: dict[str, Math] = {name: ("name", OWN + name) for name in (*rules, *own.parameters)}
    meaning |= {name: ("number", float(power)) for name, power in powers.items()}
    meaning |= {name: tissue(name) for name in words()} | {text: tissue(name) for name, text in readouts.items()}
    numbers = {
        OWN + name: parameters[OWN + name] / factor(unit, units)
        for name, unit in own.parameters.items()
        if name in used
    }
    kept = {OWN + name: renamed(rule, meaning) for name, rule in rules.items()}
    told = {name: renamed(law, meaning) for name, law in laws.items()}
    return Tail(kept, told["rate"], told["start"], told["inverse"], numbers)


def _closure(own: Network, waiting: list[str]) -> dict[str, Math]:
    """Give the rules on which names rest, down to the share of phosphorylated light chain."""
    texts = {rule.name: rule.text for rule in own.rules}
    share = next(str(entry.text) for entry in own.readouts if entry.name == "pMLC2")
    found: dict[str, Math] = {}
    while waiting:
        name = waiting.pop()
        if name in texts and name != share and name not in found:
            found[name] = formula(texts[name])
            waiting.extend(names(found[name]))
    return found


@cache
def shapes_contraction(hypothesis: str, option: str) -> bool:
    """Tell whether an option of a hypothesis changes what a file takes from our own network.

    Examples
    --------
    >>> shapes_contraction("mlc_switch", "bistable"), shapes_contraction("jak1_rock_link", "slow")
    (True, False)
    """
    readout = [str(entry.text) for entry in network().readouts if entry.name in ("drive", "tension")]
    plain, other = network(), network({hypothesis: option})
    return _closure(plain, [*readout]) != _closure(other, [*readout]) or plain.rate_rules != other.rate_rules


def tissue(name: str) -> Math:
    """Give the name under which a word of the tissue, or an output, stands in the joined record."""
    return ("name", f"{TISSUE}.{name}")


def factor(unit: str, units: Scales) -> float:
    """Give our units in one unit of the file, for a unit made of nM and s; lengths and forces stay ours.

    Examples
    --------
    >>> factor("1/nM/s", Scales(second=60.0, nanomolar=1000.0)) * 60.0 * 1000.0
    1.0
    """
    of_concentration, of_time, _, _ = dimension(unit)
    return float(units.nanomolar**of_concentration * units.second**of_time)
