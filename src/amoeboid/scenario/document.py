"""The scenario as a record: what to simulate, resolved, as floats in internal units.

Each field carries the rule by which it is read from text with a unit and written back. All records are
frozen; a changed copy is ``scenario.model_copy(update={...})``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PrivateAttr

from amoeboid.evidence import Override
from amoeboid.scenario import checks, layout, pathways, vocabulary
from amoeboid.scenario.migrate import FORMAT
from amoeboid.scenario.pathways import Digest, FileName, Formulas, PathwayTable, Spreads
from amoeboid.scenario.rules import (
    ByName,
    DrugConcentration,
    Fields,
    Flag,
    Named,
    Part,
    Quantity,
    Several,
    Switches,
    Text,
    Whole,
)
from amoeboid.scenario.settings import Explored, Medium, Settings, Slug
from amoeboid.scenario.vocabulary import CYTOKINES, KNOCKOUTS, MEASURES, PATHWAYS
from amoeboid.signalling import TissueMapping

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


def _among(noun: str, options: tuple[str, ...]) -> Named:
    return Named(noun, lambda: {name: name for name in options}, example=options[0])


def _cell_type() -> Named:
    return Named("cell type", lambda: {name: name for name in vocabulary.cell_types()}, example="melanoma")


class Record(BaseModel):
    """Base of all parts of a scenario: frozen, no unknown keys, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Setting(Record):
    """A number put in the place of an evidence value, in the unit given, with the reason.

    ``spread`` is the standard deviation of the logarithm over cells, where that is to change too.
    """

    value: float
    unit: str
    reason: str
    spread: float | None = None

    def override(self, place: str = "scenario") -> Override:
        """Give it as the evidence package takes it."""
        return Override(self.value, self.unit, self.reason, place, self.spread)


_LENGTH = Quantity("length", 0.0, 100_000.0, above=True, example="120 um")
_POINT = Several(Quantity("length", 0.0, 100_000.0, example="100 um"), 3, 3, example='["1 um", "2 um", "3 um"]')
_SIZE = Several(_LENGTH, 3, 3, example='["600 um", "600 um", "600 um"]')


class Region(Record):
    """A box along the axes, lengths in um; ``centre`` is the middle of the domain by default."""

    shape: Annotated[Literal["box"], _among("shape of a region", ("box",))] = "box"
    centre: Annotated[tuple[float, float, float] | None, _POINT] = None
    size: Annotated[tuple[float, float, float], _SIZE]


class Matrix(Record):
    """What lies between the cells: a collagen gel, a rigid lattice of one pore size, or liquid.

    ``collagen`` is in mg/ml, ``pore_area`` (rigid only) in um^2. The gel is everywhere outside the tumour, or in
    ``place`` with liquid around it. ``yields`` lets its fibres part for good where cells pull harder than they bear;
    ``deforms`` lets it carry stress and move besides.
    """

    kind: Annotated[Literal["collagen", "rigid", "none"], _among("matrix", ("collagen", "rigid", "none"))] = "collagen"
    collagen: Annotated[float | None, Quantity("density", 0.0, 100.0, above=True, example="2 mg/ml")] = None
    pore_area: Annotated[float | None, Quantity("area", 0.0, 1e6, above=True, example="20 um^2")] = None
    place: Annotated[Region | None, Part(Region, example='{ size = ["400 um", "400 um", "200 um"] }')] = None
    yields: Annotated[bool, Flag()] = False
    deforms: Annotated[bool, Flag()] = False


class Membrane(Record):
    """A flat sheet across the domain at a place [um] along an axis.

    A ``basement`` membrane must be cut or broken; a ``porous`` one has rigid pores of ``pore_area`` [um^2] for good.
    """

    kind: Annotated[Literal["basement", "porous"], _among("membrane", ("basement", "porous"))]
    axis: Annotated[Literal["x", "y", "z"], _among("axis", ("x", "y", "z"))] = "z"
    position: Annotated[float, Quantity("length", 0.0, 100_000.0, example="200 um")]
    pore_area: Annotated[float | None, Quantity("area", 0.0, 1e6, above=True, example="50 um^2")] = None


class Vessel(Record):
    """A straight vessel between two points, a capsule of a radius [um], with blood that flows to its end [um/s]."""

    start: Annotated[tuple[float, float, float], _POINT]
    end: Annotated[tuple[float, float, float], _POINT]
    radius: Annotated[float, _LENGTH]
    flow: Annotated[float, Quantity("speed", 0.0, 1e6, example="200 um/s")] = 0.0


