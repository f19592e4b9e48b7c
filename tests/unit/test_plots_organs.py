"""Figures of organs of metastasis."""

import numpy as np
import pytest

from amoeboid.plots import OrganPanel, plot_organs, to_png

FLOW, SEEN = np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.5, 0.4])


def organ_panel(title):
    return OrganPanel(title, ("lung", "lymph_node", "bone"), FLOW, SEEN, SEEN, 0.13)


def test_each_cancer_has_a_panel_with_bars_of_flow_and_marks_of_what_is_seen():
    figure = plot_organs([organ_panel(name) for name in ("a", "b", "c", "d", "e")])
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title("left") for axes in shown] == ["a", "b", "c", "d", "e"]
    assert [bar.get_width() for bar in shown[0].patches] == pytest.approx([70.0, 20.0, 10.0])
    both, seen = shown[0].get_lines()
    assert np.allclose(both.get_xdata(), seen.get_xdata())
    assert [label.get_text() for label in shown[0].get_yticklabels()] == ["lung", "lymph node", "bone"]
    assert "flow explains 13 %" in [text.get_text() for text in shown[0].texts]
    assert to_png(figure).startswith(b"\x89PNG")


def test_no_cancer_gives_no_figure():
    with pytest.raises(ValueError, match="no cancer"):
        plot_organs([])
