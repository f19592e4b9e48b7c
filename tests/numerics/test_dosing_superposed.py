"""Concentrations from dosing records: what shorthand rows mean, against rows written out and closed forms."""

import numpy as np
import pytest

from amoeboid.errors import EvidenceError, FormatError, ScenarioError
from amoeboid.formats import read_nonmem
from amoeboid.pharmacology import exposure_of, people_of, population, profile

HOUR = 3600.0
TIMES = np.arange(0.0, 120.0, 1.7) * HOUR


@pytest.fixture
def course(tmp_path):
    def course(text, name="ruxolitinib", times=TIMES, **more):
        file = tmp_path / "doses.csv"
        file.write_text(text, "utf-8")
        records = read_nonmem(file)
        drawn = population(name, people_of(records), 3)
        return exposure_of(records, drawn, times, **more)

    return course


def test_further_doses_are_rows_written_out(course):
    short = course("ID,TIME,AMT,ADDL,II\n1,0,15,5,12\n")
    long = course("ID,TIME,AMT\n" + "".join(f"1,{12 * k},15\n" for k in range(6)))
    assert short == pytest.approx(long, rel=1e-10, abs=1e-10 * long.max())


def test_a_steady_state_is_what_long_dosing_leaves(course):
    before = "".join(f"1,{12 * k},15\n" for k in range(200))
    long = course("ID,TIME,AMT\n" + before + "1,2400,15\n", times=TIMES + 2400 * HOUR)
    steady = course("ID,TIME,AMT,SS,II\n1,2400,15,1,12\n", times=TIMES + 2400 * HOUR)
    assert steady == pytest.approx(long, rel=1e-9, abs=1e-9 * long.max())


def test_a_steady_state_goes_on_with_its_further_doses(course):
    whole = course("ID,TIME,AMT,SS,II,ADDL\n1,0,15,1,12,3\n")
    parts = course("ID,TIME,AMT,SS,II\n1,0,15,1,12\n1,12,15,0,0\n1,24,15,0,0\n1,36,15,0,0\n")
    assert whole == pytest.approx(parts, rel=1e-10, abs=1e-10 * parts.max())


def test_a_steady_state_replaces_what_was_there_or_comes_on_top(course):
    first = course("ID,TIME,AMT,SS,II\n1,0,25,0,0\n")
    alone = course("ID,TIME,AMT,SS,II\n1,6,5,1,12\n")
    replaced = course("ID,TIME,AMT,SS,II\n1,0,25,0,0\n1,6,5,1,12\n")
    added = course("ID,TIME,AMT,SS,II\n1,0,25,0,0\n1,6,5,2,12\n")
    late = TIMES >= 6 * HOUR
    assert replaced[:, late] == pytest.approx(alone[:, late])
    assert replaced[:, ~late] == pytest.approx(first[:, ~late])
    assert added == pytest.approx(first + np.where(late, alone, 0.0))


def test_a_reset_takes_away_what_was_there(course):
    found = course("ID,TIME,AMT,EVID\n1,0,25,1\n1,5,0,3\n1,20,15,1\n")
    assert not np.any(found[:, (TIMES >= 5 * HOUR) & (TIMES < 20 * HOUR)])
    fresh = course("ID,TIME,AMT,EVID\n1,20,15,1\n")
    assert found[:, TIMES >= 20 * HOUR] == pytest.approx(fresh[:, TIMES >= 20 * HOUR])


def test_a_reset_with_dose_is_a_reset_and_a_dose(course):
    both = course("ID,TIME,AMT,EVID\n1,0,25,1\n1,5,10,4\n")
    apart = course("ID,TIME,AMT,EVID\n1,0,25,1\n1,5,0,3\n1,5,10,1\n")
    assert both == pytest.approx(apart)


def test_an_infusion_is_a_constant_rate_into_plasma(course):
    found = course("ID,TIME,AMT,RATE\n1,0,10,5\n", name="tofacitinib", times=np.array([1.0, 2.0, 6.0]) * HOUR)
    records_people = course("ID,TIME,AMT\n1,0,10\n", name="tofacitinib", times=[0.0])
    assert not np.any(records_people)  # a tablet has left nothing in plasma yet
    # one compartment: R (1 - exp(-k t)) / CL, with volumes that are apparent over F = 0.74
    from amoeboid.pharmacology import usual_person

    one = population("tofacitinib", usual_person(), 3)
    k, rate = one.clearance / one.central, one.amount(10.0) / 0.74 / (2 * HOUR)
    law = [
        rate / one.clearance * -np.expm1(-k * HOUR),
        rate / one.clearance * -np.expm1(-k * 2 * HOUR),
        rate / one.clearance * -np.expm1(-k * 2 * HOUR) * np.exp(-k * 4 * HOUR),
    ]
    assert found[0] == pytest.approx(np.array(law)[:, 0], rel=1e-9)


