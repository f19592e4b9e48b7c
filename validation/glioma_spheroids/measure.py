"""The shipped scenario with measured tracks: the tissue model is tuned on spheroid 1 and compared with 2 and 3."""

from pathlib import Path

import numpy as np

from amoeboid import inference, scenario
from amoeboid.formats import Tracks
from amoeboid.workflow.fitting import read_measured, with_fitted_tracks
from tissue import carried_out

DATA = Path(__file__).parents[3] / "shared" / "data" / "spheroid-tracks-scott2021" / "tracks.parquet"
# centres as stored with the data [um]
CENTRES = {"1": (261.0, 238.0, 138.0), "2": (330.0, 443.0, 39.0), "3": (309.0, 313.0, 14.0)}


def measure() -> dict[str, float]:
    if not DATA.exists():
        return {}
    document = with_fitted_tracks(scenario.load("glioma-spheroid"), DATA)
    tracks = read_measured(document)
    run = carried_out(document)
    noise = [document.parameters[f"assay.localisation_{axis}"].value for axis in ("xy", "z")]
    found = {}
    frames = [member.frames() for member in run.members()]
    # replicates are one set of tracks; each is centred on its own tumour
    centred = [f.position - f.position[0].mean(axis=0) for f in frames]
    position = np.concatenate(centred, axis=1)
    simulated = inference.as_recorded(Tracks.of_frames(frames[0].time, position), *noise)
    for group in ("1", "2", "3"):
        seen = tracks.select(group)
        result = inference.compare_tracks(simulated, seen, ((0.0, 0.0, 0.0), CENTRES[group]))
        found[f"ks_{group}"] = result.step_speed_ks
        for row in result.msd:
            found[f"msd{row.lag / 60:.0f}_{group}"] = row.error
        sign = result.has_same_sign
        found[f"bias_sign_{group}"] = 0.0 if sign is None else (1.0 if sign else -1.0)
        ours, theirs = result.bias
        print(
            f"spheroid {group}: KS {result.step_speed_ks:.3f}, MSD errors",
            [f"{row.lag / 60:.0f} min {row.error:+.0%}" for row in result.msd],
            f"bias ours {ours.value:.4f} ({ours.low:.4f} to {ours.high:.4f}),",
            f"measured {theirs.value:.4f} ({theirs.low:.4f} to {theirs.high:.4f})",
        )
    return found
