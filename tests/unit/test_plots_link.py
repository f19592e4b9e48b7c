"""Figures of a link say what it holds."""

import numpy as np
import pytest

from amoeboid.plots import plot_doses, plot_link, to_svg
from amoeboid.process import shipped_record


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_the_figure_of_a_link_shows_every_level_every_reading_and_the_best_curve():
    record = shipped_record()
    figure = plot_link(record)
    axes = figure.axes[0]
    points = [line for line in axes.get_lines() if line.get_marker() in ("o", "v")]
    assert len(points) == len(record.levels)
    curve = max(axes.get_lines(), key=lambda line: len(line.get_xdata()))
    np.testing.assert_array_equal(curve.get_ydata(), record.link.entry[0])
    text = to_svg(figure)
    assert record.link.made_from in text
    assert all(reading in text for reading in record.readings)


def test_a_level_without_an_entry_is_an_arrow_at_its_upper_end():
    record = shipped_record()
    none = [level for level in record.levels if level.entries.sum() == 0]
    arrows = [line for line in plot_link(record).axes[0].get_lines() if line.get_marker() == "v"]
    assert len(arrows) == len(none) > 0
    for level, arrow in zip(none, arrows, strict=True):
        # the upper end of a one-sided 95 % interval of no event is 3.0 / T
        assert arrow.get_ydata()[0] == pytest.approx(2.9957 / level.cell_days.sum(), rel=1e-4)


def test_doses_begin_at_one_and_the_band_holds_the_line():
    doses, rows = np.array([0.0, 5.0, 15.0]), np.array([[1.0, 0.7, 0.4], [1.0, 0.6, 0.3], [1.0, 0.8, 0.5]])
    figure = plot_doses(doses, {"single cells": rows}, {"x": "mg", "y": "left of escape", "note": "link x"})
    line = lines(figure.axes[0])["single cells"]
    np.testing.assert_array_equal(line.get_ydata(), rows[0])
    assert "left of escape" in to_svg(figure)
