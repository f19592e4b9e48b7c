"""The presets of cancers: what they hold, that soil is what flow leaves to explain, and what is refused."""

import dataclasses

import numpy as np
import pytest

from amoeboid.body import ORGANS, cancer, cancers, cells_of, normal_nodes, population_relapse_free, relapse_law, tropism
from amoeboid.body.cancers import SOURCES, organ_arrest, soil, target_shares
from amoeboid.body.circulation import Circulation, circulation, flow_shares
from amoeboid.errors import ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue

EIGHT = {"melanoma", "breast", "colorectal", "lung", "prostate", "pancreas", "kidney", "head_and_neck"}
YEAR = 365.25


def test_there_are_the_eight_cancers():
    assert set(cancers()) == EIGHT


def test_a_cancer_without_preset_is_refused_with_the_nearest_name():
    with pytest.raises(ScenarioError, match=r"(?s)unknown cancer `melanom`.*`melanoma`.*AMB-S611"):
        cancer("melanom")


@pytest.mark.parametrize("name", sorted(EIGHT))
def test_every_number_of_a_preset_has_its_range(name):
    kind = cancer(name)
    assert 1e-4 < kind.decay[0] < 1e-2
    assert 0.0 < kind.decay[1] < 1.0
    assert 0.0 < kind.seeding[0] < 1e-2
    assert kind.seeding[1] > 0.0
    assert 1.0 < kind.diameter[0] < 100.0
    assert 40.0 < kind.age[0] < 80.0
    assert 0.0 < kind.wake_rate < kind.nk_kill_rate
    assert kind.detection[0] > kind.detection[1] > 0.0
    assert kind.onward is not None
    assert kind.onward.shape == (len(ORGANS), 2, len(ORGANS))
    assert all(np.all(np.isfinite(v)) for v in dataclasses.astuple(kind) if isinstance(v, float | np.ndarray))


@pytest.mark.parametrize("name", sorted(EIGHT))
def test_flow_times_soil_makes_the_observed_shares(name):
    kind = cancer(name)
    assert np.allclose(kind.landing.sum(axis=0), target_shares(name), rtol=1e-12)
    assert kind.landing.sum() == pytest.approx(1.0)
    assert kind.soil.min() > 0.0


def test_soil_has_mean_one_over_what_flow_brings():
    brought = np.array([5.0, 1.0, 4.0])
    assert (soil(np.array([0.1, 0.3, 0.6]), brought) * brought).sum() == pytest.approx(brought.sum())


def test_a_colony_where_the_primary_lies_founds_as_the_primary_does():
    # the bed of the tumour decides: a colony in the kidney's group drains as the kidney, to the lung
    kind = cancer("kidney")
    other, bone = kind.organs.index("other"), kind.organs.index("bone")
    assert np.allclose(kind.onward_landing[bone], kind.landing)
    assert np.allclose(kind.onward_landing[other], kind.landing)


def test_colonies_of_the_lung_reach_the_body_before_any_filter():
    kind = cancer("melanoma")
    lung, brain = kind.organs.index("lung"), kind.organs.index("brain")
    onward = kind.onward_landing.sum(axis=1)
    assert onward[lung, brain] > 1.5 * onward[brain, brain]
    assert onward[lung, lung] < 0.5 * onward[brain, lung]


def test_portal_cancers_go_to_the_liver_by_flow_alone_and_others_do_not():
    by_name = {t.name: t for t in tropism()}
    for name in ("pancreas", "colorectal"):
        assert by_name[name].organs[int(by_name[name].flow.argmax())] == "liver"
        assert by_name[name].explained > 0.8
    for name in ("breast", "melanoma", "prostate"):
        assert by_name[name].organs[int(by_name[name].flow.argmax())] == "lung"
        assert by_name[name].explained < 0.2
    # a tumour of the lung sheds into the left heart, and metastasises least where that would send its cells
    assert by_name["lung"].explained == 0.0
    assert all(0.0 < t.in_place < 1.0 for t in by_name.values())


def test_organs_share_all_beds_between_them():
    graph = circulation()
    beds = [bed for beds in ORGANS.values() for bed in beds]
    assert sorted(beds) == sorted(graph.beds)
    assert set(SOURCES.values()) <= set(graph.beds)
    for source in ("skin", "pancreas"):
        assert np.allclose(organ_arrest(graph, source).sum(axis=-1), graph.caught(source).sum(axis=-1))


def test_shares_of_flow_make_the_whole_output():
    share = flow_shares()
    assert sum(share.values()) == pytest.approx(1.0)
    assert 0.0 < share["rest"] < 0.05
    assert sum(share[bed] for bed in ("small_intestine", "large_intestine", "stomach")) == pytest.approx(0.15)


def test_shares_of_flow_above_the_whole_are_refused():
    p = Parameters(catalogue(), {"body.flow_share.brain": Override(0.9, "1", "too much")})
    with pytest.raises(ScenarioError, match="AMB-S610"):
        circulation(p)


def test_a_circulation_that_is_none_tells_all_its_faults():
    drain = np.array([[0.0, 0.5], [1.0, 0.0]])
    with pytest.raises(ScenarioError, match="rows that sum to 1") as found:
        Circulation(("a", "b"), drain, np.full((2, 2), 0.8), np.full((2, 2), 0.7))
    assert len(found.value.faults) == 2
    with pytest.raises(ScenarioError, match="catches or kills"):
        Circulation(("a", "b"), np.array([[0.0, 1.0], [1.0, 0.0]]), np.zeros((2, 2)), np.zeros((2, 2)))
    with pytest.raises(ScenarioError, match="two classes by beds"):
        Circulation(("a", "b"), drain, np.ones(2), np.ones(2))
    with pytest.raises(ScenarioError, match="unknown bed `kidny`"):
        circulation().caught("kidny")


def test_an_override_reaches_the_preset():
    p = Parameters(catalogue(), {"cancer.melanoma.decay": Override(0.003, "1/day", "what if")})
    assert cancer("melanoma", p).decay[0] == pytest.approx(0.003)
    liver = Parameters(catalogue(), {"cancer.breast.share.liver": Override(0.1, "1", "what if")})
    assert cancer("breast", liver).landing.sum(axis=0)[1] == pytest.approx(0.1)


@pytest.mark.parametrize("name", sorted(EIGHT - {"breast"}))
def test_seeding_is_what_gives_the_published_relapse(name):
    # calibration: the closed form over sizes, of those in whom nothing shows at day 0, at the published time
    p = Parameters(catalogue())
    kind = cancer(name, p)
    node, weight = normal_nodes()
    node, weight = node[::2], weight[::2] / weight[::2].sum()
    cells = np.minimum(cells_of(kind.diameter[0] * np.exp(kind.diameter[1] * node), kind.density), 0.5 * kind.capacity)
    years = p[f"cancer.{name}.anchor.years"] / 86400.0
    free = weight @ population_relapse_free(
        relapse_law(kind), kind.decay, kind.seeding, cells[:, None], np.array([0.0, years])
    )
    assert free[1] / free[0] == pytest.approx(p[f"cancer.{name}.anchor.free"], abs=0.01)


def test_the_law_of_other_causes_gives_the_life_expectancy_of_its_source():
    # S(x) = exp(-(h0 / b)(e^{bx} - 1)), h0 per day and b per year; 78.8 years in the life table of 2019
    start, rise = cancer("breast").other_death
    age = np.linspace(0.0, 130.0, 13_001)
    alive = np.exp(-start * YEAR / rise * np.expm1(rise * age))
    assert np.trapezoid(alive, age) == pytest.approx(78.8, abs=0.1)
