"""Frames, tracks and measures of populations in which cells are born, die and leave."""

from __future__ import annotations

import numpy as np
import pytest

from amoeboid import measures
from amoeboid.formats import Tracks
from amoeboid.process import State
from amoeboid.store.gathering import Gathering, joined

RNG = np.random.default_rng(4)
PLACES = {number: RNG.random(3) for number in range(6)}


def state_of(*ids: int, tick: int = 0) -> State:
    place = np.array([PLACES[number] for number in ids]).reshape(-1, 3)
    state = State({"cell.id": np.array(ids), "cell.position": place, "cell.type": np.array(ids) % 2})
    state.put("cell.radius", np.array([10.0 + number + 0.1 * tick for number in ids]))
    state.put("cell.tension", np.array([0.1 * number for number in ids]))
    state.put("cell.contacts", np.array(ids))
    return state


COURSE = [(0, 1, 2), (2, 0, 1), (2, 3, 0), (3,), (5, 3)]


def gathered(cuts: tuple[int, ...]) -> dict[str, np.ndarray]:
    gathering, blocks = Gathering(), []
    for tick, ids in enumerate(COURSE):
        gathering.add("time", 60.0 * tick, state_of(*ids, tick=tick))
        gathering.add("cell_time", 60.0 * tick, state_of(*ids, tick=tick))
        if tick in cuts:
            blocks.append(gathering.stacked())
            gathering.clear()
    return joined([*blocks, gathering.stacked()] if gathering else blocks)


@pytest.mark.parametrize("cuts", [(), (0,), (1, 3), (0, 1, 2, 3, 4), (2, 4)])
def test_frames_hold_every_cell_at_its_number_and_nothing_where_it_is_not(cuts: tuple[int, ...]) -> None:
    found = gathered(cuts)
    assert found["id"].tolist() == [0, 1, 2, 3, 5]
    assert found["type"].tolist() == [0, 1, 0, 1, 1]
    # as first seen: 3 in the third frame, 5 in the fifth
    assert found["radius"].tolist() == [10.0, 11.0, 12.0, 13.2, 15.4]
    for frame, ids in enumerate(COURSE):
        for column, number in enumerate(found["id"]):
            if number in ids:
                np.testing.assert_array_equal(found["position"][frame, column], PLACES[int(number)].astype("f4"))
                assert found["contacts"][frame, column] == number
            else:
                assert np.isnan(found["position"][frame, column]).all()
                assert np.isnan(found["tension"][frame, column])
                assert found["contacts"][frame, column] == -1


def test_where_frames_are_cut_into_blocks_does_not_change_a_byte() -> None:
    whole = gathered(())
    for cuts in [(0,), (1, 3), (0, 1, 2, 3, 4)]:
        parts = gathered(cuts)
        assert sorted(parts) == sorted(whole)
        assert all(parts[name].tobytes() == whole[name].tobytes() for name in whole)


def test_a_population_that_does_not_change_is_kept_without_holes() -> None:
    gathering = Gathering()
    for tick in range(3):
        gathering.add("time", 60.0 * tick, state_of(0, 1, 4))
    found = joined([gathering.stacked()])
    assert found["position"].shape == (3, 3, 3)
    assert np.isfinite(found["position"]).all()


def test_a_cell_has_a_track_as_long_as_it_lives() -> None:
    position = np.zeros((4, 2, 3))
    position[2:, 0] = np.nan
    position[0, 1] = np.nan
    tracks = Tracks.of_frames([0.0, 60.0, 120.0, 180.0], position)
    assert [int((tracks.track == cell).sum()) for cell in (0, 1)] == [2, 3]
    assert tracks.time[tracks.track == 1].tolist() == [60.0, 120.0, 180.0]


def test_time_at_risk_of_escape_is_that_of_a_cells_life() -> None:
    rng = np.random.default_rng(1)
    start = rng.normal(size=(40, 3)) * 10.0
    position = np.repeat(start[None], 4, axis=0)
    position[2:, 0] = np.nan  # dies after the second frame: at risk for 60 s
    position[:2, 1] = np.nan  # born at the third: 60 s
    position[3, 2] = [500.0, 0.0, 0.0]  # escapes in the last frame: 180 s
    time = np.array([0.0, 60.0, 120.0, 180.0])
    hull = measures.Hull.of(start)
    beyond = [np.where(np.isnan(frame[:, 0]), np.nan, hull.distance(np.nan_to_num(frame))) for frame in position]
    events, kind = measures.escape_events(time, position, np.full(40, 5.0), (1.0, 1.1), beyond)
    assert events.cell.tolist() == [2]
    assert events.at_risk == pytest.approx(60.0 + 60.0 + 38 * 180.0)
    assert kind[3, 0] == measures.EscapeClass.WITHIN
