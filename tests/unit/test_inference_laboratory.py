"""Tables of a laboratory: what they mean, and every way in which they can be wrong."""

import numpy as np
import pytest
from fake_laboratory import objective, parameters

from amoeboid.errors import AmoeboidError, FormatError
from amoeboid.inference import TableUnits, Wish, parse_table, read_table, rounding_tension

HEAD = "time [min],dose [ng/ml],readout,value,sd\n"
ROWS = "0,10,pSTAT3,0.1,0.1\n15,10,pSTAT3,2.1,0.2\n30,1,pMLC2,0.4,0.1\n"


def read(text, **units):
    return parse_table(text, "lab.csv", TableUnits(**units), parameters())


def test_rows_come_in_seconds_and_nanomolar():
    rows = read(HEAD + ROWS).rows
    assert [row.time for row in rows] == [0.0, 900.0, 1800.0]
    osm = 1000.0 * 10.0 / parameters()["cytokine.OSM.molar_mass"]
    assert rows[0].cytokine == pytest.approx(osm + parameters()["signalling.autocrine"])
    assert (rows[1].readout, rows[1].value, rows[1].sd) == ("pSTAT3", 2.1, 0.2)


def test_units_may_stand_beside_the_table():
    bare = "time,dose,readout,value,sd\n" + ROWS
    assert read(bare, time="h", dose="nM").rows[1].time == 15 * 3600.0
    with pytest.raises(FormatError, match="AMB-F129"):
        read(bare)


def test_the_dose_is_that_of_what_has_no_amount():
    head = "time [min],dose [nM],readout,value,sd,cytokine,drug\n"
    rows = read(head + "30,500,pSTAT3,1,0.1,OSM 10 ng/ml,ruxolitinib\n30,2,pSTAT3,1,0.1,IL-6,\n").rows
    assert rows[0].drugs[0][0] == "ruxolitinib"
    assert 0.0 < rows[0].drugs[0][1] <= 500.0
    assert rows[1].cytokine == pytest.approx(2.0 + parameters()["signalling.autocrine"])
    with pytest.raises(FormatError, match="both without an amount"):
        read(head + "30,500,pSTAT3,1,0.1,OSM,ruxolitinib\n")


def test_semicolons_tabs_marks_and_comments_are_read():
    for separator in ";\t":
        assert len(read("\ufeff".lstrip("\ufeff") + (HEAD + ROWS).replace(",", separator)).rows) == 3
    assert len(read("# our blot\n\n" + HEAD + ROWS).rows) == 3


def test_knock_outs_hold_before_and_after():
    head = "time [min],dose [ng/ml],readout,value,sd,knockout\n"
    one = objective(head + "15,10,pSTAT3,1,0.1,JAK1\n15,10,pSTAT3,2,0.1,\n", Wish(("stat3_phosphorylation",)))
    before, after = one.problem.experiments[0].before, one.problem.experiments[0].settings
    assert before["target_JAK1"] == 0.0
    assert after["target_JAK1"] == 0.0


BAD = [
    ("", "AMB-F128"),
    (HEAD, "AMB-F128"),
    ("time [min],dose [ng/ml],readout\n0,1,pSTAT3\n", "AMB-F128"),
    (HEAD.replace("readout", "readuot") + ROWS, "AMB-F128"),
    (HEAD.replace("sd", "value") + ROWS, "AMB-F128"),
    (HEAD + "0,10,pSTAT3,1\n", "AMB-F128"),
    (HEAD + "0,10,pSTAT3,nan,0.1\n", "AMB-F127"),
    (HEAD + "0,10,pSTAT3,inf,0.1\n", "AMB-F127"),
    (HEAD + "0,10,pSTAT3,high,0.1\n", "AMB-F127"),
    (HEAD + "-5,10,pSTAT3,1,0.1\n", "AMB-F127"),
    (HEAD + "5,-10,pSTAT3,1,0.1\n", "AMB-F127"),
    (HEAD + "5,10,pSTAT3,1,0\n", "AMB-F127"),
    (HEAD + "5,10,pSTAT3,1,-1\n", "AMB-F127"),
    (HEAD.replace("min", "furlong") + ROWS, "AMB-U"),
    (HEAD.replace("[min]", "[nM]") + ROWS, "AMB-U"),
    (HEAD.replace("[ng/ml]", "[min]") + ROWS, "AMB-U"),
    ("time [min],dose [ng/ml],readout,value,sd,drug\n5,10,pSTAT3,1,0.1,aspirin 5 nM\n", "AMB-"),
    ("time [min],dose [ng/ml],readout,value,sd,drug\n5,10,pSTAT3,1,0.1,ruxolitinib 5 apples\n", "AMB-U"),
    ("time [min],dose [ng/ml],readout,value,sd,cytokine\n5,10,pSTAT3,1,0.1,EPO\n", "AMB-F127"),
    ("time [min],dose [ng/ml],readout,value,sd,knockout\n5,10,pSTAT3,1,0.1,TP53\n", "AMB-"),
]


