"""The same patients, the same bytes: for any chunks, threads and executors, alone or among arms; dose 0 is control."""

import numpy as np
import pytest

from amoeboid import scenario, trials
from amoeboid.execution import executor
from amoeboid.kernels import threads
from amoeboid.scenario import TrialArm

CASES = [[0, 0.5], [0, 1.0], [3, 0.5]]


def text(name, arms=None, **changes):
    document = scenario.load_trial(name)
    design = document.trial.model_copy(update=changes)
    update = {"trial": design, "replicates": 20} | ({"arms": arms} if arms else {})
    return scenario.trial_to_toml(document.model_copy(update=update))


def check_same(one, other, rows=slice(None)):
    assert one.keys() == other.keys()
    for name in one.keys() - {"screened", "found"}:
        assert one[name][rows].tobytes() == other[name].tobytes(), name


@pytest.fixture(scope="module")
def whole():
    return trials.chunk(text("neoadjuvant-melanoma"), 0, 400, CASES)


def test_patients_live_the_same_lives_in_any_chunks(whole):
    parts = [trials.chunk(text("neoadjuvant-melanoma"), first, n, CASES) for first, n in ((0, 150), (150, 250))]
    check_same(whole, {name: np.concatenate([part[name] for part in parts]) for name in whole})


def test_patients_live_the_same_lives_on_any_number_of_threads(whole):
    before = threads.threads()
    try:
        threads.set_threads(1)
        check_same(whole, trials.chunk(text("neoadjuvant-melanoma"), 0, 400, CASES))
    finally:
        threads.set_threads(before)


def test_an_arm_is_the_same_alone_and_among_others(whole):
    document = scenario.load_trial("neoadjuvant-melanoma")
    pair = trials.chunk(text("neoadjuvant-melanoma", (document.arms[0], document.arms[2])), 0, 400, CASES)
    for name in ("death", "metastasis", "cause"):
        assert whole[f"case1.arm2.{name}"].tobytes() == pair[f"case1.arm1.{name}"].tobytes()
    # the control does not depend on the case at all
    assert whole["case0.arm0.death"].tobytes() == whole["case2.arm0.death"].tobytes()


@pytest.mark.parametrize("name", ["neoadjuvant-melanoma", "adjuvant-breast", "janus-1"])
def test_an_arm_at_dose_zero_is_the_control_to_the_last_bit(name):
    document = scenario.load_trial(name)
    drug = document.arms[1].drugs[0].model_copy(update={"dose": 0.0})
    nothing = TrialArm(name="nothing in it", drugs=(drug,))
    found = trials.chunk(text(name, (document.arms[0], nothing)), 0, 200, CASES)
    for case in range(len(CASES)):
        for what in ("metastasis", "progression", "death", "cause"):
            control, zero = (found[f"case{case}.arm{arm}.{what}"] for arm in (0, 1))
            assert control.tobytes() == zero.tobytes()


def test_dose_zero_would_show_if_it_were_not_the_control(whole):
    assert not np.array_equal(whole["case0.arm0.metastasis"], whole["case0.arm1.metastasis"])


def test_a_study_is_the_same_from_an_executor(tmp_path):
    document = scenario.loads_trial(text("neoadjuvant-melanoma", population=300, patients=60))
    here = trials.simulate(document)
    there = trials.simulate(document, executor=executor("serial"), folder=tmp_path)
    for key, events in here.lives.events.items():
        assert events.death.tobytes() == there.lives.events[key].death.tobytes()
    assert here.results[0, 1].z.tobytes() == there.results[0, 1].z.tobytes()
    assert here.link_ratios[1].tobytes() == there.link_ratios[1].tobytes()


def test_trials_are_the_same_whatever_is_drawn_beside_them():
    one = scenario.loads_trial(text("neoadjuvant-melanoma", population=300, patients=60))
    more = one.model_copy(update={"replicates": 230})
    few, many = trials.simulate(one), trials.simulate(more)
    # looks are planned from all of the first 200 trials, so it is single looks that must agree
    assert np.array_equal(few.shown.observed["OS"].time, many.shown.observed["OS"].time)
    assert len(many.results[0, 1].z) == 230


def test_an_executor_needs_a_folder_for_its_tasks():
    with pytest.raises(ValueError, match=r"AMB-S650"):
        trials.simulate(scenario.load_trial("neoadjuvant-melanoma"), executor=executor("serial"))


def test_a_trial_that_finds_no_patients_says_so():
    document = scenario.load_trial("neoadjuvant-melanoma")
    hardly = document.trial.eligibility.model_copy(update={"age": (99.9, 99.95)})
    design = document.trial.model_copy(update={"eligibility": hardly, "population": 300})
    with pytest.raises(ValueError, match=r"AMB-S649"):
        trials.simulate(document.model_copy(update={"trial": design}))
