"""Hypothetical compounds and the ways to give them: a document to screen, read like a scenario.

Potencies are *free* concentrations in nM, those of ``blood`` *total* ones in whole blood in nM; clearance in L/h and
volumes in L are apparent (over bioavailability), the rate of uptake is in 1/h; doses in mg, times in days since
randomisation. What a compound does not name it leaves alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from amoeboid.scenario import library
from amoeboid.scenario.document import Record
from amoeboid.scenario.drafts import check_unique, entries, has
from amoeboid.scenario.faults import Log, Spot
from amoeboid.scenario.loading import draft_of, text_of
from amoeboid.scenario.migrate import FORMAT
from amoeboid.scenario.rules import MISSING, ByName, Flag, Number, Part, Quantity, Several, Text, Whole
from amoeboid.scenario.settings import Slug
from amoeboid.scenario.trial_checks import check_times
from amoeboid.units import DAYS_A_YEAR

KINASES = ("JAK1", "JAK2", "JAK3", "ROCK1", "ROCK2", "TYK2", "myosin")
"""What a compound may act on in a cell."""

BLOOD = ("IL-6", "IL-15", "TPO", "EPO")
"""Signals whose block in whole blood may be measured: tumour, NK cells, platelets, red cells."""

EXAMPLE = "example-compounds"
"""Name of the shipped document of compounds."""

_CONCENTRATION = Quantity("concentration", 1e-3, 1e9, example="5 nM")


def _spread() -> Number:
    return Number(0.0, 2.0, example="0.4")


class Uptake(Record):
    """How a body takes a compound up and clears it; spreads are standard deviations of the logarithm over patients.

    Without ``exchange_flow`` and ``peripheral_volume`` there is one compartment.
    """

    clearance: Annotated[float, Quantity("clearance", 0.01, 10_000.0, example="20 L/h")]
    volume: Annotated[float, Quantity("volume", 1.0, 100_000.0, example="60 L")]
    absorption_rate: Annotated[float, Quantity("rate of uptake", 0.01, 100.0, example="1 1/h")] = 1.0
    exchange_flow: Annotated[float, Quantity("clearance", 0.0, 10_000.0, example="3 L/h")] = 0.0
    peripheral_volume: Annotated[float, Quantity("volume", 0.0, 100_000.0, example="30 L")] = 0.0
    clearance_spread: Annotated[float, _spread()] = 0.4
    volume_spread: Annotated[float, _spread()] = 0.3


class Compound(Record):
    """A compound that nobody may have made yet.

    ``potency`` is the free concentration [nM] that halves each target's activity inside a cell; ``blood`` the total
    concentration in whole blood [nM] that halves what a cytokine does. Where ``blood`` says nothing, the kinases that
    each cytokine needs decide: IL-6 JAK1, IL-15 JAK1 and JAK3, TPO and EPO JAK2.
    """

    name: Annotated[str, Slug(example="spares-nk-cells")]
    note: Annotated[str, Text(500, example="JAK1 alone")] = "-"
    potency: Annotated[
        dict[str, float],
        ByName(noun="target", rule=_CONCENTRATION, known=lambda: KINASES, example='{ JAK1 = "5 nM" }'),
    ] = {}
    blood: Annotated[
        dict[str, float],
        ByName(noun="signal", rule=_CONCENTRATION, known=lambda: BLOOD, example='{ "IL-15" = "50 uM" }'),
    ] = {}
    free_fraction: Annotated[float, Number(0.0, 1.0, above=True, example="0.1")]
    molar_mass: Annotated[float, Quantity("molar mass", 50.0, 5_000.0, example="400 g/mol")] = 400.0
    uptake: Annotated[
        Uptake,
        Part(
            Uptake, lambda draft, spot: _check_uptake(draft, spot), example='{ clearance = "20 L/h", volume = "60 L" }'
        ),
    ]


class Regimen(Record):
    """A way to give compounds: a dose [mg] at an interval [day] from start to stop; of some compounds, or of all."""

    name: Annotated[str, Slug(example="twice-daily")]
    dose: Annotated[float, Quantity("mass", 0.0, 10_000.0, example="15 mg")]
    interval: Annotated[float, Quantity("days", 1.0 / 24.0, 60.0, example="12 h")]
    start: Annotated[float, Quantity("days", 0.0, 50 * DAYS_A_YEAR, example="0 day")] = 0.0
    stop: Annotated[float | None, Quantity("days", 0.0, 50 * DAYS_A_YEAR, example="12 week")] = None
    dose_rules: Annotated[bool, Flag()] = True
    compounds: Annotated[tuple[str, ...], Several(Slug(example="spares-nk-cells"), 0, 1_000)] = ()


class CompoundLibrary(Record):
    """Compounds and regimens to screen."""

    format: Annotated[int, Whole(FORMAT, FORMAT)] = 1
    compounds: Annotated[tuple[Compound, ...], Several(Part(Compound, example="[[compounds]]"), 1, 1_000)]
    regimens: Annotated[
        tuple[Regimen, ...], Several(Part(Regimen, lambda draft, spot: check_times(draft, spot)), 1, 1_000)
    ]

    def pairs(self) -> tuple[tuple[Compound, Regimen], ...]:
        """Give each compound with each regimen that is for it."""
        return tuple(
            (compound, regimen)
            for compound in self.compounds
            for regimen in self.regimens
            if not regimen.compounds or compound.name in regimen.compounds
        )


def _check_uptake(draft: dict[str, Any], spot: Spot) -> None:
    both = [draft.get(name, 0.0) for name in ("exchange_flow", "peripheral_volume")]
    if MISSING not in both and (both[0] > 0.0) != (both[1] > 0.0):
        spot.conflict(
            "one of `exchange_flow` and `peripheral_volume` is 0", "both, or neither", "give both, or leave both out"
        )


def _check_library(draft: dict[str, Any], spot: Spot) -> None:
    known = [row["name"] for _, row in entries(draft, "compounds") if has(row, "name")]
    check_unique(known, "compound", spot.at("compounds"))
    names = (row.get("name") for _, row in entries(draft, "regimens"))
    check_unique(names, "regimen", spot.at("regimens"))
    for number, regimen in entries(draft, "regimens"):
        for name in regimen.get("compounds", []) or []:
            if name is not MISSING and known and name not in known:
                spot.at("regimens").at(number).at("compounds").unknown_name("compound", name, known)


COMPOUNDS = Part(CompoundLibrary, _check_library)
"""The rule of a whole document of compounds."""


def load_compounds(path: str | Path) -> CompoundLibrary:
    """Load compounds and regimens from a TOML file, or the shipped example by its name, `EXAMPLE`.

    Raises
    ------
    ScenarioError
        When there is no such file, or it says something that cannot be screened; tells all faults by line.

    Examples
    --------
    >>> [compound.name for compound in load_compounds("example-compounds").compounds][:2]
    ['ideal-jak1', 'rock2-selective']
    """
    if str(path) == EXAMPLE:
        return loads_compounds(library.compounds(), f"{EXAMPLE}.toml")
    text, where, _ = text_of(path)
    return loads_compounds(text, where)


def loads_compounds(text: str, where: str = "compounds") -> CompoundLibrary:
    """Load compounds and regimens from TOML text.

    Raises
    ------
    ScenarioError
        When it says something that cannot be screened; tells all faults in order of line.
    """
    return CompoundLibrary.model_validate(draft_of(text, Log(where), COMPOUNDS))
