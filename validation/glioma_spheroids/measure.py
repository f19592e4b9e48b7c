"""The shipped scenario with measured tracks: the tissue model is tuned on spheroid 1 and compared with 2 and 3.

It is run twice, in a matrix that stands still, and in one that gives way to the cells; nothing is tuned anew for it.
Both are run once more with the film begun `LATER`: measured spheroids had spread for a time that nobody stated.
"""

from pathlib import Path

import numpy as np

from amoeboid import inference, scenario
from amoeboid.formats import Tracks
from amoeboid.workflow.fitting import read_measured, with_fitted_tracks
from tissue import carried_out

DATA = Path(__file__).parents[3] / "shared" / "data" / "spheroid-tracks-scott2021" / "tracks.parquet"
# centres as stored with the data [um]
CENTRES = {"1": (261.0, 238.0, 138.0), "2": (330.0, 443.0, 39.0), "3": (309.0, 313.0, 14.0)}
RINGS = ((0.0, 60.0), (60.0, 90.0), (90.0, 120.0), (120.0, 160.0), (160.0, 220.0))
"""Distances from the middle [um] between which outward motion is told apart."""
LATER = 22.5 * 3600.0
"""When the later film begins [s]; chosen before it was run, and not stated with the data."""
LAG = 5
"""Frames of 180 s over which outward motion is taken."""


def measure() -> dict[str, float]:
    if not DATA.exists():
        return {}
    document = with_fitted_tracks(scenario.load("glioma-spheroid"), DATA)
    found = compared(document, "static")
    yielding = compared(deforming(document), "deforming")
    gain = {f"bias_gain_{group}": found[f"bias_gap_{group}"] - yielding[f"bias_gap_{group}"] for group in CENTRES}
    late = compared(later(deforming(document)), "deforming, filmed later", LATER)
    compared(later(document), "static, filmed later", LATER)
    gain |= {f"bias_gain_later_{group}": found[f"bias_gap_{group}"] - late[f"bias_gap_{group}"] for group in CENTRES}
    return found | gain | {f"{name}_deforming": value for name, value in yielding.items()}


def later(document):
    """Give the same scenario, run on so that a film of the same length can begin later."""
    return document.model_copy(update={"name": f"{document.name}-later", "duration": document.duration + LATER})


def deforming(document):
    """Give the same scenario in a matrix that gives way."""
    matrix = document.tissue.matrix.model_copy(update={"deforms": True})
    tissue = document.tissue.model_copy(update={"matrix": matrix})
    return document.model_copy(update={"name": "glioma-spheroid-deforming", "tissue": tissue})


def compared(document, name: str, begin: float = 0.0) -> dict[str, float]:
    """Give the figures of one run, filmed from a time [s] on, against the three measured spheroids."""
    tracks = read_measured(document)
    run = carried_out(document)
    noise = [document.parameters[f"assay.localisation_{axis}"].value for axis in ("xy", "z")]
    frames = [member.frames() for member in run.members()]
    # replicates are one set of tracks; each is centred on its own tumour
    filmed = np.asarray(frames[0].time) >= begin
    centred = [(f.position - f.position[0].mean(axis=0))[filmed] for f in frames]
    position = np.concatenate(centred, axis=1)
    simulated = inference.as_recorded(Tracks.of_frames(frames[0].time[filmed], position), *noise)
    print(f"{name}: outward cosine by distance", outward(position))
    found = {}
    for group in ("1", "2", "3"):
        result = inference.compare_tracks(simulated, tracks.select(group), ((0.0, 0.0, 0.0), CENTRES[group]))
        found[f"ks_{group}"] = result.step_speed_ks
        for row in result.msd:
            found[f"msd{row.lag / 60:.0f}_{group}"] = row.error
        sign = result.has_same_sign
        found[f"bias_sign_{group}"] = 0.0 if sign is None else (1.0 if sign else -1.0)
        ours, theirs = result.bias
        found[f"bias_gap_{group}"] = abs(ours.value - theirs.value)
        print(
            f"{name}, spheroid {group}: KS {result.step_speed_ks:.3f}, MSD errors",
            [f"{row.lag / 60:.0f} min {row.error:+.0%}" for row in result.msd],
            f"bias ours {ours.value:.4f} ({ours.low:.4f} to {ours.high:.4f}),",
            f"measured {theirs.value:.4f} ({theirs.low:.4f} to {theirs.high:.4f})",
        )
    return found


def outward(position: np.ndarray) -> dict[str, float]:
    """Give the mean cosine between 15 min of motion and the way out, by distance from the middle."""
    here = position[::LAG][:-1]
    step = np.diff(position[::LAG], axis=0)
    distance = np.linalg.norm(here, axis=-1)
    length = np.linalg.norm(step, axis=-1)
    cosine = np.einsum("fni,fni->fn", here, step) / np.maximum(distance * length, 1e-9)
    inside = {f"{low:.0f}-{high:.0f} um": (distance >= low) & (distance < high) for low, high in RINGS}
    return {ring: round(float(cosine[there].mean()), 3) for ring, there in inside.items() if there.any()}
