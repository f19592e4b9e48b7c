"""Figures of trials: drawn without warnings, saying what they were given, for odd input as well."""

import re

import numpy as np
import pytest

from amoeboid import plots
from amoeboid.measures import Estimate
from amoeboid.measures.survival import kaplan_meier


def curve(n=40, hazard=1 / 500, seed=1):
    rng = np.random.default_rng(seed)
    days = rng.exponential(1 / hazard, n)
    return kaplan_meier(np.minimum(days, 1000.0), days < 1000.0)


def texts(figure):
    return re.findall(r">([^<>\n]+)</text>", plots.to_svg(figure))


def test_survival_writes_those_at_risk_below_each_tick():
    arms = {"control": curve(), "treated": curve(60, seed=2)}
    figure = plots.plot_survival(arms, "alive", unit="days", note="HR 0.80")
    found = texts(figure)
    ticks = [tick for tick in figure.axes[0].get_xticks() if 0 <= tick <= 1000]
    for name, arm in arms.items():
        counts = [f"{count:,}" for count in arm.n_at_risk(np.array(ticks))]
        assert all(count in found for count in counts), name
    assert {"control", "treated", "at risk", "HR 0.80", "time [days]", "alive [%]"} <= set(found)


def test_survival_is_drawn_where_nobody_had_the_event():
    never = kaplan_meier([5.0, 9.0], [False, False])
    assert "100" in texts(plots.plot_survival({"a": never}, "alive", unit="days"))


