"""What must hold of what stands in a tissue beside its cells: the region of the gel, membranes, vessels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from amoeboid.scenario.checks import check_tissue as check_domain
from amoeboid.scenario.drafts import Draft, is_readable
from amoeboid.scenario.faults import Spot
from amoeboid.scenario.quantities import to_text

_AXES = "xyz"


def check_membrane(draft: Draft, spot: Spot) -> None:
    """Check that a porous membrane, and no other, states its pores."""
    kind = draft.get("kind")
    if kind == "porous" and "pore_area" not in draft:
        spot.missing("pore_area", 'pore_area = "50 um^2"')
    if kind == "basement" and draft.get("pore_area") is not None:
        what = "`pore_area` has no meaning in a membrane of kind `basement`"
        spot.at("pore_area").conflict(what, "no further key", "delete the key, or change `kind`")


def check_vessel(draft: Draft, spot: Spot) -> None:
    """Check that a vessel has a length."""
    if is_readable(draft, "start", "end") and draft["start"] == draft["end"]:
        spot.at("end").conflict("a vessel begins and ends at one point", "two points", "move one of them")


def check_tissue(draft: Draft, spot: Spot) -> None:
    """Check domain and cells, then that gel, membranes and vessels lie in the domain and vessels apart."""
    check_domain(draft, spot)
    if not is_readable(draft, "size"):
        return
    size = draft["size"]
    _check_region(draft, size, spot)
    for index, membrane in _readable(draft, "membranes", "position"):
        length = size[_AXES.index(membrane.get("axis", "z"))]
        if membrane["position"] >= length or membrane["position"] <= 0.0:
            what = f"the membrane lies at {to_text(membrane['position'], 'length')}"
            at = spot.at("membranes").at(index).at("position")
            at.misfit(what, f"a place inside the domain, between 0 and {to_text(length, 'length')}")
    _check_vessels(draft, size, spot)


def _readable(draft: Draft, key: str, *needed: str) -> list[tuple[int, Draft]]:
    """Give the tables of a list that hold all that a check needs, with their index."""
    found = draft.get(key) or ()
    return [(k, entry) for k, entry in enumerate(found) if isinstance(entry, dict) and is_readable(entry, *needed)]


def _check_region(draft: Draft, size: Sequence[float], spot: Spot) -> None:
    matrix = draft.get("matrix")
    place = matrix.get("place") if isinstance(matrix, dict) else None
    if not isinstance(place, dict) or not is_readable(place, "size"):
        return
    centre = place.get("centre") or [0.5 * length for length in size]
    if not isinstance(centre, Sequence) or not is_readable({"centre": centre}, "centre"):
        return
    low = min(at - 0.5 * edge for at, edge in zip(centre, place["size"], strict=True))
    high = max(at + 0.5 * edge - length for at, edge, length in zip(centre, place["size"], size, strict=True))
    beyond = max(-low, high)
    if beyond > 1e-9:
        at = spot.at("matrix").at("place")
        at.misfit(f"the gel reaches {beyond:.4g} um beyond the domain", f"within {_shown(size)}")


def _shown(size: Sequence[float]) -> str:
    return " x ".join(to_text(length, "length") for length in size)


def _check_vessels(draft: Draft, size: Sequence[float], spot: Spot) -> None:
    vessels = _readable(draft, "vessels", "start", "end", "radius")
    for index, vessel in vessels:
        at = spot.at("vessels").at(index)
        for key in ("start", "end"):
            if any(not 0.0 <= x <= length for x, length in zip(vessel[key], size, strict=True)):
                at.at(key).misfit("the vessel leaves the domain", f"a point within {_shown(size)}")
        if 2.0 * vessel["radius"] > min(size):
            at.at("radius").misfit("the vessel is wider than the domain", f"a radius up to {0.5 * min(size):g} um")
    for place, (index, one) in enumerate(vessels):
        for other_index, other in vessels[:place]:
            gap = _distance(one, other) - one["radius"] - other["radius"]
            joined = any(tuple(one[a]) == tuple(other[b]) for a in ("start", "end") for b in ("start", "end"))
            if gap < 0.0 and not joined:
                what = f"it overlaps vessel {other_index + 1} by {-gap:.4g} um"
                spot.at("vessels").at(index).misfit(what, "vessels apart, or that share an end")


def _distance(one: Draft, other: Draft) -> float:
    """Give the least distance [um] of the axes of two vessels (Ericson 2005, Real-Time Collision Detection, 5.1.9)."""
    p, q = one["start"], other["start"]
    u, v, w = _less(one["end"], p), _less(other["end"], q), _less(p, q)
    a, b, c, d, e = _dot(u, u), _dot(u, v), _dot(v, v), _dot(u, w), _dot(v, w)
    if a == 0.0 or c == 0.0:
        return math.sqrt(_dot(w, w))
    parallel = a * c - b * b
    s = min(1.0, max(0.0, (b * e - c * d) / parallel)) if parallel > 1e-12 * a * c else 0.0
    t = (b * s + e) / c
    if not 0.0 <= t <= 1.0:
        t = min(1.0, max(0.0, t))
        s = min(1.0, max(0.0, (b * t - d) / a))
    between = [w[k] + s * u[k] - t * v[k] for k in range(3)]
    return math.sqrt(_dot(between, between))


def _less(one: Any, other: Any) -> list[float]:
    return [float(x - y) for x, y in zip(one, other, strict=True)]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))
