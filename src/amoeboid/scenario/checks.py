"""What must hold between the fields of a scenario: what fits, what excludes what, and how large it may be.

Checks work on drafts (plain tables of what could be read), so they run beside other faults. A field that is
`MISSING` had a fault of its own; a check that needs it is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from amoeboid.evidence import catalogue
from amoeboid.scenario import pathways, vocabulary
from amoeboid.scenario.drafts import Draft, check_unique, entries, has, is_whole
from amoeboid.scenario.faults import Spot
from amoeboid.scenario.quantities import to_text
from amoeboid.scenario.rules import MISSING
from amoeboid.seeds import TICK

MOST_CELLS = 2_000_000
"""Cells of one scenario: at 1 kB each, 2 GB of state."""

MOST_VOXELS = 100_000_000
"""Voxels of one scenario: 0.8 GB for each field."""

MOST_MEMBERS = 10_000
"""Members of one run: arms x replicates x sets of hypotheses."""

_SHARE = "mechanics.aggregate_share"
"""Evidence value: volume of cells over that of the aggregate that they fill."""

_NEEDS = {"sphere": "", "box": "size", "grid": "spacing", "points": "points"}


def _is_multiple(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6


def check_matrix(draft: Draft, spot: Spot) -> None:
    """Check that a matrix states what its kind needs, and nothing else."""
    kind = draft.get("kind", "collagen")
    needed = {"collagen": "collagen", "rigid": "pore_area", "none": ""}.get(kind)
    if needed is None:
        return
    if needed and needed not in draft:
        example = {"collagen": 'collagen = "2 mg/ml"', "pore_area": 'pore_area = "20 um^2"'}[needed]
        spot.missing(needed, example)
    for key in ("collagen", "pore_area"):
        if key != needed and key in draft:
            what = f"`{key}` has no meaning in a matrix of kind `{kind}`"
            expected = f"the key `{needed}`" if needed else "no further key"
            spot.at(key).conflict(what, expected, "delete the key, or change `kind`")


def check_place(draft: Draft, spot: Spot) -> None:
    """Check that a place states what its shape needs, and nothing else."""
    shape = draft.get("shape")
    if shape not in _NEEDS:
        return
    needed = _NEEDS[shape]
    if needed and needed not in draft:
        spot.missing(needed, "")
    known = needed or "radius"
    for key in draft:
        if key not in ("shape", "centre", known) or (key, shape) == ("centre", "points"):
            what = f"`{key}` has no meaning in a place of shape `{shape}`"
            spot.at(key).conflict(what, f"the key `{known}`", "delete the key, or change `shape`")


def _volume(place: Draft) -> float | None:
    """Give the volume [um^3] of a place that can be filled."""
    if place.get("shape") == "sphere" and has(place, "radius"):
        return 4.0 / 3.0 * math.pi * float(place["radius"]) ** 3
    if place.get("shape") == "box" and has(place, "size") and is_whole(place["size"]):
        return math.prod(place["size"])
    return None


def cell_volume(cell_type: str) -> float:
    """Give the volume [um^3] of a cell of a type."""
    return 4.0 / 3.0 * math.pi * vocabulary.cell_radius(cell_type) ** 3


def expected_count(cells: Draft) -> int:
    """Give the number of cells of a group: as stated, or as many as fill its place."""
    place = cells.get("place")
    if has(cells, "count"):
        return int(cells["count"])
    if not isinstance(place, Mapping):
        return 0
    if has(place, "points"):
        return len(place["points"])
    volume = _volume(place)
    if volume is None or not has(cells, "type"):
        return 0
    return max(1, round(_share() * volume / cell_volume(cells["type"])))


def _share() -> float:
    share = catalogue().value(_SHARE).internal
    assert isinstance(share, float)
    return share


def _radius(cells: Draft) -> float | None:
    """Give the radius [um] of a compact sphere of cells: as stated, or that of its number."""
    if has(cells["place"], "radius"):
        return float(cells["place"]["radius"])
    if not has(cells, "count", "type"):
        return None
    return float((cells["count"] * cell_volume(cells["type"]) / _share() * 3.0 / (4.0 * math.pi)) ** (1.0 / 3.0))


def check_cells(draft: Draft, spot: Spot) -> None:
    """Check that a group of cells fits into its place."""
    place = draft.get("place")
    if not isinstance(place, Mapping):
        return
    if place.get("shape") == "grid" and "count" not in draft:
        spot.missing("count", "count = 216")
    if place.get("shape") == "sphere" and ("count" in draft) == ("radius" in place):
        found = "both state" if "count" in draft else "are both missing; one of them states"
        what = f"`count` and `place.radius` {found} the size of a compact sphere of cells"
        spot.conflict(what, "either `count = 2000`, or `radius` in `place`", "keep one of the two")
    if place.get("shape") == "points" and "count" in draft:
        what = "`count` and `points` both state the number of cells"
        spot.at("count").conflict(what, "`points` alone", "delete `count`")
    if place.get("shape") == "box" and has(draft, "type", "count"):
        _check_room(draft, spot)


def _check_room(draft: Draft, spot: Spot) -> None:
    """Check that a number of cells fits into a box, at the densest that the evidence allows."""
    volume = _volume(draft["place"])
    densest = catalogue().value(_SHARE).high
    if volume is None or densest is None:
        return
    most = int(densest * volume / cell_volume(draft["type"]))
    if draft["count"] > most:
        what = f"{draft['count']:,} cells of type `{draft['type']}` do not fit into {volume:.4g} um^3"
        spot.misfit(what, f"at most {most:,} cells, or a larger place")


def check_tissue(draft: Draft, spot: Spot) -> None:
    """Check the voxels, that places lie in the domain, and the number of cells."""
    if has(draft, "size") and is_whole(draft["size"]):
        size = draft["size"]
        if draft.get("voxel", 20.0) is not MISSING:
            _check_voxels(size, float(draft.get("voxel", 20.0)), spot)
        for index, cells in entries(draft, "cells"):
            if isinstance(cells.get("place"), Mapping):
                _check_inside(size, cells, spot.at("cells").at(index).at("place"))
    n_cells = sum(expected_count(cells) for _, cells in entries(draft, "cells"))
    if n_cells > MOST_CELLS:
        what = f"the groups hold {n_cells:,} cells together"
        spot.at("cells").too_large(what, f"at most {MOST_CELLS:,} cells", "lower the counts or the places")


def _check_voxels(size: Sequence[float], voxel: float, spot: Spot) -> None:
    n_voxels = math.prod(max(1, math.ceil(length / voxel - 1e-9)) for length in size)
    if n_voxels > MOST_VOXELS:
        what = f"the domain has {n_voxels:,} voxels"
        spot.at("voxel").too_large(what, f"at most {MOST_VOXELS:,} voxels", "widen `voxel`, or shrink `size`")
        return
    for index, length in enumerate(size):
        if not _is_multiple(length, voxel) or length < voxel:
            near = to_text(float(f"{max(1, round(length / voxel)) * voxel:.12g}"), "length")
            what = f"the side {to_text(length, 'length')} is no whole number of voxels of {to_text(voxel, 'length')}"
            spot.at("size").at(index).misfit(what, "a side that voxels fill", near)


def _half_extent(cells: Draft) -> list[float] | None:
    place = cells["place"]
    shape = place.get("shape")
    if shape == "sphere":
        radius = _radius(cells)
        return None if radius is None else [radius] * 3
    if shape == "box" and has(place, "size") and is_whole(place["size"]):
        return [length / 2.0 for length in place["size"]]
    if shape == "grid" and has(place, "spacing") and has(cells, "count"):
        per_side = math.ceil(float(f"{cells['count'] ** (1 / 3):.9g}"))
        return [(per_side - 1) * place["spacing"] / 2.0] * 3
    return None


def _check_inside(size: Sequence[float], cells: Draft, spot: Spot) -> None:
    place = cells["place"]
    limits = f"within {' x '.join(to_text(length, 'length') for length in size)}"
    if has(place, "points") and place.get("shape") == "points":
        for index, point in enumerate(place["points"]):
            readable = point is not MISSING and is_whole(point)
            if readable and any(at > length for at, length in zip(point, size, strict=True)):
                spot.at("points").at(index).misfit("the point lies outside the domain", limits)
        return
    half = _half_extent(cells)
    centre = place.get("centre") or [length / 2.0 for length in size]
    if half is None or centre is MISSING or not is_whole(centre):
        return
    low = min(at - reach for at, reach in zip(centre, half, strict=True))
    high = max(at + reach - length for at, reach, length in zip(centre, half, size, strict=True))
    beyond = max(-low, high)
    if beyond > 1e-9:
        spot.misfit(f"the {place['shape']} reaches {beyond:.4g} um beyond the domain", limits)


def check_drug(draft: Draft, spot: Spot) -> None:
    """Check that a drug is given either as a concentration or as doses, and that doses can be followed."""
    ways = [key for key in ("concentration", "dose") if key in draft]
    if len(ways) != 1:
        what = "a drug has both `concentration` and `dose`" if ways else "a drug has neither `concentration` nor `dose`"
        expected = 'either `concentration = "500 nM"`, or `dose = "15 mg"` with `interval = "12 h"`'
        spot.conflict(what, expected, "delete one of the two" if ways else "add one of the two")
    elif ways == ["dose"]:
        if "interval" not in draft:
            spot.missing("interval", 'interval = "12 h"')
        if has(draft, "name") and not vocabulary.has_kinetics(draft["name"]):
            what = f"`{draft['name']}` has no pharmacokinetic record, so its doses cannot be followed"
            spot.at("dose").conflict(what, 'a constant `concentration`, such as `"500 nM"`', "give a concentration")
    else:
        if draft.get("interval"):
            what = "`interval` has no meaning beside `concentration`"
            spot.at("interval").conflict(what, "`dose` with `interval`, or `concentration` alone", "delete the key")
    start = draft.get("start", 0.0)
    if has(draft, "stop") and start is not MISSING and draft["stop"] <= start:
        what = f"it stops at {to_text(draft['stop'], 'time')}, and begins at {to_text(start, 'time')}"
        spot.at("stop").conflict(what, "a time after the start", "change `start` or `stop`")


def check_arm(draft: Draft, spot: Spot) -> None:
    """Check that nothing in an arm comes twice."""
    if has(draft, "name") and not vocabulary.slug(draft["name"]):
        spot.at("name").out_of_range(draft["name"], "a name with at least one Latin letter or digit")
    check_unique([entry.get("name") for _, entry in entries(draft, "drugs")], "drug", spot.at("drugs"))
    if has(draft, "knockouts"):
        check_unique(draft["knockouts"], "knock-out", spot.at("knockouts"))
    if has(draft, "pulse") and not draft.get("fields"):
        what = "`pulse` says when cytokines are washed out, and the arm adds none"
        spot.at("pulse").conflict(what, '`fields = { LIF = "10 ng/ml" }` beside it', "add `fields`, or delete `pulse`")


def check_scenario(draft: Draft, spot: Spot) -> None:
    """Check arms, comparisons, times and the number of members."""
    _check_arms(draft, spot)
    _check_types(draft, spot)
    _check_comparisons(draft, spot)
    _check_times(draft, spot)
    _check_binding(draft, spot)
    pathways.check_overrides(draft, spot)
    pathways.check_questions(draft, spot)
    n_members = count_members(draft)
    if n_members > MOST_MEMBERS:
        what = f"arms, replicates and explored hypotheses make {n_members:,} members"
        do = "lower `replicates`, or explore fewer hypotheses"
        spot.at("replicates").too_large(what, f"at most {MOST_MEMBERS:,} members", do)


def count_members(draft: Draft) -> int:
    """Give the number of members of a run, as `members.members` makes them: explored options in one replicate only."""
    replicates = draft.get("replicates", 1)
    times = replicates if isinstance(replicates, int) else 1
    arms = len(draft["arms"]) if has(draft, "arms") else 0
    return arms * times + sum(_count_explored(draft, arm) for _, arm in entries(draft, "arms"))


def _count_explored(draft: Draft, arm: Draft) -> int:
    """Give how many explored options an arm is run under, beside its own: none where no comparison names it."""
    compared = {entry.get(side) for _, entry in entries(draft, "comparisons") for side in ("arm", "against")}
    if not has(draft, "explore") or (compared and arm.get("name") not in compared):
        return 0
    known = vocabulary.hypotheses()
    chosen = {name: options[0] for name, options in known.items()}
    for owner in (draft, arm):
        chosen |= owner["hypotheses"] if has(owner, "hypotheses") else {}
    drugs = tuple(entry["name"] for _, entry in entries(arm, "drugs") if has(entry, "name"))
    pathway = draft.get("pathway")
    is_file = isinstance(pathway, Mapping) and bool(pathway.get("file"))
    of_file = tuple(pathway.get("outputs") or ()) if is_file and isinstance(pathway, Mapping) else None
    at_hand, missing = _ingredients(draft, arm), _missing(arm)
    return sum(
        option != chosen[name] and vocabulary.concerns((name, option), drugs, missing, of_file)
        for name in draft["explore"]
        if vocabulary.is_at_hand(name, at_hand)
        for option in known[name]
    )


def _missing(arm: Draft) -> tuple[str, ...]:
    """Give all genes that an arm takes out, of all cells or of some."""
    lists = [arm["knockouts"]] if has(arm, "knockouts") else []
    lists += list(arm["knockouts_in"].values()) if has(arm, "knockouts_in") else []
    return tuple(sorted({gene for genes in lists if genes is not MISSING and is_whole(genes) for gene in genes}))


def _ingredients(draft: Draft, arm: Draft) -> frozenset[str]:
    """Give what `Scenario.ingredients_of` will give of an arm."""
    tissue = draft["tissue"] if has(draft, "tissue") else {}
    matrix = arm["matrix"] if has(arm, "matrix") else tissue.get("matrix")
    processes = {name for name in ("growth", "secretion") if tissue.get(name) is True}
    if isinstance(matrix, Mapping) and matrix.get("deforms") is True:
        processes.add("deforms")
    groups = [group.get("type") for _, group in entries(tissue, "cells")]
    here = [arm["cell_type"]] if has(arm, "cell_type") else groups
    without = arm["without"] if has(arm, "without") and is_whole(arm["without"]) else ()
    types = tuple(dict.fromkeys(name for name in here if isinstance(name, str) and name not in without))
    return vocabulary.ingredients(frozenset(processes), types)


def _check_arms(draft: Draft, spot: Spot) -> None:
    seen: dict[str, str] = {}
    references = 0
    for index, arm in entries(draft, "arms"):
        at = spot.at("arms").at(index)
        if has(arm, "name"):
            key = vocabulary.slug(arm["name"])
            if key and key in seen:
                what = f"the arm `{arm['name']}` has the same folder name `{key}` as `{seen[key]}`"
                at.at("name").repeated(what, "names that differ in a letter or digit")
            seen.setdefault(key, arm["name"])
        if arm.get("reference") is True:
            references += 1
            if references > 1:
                at.at("reference").repeated("a second arm is marked as reference", "one reference arm at most")


def _check_types(draft: Draft, spot: Spot) -> None:
    """Check that what an arm says of cell types is said of those in the tissue, and leaves some cells."""
    tissue = draft.get("tissue")
    groups = [entry for _, entry in entries(tissue, "cells")] if isinstance(tissue, Mapping) else []
    types = [entry["type"] for entry in groups if has(entry, "type")]
    if len(types) != len(groups) or not types:
        return
    for index, arm in entries(draft, "arms"):
        at = spot.at("arms").at(index)
        there = [arm["cell_type"]] if has(arm, "cell_type") else types
        for key in ("autocrine_in", "knockouts_in", "without"):
            for name in arm[key] if has(arm, key) else ():
                if name is not MISSING and name not in there:
                    at.at(key).unknown_name("cell type of this tissue", name, sorted(set(there)))
        if has(arm, "without") and set(there) <= set(arm["without"]):
            at.at("without").conflict("it leaves no cells", "at least one type of the tissue", "name fewer types")


def _check_comparisons(draft: Draft, spot: Spot) -> None:
    arms = [arm["name"] for _, arm in entries(draft, "arms") if has(arm, "name")]
    readable = has(draft, "arms") and len(arms) == len(draft["arms"])
    seen = set()
    for index, entry in entries(draft, "comparisons"):
        at = spot.at("comparisons").at(index)
        _check_of(draft, entry, at)
        for key in ("arm", "against"):
            if readable and has(entry, key) and entry[key] not in arms:
                at.at(key).unknown_name("arm", entry[key], arms[:20])
        if has(entry, "arm", "against") and entry["arm"] == entry["against"]:
            what = f"the arm `{entry['arm']}` is compared with itself"
            at.at("against").conflict(what, "two arms", "name another arm")
        if has(entry, "name"):
            if entry["name"] in seen:
                at.at("name").repeated(f"the comparison `{entry['name']}` comes twice", "names that differ")
            seen.add(entry["name"])


def _check_of(draft: Draft, entry: Draft, spot: Spot) -> None:
    """Check that a question about one cell type can be answered: the type is there, and cells have the measure."""
    if not has(entry, "of"):
        return
    if has(entry, "measure") and entry["measure"] not in vocabulary.OF_TYPE:
        what = f"`{entry['measure']}` is not taken of each cell type"
        spot.at("of").conflict(what, f"one of {', '.join(vocabulary.OF_TYPE)}", "delete `of`, or ask another measure")
    tissue = draft.get("tissue")
    types = [group.get("type") for _, group in entries(tissue, "cells")] if isinstance(tissue, Mapping) else []
    if types and entry["of"] not in types:
        spot.at("of").unknown_name("cell type of this tissue", entry["of"], sorted({t for t in types if t}))


def _check_binding(draft: Draft, spot: Spot) -> None:
    """Check that the free share of every drug is known in the medium; doses are made in plasma."""
    if not has(draft, "medium"):
        return
    for index, arm in entries(draft, "arms"):
        for number, drug in entries(arm, "drugs"):
            medium = draft["medium"] if "concentration" in drug else "plasma"
            if ("concentration" in drug) == ("dose" in drug):
                continue  # told by `check_drug`
            if has(drug, "name") and not vocabulary.is_binding_known(drug["name"], medium):
                what = f"how much of `{drug['name']}` is free in `{medium}` is not known"
                at = spot.at("arms").at(index).at("drugs").at(number).at("name")
                at.conflict(what, "a medium without protein, `serum-free`", "change the medium or the drug")


def _check_times(draft: Draft, spot: Spot) -> None:
    """Check that times are whole ticks, because draws are keyed by ticks and records fall on them."""
    output = draft.get("output", {})
    times = [(spot.at("duration"), draft.get("duration"))]
    if isinstance(output, Mapping):
        times += [(spot.at("output").at(key), value) for key, value in output.items()]
    for index, arm in entries(draft, "arms"):
        times.append((spot.at("arms").at(index).at("pulse"), arm.get("pulse")))
    for at, value in times:
        if isinstance(value, float) and not _is_multiple(value, TICK):
            near = to_text(max(1, round(value / TICK)) * TICK, "time")
            at.out_of_range(to_text(value, "time"), f"a multiple of the tick of {TICK:g} s", near)
    if not isinstance(output, Mapping) or not has(draft, "duration"):
        return
    for key in ("frames_every", "cells_every"):
        if has(output, key) and output[key] > draft["duration"]:
            found, longest = to_text(output[key], "time"), to_text(draft["duration"], "time")
            spot.at("output").at(key).out_of_range(found, f"at most the duration, {longest}")
