"""The names that a scenario may use: catalogue entries, measures, and the slugs of its own arms."""

from __future__ import annotations

import functools
import re
import unicodedata

from amoeboid.errors import EvidenceError
from amoeboid.evidence import catalogue
from amoeboid.pharmacology import KNOCKOUTS, apparent_constants, free_fraction, library
from amoeboid.signalling import shapes_contraction

CYTOKINES = ("OSM", "IL-6", "LIF")
"""Ligands of GP130 that may be added to the medium."""

PATHWAYS = ("jak1_rock",)
"""Networks that come with the package."""

MEASURES = (
    "fraction_rounded",
    "pMLC2_mean",
    "pMLC2_fold",
    "pSTAT3_mean",
    "pSTAT3_fold",
    "tension_mean",
    "contact_angle_mean",
    "speed_mean",
    "speed_median",
    "persistence",
    "msd_15min",
    "msd_30min",
    "invasion_distance",
    "fraction_escaped",
    "fraction_escaped_single",
    "fraction_escaped_cluster",
    "escape_rate_per_day",
    "invasion_depth",
    "fraction_invaded",
    "invading_group_size",
    "fraction_invading_together",
    "fraction_together_by_chance",
    "fraction_led_by_fibroblast",
    "fraction_led_by_chance",
    "pull_mean",
    "fraction_transmigrated",
    "fraction_intravasated",
    "intravasation_rate_per_day",
    "intravasation_cluster_share",
    "outer_radius",
    "inhibited_radius",
    "necrotic_radius",
    "gel_contraction",
    "n_cells",
    "n_living",
)
"""Measures that a comparison of two arms may ask about."""

OF_TYPE = (
    "fraction_rounded",
    "pMLC2_mean",
    "pSTAT3_mean",
    "tension_mean",
    "contact_angle_mean",
    "speed_mean",
    "speed_median",
    "pull_mean",
)
"""Measures of all cells that are taken of each type as well, where there are several."""

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def measure_of(measure: str, cell_type: str | None) -> str:
    """Give the name of a measure of the cells of one type, as the table of measures has it.

    Examples
    --------
    >>> measure_of("pull_mean", "fibroblast"), measure_of("pull_mean", None)
    ('pull_mean of fibroblast', 'pull_mean')
    """
    return f"{measure} of {cell_type}" if cell_type else measure


def slug(name: str) -> str:
    """Turn a name into lower-case letters, digits and hyphens, fit for a folder.

    Examples
    --------
    >>> slug("OSM, JAK1 knock-out")
    'osm-jak1-knock-out'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return _NOT_SLUG.sub("-", plain.lower()).strip("-")


@functools.cache
def cell_types() -> tuple[str, ...]:
    """Give the cell types that have a radius in the catalogue."""
    ids = catalogue().ids("cell.")
    return tuple(id.split(".")[1] for id in ids if id.count(".") == 2 and id.endswith(".radius"))


@functools.cache
def hypotheses(scale: str = "") -> dict[str, tuple[str, ...]]:
    """Give the options of each hypothesis that a process of the tissue reads, or those of a scale; default first."""
    found = {}
    for id, entry in catalogue().hypotheses.items():
        if entry.scale == scale if scale else entry.in_use and entry.scale != "body":
            options = tuple(option.name for option in entry.options)
            found[id] = (entry.default, *(name for name in options if name != entry.default))
    return found


@functools.cache
def cancers() -> tuple[str, ...]:
    """Give the cancers that the body knows."""
    from amoeboid import body

    return tuple(body.cancers())


@functools.cache
def ingredients(processes: frozenset[str], types: tuple[str, ...]) -> frozenset[str]:
    """Give what a tissue has that only some mechanisms need: its processes, and ``memory`` where a type has one.

    Examples
    --------
    >>> sorted(ingredients(frozenset({"growth"}), ("fibroblast",)))
    ['growth', 'memory']
    """
    remembers = any(f"cell.{name}.memory" in catalogue().values for name in types)
    return processes | ({"memory"} if remembers else frozenset())


def is_at_hand(hypothesis: str, found: frozenset[str]) -> bool:
    """Tell whether a tissue has what the options of a hypothesis need to differ at all."""
    return found.issuperset(catalogue().hypotheses[hypothesis].only_with)


@functools.cache
def concerns(
    choice: tuple[str, str], drugs: tuple[str, ...], knockouts: tuple[str, ...], of_file: tuple[str, ...] | None = None
) -> bool:
    """Tell whether a hypothesis and option can matter to an arm with these drugs and knock-outs.

    What drugs bind concerns only drugs that bind otherwise then; a switch between targets only arms that block one.
    `of_file` names the outputs of a pathway file: with one, only those mechanisms of our own network matter that lie
    between an output and the tension.
    """
    hypothesis, option = choice
    entry = catalogue().hypotheses[hypothesis]
    if of_file is not None and entry.scale == "signalling":
        return shapes_contraction(hypothesis, option) and "pMLC2" in of_file and "drive" not in of_file
    if entry.scale == "pharmacology":
        return any(apparent_constants(name, {hypothesis: option}) != apparent_constants(name) for name in drugs)
    if not entry.only_if_blocked:
        return True
    blocked = {*knockouts, *(target for name in drugs for target in apparent_constants(name))}
    return bool(blocked.intersection(entry.only_if_blocked))


@functools.cache
def drug_ids() -> dict[str, str]:
    """Give the id of each drug by its id, name and aliases."""
    return {other: id for id, record in library().items() for other in (id, record.name, *record.aliases)}


def has_kinetics(drug: str) -> bool:
    """Tell whether a drug has a pharmacokinetic record, so that it can be dosed in mg."""
    return bool(catalogue().ids(f"drug.{drug}.pk."))


@functools.cache
def backgrounds() -> tuple[str, ...]:
    """Give the treatments that every arm may have beside its own, which matter for blood counts alone."""
    stem = "marrow.background."
    return tuple(id.removeprefix(stem) for id in catalogue().ids(stem))


@functools.cache
def is_binding_known(drug: str, medium: str) -> bool:
    """Tell whether the free share of a drug in a medium is known."""
    try:
        free_fraction(drug, medium)
    except EvidenceError:
        return False
    return True


@functools.cache
def cell_radius(cell_type: str) -> float:
    """Give the radius [um] of a cell type."""
    radius = catalogue().value(f"cell.{cell_type}.radius").internal
    assert isinstance(radius, float)
    return radius


__all__ = [
    "CYTOKINES",
    "KNOCKOUTS",
    "MEASURES",
    "PATHWAYS",
    "cell_radius",
    "cell_types",
    "concerns",
    "drug_ids",
    "has_kinetics",
    "hypotheses",
    "ingredients",
    "is_at_hand",
    "is_binding_known",
    "slug",
]