def test_a_dose_into_plasma_is_there_at_once(course):
    found = course("ID,TIME,AMT,CMT\n1,0,10,2\n", name="tofacitinib", times=[0.0])
    from amoeboid.pharmacology import usual_person

    one = population("tofacitinib", usual_person(), 3)
    assert found[0, 0] == pytest.approx((one.amount(10.0) / 0.74 / one.central)[0])


def test_infusions_at_steady_state_superpose(course):
    times = np.linspace(2400.0, 2412.0, 13) * HOUR
    many = "ID,TIME,AMT,DUR\n" + "".join(f"1,{12 * k},60,1\n" for k in range(201))
    steady = "ID,TIME,AMT,DUR,SS,II\n1,2400,60,1,1,12\n"
    long = course(many, name="fasudil", times=times, moiety="metabolite")
    assert course(steady, name="fasudil", times=times, moiety="metabolite") == pytest.approx(long, rel=1e-9)


def test_concentrations_at_the_rows_are_those_at_their_times(course):
    text = "ID,TIME,AMT,ADDL,II\n1,0,15,9,12\n1,1,.,.,.\n1,30,.,.,.\n2,0,5,9,12\n2,1,.,.,.\n"
    rows = course(text, times=None)
    whole = course(text, times=np.array([0.0, 1.0, 30.0]) * HOUR)
    assert rows == pytest.approx(np.concatenate([whole[0], whole[1, :2]]))


def test_individuals_have_their_own_covariates_and_draws(tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("ID,TIME,AMT,SEX,WT,AGE,CRCL\na,0,15,M,90,50,100\nb,0,15,F,50,70,.\n")
    people = people_of(read_nonmem(file))
    assert people.sex.tolist() == ["M", "F"]
    assert people.weight.tolist() == [90.0, 50.0]
    assert people.egfr[0] == 100.0
    drawn = population("ruxolitinib", people, 3)
    found = exposure_of(read_nonmem(file), drawn, [HOUR])
    assert found[1] == pytest.approx(profile(drawn, 15.0, None, [HOUR])[1])


@pytest.mark.parametrize(
    ("column", "values", "sexes"), [("SEXF", "1|0", ["F", "M"]), ("SEX", "F|M", ["F", "M"]), ("X", "1|0", ["M", "M"])]
)
def test_sex_is_read_from_letters_or_from_a_plain_flag(tmp_path, column, values, sexes):
    first, second = values.split("|")
    file = tmp_path / "sex.csv"
    file.write_text(f"ID,TIME,AMT,{column}\n1,0,15,{first}\n2,0,15,{second}\n")
    assert people_of(read_nonmem(file)).sex.tolist() == sexes


def test_sex_as_a_number_is_refused_since_files_differ(tmp_path):
    file = tmp_path / "sex.csv"
    file.write_text("ID,TIME,AMT,SEX\n1,0,15,1\n2,0,15,2\n")
    with pytest.raises(ScenarioError, match="AMB-S639"):
        people_of(read_nonmem(file))


def test_an_infusion_of_a_drug_with_unknown_bioavailability_is_refused(course):
    with pytest.raises(EvidenceError, match="AMB-E630"):
        course("ID,TIME,AMT,DUR\n1,0,4,1\n", name="baricitinib")


def test_rows_of_another_population_are_refused(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("ID,TIME,AMT\n1,0,15\n2,0,15\n")
    records = read_nonmem(file)
    drawn = population("ruxolitinib", people_of(records).rows(0, 1), 3)
    with pytest.raises(ScenarioError, match="AMB-S640"):
        exposure_of(records, drawn)


def test_an_unknown_moiety_is_refused(course):
    with pytest.raises(ScenarioError, match="AMB-S641"):
        course("ID,TIME,AMT\n1,0,15\n", moiety="ghost")
    with pytest.raises(ScenarioError, match="AMB-S638"):
        course("ID,TIME,AMT\n1,0,15\n", moiety="metabolite")


def test_a_bad_file_never_reaches_the_superposition(course):
    with pytest.raises(FormatError, match="AMB-F632"):
        course("ID,TIME,AMT\n1,0,-15\n")