def test_a_curve_is_faint_where_fewer_than_ten_are_left():
    arm = kaplan_meier(np.arange(1.0, 41.0), np.arange(40) % 2 == 0)
    figure = plots.plot_survival({"a": arm}, "alive", unit="days")
    plain, faint = [line for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post"]
    assert (plain.get_alpha(), faint.get_alpha()) == (1.0, 0.4)
    assert plain.get_xdata()[-1] == faint.get_xdata()[0] == 31.0
    assert arm.n_at_risk([31.0, 31.5]).tolist() == [10, 9]
    assert faint.get_ydata()[-1] == arm.at(40.0)
    assert plain.get_ydata()[0] == 1.0


def test_a_forest_shows_headings_dashes_and_arrows():
    rows = [
        plots.ForestRow("all", Estimate(0.8, 0.6, 1.1, 100), "100/200"),
        plots.ForestRow("by size"),
        plots.ForestRow("small", Estimate(1.0, 0.01, 90.0, 2), "2/50"),
        plots.ForestRow("none", Estimate(np.nan, np.nan, np.nan, 0), "0/3"),
    ]
    figure = plots.plot_forest(rows)
    found = texts(figure)
    assert {"all", "by size", "100/200", "0.80 (0.60 to 1.10)", "–", "← treatment better"} <= set(found)
    assert not any("nan" in text for text in found)
    markers = [line.get_marker() for line in figure.axes[1].lines]
    assert markers.count("<") == markers.count(">") == 1
    assert markers.count("s") == 2


def test_the_sign_map_hatches_what_is_not_told_from_nothing():
    change = np.array([[2.0, -3.0], [0.01, np.nan]])
    panel = plots.SignPanel("NK loss 1", change, change - 2.5, change + 0.5, np.array([30.0, np.nan]))
    figure = plots.plot_sign_map([panel], ["before", "after"], np.array([10.0, 50.0]))
    assert [patch.get_hatch() for patch in figure.axes[0].patches] == ["////", "////"]
    assert {"+2.0", "−3.0", "0", "–", "before", "after", "NK loss 1"} <= set(texts(figure))
    dashes = [line for line in figure.axes[0].lines if line.get_linewidth() == 1.5]
    assert [line.get_xdata()[0] for line in dashes] == [30.0]


def test_help_and_harm_of_one_size_have_colours_of_one_strength():
    shades = plots.sign_map._diverging()
    helps, harms = (np.array(shades(x)[:3]) for x in (1.0, 0.0))
    assert helps[2] > helps[0]
    assert harms[0] > harms[2]
    # relative luminance, so that prints without colour do not take one side for nothing
    light = [float(c @ [0.2126, 0.7152, 0.0722]) for c in (helps, harms, np.array(shades(0.5)[:3]))]
    assert max(light[:2]) < 0.6 * light[2]


@pytest.mark.parametrize("n_arms", [1, 2, 4])
def test_a_flow_adds_up(n_arms):
    arms = [plots.FlowArm(f"arm {k}", 100 + k, {"died": 10, "lost": k}, 99) for k in range(n_arms)]
    flow = plots.Flow(1000, {"too small": 500}, arms)
    found = texts(plots.plot_flow(flow))
    assert f"randomised: {flow.randomised:,}" in found
    assert {"screened: 1,000", "left out: 500", "too small: 500", "arm 0", "allocated: 100", "analysed: 99"} <= set(
        found
    )
    assert plots.plot_flow(plots.Flow(5, {}, [plots.FlowArm("only", 5)])).axes


def test_boxes_of_a_flow_do_not_overlap_and_stay_on_the_page():
    arms = [plots.FlowArm("a", 5, {"died of metastases": 2}), plots.FlowArm("b", 5, {str(k): k for k in range(7)})]
    figure = plots.plot_flow(plots.Flow(10, {"one": 1, "two": 2}, arms))
    figure.draw_without_rendering()
    boxes = [text.get_bbox_patch().get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    assert len(boxes) == 9
    assert not any(one.overlaps(two) for k, one in enumerate(boxes) for two in boxes[:k])
    assert all(box.y0 >= 0 and box.y1 <= figure.bbox.height for box in boxes)


def band(scale):
    time = np.linspace(0, 12, 30)
    return plots.Band(time, scale * np.exp(-time / 4), 0.5 * scale * np.exp(-time / 4), 2 * scale * np.exp(-time / 4))


def test_exposure_names_each_potency_apart():
    figure = plots.plot_exposure({"15 mg": band(600.0)}, potencies={"IL-6": 282.0, "IL-15": 285.0, "far": 10.0})
    places = sorted(text.get_position()[1] for text in figure.axes[0].texts)
    assert len(places) == 3
    assert min(np.diff(places)) >= 0.05 - 1e-12


def test_marrow_has_a_panel_per_count_and_one_of_the_dose():
    panels = [plots.MarrowPanel("platelets [1e9/L]", {"a": band(250.0), "b": band(200.0)}, {"grade 3": 50.0})]
    figure = plots.plot_marrow(panels, dose={"b": band(100.0)})
    assert [axes.get_ylabel() for axes in figure.axes] == ["platelets [1e9/L]", "dose given [% of plan]"]
    # one arm has one colour in both panels
    assert figure.axes[0].lines[1].get_color() == figure.axes[1].lines[0].get_color()


def test_numbers_of_the_front_do_not_overlap_and_the_key_names_them():
    # pairs so close that numbers at the first place would run into each other, and two on one spot
    places = [(1.0, 1.0), (1.15, 1.1), (8.0, 8.0), (8.1, 8.2), (0.0, 9.0), (10.0, 0.0), (4.0, 4.0), (4.0, 4.0)]
    candidates = [
        plots.Candidate(f"compound {k}", (y, y - 0.3, y + 0.3), (x, x - 1, x + 1), k < 2)
        for k, (x, y) in enumerate(places)
    ]
    figure = plots.plot_pareto(candidates, "benefit", "toxicity")
    figure.draw_without_rendering()
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == ["1", "2", "3", "4", "5", "6", "7, 8"]
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not any(one.overlaps(two) for k, one in enumerate(boxes) for two in boxes[:k])
    assert {f"compound {k}" for k in range(8)} <= set(texts(figure))


def story(death=np.inf, seen=np.inf, surgery=np.nan):
    days = np.linspace(-500, 800, 60)
    cells = np.where(days > -400, 10.0 ** np.clip((days + 400) / 100, 0, 12), 0.0)
    lesions = [plots.Lesion("primary", days, cells), plots.Lesion("liver", days, np.where(days > 100, 1e3, 0.0))]
    return plots.Story(
        lesions,
        surgery,
        [("drug", 0.0, 84.0)],
        np.arange(0, 700, 90.0),
        seen,
        days[::10],
        cells[::10] / 1e9,
        death,
        "other",
    )


def test_a_story_says_what_happened_and_greys_what_was_not_lived():
    told = plots.plot_patient({"control": story(500.0, 270.0, 60.0), "treated": story()}, title="patient 7")
    found = texts(told)
    assert {
        "patient 7",
        "control",
        "treated",
        "surgery",
        "metastasis seen",
        "death: other",
        "liver",
        "after death",
    } <= set(found)
    # no scan after death: 6 scans of 8 remain, 3 of them filled
    scans = [line for line in told.axes[2].lines if line.get_marker() == "o"]
    assert sum(line.get_xdata().size for line in scans) == 6
    assert [line.get_xdata().size for line in scans if line.get_markerfacecolor() == "0.25"] == [3]
    assert "alive, no metastasis seen" in found
    assert "alive" in texts(plots.plot_patient({"treated": story(seen=270.0)}))
    quiet = texts(plots.plot_patient({"treated": story()}))
    assert not {"surgery", "metastasis seen", "after death"} & set(quiet)


def test_power_curves_carry_their_mark():
    ratios = np.linspace(0.5, 1.0, 11)
    figure = plots.plot_power(ratios, {"100 events": 1 - ratios}, mark=(0.95, 0.06))
    assert "truth here: 0.95, power 6 %" in texts(figure)
    assert len(plots.to_png(figure)) > 5000
