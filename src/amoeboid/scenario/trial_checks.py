"""What must fit together in a trial document: arms, drugs, schedule, and its size."""

from __future__ import annotations

from collections.abc import Iterator

from amoeboid.scenario import vocabulary
from amoeboid.scenario.drafts import Draft, check_unique, entries, has
from amoeboid.scenario.faults import Spot
from amoeboid.scenario.quantities import to_text
from amoeboid.scenario.rules import MISSING

MOST_PATIENTS = 1_000_000
"""Paired patients behind the truth at most; 2 kB of table for each is written at the end."""

MOST_ENROLLED = 50_000_000
"""Patients of all drawn trials together at most."""

_BYTES, _PER_SECOND = 2_000, 5_000
"""Of one patient in two arms: disk, and how many are simulated in a second on two cores (measured, rounded down)."""

_BEFORE_SURGERY = ("neoadjuvant", "perioperative")


def check_drug(draft: Draft, spot: Spot) -> None:
    """Check that doses can be followed, and that they stop after they start."""
    if has(draft, "name") and not vocabulary.has_kinetics(draft["name"]):
        what = f"`{draft['name']}` has no pharmacokinetic record, so its doses cannot be followed"
        spot.at("name").conflict(what, "a drug with one, see `amoeboid drugs`", "choose another, or type an `effect`")
    check_times(draft, spot)


def check_times(draft: Draft, spot: Spot) -> None:
    """Check that what starts stops later."""
    start = draft.get("start", 0.0)
    if has(draft, "stop") and start is not MISSING and draft["stop"] <= start:
        what = f"it stops at {to_text(draft['stop'], 'days')}, and begins at {to_text(start, 'days')}"
        spot.at("stop").conflict(what, "a time after the start", "change `start` or `stop`")


def check_arm(draft: Draft, spot: Spot) -> None:
    """Check that a name can be written, and that nothing comes twice."""
    if has(draft, "name") and not vocabulary.slug(draft["name"]):
        spot.at("name").out_of_range(draft["name"], "a name with at least one Latin letter or digit")
    check_unique((drug.get("name") for _, drug in entries(draft, "drugs")), "drug", spot.at("drugs"))
    check_unique(draft["knockouts"] if has(draft, "knockouts") else (), "knock-out", spot.at("knockouts"))


def check_eligibility(draft: Draft, spot: Spot) -> None:
    """Check that each range rises."""
    for key, kind in (("diameter", "diameter"), ("age", "age")):
        if has(draft, key) and MISSING not in draft[key] and not draft[key][0] < draft[key][1]:
            low, high = (to_text(number, kind) for number in draft[key])
            spot.at(key).conflict(
                f"it goes from {low} to {high}", "a low end below the high end", "change one of the two"
            )


def check_trial(draft: Draft, spot: Spot) -> None:
    """Check that the schedule is one of the setting, and that the trial can be held at all."""
    setting = draft.get("setting")
    if isinstance(setting, str):
        _check_surgery(draft, setting, spot)
    if has(draft, "looks") and MISSING not in draft["looks"]:
        looks = draft["looks"]
        if list(looks) != sorted(set(looks)) or looks[-1] != 1.0:
            spot.at("looks").conflict(
                f"looks at {list(looks)}", "shares that rise, the last 1.0", "order them, end at 1.0"
            )
    if has(draft, "nk_loss"):
        check_unique((f"{loss:g}" for loss in draft["nk_loss"] if loss is not MISSING), "share", spot.at("nk_loss"))
    if has(draft, "visits") and has(draft, "follow_up") and draft["visits"] > draft["follow_up"]:
        every, length = to_text(draft["visits"], "days"), to_text(draft["follow_up"], "days")
        what = f"scans every {every} in a follow-up of {length} see nothing of the last patients"
        spot.at("visits").conflict(what, "an interval within the follow-up", "change `visits` or `follow_up`")
    if has(draft, "population") and draft["population"] > MOST_PATIENTS:
        _too_many(draft["population"], MOST_PATIENTS, spot.at("population"))


