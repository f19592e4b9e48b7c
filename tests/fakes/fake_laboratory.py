"""A laboratory that measures a cell line whose numbers are hidden: courses, doses and a drug, with noise."""

import numpy as np

from amoeboid.evidence import Parameters, catalogue
from amoeboid.inference import Objective, TableUnits, Wish, cell_line, parse_table
from amoeboid.signalling import network

HIDDEN = {"exchange_jak": 1.6, "jak_activation": 0.7, "stat3_phosphorylation": 0.6, "mlc2_phosphorylation": 1.3}
"""How many times the default each hidden number is."""

SCALE = 5.0
NOISE = 0.07
"""Standard deviation as a share of the largest value of a readout."""

_ROWS = [(t, 10.0, readout, "") for readout in ("pSTAT3", "pMLC2") for t in (0, 5, 15, 30, 60, 120, 240)]
_ROWS += [(30, dose, readout, "") for readout in ("pSTAT3", "pMLC2") for dose in (0.1, 0.3, 1.0, 3.0, 30.0)]
_ROWS += [(30, 10.0, readout, f"ruxolitinib {c} nM") for readout in ("pSTAT3", "pMLC2") for c in (50, 200, 1000)]
WISH = Wish(tuple(HIDDEN), absolute=("pMLC2",))


def parameters() -> Parameters:
    return Parameters(catalogue())


def table(values, sds) -> str:
    """Write a table of the rows above."""
    lines = ["time [min],dose [ng/ml],readout,value,sd,drug,cytokine"]
    for (time, dose, readout, drug), value, sd in zip(_ROWS, values, sds, strict=True):
        lines.append(f"{time},{dose},{readout},{float(value)!r},{float(sd)!r},{drug},OSM")
    return "\n".join(lines) + "\n"


def objective(text: str, wish: Wish = WISH) -> Objective:
    numbers = parameters()
    line = cell_line(parse_table(text, "lab.csv", TableUnits(), numbers), network(), numbers, wish)
    return Objective(line.problem, line.engine)


class Laboratory:
    """Measures the hidden line; ``truth`` is its vector on the scales."""

    def __init__(self) -> None:
        plain = objective(table(np.ones(len(_ROWS)), np.ones(len(_ROWS))))
        hidden = {one.name: one.nominal * HIDDEN.get(one.name, 1.0) for one in plain.problem.estimated}
        self.names = plain.names
        self.truth = np.log10([{**hidden, "scale_pSTAT3": SCALE}[name] for name in plain.names])
        self.exact = plain.read(self.truth).value[0]
        readout = np.array([row[2] for row in _ROWS])
        self.sd = NOISE * np.array([self.exact[readout == name].max() for name in readout])

    def measure(self, seed: int) -> str:
        noise = np.random.default_rng((seed, 7)).standard_normal(self.exact.size)
        return table(self.exact + self.sd * noise, self.sd)
