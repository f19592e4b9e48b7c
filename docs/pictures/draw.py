"""Draw demo.png from a finished run of `melanoma-escape`: `python docs/pictures/draw.py RUN_FOLDER`.

The upper part is the first figure of the run's report, the lower part four of its pictures of the tissue.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
from matplotlib import image

from amoeboid import analysis, measures, plots, store
from amoeboid.simulation import parameters_of

SHOWN = ("no added cytokine", "OSM", "OSM + ruxolitinib", "OSM, JAK1 knock-out")
DPI = 150  # twice what a README shows, for screens of high resolution


def bars(run: store.Run) -> bytes:
    """Give the share of cells that escaped by arm, with Student's interval over replicates as the report has it."""
    ends = analysis.values_at_end(run.measures, "fraction_escaped")
    shares = {arm.name: 100.0 * np.array(list(ends[arm.name].values())) for arm in run.scenario.arms}
    means = {arm: measures.mean_interval(values) for arm, values in shares.items()}
    whiskers = {arm: (max(0.0, mean.low), mean.high) for arm, mean in means.items() if mean.low < mean.high}
    return plots.to_png(plots.plot_arms(shares, "cells escaped after 24 h [%]", intervals=whiskers), dpi=DPI)


def tissue(run: store.Run) -> bytes:
    """Give the cells of some arms at the end of the first replicate, coloured by tension, escaped ones ringed."""
    document = run.scenario
    limits = analysis.Thresholds.of(parameters_of(document, document.reference_arm))
    scenes = [scene(run, arm, limits) for arm in SHOWN]
    tension = np.concatenate([one.value for one in scenes])
    ends = (float(np.quantile(tension, 0.02)), float(np.quantile(tension, 0.98)))
    return plots.to_png(plots.plot_tissue(scenes, "cortical tension γ [nN/µm]", ends), dpi=DPI)


def scene(run: store.Run, arm: str, limits: analysis.Thresholds) -> plots.Scene:
    """Give the cells of one arm."""
    frames = next(one for one in run.members() if one.arm == arm).frames()
    position, radius = frames.position.astype(float), frames.initial["radius"].astype(float)
    beyond = measures.Hull.of(position[0]).distance(position[-1])
    kind = measures.escape_class(position[-1], radius, beyond, (limits.escape_reach, limits.contact_factor))
    escaped = kind >= measures.EscapeClass.SINGLE
    tension = frames.scalars["tension"][-1].astype(float)
    return plots.Scene(arm, position[-1] - position[0].mean(axis=0), radius, tension, escaped)


def above(*pictures: bytes) -> np.ndarray:
    """Set pictures one above the other on white, in the middle."""
    arrays = [image.imread(io.BytesIO(picture))[:, :, :3] for picture in pictures]
    width = max(array.shape[1] for array in arrays)
    rows = []
    for array in arrays:
        left = (width - array.shape[1]) // 2
        right = width - array.shape[1] - left
        rows.append(np.pad(array, ((12, 12), (left, right), (0, 0)), constant_values=1.0))
    return np.concatenate(rows)


if __name__ == "__main__":
    opened = store.Run(sys.argv[1])
    image.imsave(Path(__file__).with_name("demo.png"), above(bars(opened), tissue(opened)), metadata={"Software": ""})