@pytest.mark.parametrize(("text", "code"), BAD)
def test_wrong_tables_are_told_in_four_parts(text, code):
    with pytest.raises(AmoeboidError) as told:
        read(text)
    assert code in str(told.value)
    assert len(told.value.faults) <= 20


def test_up_to_twenty_faults_are_told_at_once():
    with pytest.raises(FormatError) as told:
        read(HEAD + "x,10,pSTAT3,1,0.1\n" * 50)
    assert len(told.value.faults) == 20


def test_files_that_are_no_text_are_told(tmp_path):
    path = tmp_path / "lab.csv"
    for content in (b"\xff\xfe\x00", b"time [min]\0"):
        path.write_bytes(content)
        with pytest.raises(FormatError, match="AMB-F128"):
            read_table(path, TableUnits(), parameters())
    with pytest.raises(FormatError, match="AMB-F128"):
        read_table(tmp_path / "absent.csv", TableUnits(), parameters())
    with pytest.raises(FormatError, match="AMB-F128"):
        read_table(tmp_path, TableUnits(), parameters())


@pytest.mark.parametrize(
    ("text", "wish", "code"),
    [
        (HEAD + ROWS.replace("pMLC2", "pMLC"), Wish(("gap",)), "AMB-E40"),
        (HEAD + ROWS, Wish(("gpa",)), "AMB-E41"),
        (HEAD + ROWS, Wish(()), "AMB-E41"),
        (HEAD + ROWS, Wish(("gap", "gap")), "AMB-E41"),
        (HEAD + ROWS, Wish(("gap",), ("pMLC",)), "AMB-E40"),
        (HEAD + "15,10,pSTAT3,2.1,0.2\n", Wish(("gap",)), "AMB-E42"),
        (HEAD + "15,10,pSTAT3,2.1,\n30,10,pSTAT3,2.0,\n", Wish(("gap",)), "AMB-E42"),
        (HEAD + "15,10,pSTAT3,2.1,0.1\n30,10,pSTAT3,2.0,\n", Wish(("gap",)), "AMB-E42"),
    ],
)
def test_what_cannot_be_fitted_is_told(text, wish, code):
    with pytest.raises(FormatError, match=code):
        objective(text, wish)


def test_thousands_of_rows_are_read_and_weighed():
    rows = "".join(f"{k % 240},{1 + k % 7},pSTAT3,{1.0 + 0.001 * k},0.5\n" for k in range(5000))
    one = objective(HEAD + rows, Wish(("stat3_phosphorylation",)))
    assert one.problem.data.n_rows == 5000
    assert np.isfinite(one.value(one.nominal))


def test_noise_is_estimated_where_the_table_gives_none():
    rows = "".join(f"{t},10,pSTAT3,{1 + 0.1 * t},\n" for t in (0, 5, 15, 30))
    one = objective(HEAD + rows, Wish(("stat3_phosphorylation",)))
    assert one.names == ("stat3_phosphorylation", "scale_pSTAT3", "sd_pSTAT3")
    assert one.gradient(one.nominal)[1][2] != 0.0


def test_rounded_cells_follow_tension():
    rows = "".join(f"{t},{d},rounded,0.5,0.1\n" for t in (0, 240) for d in (0, 10))
    one = objective(HEAD + rows, Wish(("exchange_jak",)))
    assert one.names[1:] == ("rounding_tension", "rounding_steepness")
    share = one.read(one.nominal).value[0]
    assert ((share >= 0.0) & (share <= 1.0)).all()
    assert share[3] > share[2]  # after 4 h under cytokine
    assert 0.2 < rounding_tension(parameters()) < 1.6


def test_the_evidence_counts_as_prior_only_when_asked():
    plain, prior = (objective(HEAD + ROWS, Wish(("gap",), prior=kind)) for kind in ("none", "evidence"))
    assert plain.problem.estimated[0].prior is None
    assert prior.problem.estimated[0].prior.on_scale
    away = prior.nominal + np.array([0.5, 0.0, 0.0])
    rise = [one.value(away) - one.value(one.nominal) for one in (plain, prior)]
    assert rise[1] > rise[0]


def test_bounds_hold_the_range_of_the_evidence():
    one = objective(HEAD + ROWS, Wish(("exchange_jak",))).problem.estimated[0]
    record = parameters().value("signalling.exchange_jak")
    assert one.lower < record.to_internal(record.low) < record.to_internal(record.high) < one.upper


def test_a_series_names_what_the_dose_is_of_even_when_the_row_does_not():
    head = "time [min],dose [ng/ml],readout,value,sd,cytokine,drug\n"
    rows = read(head + "30,10,pSTAT3,1,0.1,,ruxolitinib 200 nM\n30,10,pSTAT3,1,0.1,,\n30,0,pSTAT3,1,0.1,none,\n").rows
    assert [row.series for row in rows] == ["OSM + ruxolitinib 200 nM", "OSM", "no stimulus"]
