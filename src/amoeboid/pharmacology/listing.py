"""The drug library as rows of text, for the command line and the report."""

from __future__ import annotations

from collections.abc import Mapping

from amoeboid.evidence import Parameters, catalogue
from amoeboid.pharmacology.kinetics import variants
from amoeboid.pharmacology.library import TARGETS, drug, library
from amoeboid.pharmacology.occupancy import check_concentration
from amoeboid.pharmacology.potency import apparent_constants


def rows(
    hypotheses: Mapping[str, str] | None = None, parameters: Parameters | None = None
) -> tuple[dict[str, str], ...]:
    """Give one row of text for each drug, by class and name.

    The columns are ``drug``, ``class``, one for each target with the apparent free constant [nM] (empty
    when the drug leaves it alone), ``free in plasma``, ``dosed`` (``yes`` when a dose in mg can be
    followed), ``disputed`` (names of contested values) and ``note``.

    Examples
    --------
    >>> next(row for row in rows() if row["drug"] == "ruxolitinib")["JAK1"]
    '8.46'
    """
    p = parameters or Parameters(catalogue())
    ordered = sorted(library().values(), key=lambda record: (record.drug_class, record.id))
    return tuple(_row(record.id, hypotheses, p) for record in ordered)


def _row(id: str, hypotheses: Mapping[str, str] | None, p: Parameters) -> dict[str, str]:
    record, constants = drug(id), apparent_constants(id, hypotheses, p)
    bound, stem = f"drug.{id}.fu_plasma", f"drug.{id}."
    disputed = [other for other in p.catalogue.ids(stem) if p.value(other).status == "disputed"]
    return {
        "drug": id,
        "class": record.drug_class,
        **{target: f"{constants[target]:.3g}" if target in constants else "" for target in TARGETS},
        "free in plasma": f"{p[bound]:g}" if bound in p else "not known",
        "dosed": "yes" if variants(id, p) else "no",
        "disputed": ", ".join(other.removeprefix(stem) for other in disputed),
        "note": record.note,
    }


def remarks(name: str, free: float, parameters: Parameters | None = None) -> tuple[str, ...]:
    """Give what a reader should know of a drug at a free concentration [nM]; empty when there is nothing.

    Raises
    ------
    ScenarioError
        When the drug is not known or the concentration cannot be.

    Examples
    --------
    >>> remarks("blebbistatin", 25000.0)
    ('blebbistatin: 25000 nM is above its solubility of 10000 nM; the free part is not known',)
    """
    p, id = parameters or Parameters(catalogue()), drug(name).id
    level = float(check_concentration(name, free))
    limit = f"drug.{id}.solubility"
    if limit in p and level > p[limit]:
        return (f"{id}: {level:g} nM is above its solubility of {p[limit]:g} nM; the free part is not known",)
    return ()
