"""The catalogue as rows of text, for the command line and the appendix of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amoeboid.errors import EvidenceError, Fault, nearest_name
from amoeboid.evidence.catalogue import Catalogue, catalogue
from amoeboid.evidence.records import Citation, Claim, Drug, Hypothesis, Source, Value

Row = tuple[str, ...]

VALUE_HEADER: Row = ("id", "value", "unit", "range", "status", "relation", "sources")
"""Names of the columns of `value_rows`."""

SOURCE_HEADER: Row = ("key", "year", "study", "link", "cited by")
"""Names of the columns of `source_rows`."""

CLAIM_HEADER: Row = ("id", "claim", "verdict", "checked on")
"""Names of the columns of `claim_rows`."""

HYPOTHESIS_HEADER: Row = ("id", "question", "options, default first", "in use")
"""Names of the columns of `hypothesis_rows`."""


def number_text(value: float | tuple[float, ...]) -> str:
    """Write a number, or a list of them, with six digits.

    Examples
    --------
    >>> number_text((40.0, 260.0))
    '40, 260'
    """
    numbers = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{number:.6g}" for number in numbers)


def range_text(value: Value) -> str:
    """Write the range of a value, with the spread between cells when there is one."""
    low = "" if value.low is None else f"{value.low:.6g}"
    high = "" if value.high is None else f"{value.high:.6g}"
    text = f"{low} to {high}" if low or high else ""
    if value.spread is not None:
        text = f"{text}; spread {value.spread:.6g}".removeprefix("; ")
    return text


def value_rows(prefix: str = "", status: str = "", records: Catalogue | None = None) -> list[Row]:
    """Give a row for each value whose id begins with `prefix`, of one status if given; see `VALUE_HEADER`."""
    table = records if records is not None else catalogue()
    chosen = [table.value(id) for id in table.ids(prefix)]
    return [
        (
            value.id,
            number_text(value.value),
            value.unit,
            range_text(value),
            value.status,
            value.relation,
            ", ".join(citation.key for citation in value.sources),
        )
        for value in chosen
        if status in ("", value.status)
    ]


def citing(records: Catalogue | None = None) -> dict[str, tuple[str, ...]]:
    """Give for each source the ids of the records that cite it: the way back from a study."""
    table = records if records is not None else catalogue()
    found: dict[str, list[str]] = {key: [] for key in table.sources}
    for id, citations in _all_citations(table):
        for citation in citations:
            found.setdefault(citation.key, []).append(id)
    return {key: tuple(sorted(set(ids))) for key, ids in found.items()}


def _all_citations(table: Catalogue) -> Iterable[tuple[str, tuple[Citation, ...]]]:
    tables: tuple[Mapping[str, Any], ...] = (table.values, table.drugs, table.cell_types, table.claims)
    for records in tables:
        for id, record in records.items():
            yield id, record.sources
    for id, hypothesis in table.hypotheses.items():
        for option in hypothesis.options:
            yield id, option.sources


def source_rows(prefix: str = "", records: Catalogue | None = None) -> list[Row]:
    """Give a row for each source whose key begins with `prefix`; see `SOURCE_HEADER`."""
    table = records if records is not None else catalogue()
    cited = citing(table)
    return [
        (key, str(source.year or "not seen"), study_text(source), source.link, str(len(cited[key])))
        for key, source in sorted(table.sources.items())
        if key.startswith(prefix)
    ]


def claim_rows(records: Catalogue | None = None) -> list[Row]:
    """Give a row for each claim of the popular account, sorted by id; see `CLAIM_HEADER`.

    Examples
    --------
    >>> [row[2] for row in claim_rows() if row[0] == "jak_drugs_may_stop_spread"]
    ['untested']
    """
    table = records if records is not None else catalogue()
    claims = [claim for _, claim in sorted(table.claims.items())]
    return [(claim.id, claim.text, claim.verdict, str(claim.checked_on)) for claim in claims]


def hypothesis_rows(records: Catalogue | None = None) -> list[Row]:
    """Give a row for each hypothesis switch, sorted by id; see `HYPOTHESIS_HEADER`."""
    table = records if records is not None else catalogue()
    rows: list[Row] = []
    for id, hypothesis in sorted(table.hypotheses.items()):
        others = [option.name for option in hypothesis.options if option.name != hypothesis.default]
        names = ", ".join([hypothesis.default, *others])
        rows.append((id, hypothesis.question, names, _used(hypothesis)))
    return rows


def _used(hypothesis: Hypothesis) -> str:
    """Say who reads a hypothesis: runs of tissue, or trials."""
    return "yes" if hypothesis.in_use else "in trials" if hypothesis.scale in ("body", "trial") else "not yet"


def study_text(source: Source) -> str:
    """Write a source as one line of a reference list.

    Examples
    --------
    >>> study_text(catalogue().sources["dillekas-2019"]).split(".")[0]
    'Dillekas and others'
    """
    year = f" {source.year}" if source.year else ""
    parts = (source.authors, source.title, f"{source.journal}{year}".strip())
    return ". ".join(part for part in parts if part) + "."


def show(id: str, records: Catalogue | None = None) -> list[Row]:
    """Give label and text of all that is known of one record of any kind.

    Parameters
    ----------
    id : str
        Id of a value, drug, cell type, hypothesis or claim, or key of a source.
    records : Catalogue, optional
        The shipped catalogue by default.

    Raises
    ------
    EvidenceError
        When no record has that id.

    Examples
    --------
    >>> show("cell.arrest_fraction")[1]
    ('value', '0.1')
    """
    table = records if records is not None else catalogue()
    if id in table.values:
        return _value_lines(table.values[id], table)
    if id in table.sources:
        return _source_lines(table.sources[id], table)
    for kind in (table.claims, table.hypotheses, table.drugs, table.cell_types):
        if id in kind:
            return _record_lines(kind[id], table)
    known = [*table.values, *table.sources, *table.claims, *table.hypotheses, *table.drugs, *table.cell_types]
    what, expected = f"no record `{id}`", "an id of the catalogue (`amoeboid evidence list` shows the values)"
    raise EvidenceError(Fault("", what, expected, nearest_name(id, known), "correct the id", "AMB-E26"))


def citation_text(citation: Citation, table: Catalogue) -> str:
    """Write a citation as place, reason, study and link."""
    source = table.sources.get(citation.key)
    reason = f" ({citation.reason})" if citation.reason else ""
    study = f"; {study_text(source)} {source.link}".rstrip() if source else ""
    return f"{citation.key}, {citation.place or 'no place'}{reason}{study}"


def _cited(citations: tuple[Citation, ...], table: Catalogue) -> list[Row]:
    return [("source", citation_text(citation, table)) for citation in citations]


def _filled(*rows: Row) -> list[Row]:
    return [row for row in rows if row[1]]


def _value_lines(value: Value, table: Catalogue) -> list[Row]:
    rows = _filled(
        ("value id", value.id),
        ("value", number_text(value.value)),
        ("unit", value.unit),
        ("range", range_text(value)),
        ("applies to", value.applies_to),
        ("status", value.status),
        ("relation", value.relation),
        ("derivation", value.derivation),
        ("entered on", str(value.entered_on)),
        ("reviewed on", str(value.reviewed_on or "not yet")),
        ("note", value.note),
    )
    return rows + _cited(value.sources, table)


def _source_lines(source: Source, table: Catalogue) -> list[Row]:
    rows = _filled(
        ("source key", source.key),
        ("study", study_text(source)),
        ("kind", source.kind),
        ("link", source.link),
        ("note", source.note),
        ("kept because", source.background),
    )
    return rows + [("cited by", id) for id in citing(table)[source.key]]


def _record_lines(record: Any, table: Catalogue) -> list[Row]:
    if isinstance(record, Claim):
        rows: list[Row] = [
            ("claim", record.text),
            ("verdict", record.verdict),
            ("explanation", record.explanation),
            ("checked on", str(record.checked_on)),
        ]
        return rows + _cited(record.sources, table)
    if isinstance(record, Hypothesis):
        return _hypothesis_lines(record, table)
    kind = record.drug_class if isinstance(record, Drug) else record.kind
    extra = record.targets if isinstance(record, Drug) else record.gaps
    label = "target" if isinstance(record, Drug) else "not known"
    rows = _filled(("name", record.name), ("kind", kind), ("note", record.note))
    rows += [(label, text) for text in extra]
    stem = f"drug.{record.id}." if isinstance(record, Drug) else f"cell.{record.id}."
    rows += [("value", f"{row[0]} = {row[1]} {row[2]} [{row[4]}]") for row in value_rows(stem, "", table)]
    return rows + _cited(record.sources, table)


def _hypothesis_lines(hypothesis: Hypothesis, table: Catalogue) -> list[Row]:
    rows: list[Row] = [
        ("question", hypothesis.question),
        ("scale", hypothesis.scale),
        ("in use", _used(hypothesis)),
    ]
    for option in hypothesis.options:
        mark = " (default)" if option.name == hypothesis.default else ""
        rows += [("option" + mark, f"{option.name}: {option.meaning}"), ("evidence", option.evidence)]
        rows += _cited(option.sources, table)
    return rows
