"""The cell types as rows of text, for the command line and the documents."""

from __future__ import annotations

from amoeboid.errors import Fault, ScenarioError, nearest_name
from amoeboid.evidence import CellType, Parameters, catalogue

QUANTITIES = {
    "radius": ("radius [um]", "", 1.0),
    "nucleus_area": ("nucleus [um^2]", "", 1.0),
    "arrest_area": ("arrest [um^2]", "", 1.0),
    "adhesion": ("e-adhesion [nN/um]", "mechanics.adhesion", 1.0),
    "adhesion_mesenchymal": ("n-adhesion [nN/um]", "mechanics.adhesion_mesenchymal", 1.0),
    "vigour": ("vigour", "motility.vigour", 1.0),
    "persistence": ("persistence [min]", "motility.persistence", 60.0),
    "pull": ("pull", "cell.pull", 1.0),
    "protease": ("protease", "proteolysis.share", 1.0),
    "crossing": ("crossing", "vessel.crossing_share", 1.0),
    "cycle_time": ("cycle [h]", "growth.cycle_time", 3600.0),
}
"""What tells types apart: heading, record of the types that have none of their own, internal units in the one shown."""

COMMON = "="
"""Stands before a number that a type takes from the record of all types."""


def rows(parameters: Parameters | None = None) -> tuple[dict[str, str], ...]:
    """Give one row of text for each cell type, by kind and id.

    The columns are ``cell type``, ``kind``, one for each of `QUANTITIES`, ``secretes``, ``assumed`` (how many of its
    own numbers are, of how many) and ``gaps`` (how many).

    Examples
    --------
    >>> next(row for row in rows() if row["cell type"] == "t_cell")["arrest [um^2]"]
    '4'
    """
    p = parameters or Parameters(catalogue())
    ordered = sorted(p.catalogue.cell_types.values(), key=lambda record: (record.kind, record.id))
    return tuple(_row(record, p) for record in ordered)


def cell_type(id: str, parameters: Parameters | None = None) -> list[tuple[str, str]]:
    """Give label and text of all numbers of one cell type, its own and those of all types.

    Raises
    ------
    ScenarioError
        When there is no such type.

    Examples
    --------
    >>> cell_type("melanoma")[0]
    ('radius [um]', '8.42, assumed: Follows the volume.')
    """
    p = parameters or Parameters(catalogue())
    if id not in p.catalogue.cell_types:
        raise ScenarioError(
            Fault("cell type", f"unknown cell type `{id}`", "a cell type (`amoeboid cells` lists them)",
                  nearest_name(id, p.catalogue.cell_types), "correct the name, or add a record", "AMB-S442")
        )  # fmt: skip
    shown = {f"cell.{id}.{name}": (title, scale) for name, (title, _, scale) in QUANTITIES.items()}
    own = [_line(other, *shown.get(other, (_heading(other, p), 1.0)), p) for other in _ids(id, p)]
    first = [_line(other, title, scale, p) for other, (title, scale) in shown.items() if other in p]
    common = [
        _line(otherwise, f"{title}, as all types", scale, p)
        for name, (title, otherwise, scale) in QUANTITIES.items()
        if f"cell.{id}.{name}" not in p and otherwise in p
    ]
    return list(dict.fromkeys([*first, *own, *common]))


def _ids(id: str, p: Parameters) -> tuple[str, ...]:
    return p.catalogue.ids(f"cell.{id}.")


def _row(record: CellType, p: Parameters) -> dict[str, str]:
    own = _ids(record.id, p)
    made = [other.split(".secretion.")[1] for other in own if ".secretion." in other]
    assumed = sum(p.value(other).status == "assumed" for other in own)
    return {
        "cell type": record.id,
        "kind": record.kind,
        **{title: _number(record.id, name, p) for name, (title, _, _) in QUANTITIES.items()},
        "secretes": ", ".join(made),
        "assumed": f"{assumed} of {len(own)}",
        "gaps": str(len(record.gaps)),
    }


def _number(id: str, name: str, p: Parameters) -> str:
    """Write a number of a type, marked where it is that of all types; nothing where there is none."""
    _, otherwise, scale = QUANTITIES[name]
    own = f"cell.{id}.{name}"
    if own in p:
        return f"{p[own] / scale:.3g}"
    return f"{COMMON}{p[otherwise] / scale:.3g}" if otherwise in p else ""


def _heading(id: str, p: Parameters) -> str:
    name = id.split(".", 2)[2].replace("_", " ")
    unit = p.value(id).internal_unit
    return name if unit in ("", "1", "dimensionless") else f"{name} [{unit}]"


def _line(id: str, title: str, scale: float, p: Parameters) -> tuple[str, str]:
    value = p.value(id)
    spread = f", spread {value.spread:g}" if value.spread else ""
    return title, f"{p[id] / scale:.3g}{spread}, {value.status}: {value.note}"
