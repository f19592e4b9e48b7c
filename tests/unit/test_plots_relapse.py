import numpy as np
import pytest

from amoeboid.measures.survival import kaplan_meier
from amoeboid.plots import Foretold, RelapsePanel, plot_relapse, to_svg

DAYS = np.linspace(0.0, 3650.0, 11)


def group(n=60, seed=1):
    draw = np.random.default_rng(seed)
    time = draw.exponential(6000.0, n)
    share = np.exp(-DAYS / 6000.0)
    curve = kaplan_meier(np.minimum(time, 3650.0), time <= 3650.0)
    return Foretold(DAYS, share, 0.95 * share, 1.05 * share, curve)


def test_panels_say_what_is_calibration_and_count_relapses_in_words_that_can_be_searched():
    panels = [
        RelapsePanel("all patients", "calibration", {"model": group()}),
        RelapsePanel("by size", "validation", {"small": group(40, 2), "large": group(30, 3)}),
    ]
    figure = plot_relapse(panels, floor=0.3)
    text = to_svg(figure)
    for words in ("calibration", "validation", "axis begins at 30", "small", "of 40)", "Kaplan"):
        assert words in text
    assert len(figure.axes) == 2
    assert figure.axes[0].get_ylim() == (0.3, 1.005)


def test_the_model_is_drawn_over_its_band_and_beside_the_steps():
    one = group()
    axes = plot_relapse([RelapsePanel("all", "calibration", {"model": one})]).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    model = next(line for name, line in lines.items() if name.startswith("model"))
    assert np.allclose(model.get_xdata(), DAYS / 365.25)
    assert np.allclose(model.get_ydata(), one.share)
    assert len(axes.collections) == 1
    steps = [line for line in axes.lines if line.get_drawstyle() == "steps-post" and len(line.get_xdata())]
    assert len(steps) == 3
    assert all(line.get_xdata()[-1] == pytest.approx(10.0, abs=0.01) for line in steps)


def test_a_panel_of_three_groups_is_refused():
    groups = {"a": group(), "b": group(), "c": group()}
    with pytest.raises(ValueError, match="at most 2"):
        plot_relapse([RelapsePanel("all", "calibration", groups)])
