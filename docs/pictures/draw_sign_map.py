"""Draw `sign-map.png`: where a block of JAK1 helps, does nothing, or harms women with early breast cancer."""

from pathlib import Path

from amoeboid import scenario, trials
from amoeboid.plots.sign_map import SignPanel, plot_sign_map

PATIENTS = 8000

if __name__ == "__main__":
    found = trials.sign_map(scenario.load_trial("adjuvant-breast"), patients=PATIENTS)
    panels = [SignPanel(f"NK loss {loss:g}", *found.change(k)) for k, loss in enumerate(found.nk_loss)]
    figure = plot_sign_map(panels, [timing.name for timing in found.timings], 100.0 * found.blocks)
    figure.savefig(Path(__file__).with_name("sign-map.png"), dpi=110)
