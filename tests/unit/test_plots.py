"""Figures: that they are drawn at all, hold together in one page, and do not stumble over what is missing."""

import re
import warnings

import numpy as np

from amoeboid import plots


def arms(n=2):
    return plots.plot_arms({"a": np.linspace(0.0, 1.0, n), "b": np.zeros(n)}, "share [%]", intervals={"a": (0.0, 1.0)})


def scene(position):
    places = np.asarray(position, dtype=float)
    n = len(places)
    return plots.Scene("arm", places, np.full(n, 8.0), np.linspace(0.2, 1.6, n), np.arange(n) == 0)


def test_the_same_figure_is_the_same_text():
    assert plots.to_svg(arms()) == plots.to_svg(arms())
    assert plots.to_png(arms()) == plots.to_png(arms())


def test_names_inside_figures_of_one_page_do_not_meet():
    names = [set(re.findall(r' id="([^"]+)"', plots.to_svg(figure))) for figure in (arms(2), arms(3))]
    assert all(names)
    assert not names[0] & names[1]


def test_every_name_that_a_figure_refers_to_is_in_it():
    svg = plots.to_svg(arms())
    used = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    assert used
    assert used == set(re.findall(r' id="([^"]+)"', svg))


def test_a_figure_names_no_address_but_those_of_its_language():
    addresses = set(re.findall(r'https?://[^"< ]+', plots.to_svg(arms())))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_the_chain_shows_a_dash_where_the_reference_is_nothing():
    ratio = np.array([[1.0, np.nan], [0.1, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = plots.to_svg(plots.plot_chain(["a", "b"], ["signal", "escape"], ratio))
    assert svg.count("–") == 2
    assert "nan" not in svg


def test_a_few_far_cells_are_left_out_of_a_picture_and_counted():
    near = np.random.default_rng(1).normal(0.0, 20.0, (999, 3))
    far = np.vstack([near, [[5000.0, 0.0, 0.0]]])
    assert plots.n_outside([scene(near)]) == [0]
    assert plots.n_outside([scene(far)])[0] >= 1
    assert len(plots.to_png(plots.plot_tissue([scene(near), scene(far)], "tension", (0.2, 1.6)))) > 5000


def test_differences_draw_each_comparison_with_its_options():
    panels = {"one": [("default", -1.0, -2.0, -0.5, "default"), ("a=b", 1.0, 0.5, 2.0, "flips")],
              "two": [("default", 0.0, 0.0, 0.0, "default")]}  # fmt: skip
    svg = plots.to_svg(plots.plot_differences(panels, "difference"))
    assert all(text in svg for text in ("one", "two", "a=b", "difference"))


def test_courses_keep_their_shape_in_another_unit():
    course = plots.Course(np.arange(3.0), np.ones(3), np.zeros(3), 2 * np.ones(3)).times(100.0)
    assert course.mean.tolist() == [100.0] * 3
    assert course.time.tolist() == [0.0, 1.0, 2.0]


def test_tracks_and_pore_law_are_drawn():
    one = plots.TrackSummary(np.array([0.1, 0.4]), np.array([3.0, 6.0]), np.array([1.0, 2.0]), np.array([10.0]),
                             np.array([0.1]))  # fmt: skip
    assert "measured" in plots.to_svg(plots.plot_tracks({"simulated": one, "measured": one}, {"measured"}))
    points = {"cells": (np.array([5.0, 10.0]), np.array([0.0, 0.1]), np.array([0.0, 0.01]))}
    assert "5.0 µm²" in plots.to_svg(plots.plot_pore_law(points, {"cells": (5.0, 0.02)}))


def section(n=3, **changes):
    """Give a slice of a tissue with a few cells in a gel of two rows of voxels."""
    place = np.linspace(20.0, 80.0, 2 * n).reshape(n, 2)
    kind = np.arange(n) % 2
    parts = {"density": np.ones((2, 2)), "opened": np.zeros((2, 2)), **changes}
    return plots.Slice("arm", (100.0, 100.0), place, np.full(n, 8.0), kind, **parts)


def test_sections_are_drawn_with_and_without_cells_matrix_and_walls():
    wall, vessel = np.array([[0.0, 50.0], [100.0, 50.0]]), np.array([[10.0, 10.0], [30.0, 10.0], [20.0, 30.0]])
    full = section(opened=np.full((2, 2), 0.5), lines=(wall,), vessels=(vessel,))
    empty = section(0, density=np.zeros((2, 2)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        both = plots.to_svg(plots.plot_sections([full, empty], ["one", "two"], ("x", "z")))
        bare = plots.to_svg(plots.plot_sections([empty], ["one"], ("x", "y")))
    assert "opened by cells" in both
    assert "densest matrix" in both
    assert "densest matrix" not in bare


def test_a_small_tissue_without_walls_is_shown_larger():
    from amoeboid.plots.assays import _window

    small = section(density=np.zeros((2, 2)))
    small = plots.Slice(
        "a", (1000.0, 1000.0), small.place + 400.0, small.radius, small.kind, small.density, small.opened
    )
    low, high = _window([small])
    assert (high - low).tolist() == [high[0] - low[0]] * 2  # both axes to one scale
    assert np.all(low <= small.place.min(axis=0) - 8.0)
    assert np.all(high >= small.place.max(axis=0) + 8.0)
    assert high[0] - low[0] < 200.0


def test_depth_profiles_have_a_panel_per_type_and_a_line_per_arm():
    edges = np.linspace(-50.0, 50.0, 5)
    one = plots.Profile(edges, np.full(4, 0.25), np.zeros(4), np.full(4, 0.5))
    svg = plots.to_svg(plots.plot_depth_profiles({"carcinoma": {"a": one, "b": one}, "fibroblast": {"a": one}}))
    assert svg.count(">carcinoma<") == svg.count(">fibroblast<") == 1
    assert svg.count(">a<") == svg.count(">b<") == 1  # one legend for all panels
