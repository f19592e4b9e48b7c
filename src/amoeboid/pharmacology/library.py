"""The drug library: which drugs there are, what they act on, and how each is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import Drug, catalogue

TARGETS = ("JAK1", "JAK2", "TYK2", "ROCK1", "ROCK2", "myosin", "GP130", "MMP", "DNMT")
"""What drugs and knock-outs act on in a cell; each has a port ``target.<name>``."""

KNOCKOUTS = ("JAK1", "JAK2", "TYK2", "ROCK1", "ROCK2", "GP130", "MMP", "DNMT")
"""Genes that can be taken out of every cell or of one type, in any combination; MMP and DNMT stand for families."""


def library() -> Mapping[str, Drug]:
    """Give all drugs by id.

    Examples
    --------
    >>> library()["ruxolitinib"].drug_class
    'JAK inhibitor'
    """
    return catalogue().drugs


def drug(name: str, where: str = "") -> Drug:
    """Look up a drug by id or by another of its names.

    Parameters
    ----------
    name : str
        Such as ``"Y-27632"``.
    where : str
        Place named in the error.

    Raises
    ------
    ScenarioError
        When the library has no such drug.

    Examples
    --------
    >>> drug("INCB018424").id
    'ruxolitinib'
    """
    drugs = library()
    names = {other: id for id, record in drugs.items() for other in (id, record.name, *record.aliases)}
    if name not in names:
        raise ScenarioError(
            Fault(
                where or "drugs",
                f"unknown drug `{name}`",
                "an id in the drug library (`amoeboid drugs` lists them)",
                nearest_name(name, names),
                "correct the name, or add a record to the library",
                "AMB-S80",
            )
        )
    return drugs[names[name]]


def check_knockouts(names: Iterable[str], where: str = "") -> tuple[str, ...]:
    """Give knock-outs sorted and without repeats.

    Raises
    ------
    ScenarioError
        When a name is no gene that can be taken out; tells all.

    Examples
    --------
    >>> check_knockouts(["TYK2", "JAK1", "JAK1"])
    ('JAK1', 'TYK2')
    """
    chosen = sorted(set(names))
    faults = [
        Fault(
            where or "knockouts",
            f"unknown knock-out `{name}`",
            "one or more of " + ", ".join(KNOCKOUTS),
            nearest_name(name, KNOCKOUTS),
            "correct the name",
            "AMB-S81",
        )
        for name in chosen
        if name not in KNOCKOUTS
    ]
    if faults:
        raise ScenarioError(*faults)
    return tuple(chosen)
