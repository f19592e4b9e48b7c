"""Draw link.png and link-doses.png from the shipped link: `python docs/pictures/draw_link.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from amoeboid import pharmacology
from amoeboid.plots import plot_doses, plot_link
from amoeboid.process import shipped_record
from amoeboid.trials.contractility import Tumour, contractility

HERE = Path(__file__).parent
DPI = 150
HALF_A_DAY = 43_200.0
DOSES = np.array([0.0, 2.5, 5.0, 10.0, 15.0, 20.0, 25.0, 40.0, 60.0])
N_PEOPLE = 400


def main() -> None:
    """Draw the curves, and what doses leave of escape."""
    record = shipped_record()
    plot_link(record).savefig(HERE / "link.png", dpi=DPI)
    drawn = pharmacology.population("ruxolitinib", pharmacology.draw_people(N_PEOPLE, seed=1), 1)
    drive = contractility(Tumour(osm=0.1), ["ruxolitinib"])
    times = (np.arange(24) + 0.5) / 24 * HALF_A_DAY
    share = pharmacology.free_fraction("ruxolitinib", "plasma")
    seen = [drive(share * pharmacology.steady_profile(drawn, dose, HALF_A_DAY, times)) for dose in DOSES]
    by_draw = [[record.link.relative(one, drive.untreated, k) for one in seen] for k in range(record.link.n_draws)]
    single = np.array([[entry.mean() for entry, _, _ in row] for row in by_draw])
    both = np.array([[(entry.mean(1) * leaving.mean(1)).mean() for entry, _, leaving in row] for row in by_draw])
    labels = {
        "x": "ruxolitinib [mg twice a day]",
        "y": "left of escape, mean of patients",
        "note": f"0.1 nM OSM, {N_PEOPLE} patients; link {record.link.made_from}",
    }
    lines = {"cells that enter alone": single, "and leave a vessel again": both}
    plot_doses(DOSES, lines, labels).savefig(HERE / "link-doses.png", dpi=DPI)


if __name__ == "__main__":
    main()
