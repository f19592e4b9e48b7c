"""What `amoeboid evidence check` finds: records that a table may hold but the catalogue should not."""

from __future__ import annotations

import itertools

from amoeboid.errors import AmoeboidError, Fault, nearest_name
from amoeboid.evidence import derivation
from amoeboid.evidence.catalogue import Catalogue, unknown_value
from amoeboid.evidence.records import Citation, Value
from amoeboid.evidence.table import citing

DERIVED_WITHIN = 0.01
"""How far a stored derived value may be from its derivation, as a share of it."""


def check(catalogue: Catalogue) -> list[Fault]:
    """Find what is incomplete or inconsistent in a catalogue; an empty list means nothing.

    Finds values without source, sources that do not resolve or are never cited, assumed values without
    range or reason, units that do not parse, values outside their range or away from their derivation,
    tables out of order, and hypotheses without evidence on every side.
    """
    faults = [fault for value in catalogue.values.values() for fault in _check_value(value, catalogue)]
    faults += _check_order(catalogue)
    faults += _check_records(catalogue)
    faults += _check_hypotheses(catalogue)
    return faults + _check_uncited(catalogue)


def _fault(value: Value, what: str, expected: str, code: str) -> Fault:
    return Fault(f"{value.where}, `{value.id}`", what, expected, "", "complete the record", code)


def _check_value(value: Value, catalogue: Catalogue) -> list[Fault]:
    return [
        *_check_sources(value),
        *_check_citations(f"{value.where}, `{value.id}`", value.sources, catalogue),
        *_check_assumption(value),
        *_check_range(value),
        *_check_unit(value),
        *_check_derivation(value, catalogue),
    ]


def _check_sources(value: Value) -> list[Fault]:
    faults = []
    if not value.sources and value.relation not in ("assumed", "derived", "fitted"):
        faults.append(_fault(value, "no source", "a source, or relation `assumed`", "AMB-E06"))
    if not value.sources and value.status == "reviewed":
        faults.append(_fault(value, "reviewed without a source", "a source", "AMB-E06"))
    if value.status == "reviewed" and value.reviewed_on is None:
        faults.append(_fault(value, "reviewed without a date", "`reviewed_on`", "AMB-E06"))
    return faults


def _check_citations(where: str, citations: tuple[Citation, ...], catalogue: Catalogue) -> list[Fault]:
    faults = []
    for citation in citations:
        if citation.key not in catalogue.sources:
            near = nearest_name(citation.key, catalogue.sources)
            what = f"source `{citation.key}` is not in the bibliography"
            faults.append(Fault(where, what, "a key of sources.toml", near, "add the source", "AMB-E06"))
        if not citation.place:
            what = f"source `{citation.key}` is cited without a place"
            faults.append(Fault(where, what, "table, figure, page or abstract", "", "add `place`", "AMB-E06"))
    return faults


def _check_assumption(value: Value) -> list[Fault]:
    if "assumed" not in (value.status, value.relation):
        return []
    faults = []
    if value.low is None or value.high is None:
        faults.append(_fault(value, "assumed without a range", "`low` and `high`", "AMB-E07"))
    if not value.note:
        faults.append(_fault(value, "assumed without a reason", "`note`", "AMB-E07"))
    return faults


def _check_range(value: Value) -> list[Fault]:
    low = value.low if value.low is not None else min(value.numbers)
    high = value.high if value.high is not None else max(value.numbers)
    if low > high:
        return [_fault(value, f"low `{low:g}` above high `{high:g}`", "low <= high", "AMB-E11")]
    outside = [number for number in value.numbers if not low <= number <= high]
    return [
        _fault(value, f"`{number:g}` is outside [{low:g}, {high:g}]", "low <= value <= high", "AMB-E11")
        for number in outside
    ]


def _check_unit(value: Value) -> list[Fault]:
    try:
        value.internal_unit  # noqa: B018 - the look-up itself is the check
        value.internal  # noqa: B018
    except AmoeboidError as error:
        return [_fault(value, f"unit `{value.unit}` cannot be used: {error.faults[0].what}", "a unit", "AMB-E08")]
    return []


def _check_derivation(value: Value, catalogue: Catalogue) -> list[Fault]:
    if value.relation != "derived":
        return []
    if not value.derivation:
        return [_fault(value, "derived without a derivation", "a formula or a registered function", "AMB-E15")]
    if derivation.is_named(value.derivation) and not derivation.is_registered(value.derivation):
        return []  # the scale that owns the function is not imported; the meta test imports all scales
    missing = [name for name in derivation.parents(value.derivation) if name not in catalogue.values]
    if missing:
        return [unknown_value(name, catalogue.values, f"{value.where}, `{value.id}`") for name in missing]
    try:
        found = derivation.evaluate(value.derivation, lambda name: _single(catalogue, name), value.id)
        stored = _single(catalogue, value.id)
    except AmoeboidError as error:
        return list(error.faults)
    if abs(found - stored) > DERIVED_WITHIN * abs(found):
        return [_fault(value, f"stored `{stored:g}` but derived `{found:g}`", "within 1 %", "AMB-E15")]
    return []


def _single(catalogue: Catalogue, id: str) -> float:
    number = catalogue.value(id).internal
    return number if isinstance(number, float) else number[0]


def _check_order(catalogue: Catalogue) -> list[Fault]:
    """Find records that stand before one with a smaller id in the same table."""
    return [
        _fault(later, f"stands after `{earlier.id}`", "records sorted by id", "AMB-E12")
        for earlier, later in itertools.pairwise(catalogue.values.values())
        if earlier.where == later.where and later.id < earlier.id
    ]


def _check_records(catalogue: Catalogue) -> list[Fault]:
    faults: list[Fault] = []
    for table in (catalogue.drugs, catalogue.cell_types, catalogue.claims):
        for id, record in table.items():
            faults += _check_citations(f"`{id}`", record.sources, catalogue)
    for id, claim in catalogue.claims.items():
        if not claim.sources:
            faults.append(Fault(f"claims.toml, `{id}`", "a claim without a source", "a source", code="AMB-E06"))
    return faults


def _check_hypotheses(catalogue: Catalogue) -> list[Fault]:
    faults: list[Fault] = []
    for id, hypothesis in catalogue.hypotheses.items():
        where = f"hypotheses.toml, `{id}`"
        names = [option.name for option in hypothesis.options]
        if hypothesis.default not in names or len(set(names)) < len(names):
            what = f"default `{hypothesis.default}` among {names}"
            faults.append(Fault(where, what, "unlike names, one of them the default", code="AMB-E14"))
        for option in hypothesis.options:
            if not option.evidence:
                what = f"option `{option.name}` has no evidence"
                faults.append(Fault(where, what, "what speaks for it, with sources", code="AMB-E14"))
            faults += _check_citations(where, option.sources, catalogue)
    return faults


def _check_uncited(catalogue: Catalogue) -> list[Fault]:
    cited = citing(catalogue)
    return [
        Fault(
            "sources.toml", f"source `{key}` is never cited", "a record that cites it, or `background`", code="AMB-E13"
        )
        for key, source in catalogue.sources.items()
        if not cited[key] and not source.background
    ]
