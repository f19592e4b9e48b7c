"""ADSL and ADTTE: names and labels of ADaM, the convention of censoring, read back as written, and real tables read."""

import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from amoeboid.errors import FormatError
from amoeboid.formats import cdisc, datasets

REAL = Path(__file__).parents[3] / "shared" / "data" / "cdisc-adam-onco"


def subjects(n=5, **changes):
    fields = {
        "study": "JANUS1",
        "number": np.arange(n) + 7,
        "arm": np.array(["placebo", "ruxolitinib"])[np.arange(n) % 2],
        "randomised": np.linspace(0.0, 400.7, n),
        "age": np.linspace(40.0, 79.9, n),
        "sex": np.array(["F", "M"])[np.arange(n) % 2],
        "more": (datasets.Variable("CRPBL", "C-Reactive Protein at Baseline (mg/L)", np.linspace(0.5, 40, n), "mg/L"),),
    }
    return cdisc.Subjects(**(fields | changes))


def endpoints(n=5):
    time = np.linspace(0.0, 700.25, n)
    death = cdisc.Endpoint(
        "OS", "Overall Survival", time, np.array([0, 1, 0, 2, 1]), "Death", {1: "End", 2: "Lost, to"}
    )
    return [
        death,
        cdisc.Endpoint("PFS", "Progression-Free Survival", time / 2, np.array([0, 0, 1, 1, 0]), "Progression"),
    ]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_are_read_back_as_they_were_written(tmp_path, kind):
    files = cdisc.write_trial(subjects(), endpoints(), tmp_path)
    assert all(file.is_file() for file in files)
    for table in (cdisc.adsl(subjects()), cdisc.adtte(subjects(), endpoints())):
        read = datasets.read_dataset(tmp_path / f"{table.name.lower()}.{kind}")
        assert list(read) == [variable.name for variable in table.variables]
        for variable in table.variables:
            found = read[variable.name]
            same = (
                found == variable.values if variable.name not in ("SUBJID",) else found.astype(int) == subjects().number
            )
            assert np.all(same), variable.name
            assert found.dtype.kind != "O" or variable.kind == "text"


def test_what_is_the_same_for_all_is_written_whole(tmp_path):
    cdisc.write_trial(subjects(), endpoints(), tmp_path)
    lines = (tmp_path / "adsl.csv").read_text("utf-8").splitlines()
    header, first = lines[0].split(","), lines[1].split(",")
    row = dict(zip(header, first, strict=True))
    assert row["STUDYID"] == "JANUS1"
    assert row["USUBJID"] == "JANUS1-00000007"
    assert [row[name] for name in ("SITEID", "AGEU", "RACE", "ARM", "ITTFL")] == [
        "VIRTUAL",
        "YEARS",
        "UNKNOWN",
        "placebo",
        "Y",
    ]
    assert (row["AGE"], row["SEX"], row["RANDDT"], row["TRT01PN"]) == ("40", "F", "2000-01-01", "1")
    line = (tmp_path / "adtte.csv").read_text("utf-8").splitlines()[1].split(",")
    assert line[:5] == ["JANUS1", "JANUS1-00000007", "placebo", "1", "Overall Survival (days)"]
    assert line[5:] == ["OS", "1", "0", "2000-01-01", "2000-01-01", "Death", "0.0"]


def test_there_is_a_row_per_subject_and_a_row_per_subject_and_endpoint():
    table = cdisc.adtte(subjects(), endpoints())
    assert cdisc.adsl(subjects()).n_rows == 5
    assert table.n_rows == 10
    assert len(set(zip(table["USUBJID"], table["PARAMCD"], strict=True))) == 10
    assert table["PARAMCD"][:2].tolist() == ["OS", "PFS"]
    assert set(table["USUBJID"]) == set(cdisc.adsl(subjects())["USUBJID"])


def test_0_means_the_event_and_other_numbers_a_reason():
    table = cdisc.adtte(subjects(), endpoints())
    survival = table["PARAMCD"] == "OS"
    assert table["CNSR"][survival].tolist() == [0, 1, 0, 2, 1]
    assert table["EVNTDESC"][survival].tolist() == ["Death", "End", "Death", "Lost, to", "End"]


def test_values_are_whole_days_counted_from_1_and_dates_agree():
    table = cdisc.adtte(subjects(first_day=datetime.date(2016, 2, 28)), endpoints())
    assert table["AVAL"].tolist() == ((table["ADT"] - table["STARTDT"]).astype(int) + 1).tolist()
    assert table["AVAL"][0] == 1
    assert table["AVAL"][-2] == 701
    assert table["TTEXACT"][-2] == 700.25
    assert table["STARTDT"][2] == np.datetime64("2016-06-07")  # 100.175 days later, over 29 February


def test_names_and_labels_are_those_of_adam():
    for table in (cdisc.adsl(subjects()), cdisc.adtte(subjects(), endpoints())):
        for variable in table.variables:
            assert datasets.NAME.fullmatch(variable.name)
            assert 0 < len(variable.label) <= 40
    required = {"STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM", "TRT01P"}
    assert required <= {variable.name for variable in cdisc.adsl(subjects()).variables}


def test_parquet_keeps_the_labels_and_a_table_says_what_each_variable_is(tmp_path):
    cdisc.write_trial(subjects(), endpoints(), tmp_path)
    with duckdb.connect() as base:
        found = dict(base.execute(f"select key, value from parquet_kv_metadata('{tmp_path}/adtte.parquet')").fetchall())
    assert found[b"CNSR"] == b"Censor"
    said = datasets.read_dataset(tmp_path / "variables.csv")
    assert dict(zip(said["VARIABLE"], said["UNIT"], strict=True))["CRPBL"] == "mg/L"
    assert dict(zip(said["VARIABLE"], said["TYPE"], strict=True))["ADT"] == "date"


