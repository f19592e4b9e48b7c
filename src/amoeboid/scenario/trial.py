"""The trial as a record: which patients, which arms, which schedule, in days, mm and nM.

Times of a trial are in days: those of `Trial` as each field says, those of an arm since randomisation. All records are
frozen; a changed copy is ``document.model_copy(update={...})``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from amoeboid.scenario import trial_checks, vocabulary
from amoeboid.scenario.document import Record, Setting
from amoeboid.scenario.migrate import FORMAT
from amoeboid.scenario.rules import (
    CytokineConcentration,
    Flag,
    Named,
    Number,
    Part,
    Quantity,
    Several,
    Switches,
    Text,
    Whole,
)
from amoeboid.scenario.settings import Settings, Slug
from amoeboid.units import DAYS_A_YEAR

SETTINGS = ("neoadjuvant", "perioperative", "adjuvant", "metastatic")
"""When patients are treated: before surgery, around it, after it, or with metastases that are seen."""


def _among(noun: str, options: tuple[str, ...]) -> Named:
    return Named(noun, lambda: {name: name for name in options}, example=options[0])


def _days(low: float, high: float, example: str) -> Quantity:
    return Quantity("days", low, high, example=example)


_OSM = CytokineConcentration("concentration", 0.0, 1e6, example="10 ng/ml")
_MULTIPLIER = Number(0.0, 100.0, example="0.5")
_START = _days(-10 * DAYS_A_YEAR, 50 * DAYS_A_YEAR, "0 day")
_STOP = _days(-10 * DAYS_A_YEAR, 50 * DAYS_A_YEAR, "12 week")


class Effect(Record):
    """Multipliers that are typed in rather than come from a drug, for positive controls and what-ifs.

    ``single`` and ``cluster`` multiply the entry of single cells and of clusters into blood, ``extravasation`` the
    chance to leave it, ``killing`` that of NK cells, ``growth`` the growth of lesions; from ``start`` to ``stop`` [day
    since randomisation].
    """

    single: Annotated[float, _MULTIPLIER] = 1.0
    cluster: Annotated[float, _MULTIPLIER] = 1.0
    extravasation: Annotated[float, _MULTIPLIER] = 1.0
    killing: Annotated[float, _MULTIPLIER] = 1.0
    growth: Annotated[float, _MULTIPLIER] = 1.0
    start: Annotated[float, _START] = 0.0
    stop: Annotated[float | None, _STOP] = None


class TrialDrug(Record):
    """A drug taken as doses [mg] at an interval [day], from start to stop [day since randomisation]."""

    name: Annotated[
        str,
        Named(
            "drug",
            vocabulary.drug_ids,
            "an id in the drug library (`amoeboid drugs` lists them)",
            example="ruxolitinib",
        ),
    ]
    dose: Annotated[float, Quantity("mass", 0.0, 10_000.0, example="15 mg")]
    interval: Annotated[float, _days(1.0 / 24.0, 60.0, "12 h")]
    start: Annotated[float, _START] = 0.0
    stop: Annotated[float | None, _STOP] = None


class TrialArm(Record):
    """One group of patients: what they are given, and what differs in their tumours.

    ``weight`` is the share of the allocation, ``osm`` [nM] the cytokine at the tumour where it differs from that of the
    trial, ``knockouts`` targets that the tumour lacks. With ``dose_rules`` doses are held and lowered by blood counts
    as on the label; without, the planned dose is taken.
    """

    name: Annotated[str, Text(80, example="placebo")]
    reference: Annotated[bool, Flag()] = False
    weight: Annotated[float, Number(0.0, 100.0, above=True, example="1")] = 1.0
    drugs: Annotated[tuple[TrialDrug, ...], Several(Part(TrialDrug, trial_checks.check_drug), 0, 20)] = ()
    dose_rules: Annotated[bool, Flag()] = True
    effect: Annotated[Effect | None, Part(Effect, trial_checks.check_times, example="{ single = 0.5 }")] = None
    knockouts: Annotated[tuple[str, ...], Several(_among("knock-out", vocabulary.KNOCKOUTS), 0, 20)] = ()
    osm: Annotated[float | None, _OSM] = None

    @property
    def slug(self) -> str:
        """The name as part of a file name."""
        return vocabulary.slug(self.name)


class Eligibility(Record):
    """Who is taken in: diameter [mm] of the primary at diagnosis, age [year], each from low to high."""

    diameter: Annotated[
        tuple[float, float] | None,
        Several(Quantity("diameter", 0.0, 300.0, above=True, example="20 mm"), 2, 2, example='["20 mm", "50 mm"]'),
    ] = None
    age: Annotated[
        tuple[float, float] | None,
        Several(Quantity("age", 0.0, 120.0, example="18 year"), 2, 2, example='["18 year", "80 year"]'),
    ] = None


class Trial(Record):
    """The design: cancer, setting, number of patients, schedule, endpoint and analysis.

    ``surgery`` is the day of surgery after randomisation (neoadjuvant, perioperative), ``after_surgery`` how long after
    surgery patients are randomised (adjuvant) [day]; ``visits`` the interval of scans [day]; ``dropout`` a rate
    [1/day]; ``follow_up`` counts from the last patient [day]. ``looks`` are the shares of information at which the
    trial is analysed; ``nk_loss`` the shares of NK killing lost at full inhibition, the first is the chief one;
    ``osm`` [nM] the cytokine at the tumour; ``population`` the number of paired patients behind the truth;
    ``background`` what every arm takes beside its own drugs, which counts for blood alone.
    """

    cancer: Annotated[str, Named("cancer", lambda: {name: name for name in vocabulary.cancers()}, example="melanoma")]
    setting: Annotated[Literal["neoadjuvant", "perioperative", "adjuvant", "metastatic"], _among("setting", SETTINGS)]
    patients: Annotated[int, Whole(2, 10**15, example="300")]
    population: Annotated[int, Whole(100, 10**15, example="20000")] = 20_000
    endpoint: Annotated[Literal["DMFS", "PFS", "OS"], _among("endpoint", ("DMFS", "PFS", "OS"))] = "DMFS"
    accrual: Annotated[float, _days(0.0, 30 * DAYS_A_YEAR, "18 month")] = 1.5 * DAYS_A_YEAR
    accrual_shape: Annotated[Literal["uniform", "ramp"], _among("shape of accrual", ("uniform", "ramp"))] = "uniform"
    follow_up: Annotated[float, Quantity("days", 0.0, 50 * DAYS_A_YEAR, above=True, example="3 year")]
    dropout: Annotated[float, Quantity("rate", 0.0, 1.0, example="0.05 1/year")] = 0.0
    visits: Annotated[float, Quantity("days", 1.0, 10 * DAYS_A_YEAR, example="3 month")]
    surgery: Annotated[float | None, _days(0.0, 5 * DAYS_A_YEAR, "12 week")] = None
    after_surgery: Annotated[float | None, _days(0.0, 20 * DAYS_A_YEAR, "6 week")] = None
    looks: Annotated[tuple[float, ...], Several(Number(0.0, 1.0, above=True), 1, 20, example="[0.5, 1.0]")] = (1.0,)
    spending: Annotated[
        Literal["obrien-fleming", "pocock"], _among("spending of the level", ("obrien-fleming", "pocock"))
    ] = "obrien-fleming"
    level: Annotated[float, Number(0.0, 0.5, above=True, example="0.05")] = 0.05
    nk_loss: Annotated[tuple[float, ...], Several(Number(0.0, 1.0), 1, 10, example="[0.5, 0.0, 1.0]")] = (0.5, 0.0, 1.0)
    osm: Annotated[float, _OSM] = 0.1
    background: Annotated[
        str | None,
        Named(
            "background treatment",
            lambda: {name: name for name in vocabulary.backgrounds()},
            example="capecitabine",
        ),
    ] = None
    link: Annotated[str | None, Text(1000, example="runs/link-0123456789ab")] = None
    eligibility: Annotated[
        Eligibility, Part(Eligibility, trial_checks.check_eligibility, example='{ diameter = ["20 mm", "50 mm"] }')
    ] = Eligibility()


_SWITCHES = Switches(example='{ seeding_exponent = "one_third" }', known=lambda: vocabulary.hypotheses("body"))
_SETTINGS = Settings(example='{ "body.cluster.potency" = { value = "20", reason = "what if" } }')


class TrialScenario(Record):
    """One validated document that says which trial to simulate, with its arms; ``replicates`` trials are drawn."""

    format: Annotated[Literal[1], Whole(FORMAT, FORMAT)] = 1
    name: Annotated[str, Slug(example="neoadjuvant-melanoma")]
    question: Annotated[str, Text(500, example="Given before surgery, does ruxolitinib keep melanoma from spreading?")]
    seed: Annotated[int, Whole(0, 2**63 - 1, example="1")]
    replicates: Annotated[int, Whole(1, 1_000_000, example="200")] = 200
    trial: Annotated[Trial, Part(Trial, trial_checks.check_trial, example="[trial]")]
    hypotheses: Annotated[dict[str, str], _SWITCHES] = {}
    parameters: Annotated[dict[str, Setting], _SETTINGS] = {}
    arms: Annotated[tuple[TrialArm, ...], Several(Part(TrialArm, trial_checks.check_arm, example="[[arms]]"), 2, 20)]

    @property
    def reference_arm(self) -> TrialArm:
        """The arm that others are compared with: the one marked, else the first."""
        return next((arm for arm in self.arms if arm.reference), self.arms[0])


TRIAL = Part(TrialScenario, trial_checks.check_document)
"""The rule of a whole trial document."""
