"""Verdicts in a report: intervals over cells, and what a rival hypothesis does to a conclusion."""

from types import SimpleNamespace

import numpy as np
import pytest

from amoeboid.analysis import ArmComparison
from amoeboid.errors import NumericsError
from amoeboid.measures import Estimate, Paired, pore_law_fit
from amoeboid.report.judgement import Judgement, Rival, _rival, newcombe, welch
from amoeboid.report.quantities import QUANTITIES, joined, signed, span
from amoeboid.report.references import show
from amoeboid.scenario import MEASURES, Comparison

STATED = Comparison(name="a", arm="x", against="y", statement="s")


def outcome(monkeypatch, sign, low, high):
    found = Estimate(0.5 * (low + high), low, high, 10)
    monkeypatch.setattr("amoeboid.report.judgement.over_cells", lambda *_: found)
    return _rival(SimpleNamespace(), STATED, "h=o", sign).outcome


@pytest.mark.parametrize(
    ("sign", "low", "high", "expected"),
    [(1, 0.1, 0.2, "holds"), (1, -0.2, -0.1, "flips"), (1, -0.1, 0.2, "unclear"), (-1, -0.2, -0.1, "holds"),
     (-1, 0.1, 0.2, "flips"), (1, 0.0, 0.0, "unclear"), (0, 0.1, 0.2, "")],
)  # fmt: skip
def test_a_conclusion_holds_flips_or_is_unclear_by_its_interval(monkeypatch, sign, low, high, expected):
    assert outcome(monkeypatch, sign, low, high) == expected


def test_a_measure_without_an_interval_over_cells_is_unclear(monkeypatch):
    monkeypatch.setattr("amoeboid.report.judgement.over_cells", lambda *_: None)
    assert _rival(SimpleNamespace(), STATED, "h=o", 1).outcome == "unclear"


def test_options_are_told_by_outcome():
    rivals = (Rival("a=b", None, "holds"), Rival("c=d", None, "flips"))
    one = Judgement(STATED, None, None, rivals)
    assert (one.options("flips"), one.verdict) == (["c=d"], "not measured")


@pytest.mark.parametrize(("size", "low", "expected"), [(0.15, 0.1, True), (0.25, 0.1, False), (0.15, -0.1, False)])
def test_a_sure_difference_of_less_than_a_thousandth_is_slight(size, low, expected):
    found = ArmComparison("x", "y", "pSTAT3_mean", "nM", 200.0 + size, 200.0, Paired(size, low, 0.3, low, 0.3, 3))
    assert Judgement(STATED, found, None, ()).is_slight is expected


@pytest.mark.parametrize(("low", "high", "expected"), [(-0.01, 0.03, "undecided"), (0.001, 0.03, "supported")])
def test_replicates_that_differ_alike_are_decided_over_cells(low, high, expected):
    alike = Paired(0.002, 0.002, 0.002, 0.002, 0.002, 2)  # 1 of 500 cells against none, twice
    found = ArmComparison("x", "y", "fraction_escaped", "1", 0.002, 0.0, alike)
    stated = STATED.model_copy(update={"expected": "higher"})
    assert found.verdict("higher") == "supported"
    assert Judgement(stated, found, Estimate(0.002, low, high, 1000), ()).verdict == expected


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((5, 56), (0, 29), -0.0381, 0.1926),
     ((10, 10), (0, 10), 0.6075, 1.0)],
)  # fmt: skip
def test_newcombe_gives_the_intervals_of_his_table(one, other, low, high):
    found = newcombe(one, other)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_newcombe_turns_over_with_its_arms():
    one, other = newcombe((3, 40), (20, 50)), newcombe((20, 50), (3, 40))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_welch_covers_a_known_difference():
    """95 % intervals over 400 draws miss 20 +- 4.4 times; outside 4 to 40 is 3.7 sigma or more, below 1 in 2,000."""
    random = np.random.default_rng(7)
    missed = 0
    for _ in range(400):
        found = welch(random.normal(1.0, 1.0, 120), random.normal(0.0, 3.0, 80))
        missed += not found.low < 1.0 < found.high
    assert 4 < missed < 40


def test_the_pore_law_finds_slope_and_arrest_and_leaves_out_what_rests():
    area = np.array([3.0, 10.0, 20.0, 40.0])
    found = pore_law_fit(area, 0.02 * np.maximum(area - 7.0, 0.0))
    assert (found.slope, found.intercept, found.n) == pytest.approx((0.02, 7.0, 3))
    assert found.r_squared == pytest.approx(1.0)


@pytest.mark.parametrize("speed", [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.1, 0.2], [0.4, 0.3, 0.2, 0.1]])
def test_no_pore_law_is_drawn_where_there_is_none(speed):
    with pytest.raises(NumericsError, match="AMB-N46"):
        pore_law_fit([1.0, 2.0, 3.0, 4.0], speed)


def test_every_measure_of_a_scenario_has_words_for_a_reader():
    assert set(MEASURES) <= set(QUANTITIES)


def test_intervals_end_where_the_measure_does():
    share = QUANTITIES["fraction_escaped"]
    assert share.interval(Estimate(0.99, -0.2, 1.4, 3)) == "0.0 to 100.0"
    assert share.interval(Estimate(0.5, float("-inf"), float("inf"), 1)) == ""
    assert share.difference(-0.5, -0.25) == "−50.0 to −25.0"


def test_numbers_are_written_for_readers():
    assert [signed("-0"), signed("-0.10"), joined(["a"]), span(90.0)] == ["0", "−0.10", "a", "1.5 min"]
    assert [show(1e4, "nM"), show(-2e-5, "1/s"), show(70.0, "um^2"), show((1.0, 2.0), "1")] == [
        "10,000 nM", "−2×10⁻⁵ 1/s", "70 µm²", "1, 2"]  # fmt: skip
