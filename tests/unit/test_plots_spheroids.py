"""Figures of spheroids over time."""

import numpy as np

from amoeboid.plots import SpheroidPanel, plot_spheroids, to_png

DAY = np.arange(4.0, 8.0)


def panel(title):
    line = {"outer": (DAY, 100.0 + DAY), "arrested": (DAY, 50.0 + DAY), "necrotic": (DAY, DAY)}
    return SpheroidPanel(title, {"model": line}, {"seen": {"outer": (DAY, 99.0 + DAY)}}, np.full(4, 3.0))


def test_each_spheroid_has_a_panel_with_its_lines_marks_and_spread():
    figure = plot_spheroids([panel("a"), panel("b"), panel("c")], "note")
    axes = [one for one in figure.axes if one.axison]
    assert [one.get_title("left") for one in axes] == ["a", "b", "c"]
    assert [len(one.get_lines()) for one in axes] == [4, 4, 4]
    assert all(len(one.containers) == 1 for one in axes)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "outer", "arrested", "necrotic", "model", "seen",
    ]  # fmt: skip
    assert to_png(figure).startswith(b"\x89PNG")


def test_a_spheroid_without_measurements_is_drawn_alone():
    figure = plot_spheroids([SpheroidPanel("alone", {"model": {"outer": (DAY, 100.0 + DAY)}})])
    assert len(figure.axes) == 1
    assert figure.axes[0].get_ylim()[0] == 0.0
