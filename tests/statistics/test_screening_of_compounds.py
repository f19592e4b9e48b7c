"""Compounds ranked on the same patients: the inert one last among the harmless, the dominating one on the front.

All compounds meet the same patients with the same fates, so what must hold for each patient holds exactly; nothing here
has a false-alarm rate but where it is said.
"""

import numpy as np
import pytest

from amoeboid import scenario
from amoeboid.errors import ScenarioError
from amoeboid.execution import executor
from amoeboid.scenario import CompoundLibrary, load_compounds, loads_compounds
from amoeboid.store import Study
from amoeboid.trials import population, screen_compounds, screening

TEXT = """
[[compounds]]
name = "good"
potency = { JAK1 = "2 nM" }
blood = { "IL-15" = "500 uM" }
free_fraction = 0.1
uptake = { clearance = "10 L/h", volume = "80 L" }
[[compounds]]
name = "worse"          # weaker on the tumour, and bad for blood
potency = { JAK1 = "200 nM", JAK2 = "2 nM" }
free_fraction = 0.1
uptake = { clearance = "10 L/h", volume = "80 L" }
[[compounds]]
name = "inert"
free_fraction = 0.1
uptake = { clearance = "10 L/h", volume = "80 L" }
[[regimens]]
name = "daily"
dose = "50 mg"
interval = "1 day"
stop = "12 week"
"""
LIBRARY = loads_compounds(TEXT)
SERIAL = executor("serial", same_code=False)


def _trial(patients: int):
    document = scenario.load_trial("neoadjuvant-melanoma")
    return document.model_copy(update={"trial": document.trial.model_copy(update={"population": patients})})


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return screen_compounds(_trial(300), LIBRARY, folder=tmp_path_factory.mktemp("screen"), on=SERIAL)


def test_an_inert_compound_is_last_among_the_harmless_with_nothing_gained(done):
    by_name = {one.compound: one for one in done.candidates}
    inert = by_name["inert"]
    assert (inert.net.value, inert.net.low, inert.net.high) == (0.0, 0.0, 0.0)
    assert (inert.price.value, inert.nk_harm.value) == (0.0, 0.0)
    assert inert.contrasts[0].verdict == "nothing"
    harmless = [one for one in done.candidates if one.net.value >= 0.0]
    assert harmless[-1] is inert
    assert inert.intensity == 1.0


def test_a_compound_that_dominates_is_first_and_on_the_front(done):
    by_name = {one.compound: one for one in done.candidates}
    good, worse = by_name["good"], by_name["worse"]
    assert good.net.value > worse.net.value
    assert good.price.value < worse.price.value
    assert good.rank == 1
    assert good.on_front
    assert not worse.on_front
    assert (good.behind.value, good.behind.low, good.behind.high) == (0.0, 0.0, 0.0)
    # patient by patient, so the interval of the difference is narrower than that of either share
    assert worse.behind.value == pytest.approx(good.net.value - worse.net.value)
    assert [one.rank for one in done.candidates] == [1, 2, 3]


def test_the_table_has_a_row_for_each_candidate_and_says_what_the_ranking_says(done):
    table = done.table()
    assert table["compound"].tolist() == [one.compound for one in done.candidates]
    assert np.all(table["net_low"] <= table["net"])
    assert np.all(table["net"] <= table["net_high"])
    assert np.allclose(table["spared"] - table["harmed"], table["net"])
    assert table["on_front"].tolist() == [one.on_front for one in done.candidates]


@pytest.mark.slow
def test_the_ranking_is_the_same_for_any_chunks_executor_and_company(done, tmp_path, monkeypatch):
    monkeypatch.setattr(screening, "CHUNK", 128)
    other = screen_compounds(_trial(300), LIBRARY, folder=tmp_path, on=executor("local", workers=2, same_code=False))
    assert {name: column.tolist() for name, column in other.table().items()} == {
        name: column.tolist() for name, column in done.table().items()
    }
    alone = CompoundLibrary(compounds=LIBRARY.compounds[1:2], regimens=LIBRARY.regimens)
    (single,) = screen_compounds(_trial(300), alone, folder=tmp_path, on=SERIAL).candidates
    among = next(one for one in done.candidates if one.compound == "worse")
    assert (single.net, single.price, single.nk_harm) == (among.net, among.price, among.nk_harm)


@pytest.mark.slow
def test_a_screening_that_was_stopped_goes_on_and_nothing_is_done_twice(done, tmp_path):
    on, seen = SERIAL, []

    class Stopping:
        """An executor that is stopped when two tasks are finished."""

        def run(self, tasks, folder, *, told, stop=None):
            return on.run(tasks, folder, told=lambda *words: seen.append(words), stop=lambda: _finished(seen) >= 2)

    with pytest.raises(KeyboardInterrupt):
        screen_compounds(_trial(300), LIBRARY, folder=tmp_path, on=Stopping())
    again = screen_compounds(_trial(300), LIBRARY, folder=tmp_path, on=on)
    assert again.candidates == done.candidates
    assert set(Study(again.study).claims.starts().values()) == {1}


def _finished(seen) -> int:
    return sum(time == of for _, time, of in seen)


def test_what_cannot_be_screened_is_told_before_anything_runs(tmp_path):
    none = LIBRARY.model_copy(update={"regimens": (LIBRARY.regimens[0].model_copy(update={"compounds": ("nobody",)}),)})
    with pytest.raises(ScenarioError) as told:
        screen_compounds(_trial(300), none, folder=tmp_path, on=SERIAL)
    assert [fault.code for fault in told.value.faults] == ["AMB-S691"]
    with pytest.raises(ScenarioError, match="compounds and regimens in") as told:
        screen_compounds(_trial(10**12), LIBRARY, folder=tmp_path, on=SERIAL)
    assert [fault.code for fault in told.value.faults] == ["AMB-S691"]
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_compounds_are_of_all_kinds():
    names = {one.name for one in load_compounds("example-compounds").compounds}
    assert {"ideal-jak1", "rock2-selective", "jak2-selective", "ruxolitinib-like", "poor-uptake", "inert"} <= names
    assert population.chunk.amoeboid_task == "pure"
