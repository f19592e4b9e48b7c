import functools

import numpy as np
import pytest

from amoeboid.errors import FormatError
from amoeboid.inference import breast_model, read_cohort
from amoeboid.plots import to_svg
from amoeboid.workflow.relapse import figure_relapse, foretell, study_relapse

HELD = {"decay": 1.5e-3, "decay_spread": 0.4, "seeding_spread": 1.1, "dormant_share": 0.83, "wake_rate": 2e-4}


def table(folder):
    rows = ["time [year],event,diameter [mm]"]
    rows += [f"{2 + k % 9},{int(k % 3 == 0)},{12 + 6 * (k % 4)}" for k in range(48)]
    path = folder / "cohort.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@functools.cache
def study(path):
    return study_relapse(path, breast_model(held=HELD), n_samples=3)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return study(table(tmp_path_factory.mktemp("cohort")))


def test_a_table_becomes_a_fit_with_profiles_samples_and_a_c_index(found):
    assert (found.patients.n, found.fit.n_events, found.fit.n_fitted) == (48, 16, 1)
    assert set(found.profiles) == {"colonies"}
    assert found.profiles["colonies"].verdict in {"identified", "open above", "open below"}
    assert len(found.samples) == 3
    assert 0.0 <= found.c_index <= 1.0
    assert found.calibration.days[-1] == found.patients.time.max()


def test_the_figure_shows_all_and_both_sizes_with_their_counts(found):
    figure = figure_relapse(found)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["all patients", "by size of the primary"]
    small = int((found.patients.diameter <= 20.0).sum())
    text = to_svg(figure)
    assert "(16 of 48)" in text
    assert f"of {small})" in text
    assert figure.axes[0].get_xlim()[1] == pytest.approx(10.0)


def test_a_band_holds_its_curve_and_without_samples_there_is_none(found):
    with_band = foretell(found.fit, (*found.samples, found.fit), found.patients, 3000.0)
    assert np.all(with_band.low <= with_band.share + 1e-12)
    assert np.all(with_band.share <= with_band.high + 1e-12)
    assert np.isnan(foretell(found.fit, (), found.patients, 3000.0).low).all()


def test_a_group_without_a_relapse_is_left_out_and_bad_tables_are_refused(found, tmp_path):
    rows = found.patients.event
    figure = figure_relapse(found, {"odd": {"all who relapse": rows, "nobody": ~rows}})
    assert "nobody" not in to_svg(figure)
    path = tmp_path / "bad.csv"
    path.write_text("time [year],event,diameter [mm]\n-1,1,20\n", encoding="utf-8")
    with pytest.raises(FormatError, match="AMB-F622"):
        study_relapse(path)
    assert read_cohort(table(tmp_path)).n == 48
