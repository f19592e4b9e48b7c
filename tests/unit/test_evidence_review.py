"""What is unreviewed is counted, and the rows for the command line hold what the tables say."""

import dataclasses
import datetime

import pytest

from amoeboid.errors import EvidenceError
from amoeboid.evidence import (
    CLAIM_HEADER,
    HYPOTHESIS_HEADER,
    SOURCE_HEADER,
    VALUE_HEADER,
    catalogue,
    citing,
    claim_rows,
    counts,
    hypothesis_rows,
    oldest_review,
    show,
    source_rows,
    summary,
    unreviewed,
    value_rows,
)


@pytest.fixture
def reviewed():
    """Give the shipped catalogue with two values reviewed."""
    shipped = catalogue()
    values = dict(shipped.values)
    for id, day in (("cell.arrest_fraction", 3), ("cell.t_cell.arrest_area", 2)):
        date = datetime.date(2026, 12, day)
        values[id] = dataclasses.replace(values[id], status="reviewed", reviewed_on=date)
    return dataclasses.replace(shipped, values=values)


def test_nothing_is_reviewed_yet_and_that_is_said():
    assert oldest_review() is None
    assert summary().endswith("oldest review: none yet")
    assert sum(counts().values()) == len(catalogue().values)


def test_the_oldest_review_is_that_of_the_values_asked_for(reviewed):
    assert oldest_review(None, reviewed) == datetime.date(2026, 12, 2)
    assert oldest_review(["cell.arrest_fraction"], reviewed) == datetime.date(2026, 12, 3)


def test_unreviewed_values_are_named(reviewed):
    asked = ["cell.t_cell.radius", "cell.arrest_fraction"]
    assert unreviewed(asked, reviewed) == ("cell.t_cell.radius",)
    assert counts(asked, reviewed) == {"assumed": 1, "entered": 0, "reviewed": 1, "disputed": 0}


def test_an_unknown_id_is_refused():
    with pytest.raises(EvidenceError):
        unreviewed(["cell.nonsense"])
    with pytest.raises(EvidenceError) as caught:
        show("wolf-2014")
    assert caught.value.faults[0].nearest == "`wolf-2013`"


def test_value_rows_can_be_chosen_by_prefix_and_status():
    rows = value_rows("cell.t_cell.")
    assert all(len(row) == len(VALUE_HEADER) for row in rows)
    assert [row[0] for row in rows] == sorted(id for id in catalogue().values if id.startswith("cell.t_cell."))
    assumed = value_rows("cell.t_cell.", "assumed")
    assert {row[4] for row in assumed} == {"assumed"}
    assert 0 < len(assumed) < len(rows)


def test_source_rows_count_who_cites():
    rows = {row[0]: row for row in source_rows()}
    assert all(len(row) == len(SOURCE_HEADER) for row in rows.values())
    assert int(rows["wolf-2013"][4]) == len(citing()["wolf-2013"]) >= 5


def test_every_record_can_be_shown():
    c = catalogue()
    for table in (c.values, c.sources, c.claims, c.hypotheses, c.cell_types, c.drugs):
        for id in table:
            rows = show(id)
            assert all(len(row) == 2 and all(row) for row in rows), id


def test_a_claim_is_shown_with_verdict_and_places():
    rows = dict(show("ninety_percent_metastasis"))
    assert rows["verdict"] == "overstated"
    assert "66.7 %" in rows["explanation"]
    assert "https://doi.org/10.1002/cam4.2474" in rows["source"]


def test_claims_and_hypotheses_have_their_rows():
    claims = claim_rows()
    assert [row[0] for row in claims] == sorted(catalogue().claims)
    assert all(len(row) == len(CLAIM_HEADER) and all(row) for row in claims)
    switches = {row[0]: row for row in hypothesis_rows()}
    assert all(len(row) == len(HYPOTHESIS_HEADER) and all(row) for row in switches.values())
    assert switches["ruxolitinib_rock"][2] == "shifted, off, unshifted"
    assert switches["nk_loss"][3] == "in trials"