def test_what_is_missing_is_empty_and_what_is_infinite_refused(tmp_path):
    died = np.array(["2001-02-03", "NaT", "NaT", "NaT", "NaT"], "datetime64[D]")
    more = (
        datasets.Variable("CRPBL", "CRP at Baseline (mg/L)", np.array([1.5, np.nan, 3.0, np.nan, 0.0])),
        datasets.Variable("DTHDT", "Date of Death", died),
        datasets.Variable("DTHCAUS", "Cause of Death", np.array(["cancer", None, None, None, None], dtype=object)),
    )
    cdisc.write_trial(subjects(more=more), endpoints(), tmp_path)
    rows = (tmp_path / "adsl.csv").read_text("utf-8").splitlines()
    assert rows[1].endswith("2000-01-01,1.5,2001-02-03,cancer")
    assert rows[2].endswith(",,,")
    for kind in ("csv", "parquet"):
        read = datasets.read_dataset(tmp_path / f"adsl.{kind}")
        assert read["CRPBL"] == pytest.approx([1.5, np.nan, 3.0, np.nan, 0.0], nan_ok=True)
        assert np.isnat(read["DTHDT"]).tolist() == [False, True, True, True, True]
    with pytest.raises(FormatError, match="AMB-F677"):
        cdisc.adsl(subjects(more=(datasets.Variable("CRPBL", "CRP", np.full(5, np.inf)),)))


def test_a_table_that_cannot_be_finished_leaves_nothing(tmp_path):
    (tmp_path / "adsl.csv").mkdir()  # in the way of the last step
    with pytest.raises(FormatError, match="AMB-F678"):
        datasets.write_dataset(cdisc.adsl(subjects()), tmp_path / "adsl.csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["adsl.csv"]


def test_texts_with_quotes_and_commas_survive(tmp_path):
    odd = subjects(arm=np.array(['a "quoted", arm', "it's", "b", "b", "naïve – µm"]))
    cdisc.write_trial(odd, endpoints(), tmp_path)
    for kind in ("csv", "parquet"):
        assert datasets.read_dataset(tmp_path / f"adsl.{kind}")["ARM"].tolist() == odd.arm.tolist()


@pytest.mark.parametrize(
    ("name", "label", "code"),
    [("TOOLONGNAME", "x", "F676"), ("crp", "x", "F676"), ("CRP", "x" * 41, "F676"), ("AGE", "Age again", "F677")],
)
def test_variables_outside_the_rules_are_refused(name, label, code):
    with pytest.raises(FormatError, match=f"AMB-{code}"):
        cdisc.adsl(subjects(more=(datasets.Variable(name, label, np.zeros(5)),)))


def test_subjects_and_endpoints_that_do_not_fit_are_refused(tmp_path):
    nobody = np.full(5, np.nan)
    wrong = cdisc.Endpoint("OS", "Survival", nobody, np.zeros(5, int), "Death")
    silent = cdisc.Endpoint("OS", "Survival", np.ones(5), np.full(5, 3), "Death")
    negative = cdisc.Endpoint("OS", "Survival", -np.ones(5), np.zeros(5, int), "Death")
    for given in ([wrong], [silent], [negative], [], endpoints()[:1] * 2):
        with pytest.raises(FormatError, match="AMB-F670"):
            cdisc.adtte(subjects(), given)
    with pytest.raises(FormatError, match="AMB-F679"):
        cdisc.adsl(subjects(number=np.zeros(5, int)))
    with pytest.raises(FormatError, match="AMB-F670"):
        cdisc.adtte(subjects(), [cdisc.Endpoint("O S", "Survival", np.ones(5), np.zeros(5, int), "Death")])
    for file in (tmp_path / "none" / "adsl.csv", tmp_path / "adsl.xpt"):
        with pytest.raises(FormatError, match="AMB-F678"):
            datasets.write_dataset(cdisc.adsl(subjects()), file)
    with pytest.raises(FormatError, match="AMB-F678"):
        datasets.read_dataset(tmp_path / "absent.parquet")


@pytest.mark.skipif(not REAL.is_dir(), reason="no ../shared/data/cdisc-adam-onco")
def test_our_tables_have_the_shape_of_published_ones():
    theirs, table = datasets.read_dataset(REAL / "adtte_onco.csv"), cdisc.adtte(subjects(), endpoints())
    shared = {"STUDYID", "USUBJID", "EVNTDESC", "CNSR", "ADT", "STARTDT", "PARAMCD", "PARAM", "AVAL", "ASEQ"}
    assert shared <= set(theirs) & {variable.name for variable in table.variables}
    for name in shared:
        assert theirs[name].dtype.kind.replace("O", "U") == table[name].dtype.kind, name
    # theirs counts days from 1 as well, and 0 is an event
    known = ~np.isnat(theirs["ADT"]) & ~np.isnat(theirs["STARTDT"])
    assert known.sum() > 500
    assert np.all((theirs["ADT"] - theirs["STARTDT"]).astype(int)[known] + 1 == theirs["AVAL"][known])
    assert set(theirs["EVNTDESC"][(theirs["PARAMCD"] == "OS") & (theirs["CNSR"] == 0)]) == {"Death"}
    assert {"SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM", "TRT01P"} <= set(
        datasets.read_dataset(REAL / "adsl.csv")
    )
