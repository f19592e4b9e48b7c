"""A trial from its document to its folder: tables that read back, and a report that says what it must."""

from __future__ import annotations

import json
import re
import signal
from dataclasses import replace

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.errors import ScenarioError, StoreError
from amoeboid.execution import executor
from amoeboid.execution.executors import serial
from amoeboid.formats import read_dataset
from amoeboid.store import read_table
from amoeboid.workflow import is_trial_folder, patient, trial, trial_again


def interrupted(order) -> None:
    """Carry out all tasks, and be asked to stop while the last is under way."""
    serial(order)
    signal.raise_signal(signal.SIGINT)


SMALL = {"population": 300, "replicates": 12}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return trial("neoadjuvant-melanoma", folder=folder, on=executor("serial"), changes=SMALL)


def text_of(done) -> str:
    return done.report.read_text("utf-8")


def test_the_report_begins_with_the_notice_and_answers_first(done) -> None:
    page = text_of(done)
    assert page.index("not medical advice") < page.index('id="answer"') < page.index('id="truth"')
    for sentence in done.answer:
        assert sentence.split("(")[0].strip() in re.sub(r"&[#a-z0-9]+;", "'", page).replace("’", "'") or "’" in sentence


def test_every_section_that_a_trial_must_have_is_there(done) -> None:
    page = text_of(done)
    wanted = {"design", "truth", "readings", "sign-map", "one-trial", "many-trials", "exposure", "toxicity", "escape",
              "body", "credibility", "reproduce", "numbers"}  # fmt: skip
    assert wanted <= set(re.findall(r'<section id="([a-z-]+)"', page))
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.S).lower().replace("financ", "").split()


def test_every_rival_reading_is_run_and_told(done) -> None:
    run = {(one.hypothesis, one.option) for one in done.study.explored}
    assert run == {("seeding_exponent", "two_thirds"), ("seeding_exponent", "one"), ("nk_dormancy", "holds")}
    assert all("rival readings" in sentence for sentence in done.answer)


def test_numbers_of_the_report_are_those_of_the_provenance(done) -> None:
    record = json.loads((done.path / "provenance.json").read_text("utf-8"))
    assert len(record["parameters"]) > 100
    page = text_of(done)
    assert all(f'id="value-{id}"' in page for id in record["parameters"])
    assert {entry["status"] for entry in record["parameters"].values()} <= {
        "assumed",
        "entered",
        "reviewed",
        "disputed",
    }


def test_the_tables_read_back_with_one_row_for_each_participant(done) -> None:
    n = done.study.document.trial.patients
    subjects, times = (read_dataset(done.path / f"{name}.csv") for name in ("adsl", "adtte"))
    assert len(subjects["USUBJID"]) == n == len(set(subjects["USUBJID"]))
    assert len(times["USUBJID"]) == n * len(done.study.endpoints)
    again = read_dataset(done.path / "adtte.parquet")
    assert np.array_equal(np.asarray(times["AVAL"], float), np.asarray(again["AVAL"], float))
    events = (times["PARAMCD"] == "DMFS") & (times["CNSR"] == 0)
    assert int(events.sum()) == int(done.study.shown.observed["DMFS"].event.sum())


def test_lost_patients_are_those_whom_dropout_took_before_the_data_cut(done) -> None:
    times = read_dataset(done.path / "adtte.csv")
    design, shown = done.study.document.trial, done.study.shown.enrolment
    lost = shown.dropout[0] < design.accrual + design.follow_up - shown.entry[0]
    free = ~done.study.shown.observed["OS"].event
    assert int(((times["PARAMCD"] == "OS") & (times["CNSR"] == 2)).sum()) == int((lost & free).sum())


def test_all_lives_and_all_trials_are_on_disk(done) -> None:
    lives, drawn = (read_table(done.path / f"{name}.parquet") for name in ("patients", "trials"))
    assert len(lives["number"]) == SMALL["population"]
    cases, compared = len(done.study.cases), len(done.study.compared)
    assert len(drawn["z"]) == SMALL["replicates"] * cases * compared
    assert set(drawn["arm"]) == {arm.name for _, arm in done.study.compared}


def test_the_same_trial_again_gives_the_same_answer_from_what_is_finished(done) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in (done.path / "tasks").rglob("results/*/*")}
    again = trial("neoadjuvant-melanoma", folder=done.path.parent, on=executor("serial"), changes=SMALL)
    assert again.path == done.path
    assert again.answer == done.answer
    assert stamps
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}


def test_a_trial_is_gone_on_with_by_its_folder(done) -> None:
    assert is_trial_folder(done.path)
    assert trial_again(done.path, on=executor("serial")).answer == done.answer


def test_a_stop_ends_a_trial_with_the_way_to_go_on(tmp_path, capsys) -> None:
    asked = replace(executor("serial"), attempt=interrupted)
    with pytest.raises(KeyboardInterrupt):
        trial("neoadjuvant-melanoma", folder=tmp_path, on=asked, changes=SMALL)
    (folder,) = tmp_path.iterdir()
    assert f"amoeboid resume {folder}" in capsys.readouterr().err
    assert is_trial_folder(folder)


def test_a_trial_of_another_program_is_not_gone_on_with(done, tmp_path) -> None:
    (tmp_path / "neoadjuvant-melanoma-0123456789ab").mkdir()
    foreign = tmp_path / "neoadjuvant-melanoma-0123456789ab"
    (foreign / "scenario.toml").write_bytes((done.path / "scenario.toml").read_bytes())
    with pytest.raises(StoreError, match="AMB-R700"):
        trial_again(foreign)


def test_a_patient_who_is_spared_relapses_in_the_reference_only(tmp_path) -> None:
    story = patient("neoadjuvant-melanoma", "spared", out=tmp_path / "one.svg")
    horizon = scenario.load_trial("neoadjuvant-melanoma").trial.follow_up
    by_arm = {one.arm: one for one in story.lives}
    assert min(by_arm["placebo"].seen, by_arm["placebo"].death) <= horizon + 92.0
    assert min(by_arm["ruxolitinib"].seen, by_arm["ruxolitinib"].death) > horizon
    assert "<svg" in (tmp_path / "one.svg").read_text("utf-8")
    assert str(story.number) in story.sentences[0]


def test_a_patient_has_the_life_that_the_trial_gave_him(done) -> None:
    document = done.study.document
    number = int(done.study.lives.patients["number"][7])
    story = patient(document, number)
    for index, one in enumerate(story.lives):
        events = done.study.lives.events[0, index]
        assert one.death == pytest.approx(events.death[7])


@pytest.mark.parametrize("who", ["saved", -1, 2**70])
def test_patients_who_cannot_be_are_refused(who) -> None:
    with pytest.raises(ScenarioError) as caught:
        patient("neoadjuvant-melanoma", who)
    assert all(fault.what and fault.expected and fault.do and fault.code for fault in caught.value.faults)


def test_an_arm_that_is_not_there_is_refused() -> None:
    with pytest.raises(ScenarioError, match="AMB-S703"):
        patient("neoadjuvant-melanoma", "spared", arm="aspirin")
