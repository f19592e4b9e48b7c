"""Dosing records from files: what rows mean, and every bad row told at once with its line."""

import numpy as np
import pytest

from amoeboid.errors import FormatError, UnitError
from amoeboid.formats import read_nonmem
from amoeboid.formats.nonmem import DOSE, OBSERVATION, RESET


@pytest.fixture
def read(tmp_path):
    def read(text, **more):
        file = tmp_path / "doses.csv"
        file.write_text(text, "utf-8")
        return read_nonmem(file, **more)

    return read


def test_columns_are_told_by_name_in_any_order_and_case(read):
    found = read("wt,Amt,time,id,cmt\n70,15,0,a,1\n70,.,2,a,\n")
    assert found.id.tolist() == ["a", "a"]
    assert found.time.tolist() == [0.0, 7200.0]
    assert found.amount.tolist() == [15.0, 0.0]
    assert found.event.tolist() == [DOSE, OBSERVATION]
    assert found.compartment.tolist() == [1, 0]
    assert found.covariates["WT"].tolist() == [70.0, 70.0]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators_are_told_by_the_header(read, mark):
    assert read(mark.join(["ID", "TIME", "AMT"]) + "\n" + mark.join(["1", "0", "5"]) + "\n").amount.tolist() == [5.0]


def test_units_are_converted_once(read):
    found = read("ID,TIME,AMT,II,ADDL,DUR\n1,1,2,1,3,0.5\n", time_unit="day", amount_unit="g")
    assert found.time[0] == 86_400.0
    assert found.amount[0] == 2000.0
    assert found.interval[0] == 86_400.0
    assert found.duration[0] == 43_200.0


def test_a_rate_makes_a_duration(read):
    found = read("ID,TIME,AMT,RATE,DUR\n1,0,30,60,.\n1,8,30,.,0.5\n1,9,30,60,0.5\n1,10,30,0,0\n")
    assert found.duration.tolist() == [1800.0, 1800.0, 1800.0, 0.0]


def test_comments_empty_lines_and_missing_entries_are_left_out(read):
    found = read("#ID,TIME,AMT,DV\nC a comment,,,\n1,0,15,.\n\n# another\n1,1,NA,205\n")
    assert found.line.tolist() == [3, 6]
    assert np.isnan(found.observed[0])
    assert found.observed[1] == 205.0


def test_a_missing_observation_is_no_number(read):
    assert np.isnan(read("ID,TIME,DV,MDV\n1,0,3,1\n").observed[0])


def test_times_may_begin_anew_at_a_reset_and_with_the_next_individual(read):
    found = read("ID,TIME,AMT,EVID\n1,0,5,1\n1,24,0,3\n1,0,0,3\n2,0,5,1\n")
    assert found.event.tolist() == [DOSE, RESET, RESET, DOSE]
    assert found.individuals.tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1,-1,5,,,,,,", "TIME is -1"),
        ("1,,5,,,,,,", "no TIME"),
        ("1,8:30,5,,,,,,", "no clock"),
        ("1,0,-5,1,,,,,", "a dose with AMT -5"),
        ("1,0,,1,,,,,", "a dose with AMT"),
        ("1,0,5,0,,,,,", "an observation with AMT"),
        ("1,0,5,7,,,,,", "EVID is 7"),
        ("1,0,5,1,3,,,,", "without II"),
        ("1,0,5,1,,,1,,", "without II"),
        ("1,0,5,1,,12,3,,", "SS is 3"),
        ("1,0,5,1,-2,12,,,", "ADDL is -2"),
        ("1,0,5,1,1.5,12,,,", "ADDL is 1.5"),
        ("1,0,5,1,,,,-2,", "RATE is -2"),
        ("1,0,5,1,,,,10,2", "do not make AMT"),
        ("1,0,5,1,,,,,-1", "DUR is -1"),
        ("1,0,1e300,1,,,,,", "AMT is"),
        ("1,0,inf,1,,,,,", "AMT is"),
        ("1,0,five,1,,,,,", "AMT is `five`"),
        (",0,5,1,,,,,", "no ID"),
        ("1,0,5,1", "4 entries under 9 columns"),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_line(read, row, told):
    with pytest.raises(FormatError) as caught:
        read(f"ID,TIME,AMT,EVID,ADDL,II,SS,RATE,DUR\n1,0,5,1,,,,,\n{row}\n")
    assert "doses.csv, line 3" in str(caught.value)
    assert told in str(caught.value)
    assert "AMB-F632" in str(caught.value)


def test_all_bad_rows_are_told_at_once(read):
    with pytest.raises(FormatError) as caught:
        read("ID,TIME,AMT,EVID\n1,-1,5,1\n1,5,5,1\n1,4,x,1\n1,3,-5,9\n")
    text = str(caught.value)
    assert [f"line {line}" in text for line in (2, 3, 4, 5)] == [True, False, True, True]
    # line 5 has three: the event, the amount, and a time before that of line 3; line 4 is no number and no more
    assert len(caught.value.faults) == 5


def test_beyond_fifty_bad_rows_are_counted(read):
    with pytest.raises(FormatError) as caught:
        read("ID,TIME,AMT\n" + "1,-1,5\n" * 80)
    assert len(caught.value.faults) == 51
    assert "30 more" in str(caught.value)


def test_an_individual_that_comes_back_is_told(read):
    with pytest.raises(FormatError, match="comes back after another"):
        read("ID,TIME,AMT\n1,0,5\n2,0,5\n1,5,5\n")


def test_times_that_fall_are_told(read):
    with pytest.raises(FormatError, match="TIME 3 after 5"):
        read("ID,TIME,AMT\n1,5,5\n1,3,5\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "AMB-F635"), ("ID,TIME,AMT\n", "AMB-F634"), ("NAME,TIME\n1,0\n", "AMB-F631"), ("A,B\n1,0\n", "AMB-F631")],
)
def test_a_file_without_what_it_needs_is_refused(read, text, code):
    with pytest.raises(FormatError, match=code):
        read(text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FormatError, match="AMB-F630"):
        read_nonmem(tmp_path / "none.csv")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00ID")
    with pytest.raises(FormatError, match="AMB-F630"):
        read_nonmem(tmp_path / "bytes.csv")


def test_a_file_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    from amoeboid.formats import nonmem

    monkeypatch.setattr(nonmem, "MAX_ROWS", 3)
    (tmp_path / "long.csv").write_text("ID,TIME\n" + "1,0\n" * 5)
    with pytest.raises(FormatError, match="AMB-F633"):
        read_nonmem(tmp_path / "long.csv")


def test_a_unit_of_another_dimension_is_refused(read):
    with pytest.raises(UnitError):
        read("ID,TIME\n1,0\n", time_unit="kg")
