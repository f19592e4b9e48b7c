"""What all patients of a trial share: the numbers in force, the cancer, the link from contractility to escape."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from amoeboid import body, pharmacology
from amoeboid.errors import Fault, ScenarioError
from amoeboid.evidence import Override, Parameters, catalogue
from amoeboid.process import EscapeLink, read_link, shipped_link
from amoeboid.scenario import Trial, TrialScenario
from amoeboid.units import SECONDS_A_DAY

_WOMEN = {"breast": 1.0, "prostate": 0.0}
# share of women; breast cancer of men, one in a hundred, is left out

_EXPONENTS = {"one_third": 1.0 / 3.0, "two_thirds": 2.0 / 3.0, "one": 1.0}


@dataclass(frozen=True)
class Premises:
    """A trial document made ready: all that its chunks of patients have in common.

    Parameters
    ----------
    document : TrialScenario
        The trial.
    parameters : Parameters
        Numbers in force, with the document's own.
    cancer : body.Cancer
        The preset, under the document's hypotheses.
    link : EscapeLink
        The one that the document names, or the shipped one.
    """

    document: TrialScenario
    parameters: Parameters
    cancer: body.Cancer
    link: EscapeLink

    @property
    def trial(self) -> Trial:
        """The design."""
        return self.document.trial

    @property
    def horizon(self) -> float:
        """Longest time [day] that a patient can be followed from randomisation."""
        return self.trial.accrual + self.trial.follow_up

    @property
    def cohort(self) -> str:
        """The people of this cancer with metastases, where they are known, else those of solid tumours."""
        name = self.cancer.name
        return name if self.trial.setting == "metastatic" and name in pharmacology.cohorts() else "solid"

    def parameters_of_people(self) -> Parameters:
        """Give the numbers in force for drawing people: some cancers are those of one sex."""
        share = _WOMEN.get(self.cancer.name)
        if share is None or self.cohort != "solid":
            return self.parameters
        women = Override(share, "1", f"cancer of the {self.cancer.name}")
        return Parameters(catalogue(), {**self.parameters.overrides, "people.solid.woman_share": women})

    def days(self, id: str) -> float:
        """Give a time of the evidence in days."""
        return self.parameters[id] / SECONDS_A_DAY


def premises(document: TrialScenario) -> Premises:
    """Make a document ready.

    Raises
    ------
    ScenarioError
        When the document asks for what cannot be simulated: an endpoint that the setting does not have, or
        treatment before randomisation.
    FormatError, StoreError
        When the link that it names cannot be read.
    """
    _check(document)
    settings = {id: setting.override(f"parameters.{id}") for id, setting in document.parameters.items()}
    parameters = Parameters(catalogue(), settings)
    link = shipped_link() if document.trial.link is None else read_link(Path(document.trial.link)).link
    return Premises(document, parameters, cancer_of(document, parameters), link)


def cancer_of(document: TrialScenario, parameters: Parameters) -> body.Cancer:
    """Give the cancer of a trial under its hypotheses.

    Another exponent of seeding comes with another constant, so that the median patient has founded as many colonies by
    diagnosis as under the exponent that was fitted: only the dependence on size is at issue.
    """
    preset = body.cancer(document.trial.cancer, parameters)
    if document.hypotheses.get("nk_dormancy") == "holds":
        preset = dataclasses.replace(preset, release_rate=parameters["cancer.any.release_rate"] * SECONDS_A_DAY)
    option = document.hypotheses.get("seeding_exponent")
    if option is None:
        return preset
    exponent = _EXPONENTS[option]
    cells = body.cells_of(preset.diameter[0], preset.density)
    age = body.scaled_age(cells, preset.capacity)
    before, after = (float(body.shed(age, power, preset.capacity)) for power in (preset.exponent, exponent))
    seeding = (preset.seeding[0] * before / after, preset.seeding[1])
    return dataclasses.replace(preset, exponent=exponent, seeding=seeding)


def _check(document: TrialScenario) -> None:
    trial, faults = document.trial, []
    if trial.setting == "metastatic" and trial.endpoint == "DMFS":
        what = "metastasis-free survival of patients who have metastases"
        faults.append(Fault("trial.endpoint", what, "`PFS` or `OS` in the metastatic setting", "", "correct `endpoint`",
                            "AMB-S645"))  # fmt: skip
    for number, arm in enumerate(document.arms):
        starts = [drug.start for drug in arm.drugs] + ([arm.effect.start] if arm.effect else [])
        if starts and min(starts) < 0.0:
            what = f"arm `{arm.name}` is treated {-min(starts):g} days before randomisation"
            faults.append(Fault(f"arms[{number}]", what, "a start on day 0 or later", "", "correct `start`",
                                "AMB-S646"))  # fmt: skip
    if faults:
        raise ScenarioError(*faults)
