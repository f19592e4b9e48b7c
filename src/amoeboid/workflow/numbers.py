"""The numbers as text: rows of the catalogue, one record in full, and its check."""

from __future__ import annotations

from amoeboid import evidence as records
from amoeboid.errors import EvidenceError, Fault, nearest_name

Row = tuple[str, ...]

_TABLES = {
    "values": (records.VALUE_HEADER, records.value_rows),
    "sources": (records.SOURCE_HEADER, records.source_rows),
    "claims": (records.CLAIM_HEADER, records.claim_rows),
    "hypotheses": (records.HYPOTHESIS_HEADER, records.hypothesis_rows),
}


def evidence_rows(kind: str = "values", prefix: str = "") -> tuple[Row, list[Row]]:
    """Give header and rows of a kind of record: values, sources, claims or hypotheses.

    Raises
    ------
    EvidenceError
        When there is no such kind, or no value whose id begins with `prefix`.

    Examples
    --------
    >>> evidence_rows("values", "mechanics.drag")[1][0][0]
    'mechanics.drag'
    """
    if kind not in _TABLES:
        raise EvidenceError(
            Fault("", f"no records of kind `{kind}`", ", ".join(_TABLES), nearest_name(kind, _TABLES),
                  "name one of these", "AMB-E60")
        )  # fmt: skip
    header, rows_of = _TABLES[kind]
    rows = rows_of(prefix) if prefix else rows_of()  # type: ignore[operator]
    if prefix and not rows:
        near = nearest_name(prefix, records.catalogue().ids())
        what, expected = (
            f"no value has an id that begins with `{prefix}`",
            "the beginning of an id, such as `mechanics`",
        )
        raise EvidenceError(Fault("", what, expected, near, "`amoeboid evidence list`", "AMB-E61"))
    return header, rows


def evidence(id: str) -> str:
    """Give all that is known of one record of any kind, as text.

    Raises
    ------
    EvidenceError
        When there is none.

    Examples
    --------
    >>> evidence("mechanics.drag").splitlines()[1].split()
    ['value', '1000']
    """
    rows = records.show(id)
    width = max(len(label) for label, *_ in rows)
    return "\n".join(f"{label.ljust(width)}  {text}" for label, text in rows)


def check_evidence() -> str:
    """Check every record and give a summary.

    Raises
    ------
    EvidenceError
        When any record is incomplete; tells all.
    """
    faults = records.check(records.catalogue())
    if faults:
        raise EvidenceError(*faults)
    return records.summary()
