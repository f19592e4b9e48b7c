"""The trial document: what is read, what is refused, and how it is told."""

from __future__ import annotations

import re

import pytest

from amoeboid import scenario
from amoeboid.errors import ScenarioError
from amoeboid.scenario import library

MELANOMA = library.text("neoadjuvant-melanoma")


def codes_of(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario.loads_trial(text)
    return [fault.code for fault in caught.value.faults]


def changed(old: str, new: str, text: str = MELANOMA) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("name", scenario.trial_names())
def test_shipped_trials_are_read_and_written_alike(name: str) -> None:
    document = scenario.load_trial(name)
    assert scenario.loads_trial(scenario.trial_to_toml(document)) == document
    assert document.name == name


def test_times_of_a_trial_are_days() -> None:
    document = scenario.load_trial("neoadjuvant-melanoma")
    assert document.trial.surgery == 84.0
    assert document.arms[1].drugs[0].interval == 0.5
    assert document.trial.dropout == pytest.approx(0.03 / 365.25)


def test_osm_is_read_by_mass_too() -> None:
    text = changed('dropout = "0.03 1/year"', 'dropout = "0.03 1/year"\nosm = "10 ng/ml"')
    assert scenario.loads_trial(text).trial.osm == pytest.approx(0.45, rel=0.1)


def test_a_trial_is_told_from_a_tissue_by_its_table(tmp_path) -> None:
    assert [scenario.is_trial(name) for name in scenario.names()] == [False] * len(scenario.names())
    assert all(scenario.is_trial(name) for name in scenario.trial_names())
    file = tmp_path / "mine.toml"
    file.write_text(MELANOMA.replace("[trial]", "[ trial ]  # mine"))
    assert scenario.is_trial(file)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('cancer = "melanoma"', 'cancer = "melanom"', "AMB-S03"),
        ('setting = "neoadjuvant"', 'setting = "later"', "AMB-S03"),
        ("patients = 400", "patients = 1000000000000", "AMB-S12"),
        ("patients = 400", "patients = 400\npopulation = 1000000000000", "AMB-S12"),
        ("patients = 400", "patients = 2", "AMB-S08"),
        ("patients = 400", "patients = -5", "AMB-S06"),
        ('accrual = "24 month"', 'accrual = "-24 month"', "AMB-S06"),
        ('accrual = "24 month"', 'accrual = "24 ml"', "AMB-U02"),
        ('follow_up = "3 year"', "follow_up = 3", "AMB-U07"),
        ('follow_up = "3 year"', 'follow_up = "nan year"', "AMB-U01"),
        ('surgery = "12 week"', 'surgery = "4 year"', "AMB-S08"),
        ('surgery = "12 week"', 'after_surgery = "12 week"', "AMB-S04"),
        ('visits = "3 month"', 'visits = "9 year"', "AMB-S08"),
        ("looks = [0.5, 1.0]", "looks = [1.0, 0.5]", "AMB-S08"),
        ("looks = [0.5, 1.0]", "looks = [0.5, 0.9]", "AMB-S08"),
        ("looks = [0.5, 1.0]", "nk_loss = [0.5, 0.5]", "AMB-S07"),
        ("looks = [0.5, 1.0]", "nk_loss = [1.5]", "AMB-S06"),
        ('stop = "12 week" }]', 'start = "13 week", stop = "12 week" }]', "AMB-S08"),
        ('stop = "12 week" }]', 'start = "13 week" }]', "AMB-S08"),
        ('name = "ruxolitinib", dose', 'name = "blebbistatin", dose', "AMB-S08"),
        ('dose = "20 mg"', 'dose = "-20 mg"', "AMB-S06"),
        ('name = "placebo"', 'name = "seeding halved"', "AMB-S07"),
        ('name = "placebo"', 'name = "…"', "AMB-S06"),
        ("single = 0.5", "single = -0.5", "AMB-S06"),
        ("single = 0.5", "single = nan", "AMB-S06"),
        ("reference = true", "reference = true\nweight = 0", "AMB-S06"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(old: str, new: str, code: str) -> None:
    assert code in codes_of(changed(old, new))


def test_an_eligible_range_must_rise() -> None:
    text = MELANOMA + '\n[trial.eligibility]\ndiameter = ["50 mm", "20 mm"]\n'
    assert codes_of(text) == ["AMB-S08"]


def test_two_references_are_refused() -> None:
    text = changed('name = "ruxolitinib"\ndrugs', 'name = "ruxolitinib"\nreference = true\ndrugs')
    assert codes_of(text) == ["AMB-S08"]


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    text = changed("patients = 400", "patients = -5")
    text = changed('dose = "20 mg"', 'dose = "20 l"', text)
    with pytest.raises(ScenarioError) as caught:
        scenario.loads_trial(text)
    told = str(caught.value)
    assert [int(line) for line in re.findall(r"line (\d+)", told)] == [
        1 + text[: text.index(word)].count("\n") for word in ("patients", 'dose = "20 l"')
    ]


def test_a_million_million_patients_are_told_what_they_would_cost() -> None:
    with pytest.raises(ScenarioError, match=r"GB and [\d,]+ hours"):
        scenario.loads_trial(changed("patients = 400", "patients = 1000000000000"))


def told_or_read(text: str) -> bool:
    """Say whether a document is refused in four parts, or is a whole one with two arms."""
    try:
        return len(scenario.loads_trial(text).arms) >= 2
    except ScenarioError as error:
        return all(fault.what and fault.do and fault.code for fault in error.faults)


def test_truncated_documents_are_refused_or_end_after_a_whole_table() -> None:
    assert all(told_or_read(MELANOMA[:end]) for end in range(0, len(MELANOMA), 37))