def check_document(draft: Draft, spot: Spot) -> None:
    """Check arms against one another and against the schedule, and the number of patients in all trials."""
    arms = [arm for _, arm in entries(draft, "arms")]
    check_unique((arm.get("name") for arm in arms), "arm", spot.at("arms"))
    n_marked = sum(arm.get("reference") is True for arm in arms)
    if n_marked > 1:
        what = f"{n_marked} arms are marked as reference"
        spot.at("arms").conflict(what, "one `reference = true`, or none for the first arm", "delete the others")
    trial = draft.get("trial")
    if not isinstance(trial, dict):
        return
    if has(trial, "patients"):
        if trial["patients"] < len(arms):
            what = f"{trial['patients']} patients in {len(arms)} arms leave an arm without patients"
            spot.at("trial").at("patients").conflict(what, "one patient in each arm at least", "raise `patients`")
        enrolled = trial["patients"] * (draft["replicates"] if has(draft, "replicates") else 1)
        if enrolled > MOST_ENROLLED:
            _too_many(enrolled, MOST_ENROLLED, spot.at("trial").at("patients"))
    _check_within(draft, trial, spot)


def _check_surgery(draft: Draft, setting: str, spot: Spot) -> None:
    """Check that each setting has the times that it needs, and no others."""
    needed = {"surgery"} if setting in _BEFORE_SURGERY else {"after_surgery"} if setting == "adjuvant" else set()
    examples = {"surgery": 'surgery = "12 week"', "after_surgery": 'after_surgery = "6 week"'}
    for key, example in examples.items():
        if key in needed and key not in draft:
            spot.missing(key, example)
        elif key not in needed and key in draft:
            what = f"`{key}` has no meaning in the {setting} setting"
            spot.at(key).conflict(what, f"no `{key}` there", "delete the key, or change `setting`")
    if has(draft, "surgery") and has(draft, "follow_up") and draft["surgery"] > draft["follow_up"]:
        day, length = to_text(draft["surgery"], "days"), to_text(draft["follow_up"], "days")
        what = f"surgery after {day} comes after the last patient's follow-up of {length}"
        spot.at("surgery").conflict(what, "surgery within the follow-up", "change `surgery` or `follow_up`")


def _check_within(draft: Draft, trial: Draft, spot: Spot) -> None:
    """Check that what an arm gives begins within the trial, and before surgery where it is neoadjuvant."""
    ends = [trial[key] for key in ("accrual", "follow_up") if has(trial, key)]
    surgery = trial.get("surgery") if trial.get("setting") == "neoadjuvant" else None
    for number, arm in entries(draft, "arms"):
        for place, given in _given(arm):
            start = given.get("start", 0.0)
            here = spot.at("arms").at(number).at(place)
            if start is MISSING:
                continue
            if len(ends) == 2 and start > sum(ends):
                what = f"it starts at {to_text(start, 'days')}, after the end of the trial"
                here.conflict(what, "a start within accrual and follow-up", "change `start`, or the trial")
            elif isinstance(surgery, float) and start >= surgery:
                what = f"it starts at {to_text(start, 'days')}, and surgery is on day {surgery:g}"
                here.conflict(what, "a start before surgery in the neoadjuvant setting", "change `start` or `setting`")


def _given(arm: Draft) -> Iterator[tuple[str, Draft]]:
    for _, drug in entries(arm, "drugs"):
        yield "drugs", drug
    if isinstance(arm.get("effect"), dict):
        yield "effect", arm["effect"]


def _too_many(number: int, most: int, spot: Spot) -> None:
    gigabytes, hours = number * _BYTES / 1e9, number / _PER_SECOND / 3600.0
    what = f"{number:,} patients need about {gigabytes:,.0f} GB and {hours:,.0f} hours"
    spot.too_large(what, f"at most {most:,} patients", "ask for fewer; intervals shrink with the square root only")
