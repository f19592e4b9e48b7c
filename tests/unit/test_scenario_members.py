"""Members, their seeds and ids; the estimate of a run; lines of keys."""

from __future__ import annotations

import tomllib

import pytest

from amoeboid.evidence import catalogue
from amoeboid.scenario import Costs, estimate, load, member_seed, members, names, slug
from amoeboid.scenario.checks import count_members
from amoeboid.scenario.lines import scan

SEEDS = [7330476143646186074, 4511231264079881822, 5990156847061851541]


def test_members_are_arms_times_replicates_with_one_seed_per_replicate():
    demo = load("melanoma-escape").model_copy(update={"explore": ()})
    found = members(demo)
    assert len(found) == 21
    assert len({member.id for member in found}) == 21
    assert found[0].id == "no-added-cytokine/r1"
    for replicate in (1, 2, 3):
        seeds = {member.seed for member in found if member.replicate == replicate}
        assert seeds == {member_seed(demo.seed, replicate)}


def test_seeds_of_members_stay_as_they_were_first_drawn():
    assert [member_seed(1, 1), member_seed(1, 2), member_seed(2, 1)] == SEEDS
    assert len({member_seed(seed, k) for seed in range(50) for k in range(1, 51)}) == 2500


def test_explored_hypotheses_add_each_other_option_of_each_switch():
    scenario = load("quick-look").model_copy(update={"explore": ("jak1_rock_link", "mlc_switch")})
    ids = [member.id for member in members(scenario) if member.arm.name == "OSM"]
    assert ids[0] == "osm/r1"
    assert "osm/r1/jak1_rock_link=slow" in ids
    assert len(ids) == 3
    varied = next(member for member in members(scenario) if member.varied == "jak1_rock_link=slow")
    assert varied.hypotheses["jak1_rock_link"] == "slow"
    assert varied.seed == members(scenario)[0].seed


def test_hypotheses_are_explored_once_and_only_where_they_can_matter():
    demo = load("melanoma-escape")
    varied = [member for member in members(demo) if member.varied]
    assert {member.replicate for member in varied} == {1}
    about_drugs = {member.arm.name for member in varied if member.varied.startswith("ruxolitinib_rock=")}
    assert about_drugs == {"OSM + ruxolitinib", "OSM + tofacitinib"}  # the JAK inhibitors that also bind ROCK
    feedback = {member.arm.name for member in varied if member.varied.startswith("tension_feedback=")}
    assert feedback == {"OSM + ruxolitinib", "OSM + tofacitinib", "OSM, JAK1 knock-out"}  # the arms that block a JAK
    assert all(member.departures == dict([member.varied.split("=")]) for member in varied)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("replicates", [1, 3])
def test_members_are_counted_before_they_are_made(name, replicates):
    explored = tuple(id for id, entry in catalogue().hypotheses.items() if entry.in_use)
    scenario = load(name).model_copy(update={"explore": explored, "replicates": replicates})
    assert count_members(scenario.model_dump()) == len(members(scenario)) > len(scenario.arms) * replicates
    unasked = scenario.model_copy(update={"comparisons": ()})
    assert count_members(unasked.model_dump()) == len(members(unasked))


def test_an_arm_departs_from_the_hypotheses_of_the_scenario():
    scenario = load("quick-look")
    arm = scenario.arms[1].model_copy(update={"hypotheses": {"mlc_switch": "bistable"}})
    scenario = scenario.model_copy(update={"arms": (scenario.arms[0], arm)})
    assert [member.hypotheses["mlc_switch"] for member in members(scenario)] == ["graded", "bistable"]


@pytest.mark.parametrize(
    ("name", "expected"), [("OSM + Y-27632", "osm-y-27632"), ("Zürich 2 µM", "zurich-2-m"), ("../..", "")]
)
def test_slugs_are_fit_for_folders(name, expected):
    assert slug(name) == expected


def test_the_estimate_grows_in_proportion_to_members_and_time():
    scenario = load("melanoma-escape").model_copy(update={"explore": ()})
    once, twice = estimate(scenario), estimate(scenario.model_copy(update={"replicates": 6}))
    start = Costs().start
    assert twice.core_seconds - start == pytest.approx(2 * (once.core_seconds - start))
    assert twice.disk_bytes == pytest.approx(2 * once.disk_bytes)
    low, high = once.core_seconds_range
    assert low < once.core_seconds < high
    assert estimate(scenario, Costs(cell_step=4e-6)).core_seconds > 2 * once.core_seconds


def test_cells_without_a_count_fill_their_place():
    scenario = load("melanoma-escape")
    place = scenario.tissue.cells[0].place.model_copy(update={"radius": 120.0})
    cells = scenario.tissue.cells[0].model_copy(update={"count": None, "place": place})
    tissue = scenario.tissue.model_copy(update={"cells": (cells,)})
    n_cells = estimate(scenario.model_copy(update={"tissue": tissue})).n_cells
    share = catalogue().value("mechanics.aggregate_share").value
    radius = catalogue().value("cell.melanoma.radius").value
    assert n_cells == pytest.approx(share * (120 / radius) ** 3, rel=0.001)


def test_the_scanner_finds_keys_tables_lists_and_inline_tables():
    text = '''# one
a."b c" = """
[not.a.table]
"""
[t]   # five
x = [ { k = 1 },
  { k = "]" } ]
[[l]]
[l.m]
y = 'z'
[[l]]
[[l.n]]
w = 1979-05-27 07:32:00 # thirteen
'''
    assert tomllib.loads(text)
    found = scan(text)
    assert not found.stopped
    expected = {("a", "b c"): 2, ("t",): 5, ("t", "x"): 6, ("t", "x", 1, "k"): 7, ("l", 0): 8, ("l", 0, "m", "y"): 10,
                ("l", 1): 11, ("l", 1, "n", 0, "w"): 13}  # fmt: skip
    assert {path: found.lines[path] for path in expected} == expected


def test_the_scanner_refuses_depth_and_stops_at_what_it_does_not_know():
    assert "deep" in scan("a = " + "[" * 17 + "]" * 17).refused
    assert "parts" in scan(".".join("a" * 17) + " = 1").refused
    assert scan("a = 1\nb = = 2\nc = 3").stopped == 2
