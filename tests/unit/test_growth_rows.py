"""Rows of growth from recorded samples, and the shipped spheroid through the store."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from amoeboid import analysis, execution, scenario, workflow


@dataclass
class Frames:
    time: np.ndarray
    position: np.ndarray
    cell_time: np.ndarray
    scalars: dict
    initial: dict = field(default_factory=dict)
    flux: dict = field(default_factory=dict)


def recorded():
    """Three cells in a row, of which the last is born, and the first dies, between two samples."""
    position = np.array([[[0.0, 0, 0], [10.0, 0, 0], [np.nan] * 3], [[0.0, 0, 0], [10.0, 0, 0], [20.0, 0, 0]]])
    phase = np.array([[0, 0, -1], [4, 0, 0]], np.int8)
    radius = np.array([[8.0, 8.0, np.nan], [8.0, 8.0, 8.0]])
    scalars = {"phase": phase, "current_radius": radius}
    return Frames(np.array([0.0, 600.0]), position, np.array([0.0, 600.0]), scalars)


def by_name(rows):
    return {(row.name, row.time): row.value for row in rows}


def test_cells_count_from_birth_and_live_until_death():
    rows = by_name(analysis.growth_rows(recorded()))
    assert (rows["n_cells", 0.0], rows["n_cells", 600.0]) == (2.0, 3.0)
    assert (rows["n_living", 0.0], rows["n_living", 600.0]) == (2.0, 2.0)
    assert rows["outer_radius", 600.0] > rows["outer_radius", 0.0] > 8.0


def test_nothing_is_told_of_a_tissue_that_does_not_grow():
    frames = recorded()
    del frames.scalars["phase"]
    assert list(analysis.growth_rows(frames)) == []


def test_a_sample_without_a_frame_is_left_out():
    frames = recorded()
    frames.cell_time = np.array([0.0, 900.0])
    assert {row.time for row in analysis.growth_rows(frames)} == {0.0}


def small(hours):
    """Give the shipped spheroid with a radius of 40 um in a small box."""
    base = scenario.load("spheroid-growth")
    place = base.tissue.cells[0].place.model_copy(update={"radius": 40.0})
    group = base.tissue.cells[0].model_copy(update={"place": place})
    tissue = base.tissue.model_copy(update={"cells": (group,), "size": (400.0,) * 3})
    output = base.output.model_copy(update={"frames_every": 3600.0, "cells_every": 3600.0, "checkpoint_every": 3600.0})
    return base.model_copy(update={"tissue": tissue, "output": output, "duration": hours * 3600.0})


@pytest.mark.slow
def test_a_run_of_the_shipped_spheroid_has_its_rows_and_its_report(tmp_path):
    finished = workflow.run(small(3), folder=tmp_path, processes=1)
    assert finished.last("n_cells")["medium"] >= finished.last("n_living")["medium"] > 100
    assert 40.0 < finished.last("outer_radius")["medium"] < 60.0
    assert "outer radius of the spheroid" in finished.report.read_text("utf-8")


@pytest.mark.slow
def test_a_run_that_grows_and_is_stopped_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    for name in ("code_hash", "numbers_hash"):
        monkeypatch.setattr(f"amoeboid.store.layout.{name}", lambda *_: "same")
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 75

    whole = execution.run(small(2), folder=tmp_path / "whole", means=execution.Means(processes=1))
    partial = execution.run(small(2), folder=tmp_path / "partial", means=execution.Means(processes=1, stop=stop))
    assert not partial.is_finished
    done = execution.resume(partial.path, means=execution.Means(processes=1))
    assert [one.state_hash for one in done.members()] == [one.state_hash for one in whole.members()]
    first, second = (run.members()[0].frames() for run in (whole, done))
    assert np.array_equal(first.position, second.position, equal_nan=True)
    # cells born on the way are in columns of their own, without a place before
    assert np.isnan(first.position[0]).any()
    assert np.isfinite(first.position[-1]).all()
