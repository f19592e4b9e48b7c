"""Break-even of seeding against NK loss: closed form, the table of the reference, and the body itself."""

import dataclasses

import numpy as np
import pytest

from amoeboid import body, scenario, trials
from amoeboid.process import Treatment
from amoeboid.trials.sign_map import escape_at, seeding_factor

TABLE = {  # body-and-trials 2.6: k, delta -> f at which it breaks even
    (1.0, 0.25): 0.88, (1.0, 0.5): 0.75, (1.0, 0.9): 0.55,
    (5.0, 0.25): 0.79, (5.0, 0.5): 0.58, (5.0, 0.9): 0.25,
    (20.0, 0.25): 0.76, (20.0, 0.5): 0.52, (20.0, 0.9): 0.14,
}  # fmt: skip


@pytest.mark.parametrize("cell", TABLE)
def test_the_table_of_the_reference_is_reproduced(cell):
    assert trials.break_even_escape(*cell) == pytest.approx(TABLE[cell], abs=0.006)
    assert trials.founding_ratio(trials.break_even_escape(*cell), *cell) == pytest.approx(1.0)


@pytest.mark.parametrize("cell", [(1.0, 0.5), (5.0, 0.9), (20.0, 0.25)])
def test_the_body_founds_as_many_colonies_at_break_even_and_changes_sign_around_it(cell):
    k, loss = cell
    breast = body.cancer("breast")
    # all colonies rest first and none founds others; long enough for both clocks to have rung
    asleep = dataclasses.replace(breast, dormant_share=1.0, wake_rate=5e-3, nk_kill_rate=5e-3 * k, hazard=1e-12,
                                 other_death=(0.0, 0.0), seeding=(20.0 * breast.seeding[0], 0.0))  # fmt: skip
    disease = body.draw_disease(asleep, 6000, 4)

    def founded(f, delta):
        one = np.ones((1, 1))
        given = Treatment(np.array([-1e5, 1e5]), f * one, f * one, one, (1.0 - delta) * one, one)
        return len(body.spread(disease, asleep, given, body.Plan(8000.0, 0.0, generations=1), 4))

    plain = founded(1.0, 0.0)
    f = float(trials.break_even_escape(k, loss))
    error = 5.0 * np.sqrt(2.0 / plain)  # five errors of the ratio of two Poisson numbers, pairs or not
    assert error < 0.1
    assert founded(f, loss) / plain == pytest.approx(1.0, abs=error)
    assert founded(0.7 * f, loss) < plain < founded(min(1.3 * f, 1.0), loss)
    assert founded(0.5, loss) / plain == pytest.approx(float(trials.founding_ratio(0.5, k, loss)), rel=error)


def test_a_deeper_block_means_less_escape_and_none_is_none():
    ready = trials.premises(scenario.load_trial("neoadjuvant-melanoma"))
    curves = escape_at((0.0, 0.3, 0.6, 1.0), ready)
    for curve in curves:
        assert curve[0] == 1.0
        assert np.all(np.diff(curve) < 0.0)
        assert curve[-1] > 0.0
    factor = seeding_factor(*curves, ready.cancer)
    assert factor[0] == pytest.approx(1.0)
    assert np.all(np.diff(factor) < 0.0)


def test_no_block_is_no_change_in_the_map():
    found = trials.sign_map(scenario.load_trial("neoadjuvant-melanoma"), patients=300, blocks=(0.0, 1.0))
    for loss in range(len(found.nk_loss)):
        change, low, high = found.change(loss)
        assert np.all(change[:, 0] == 0.0)
        assert np.all((low <= change) & (change <= high))
        assert [row[0] for row in found.verdicts()[loss]] == ["nothing"] * len(found.timings)


def test_the_closed_form_crosses_where_the_map_says():
    document = scenario.load_trial("adjuvant-breast")
    found = trials.sign_map(document, patients=64, blocks=(0.0, 1.0))
    ready = trials.premises(document)
    k = ready.cancer.nk_kill_rate / ready.cancer.wake_rate
    for loss, block in zip(found.nk_loss, found.break_even, strict=True):
        if np.isfinite(block):
            factor = seeding_factor(*escape_at((block,), ready), ready.cancer)
            assert trials.founding_ratio(factor, k, loss * block)[0] == pytest.approx(1.0, abs=0.02)
