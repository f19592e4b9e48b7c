"""Parameters: a frozen choice of values as plain floats in internal units, each still knowing its value."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

from amoeboid import units
from amoeboid.errors import EvidenceError, Fault
from amoeboid.evidence import derivation
from amoeboid.evidence.catalogue import Catalogue, unknown_value
from amoeboid.evidence.records import Value


@dataclass(frozen=True)
class Override:
    """A number that a scenario puts in the place of a value: why, and where that was written.

    ``spread`` replaces the standard deviation of the logarithm over cells; None leaves the record's.
    """

    value: float
    unit: str
    reason: str = ""
    place: str = ""
    spread: float | None = None


class Parameters:
    """A choice of values for one simulation; cannot be changed, and remembers what was read.

    A value that is derived by formula follows its parents: overriding the radius of a cell changes what is
    computed from the radius, unless that has an override of its own.

    Parameters
    ----------
    catalogue : Catalogue
        Where the defaults are.
    overrides : mapping from id to Override, optional
        Numbers that replace defaults.

    Raises
    ------
    EvidenceError
        When an override names no value, or one that is not a single number, or is not finite; tells all.
    UnitError
        When the unit of an override is of another dimension.

    Examples
    --------
    >>> from amoeboid.evidence import catalogue
    >>> p = Parameters(catalogue(), {"cell.arrest_fraction": Override(0.2, "1", "what if")})
    >>> p["cell.arrest_fraction"], p.value("cell.arrest_fraction").status
    (0.2, 'assumed')
    """

    __slots__ = ("_catalogue", "_numbers", "_overrides", "_values")

    def __init__(self, catalogue: Catalogue, overrides: Mapping[str, Override] | None = None) -> None:
        self._catalogue = catalogue
        self._overrides = dict(overrides or {})
        self._numbers: dict[str, float] = {}
        self._values: dict[str, Value] = {}
        faults = [fault for id in self._overrides for fault in self._check_override(id)]
        if faults:
            raise EvidenceError(*faults)
        for id, override in self._overrides.items():
            self._values[id] = self._overridden(id, override)

    def __getitem__(self, id: str) -> float:
        """Give the number of a value in its internal unit.

        Raises
        ------
        EvidenceError
            When there is no such value, or it is a list of numbers.
        """
        try:
            return self._numbers[id]
        except KeyError:
            return self._numbers.setdefault(id, self._number(id))

    def __contains__(self, id: object) -> bool:
        return id in self._catalogue.values

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue behind this choice."""
        return self._catalogue

    @property
    def overrides(self) -> Mapping[str, Override]:
        """A copy of the overrides by id."""
        return dict(self._overrides)

    def value(self, id: str) -> Value:
        """Give the value of an id, with its override or with what follows from overridden parents.

        Raises
        ------
        EvidenceError
            When there is no such value.
        """
        if id not in self._values:
            record = self._catalogue.value(id)
            self._values[id] = self._rederived(record) if self._follows(record, ()) else record
        return self._values[id]

    def group(self, prefix: str) -> dict[str, float]:
        """Give all single numbers below `prefix` by the rest of their id.

        Raises
        ------
        EvidenceError
            When there is none.

        Examples
        --------
        >>> from amoeboid.evidence import catalogue
        >>> Parameters(catalogue()).group("cell.t_cell")["nucleus_area"]
        40.0
        """
        stem = prefix.rstrip(".") + "."
        found = [id for id in self._catalogue.ids(stem) if not isinstance(self._catalogue.values[id].value, tuple)]
        if not found:
            raise EvidenceError(unknown_value(stem + "*", self._catalogue.values))
        return {id.removeprefix(stem): self[id] for id in found}

    def used(self) -> tuple[str, ...]:
        """Give the sorted ids that have been read so far."""
        return tuple(sorted(self._numbers))

    def _number(self, id: str) -> float:
        number = self.value(id).internal
        if isinstance(number, tuple):
            what = f"value `{id}` is a list of {len(number)} numbers"
            raise EvidenceError(Fault("", what, "a single number", "", "read `value(id).internal`", "AMB-E05"))
        return number

    def _check_override(self, id: str) -> list[Fault]:
        override = self._overrides[id]
        if id not in self._catalogue.values:
            return [unknown_value(id, self._catalogue.values, override.place)]
        if isinstance(self._catalogue.values[id].value, tuple):
            what = f"`{id}` is a list and cannot be overridden by one number"
            return [Fault(override.place, what, "the id of a single number", code="AMB-E05")]
        if not math.isfinite(override.value):
            return [Fault(override.place, f"`{override.value}` for `{id}`", "a finite number", code="AMB-E05")]
        if override.spread is not None and not 0.0 <= override.spread < math.inf:
            what = f"spread `{override.spread}` for `{id}`"
            return [Fault(override.place, what, "a finite number from 0", code="AMB-E05")]
        return []

    def _overridden(self, id: str, override: Override) -> Value:
        record = self._catalogue.values[id]
        if {override.unit, record.unit} <= {"", "1", "dimensionless"}:
            number = override.value
        else:
            source, target = override.unit or "dimensionless", record.unit or "dimensionless"
            number = units.convert(override.value, source, target, override.place or id)
        return dataclasses.replace(
            record,
            value=number,
            spread=record.spread if override.spread is None else override.spread,
            relation="assumed",
            status="assumed",
            sources=(),
            derivation="",
            reviewed_on=None,
            note=f"override: {override.reason or 'no reason given'}",
        )

    def _follows(self, record: Value, above: tuple[str, ...]) -> bool:
        """Tell whether a derived record has an overridden parent."""
        if record.relation != "derived" or record.id in above:
            return False
        named = (name for name in derivation.parents(record.derivation) if name in self._catalogue.values)
        return any(
            name in self._overrides or self._follows(self._catalogue.values[name], (*above, record.id))
            for name in named
        )

    def _rederived(self, record: Value) -> Value:
        number = derivation.evaluate(record.derivation, self.__getitem__, record.id)
        value = units.convert(number, record.internal_unit, record.unit or "dimensionless", record.id)
        return dataclasses.replace(record, value=value, note=f"recomputed from overridden parents; {record.note}")