_MATRIX = Part(Matrix, checks.check_matrix, example='{ collagen = "2 mg/ml" }')


class Place(Record):
    """Where cells start; lengths in um, x y z from the corner of the domain, ``centre`` the middle by default.

    A sphere is compact: it has a ``radius``, or its cells have a ``count``. A box has a ``size``, a grid a
    ``spacing``, points their ``points``.
    """

    shape: Annotated[Literal["sphere", "box", "grid", "points"], _among("shape", ("sphere", "box", "grid", "points"))]
    radius: Annotated[float | None, _LENGTH] = None
    centre: Annotated[tuple[float, float, float] | None, _POINT] = None
    size: Annotated[tuple[float, float, float] | None, _SIZE] = None
    spacing: Annotated[float | None, _LENGTH] = None
    points: Annotated[tuple[tuple[float, float, float], ...] | None, Several(_POINT, 1, 100_000)] = None


class Cells(Record):
    """A group of cells of one type; a sphere or box without ``count`` is filled."""

    type: Annotated[str, _cell_type()]
    count: Annotated[int | None, Whole(1, checks.MOST_CELLS, example="2000")] = None
    place: Annotated[Place, Part(Place, checks.check_place, example='{ shape = "sphere", radius = "120 um" }')]


class Tissue(Record):
    """The domain [um], its voxels [um], the matrix, the cells, and which processes are at work.

    With ``proteolysis`` cells that have proteases cut the matrix, with ``secretion`` they make cytokines, with
    ``growth`` they divide and die. ``oxygen`` [nM] is what the faces hold; without it every cell is well supplied.
    """

    size: Annotated[tuple[float, float, float], _SIZE]
    voxel: Annotated[float, Quantity("length", 1.0, 1000.0, example="20 um")] = 20.0
    matrix: Annotated[Matrix, _MATRIX]
    cells: Annotated[tuple[Cells, ...], Several(Part(Cells, checks.check_cells), 1, 100)]
    membranes: Annotated[tuple[Membrane, ...], Several(Part(Membrane, layout.check_membrane), 0, 20)] = ()
    vessels: Annotated[tuple[Vessel, ...], Several(Part(Vessel, layout.check_vessel), 0, 1000)] = ()
    proteolysis: Annotated[bool, Flag()] = False
    secretion: Annotated[bool, Flag()] = False
    growth: Annotated[bool, Flag()] = False
    oxygen: Annotated[float | None, Quantity("concentration", 0.0, 1e7, above=True, example="0.2 mM")] = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along z, y, x."""
        x, y, z = (round(length / self.voxel) for length in self.size)
        return z, y, x


class Drug(Record):
    """A drug at a constant total concentration [nM], or as doses [mg] at an interval [s]; from start to stop [s]."""

    name: Annotated[
        str,
        Named(
            "drug",
            vocabulary.drug_ids,
            "an id in the drug library (`amoeboid drugs` lists them)",
            example="ruxolitinib",
        ),
    ]
    concentration: Annotated[
        float | None, DrugConcentration("concentration", 0.0, 1e7, above=True, example="500 nM")
    ] = None
    dose: Annotated[float | None, Quantity("mass", 0.0, 10_000.0, above=True, example="15 mg")] = None
    interval: Annotated[float | None, Quantity("time", _HOUR, 30 * _DAY, example="12 h")] = None
    start: Annotated[float, Quantity("time", -365 * _DAY, 365 * _DAY, example="0 h")] = 0.0
    stop: Annotated[float | None, Quantity("time", -365 * _DAY, 365 * _DAY, example="48 h")] = None


_SWITCHES = Switches(example='{ jak1_rock_link = "slow" }', known=vocabulary.hypotheses)
_SETTINGS = Settings(example='{ "mechanics.drag" = { value = "2000 nN*s/um", reason = "what if" } }')


_KNOCKOUT = _among("knock-out", KNOCKOUTS)
_KNOCKOUTS_IN = ByName(
    noun="cell type", rule=Several(_KNOCKOUT, 1, 20), known=vocabulary.cell_types, example='{ melanoma = ["JAK1"] }'
)

_OWN = Quantity("concentration", 0.0, 1e6, example="0.05 nM")
_OWN_IN = ByName(
    noun="cell type", rule=_OWN, known=vocabulary.cell_types, example='{ fibroblast = "0.5 nM" }'
)  # fmt: skip


class Arm(Record):
    """One condition: cytokines [nM], drugs and knock-outs, and what differs from the scenario.

    ``autocrine`` is what a cell makes for itself, ``autocrine_in`` what those of a type make instead; ``fields`` are in
    the medium until ``pulse`` [s], for good without it; ``knockouts`` hold in all cells, ``knockouts_in`` in those of a
    type; cell types in ``without`` are left out.
    """

    name: Annotated[str, Text(80, example="OSM")]
    reference: Annotated[bool, Flag()] = False
    autocrine: Annotated[float, _OWN] = 0.0
    autocrine_in: Annotated[dict[str, float], _OWN_IN] = {}
    fields: Annotated[dict[str, float], Fields(example='{ OSM = "10 ng/ml" }', known=lambda: CYTOKINES)] = {}
    pulse: Annotated[float | None, Quantity("time", 0.0, 365 * _DAY, above=True, example="24 h")] = None
    drugs: Annotated[tuple[Drug, ...], Several(Part(Drug, checks.check_drug), 0, 20)] = ()
    knockouts: Annotated[tuple[str, ...], Several(_KNOCKOUT, 0, 20)] = ()
    knockouts_in: Annotated[dict[str, tuple[str, ...]], _KNOCKOUTS_IN] = {}
    without: Annotated[tuple[str, ...], Several(_cell_type(), 0, 100)] = ()
    hypotheses: Annotated[dict[str, str], _SWITCHES] = {}
    parameters: Annotated[dict[str, Setting], _SETTINGS] = {}
    matrix: Annotated[Matrix | None, _MATRIX] = None
    cell_type: Annotated[str | None, _cell_type()] = None

    @property
    def slug(self) -> str:
        """The name as part of a member id."""
        return vocabulary.slug(self.name)


class Comparison(Record):
    """A question to the report: how a measure of one arm should stand to that of another.

    ``of`` asks about the cells of one type, for measures that all cells have.
    """

    name: Annotated[str, Text(80, example="JAK1 is needed")]
    arm: Annotated[str, Text(80, example="OSM, JAK1 knock-out")]
    against: Annotated[str, Text(80, example="OSM")]
    measure: Annotated[str, _among("measure", MEASURES)] = "fraction_escaped"
    of: Annotated[str | None, _cell_type()] = None
    expected: Annotated[
        Literal["lower", "higher", "different"], _among("direction", ("lower", "higher", "different"))
    ] = "different"
    statement: Annotated[str, Text(300, example="Without JAK1 fewer cells leave.")]

    @property
    def quantity(self) -> str:
        """Name of what is compared in the table of measures."""
        return vocabulary.measure_of(self.measure, self.of)


class Pathway(Record):
    """The network inside each cell: a shipped one by name, or a file with its mapping to the tissue.

    ``time`` is the seconds in one unit of the file's time, ``concentration`` the nM in one unit of its concentration;
    None where the file says it. ``inputs`` and ``outputs`` map names to formulas, ``define`` names formulas that they
    use, ``spread`` gives numbers of the file their log-normal spread over cells; ``start`` says where cells begin: at
    rest before the stimulus, or as in the file.
    """

    name: Annotated[str | None, _among("pathway", PATHWAYS)] = None
    file: Annotated[str | None, FileName(200, example="pathway.xml")] = None
    sha256: Annotated[str | None, Digest()] = None
    time: Annotated[float | None, Quantity("time", 1e-6, 365 * _DAY, example="1 s")] = None
    concentration: Annotated[float | None, Quantity("concentration", 1e-6, 1e12, example="1 nM")] = None
    inputs: Annotated[dict[str, str], Formulas(200, example='{ IL6 = "cytokine" }')] = {}
    outputs: Annotated[dict[str, str], Formulas(20, example='{ pSTAT3 = "2*dimer", pMLC2 = "MLCp/MLC" }')] = {}
    define: Annotated[dict[str, str], Formulas(200, example='{ jak = "0.8*target_JAK1 + 0.2" }')] = {}
    spread: Annotated[dict[str, float], Spreads(example="{ k1 = 0.2 }")] = {}
    start: Annotated[Literal["rest", "file"] | None, _among("start", ("rest", "file"))] = None
    _content: bytes = PrivateAttr(b"")

    @property
    def content(self) -> bytes:
        """Bytes of the file; empty for a shipped network."""
        return self._content

    @property
    def mapping(self) -> TissueMapping:
        """What the file takes from the tissue and gives to it."""
        return pathways.mapping_of(self.model_dump())

    def attach(self, content: bytes) -> None:
        """Give the bytes of the file, which the document carries along but does not write out."""
        self._content = content


def _every(example: str) -> Quantity:
    return Quantity("time", _MINUTE, 30 * _DAY, example=example)


class Output(Record):
    """How often [s] positions, cell scalars and checkpoints are written; multiples of the 60 s tick."""

    frames_every: Annotated[float, _every("15 min")] = 15 * _MINUTE
    cells_every: Annotated[float, _every("1 h")] = _HOUR
    checkpoint_every: Annotated[float, _every("1 h")] = _HOUR


class Tracks(Record):
    """Measured tracks to lay over the simulated ones; a path is taken from the working folder."""

    path: Annotated[str, Text(1000, example="tracks.csv")]
    length_unit: Annotated[str | None, _among("unit of length", ("um", "nm", "mm"))] = None
    time_unit: Annotated[str | None, _among("unit of time", ("s", "min", "h"))] = None
    frame_interval: Annotated[float | None, Quantity("time", 0.0, _DAY, above=True, example="180 s")] = None


class Scenario(Record):
    """One validated document that says what to simulate, with its arms. ``duration`` is in s.

    One that stands for an assay of the laboratory says which in ``assay``, and in ``readout`` the measures by which it
    is read there, the chief one first.
    """

    format: Annotated[Literal[1], Whole(FORMAT, FORMAT)] = 1
    name: Annotated[str, Slug(example="melanoma-escape")]
    question: Annotated[str, Text(500, example="Does blocking JAK1 keep melanoma cells in the tumour?")]
    assay: Annotated[str | None, Text(300, example="floating collagen gel that fibroblasts contract")] = None
    readout: Annotated[tuple[str, ...], Several(_among("measure", MEASURES), 0, 10)] = ()
    duration: Annotated[float, Quantity("time", _MINUTE, 30 * _DAY, example="24 h")]
    seed: Annotated[int, Whole(0, 2**63 - 1, example="1")]
    replicates: Annotated[int, Whole(1, checks.MOST_MEMBERS)] = 1
    medium: Annotated[str, Medium(example="serum-free")]
    tissue: Annotated[Tissue, Part(Tissue, layout.check_tissue, example="[tissue]")]
    pathway: Annotated[Pathway, PathwayTable(Pathway, pathways.check_pathway)] = Pathway(name=PATHWAYS[0])
    hypotheses: Annotated[dict[str, str], _SWITCHES] = {}
    explore: Annotated[tuple[str, ...], Explored(example='["jak1_rock_link"]')] = ()
    parameters: Annotated[dict[str, Setting], _SETTINGS] = {}
    output: Annotated[Output, Part(Output)] = Output()
    tracks: Annotated[Tracks | None, Part(Tracks, example='{ path = "tracks.csv" }')] = None
    arms: Annotated[tuple[Arm, ...], Several(Part(Arm, checks.check_arm, example="[[arms]]"), 1, example="[[arms]]")]
    comparisons: Annotated[tuple[Comparison, ...], Several(Part(Comparison), 0, 1000)] = ()

    @property
    def reference_arm(self) -> Arm:
        """The arm that others are compared with: the one marked, else the first."""
        return next((arm for arm in self.arms if arm.reference), self.arms[0])

    def types_of(self, arm: Arm) -> tuple[str, ...]:
        """Give the cell types of an arm, in the order that ``cell.type`` counts: that of first use."""
        named = (arm.cell_type or group.type for group in self.tissue.cells)
        return tuple(dict.fromkeys(name for name in named if name not in arm.without))

    def ingredients_of(self, arm: Arm) -> frozenset[str]:
        """Give what the tissue of an arm has that only some mechanisms need, see `vocabulary.ingredients`."""
        switches = {
            "growth": self.tissue.growth,
            "secretion": self.tissue.secretion,
            "deforms": (arm.matrix or self.tissue.matrix).deforms,
        }
        return vocabulary.ingredients(frozenset(name for name, on in switches.items() if on), self.types_of(arm))

    def arm(self, name: str) -> Arm:
        """Give the arm of a name or slug.

        Raises
        ------
        KeyError
            When there is none.
        """
        for arm in self.arms:
            if name in (arm.name, arm.slug):
                return arm
        raise KeyError(name)


SCENARIO = Part(Scenario, checks.check_scenario)
"""The rule of a whole document."""
