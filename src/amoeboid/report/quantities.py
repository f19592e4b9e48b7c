"""How measures are named and written for a reader: words, units, digits, intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from amoeboid.measures import Estimate

ENDASH, MINUS = "–", "−"


@dataclass(frozen=True)
class Quantity:
    """A measure as it is shown: ``name`` in a table, ``unit`` after ``factor`` has been applied."""

    name: str
    unit: str = ""
    factor: float = 1.0
    digits: int = 3

    @property
    def label(self) -> str:
        """Name with unit, for an axis."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 100 %."""
        return self.unit == "%"

    def number(self, value: float) -> str:
        """Write a value without its unit.

        Examples
        --------
        >>> QUANTITIES["fraction_escaped"].number(0.1234), QUANTITIES["tension_mean"].number(-0.51234)
        ('12.3', '−0.512')
        """
        if not math.isfinite(value):
            return ENDASH
        return signed(f"{self.factor * value:.1f}" if self.is_share else f"{self.factor * value:.{self.digits}g}")

    def value(self, value: float) -> str:
        """Write a value with its unit."""
        return f"{self.number(value)} {self.unit}".strip()

    def interval(self, estimate: Estimate) -> str:
        """Write the interval of a value, such as ``10.1 to 14.5``. Empty when infinite.

        No measure is negative, so intervals end at 0, those of shares at 100 % as well.
        """
        if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
            return ""
        high = min(estimate.high, 1.0) if self.is_share else estimate.high
        return f"{self.number(max(estimate.low, 0.0))} to {self.number(high)}"

    def difference(self, low: float, high: float) -> str:
        """Write the ends of the interval of a difference; empty when infinite."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return ""
        return f"{self.number(low)} to {self.number(high)}"

    @property
    def difference_unit(self) -> str:
        """Unit of a difference: of shares, percentage points."""
        return "percentage points" if self.is_share else self.unit


QUANTITIES = {
    "fraction_escaped": Quantity("cells escaped", "%", 100.0),
    "fraction_escaped_single": Quantity("escaped as single cells", "%", 100.0),
    "fraction_escaped_cluster": Quantity("escaped in clusters", "%", 100.0),
    "escape_rate_per_day": Quantity("escape rate", "per cell and day"),
    "invasion_distance": Quantity("invasion distance", "µm"),
    "invasion_depth": Quantity("depth of invasion", "µm"),
    "fraction_invaded": Quantity("tumour cells that invaded", "%", 100.0),
    "invading_group_size": Quantity("cells in the group of an invading cell"),
    "fraction_invading_together": Quantity("invading cells that touch another", "%", 100.0),
    "fraction_transmigrated": Quantity("cells that came through a membrane", "%", 100.0),
    "fraction_together_by_chance": Quantity("invading cells that would touch another by chance", "%", 100.0),
    "fraction_led_by_fibroblast": Quantity("strands led by a fibroblast", "%", 100.0),
    "fraction_led_by_chance": Quantity("points as deep on a fibroblast's path", "%", 100.0),
    "fraction_intravasated": Quantity("cells that entered vessels", "%", 100.0),
    "intravasation_rate_per_day": Quantity("rate of entering vessels", "per cell and day"),
    "intravasation_cluster_share": Quantity("groups of several among those that entered", "%", 100.0),
    "gel_contraction": Quantity("area that the gel has lost", "%", 100.0),
    "outer_radius": Quantity("outer radius of the spheroid", "µm"),
    "inhibited_radius": Quantity("radius of the arrested inside", "µm"),
    "necrotic_radius": Quantity("radius of the necrotic core", "µm"),
    "n_cells": Quantity("cells, dead ones included", digits=4),
    "n_living": Quantity("living cells", digits=4),
    "pSTAT3_mean": Quantity("STAT3-P", "nM"),
    "pSTAT3_fold": Quantity("STAT3-P over reference arm", "fold"),
    "pMLC2_mean": Quantity("MLC2-P, share of all MLC2"),
    "pMLC2_fold": Quantity("MLC2-P over reference arm", "fold"),
    "tension_mean": Quantity("cortical tension γ", "nN/µm"),
    "pull_mean": Quantity("pull of a cell on the matrix", "nN"),
    "contact_angle_mean": Quantity("contact angle θ", "°", 180.0 / math.pi),
    "fraction_rounded": Quantity("rounded cells", "%", 100.0),
    "speed_mean": Quantity("step speed, mean", "µm/min"),
    "speed_median": Quantity("step speed, median", "µm/min"),
    "persistence": Quantity("persistence", "min"),
    "msd_15min": Quantity("MSD at 15 min", "µm²"),
    "msd_30min": Quantity("MSD at 30 min", "µm²"),
}
"""Every measure that a scenario may ask about, in the order of a table."""


def quantity(measure: str) -> Quantity:
    """Give how a measure is written; one that is not listed keeps its own name."""
    plain, _, cell_type = measure.partition(" of ")
    known = QUANTITIES.get(plain, Quantity(plain.replace("_", " ")))
    return replace(known, name=f"{known.name} of {cell_type.replace('_', ' ')} cells") if cell_type else known


def signed(text: str) -> str:
    """Write a minus sign as one; no number is minus zero.

    Examples
    --------
    >>> signed("-3"), signed("-0.0"), signed("-0 %")
    ('−3', '0.0', '0 %')
    """
    if text.startswith("-") and not text.strip("-0. %"):
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def span(seconds: float) -> str:
    """Write a length of time in words.

    Examples
    --------
    >>> span(86400.0), span(27000.0), span(180.0)
    ('24 h', '7.5 h', '3 min')
    """
    if seconds >= 3600.0:
        return f"{seconds / 3600.0:.4g} h"
    return f"{seconds / 60.0:.4g} min" if seconds >= 60.0 else f"{seconds:.4g} s"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "cell"), counted(2000, "cell")
    ('1 cell', '2,000 cells')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def joined(words: list[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
