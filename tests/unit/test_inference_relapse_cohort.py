import numpy as np
import pytest

from amoeboid.errors import AmoeboidError, FormatError
from amoeboid.inference import cohort, fit_relapse, read_cohort

GOOD = "time [year],event,diameter_mm,er,grade\n2,1,25,negative,3\n10.5,0,12,positive,\n"


def write(folder, text):
    path = folder / "cohort.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_table_of_patients_is_read_in_days_and_millimetres(tmp_path):
    read = read_cohort(write(tmp_path, GOOD))
    assert read.time.tolist() == pytest.approx([2 * 365.25, 10.5 * 365.25])
    assert read.event.tolist() == [True, False]
    assert read.diameter.tolist() == [25.0, 12.0]
    assert read.growth["ER-negative"].tolist() == [1.0, 0.0]
    assert read.growth["grade"][0] == 1.0
    assert np.isnan(read.growth["grade"][1])


def test_both_ways_to_write_the_diameter_and_any_unit_of_time_are_the_same(tmp_path):
    one = read_cohort(write(tmp_path, "diameter [mm],time [day],event\n25,730.5,yes\n\n"))
    two = read_cohort(write(tmp_path, "time [year],event,diameter_mm\n2,1,25\n"))
    assert one.time[0] == pytest.approx(two.time[0])
    assert one.n == two.n == 1


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "AMB-F625", "empty"),
        ("time [year],event\n1,1\n", "AMB-F626", "no column `diameter`"),
        ("time,event,diameter_mm\n1,1,20\n", "AMB-U", "time"),
        ("time [mm],event,diameter_mm\n1,1,20\n", "AMB-U", "time"),
        ("time [year],event,diameter [cm]\n1,1,2\n", "AMB-F626", "cm"),
        ("time [year],event,diameter_mm,tme\n1,1,20,3\n", "AMB-F626", "nearest"),
        ("time [year],event,diameter_mm,event\n1,1,20,1\n", "AMB-F626", "comes twice"),
        ("time [year],event,diameter_mm\n1,perhaps,20\n", "AMB-F627", "line 2"),
        ("time [year],event,diameter_mm\n1,,20\n", "AMB-F627", "line 2"),
        ("time [year],event,diameter_mm\nnan,1,20\n", "AMB-F628", "nan"),
        ("time [year],event,diameter_mm\n1,1\n", "AMB-F628", "diameter"),
        ("time [year],event,diameter_mm,grade\n1,1,20,4\n", "AMB-F628", "grade"),
        ("time [year],event,diameter_mm\n-1,1,20\n", "AMB-F622", "time"),
        ("time [year],event,diameter_mm\n1,1,0\n", "AMB-F622", "diameter"),
        ("time [year],event,diameter_mm\n1,1,2000\n", "AMB-F622", "diameter"),
        ("time [year],event,diameter_mm\n1,0,20\n", "AMB-F623", "nobody relapses"),
        ("time [year],event,diameter_mm\n", "AMB-F621", "time"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(tmp_path, text, code, words):
    with pytest.raises(AmoeboidError, match=code) as told:
        read_cohort(write(tmp_path, text))
    assert words in str(told.value)
    assert all(fault.expected and (fault.do or fault.code.startswith("AMB-U")) for fault in told.value.faults)


def test_all_faults_of_a_table_are_told_at_once(tmp_path):
    with pytest.raises(FormatError) as told:
        read_cohort(write(tmp_path, "time [year],event,diameter_mm\nx,1,20\n1,perhaps,20\n2,1,big\n"))
    assert len(told.value.faults) == 3


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(FormatError, match="AMB-F625"):
        read_cohort(tmp_path / "none.csv")
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"\xff\xfe\x00time")
    with pytest.raises(FormatError, match="AMB-F625"):
        read_cohort(path)


@pytest.mark.parametrize(
    ("time", "event", "diameter", "code"),
    [
        ([-1.0, 2.0], [1, 0], [20.0, 20.0], "AMB-F622"),
        ([np.nan, 2.0], [1, 0], [20.0, 20.0], "AMB-F622"),
        ([np.inf, 2.0], [1, 0], [20.0, 20.0], "AMB-F622"),
        ([1.0, 2.0], [1, 0], [20.0, np.nan], "AMB-F622"),
        ([1.0, 2.0], [0, 0], [20.0, 20.0], "AMB-F623"),
        ([1.0, 2.0], [1, 2], [20.0, 20.0], "AMB-F624"),
        ([1.0, 2.0], [1.0, np.nan], [20.0, 20.0], "AMB-F624"),
        ([], [], [], "AMB-F621"),
        ([1.0, 2.0], [1, 0], [20.0], "AMB-F621"),
    ],
)
def test_bad_columns_are_refused_before_any_fit(time, event, diameter, code):
    with pytest.raises(FormatError, match=code):
        fit_relapse(time, event, diameter)


def test_a_covariate_may_be_unknown_but_not_infinite():
    assert cohort([1.0, 2.0], [1, 0], [20.0, 20.0], {"x": [np.nan, 1.0]}).n == 2
    with pytest.raises(FormatError, match="AMB-F622"):
        cohort([1.0, 2.0], [1, 0], [20.0, 20.0], {"x": [np.inf, 1.0]})
