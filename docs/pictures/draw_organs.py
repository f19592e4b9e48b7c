"""Draw `organs.png`: where eight cancers spread to, by blood flow alone and as observed."""

from pathlib import Path

from amoeboid.body import tropism
from amoeboid.plots import OrganPanel, plot_organs, to_png

NAMES = {"head_and_neck": "head and neck"}

if __name__ == "__main__":
    panels = [
        OrganPanel(NAMES.get(t.name, t.name), t.organs, t.flow, t.both, t.observed, t.explained) for t in tropism()
    ]
    (Path(__file__).parent / "organs.png").write_bytes(to_png(plot_organs(panels)))
