"""What may be relied on: counts by status, the oldest review, and the values that nobody has checked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from amoeboid.evidence.catalogue import Catalogue, catalogue
from amoeboid.evidence.records import STATUSES, Value


def oldest_review(ids: Iterable[str] | None = None, records: Catalogue | None = None) -> datetime.date | None:
    """Give the date of the oldest review among values, or nothing when none has been reviewed.

    Parameters
    ----------
    ids : iterable of str, optional
        Ids to look at; all by default.
    records : Catalogue, optional
        The shipped catalogue by default.

    Raises
    ------
    EvidenceError
        When an id is not in the catalogue.
    """
    dates = [value.reviewed_on for value in _values(ids, records) if value.reviewed_on is not None]
    return min(dates, default=None)


def unreviewed(ids: Iterable[str] | None = None, records: Catalogue | None = None) -> tuple[str, ...]:
    """Give the sorted ids of the values that no second person has checked.

    Examples
    --------
    >>> unreviewed(["cell.arrest_fraction"])
    ('cell.arrest_fraction',)
    """
    return tuple(sorted(value.id for value in _values(ids, records) if value.status != "reviewed"))


def counts(ids: Iterable[str] | None = None, records: Catalogue | None = None) -> dict[str, int]:
    """Count values by status; every status is a key.

    Examples
    --------
    >>> counts(["cell.arrest_fraction"])
    {'assumed': 0, 'entered': 1, 'reviewed': 0, 'disputed': 0}
    """
    found = [value.status for value in _values(ids, records)]
    return {status: found.count(status) for status in STATUSES}


def summary(ids: Iterable[str] | None = None, records: Catalogue | None = None) -> str:
    """Say in one line how many values there are, how far each may be trusted, and since when.

    Examples
    --------
    >>> summary(["cell.arrest_fraction"])
    '1 value: 0 assumed, 1 entered, 0 reviewed, 0 disputed; oldest review: none yet'
    """
    chosen = tuple(value.id for value in _values(ids, records))
    by_status = ", ".join(f"{number} {status}" for status, number in counts(chosen, records).items())
    oldest = oldest_review(chosen, records)
    plural = "value" if len(chosen) == 1 else "values"
    return f"{len(chosen)} {plural}: {by_status}; oldest review: {oldest or 'none yet'}"


def _values(ids: Iterable[str] | None, records: Catalogue | None) -> list[Value]:
    table = records if records is not None else catalogue()
    return [table.value(id) for id in (table.ids() if ids is None else ids)]
