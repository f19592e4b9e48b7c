"""The records of the catalogue: a value with its sources, and what is told beside it.

A record is data: it is read from a table, never changed, and knows nothing of the code that uses it. Only
`Value.internal` computes something, the one conversion from the unit of the table to the internal unit.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass

from amoeboid import units

RELATIONS = ("measured", "cited", "derived", "fitted", "assumed")
"""How a value came to its number: seen in a study, quoted by one, computed, fitted by us, or chosen by us."""

STATUSES = ("assumed", "entered", "reviewed", "disputed")
"""How far a value may be trusted: chosen, entered from its source, checked by a second person, contested."""

VERDICTS = ("supported", "supported in models", "disputed", "overstated", "untested", "contradicted")
"""What the catalogue may say about a claim of the popular account."""

_OWN_UNITS = {unit: unit for unit in units.INTERNAL.values()} | {"1": "dimensionless", "": "dimensionless"}


@dataclass(frozen=True)
class Citation:
    """A pointer into the bibliography: which study, where in it, and for what."""

    key: str
    place: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Source:
    """One study, data set, label or model file; ``background`` says why it is kept when nothing cites it.

    A ``year`` of 0 means that the year was not seen.
    """

    key: str
    title: str
    authors: str
    year: int = 0
    journal: str = ""
    doi: str = ""
    pubmed: str = ""
    url: str = ""
    kind: str = "article"
    note: str = ""
    background: str = ""

    @property
    def link(self) -> str:
        """Address of the study: by DOI, else PubMed, else the address given, else empty.

        Examples
        --------
        >>> Source("k", "t", "a", 2013, doi="10.1083/jcb.201210152").link
        'https://doi.org/10.1083/jcb.201210152'
        """
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pubmed:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pubmed}/"
        return self.url


@dataclass(frozen=True)
class Value:
    """A number with its unit, range, spread between cells, sources and review.

    ``value`` is a float or a tuple of floats in ``unit``; ``low`` and ``high`` are in the same unit;
    ``spread`` is the standard deviation of the logarithm over cells. ``where`` names the table it is from.
    """

    id: str
    value: float | tuple[float, ...]
    unit: str
    relation: str
    status: str
    entered_on: datetime.date
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    applies_to: str = ""
    sources: tuple[Citation, ...] = ()
    derivation: str = ""
    reviewed_on: datetime.date | None = None
    note: str = ""
    where: str = ""

    @property
    def numbers(self) -> tuple[float, ...]:
        """The value as a tuple, also when it is one number."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @functools.cached_property
    def internal_unit(self) -> str:
        """Internal unit of the same dimension."""
        return _OWN_UNITS.get(self.unit) or units.internal_unit(self.unit)

    @functools.cached_property
    def internal(self) -> float | tuple[float, ...]:
        """The value in its internal unit.

        Examples
        --------
        >>> Value("a.b", 2.0, "min", "assumed", "assumed", datetime.date(2026, 11, 22)).internal
        120.0
        """
        converted = tuple(self.to_internal(number) for number in self.numbers)
        return converted if isinstance(self.value, tuple) else converted[0]

    def to_internal(self, number: float) -> float:
        """Convert a number given in the unit of this value (such as ``low``) into the internal unit."""
        if self.unit in _OWN_UNITS:
            return number
        return units.convert(number, self.unit, self.internal_unit, self.id)


@dataclass(frozen=True)
class Drug:
    """A drug of the library; its numbers are the values whose ids begin with ``drug.<id>.``."""

    id: str
    name: str
    drug_class: str
    targets: tuple[str, ...] = ()
    note: str = ""
    aliases: tuple[str, ...] = ()
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class CellType:
    """A kind of cell; its numbers are the values ``cell.<id>.…``; ``gaps`` names what is not known."""

    id: str
    name: str
    kind: str
    note: str = ""
    gaps: tuple[str, ...] = ()
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Option:
    """One answer to a contested question, with what speaks for it."""

    name: str
    meaning: str
    evidence: str
    sources: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Hypothesis:
    """A contested mechanism as a named switch. ``in_use`` is false while no scale reads it.

    ``only_if_blocked`` names the targets without whose block or knock-out the options are one and the same,
    ``only_with`` what a tissue must have for them to differ.
    """

    id: str
    question: str
    options: tuple[Option, ...]
    default: str
    scale: str
    in_use: bool = True
    only_if_blocked: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()

    def option(self, name: str) -> Option | None:
        """Give the option of that name, or nothing."""
        return next((option for option in self.options if option.name == name), None)


@dataclass(frozen=True)
class Claim:
    """A statement of the popular account, with our verdict and why."""

    id: str
    text: str
    verdict: str
    explanation: str
    checked_on: datetime.date
    sources: tuple[Citation, ...] = ()
