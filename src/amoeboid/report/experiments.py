"""Runs held against experiments: the pore law in rigid lattices, and measured tracks."""

from __future__ import annotations

from markupsafe import Markup

from amoeboid.report.answering import Findings, cell_name
from amoeboid.report.document import Section, paragraph, table
from amoeboid.report.lattices import Lattices
from amoeboid.report.leading import pore_figure, tracks_figure
from amoeboid.report.material import Material
from amoeboid.report.quantities import ENDASH, signed
from amoeboid.report.recordings import SETTLING, Overlay, Recording


def pores_section(material: Material, findings: Findings) -> Section | None:
    """Tabulate the line of speed against pore area for each type of cell."""
    found = findings.lattices
    if not found:
        return None
    header = ["cells", "lattices", "tracks in each", "slope [µm/min per µm²]", "R²", "meets zero at [µm²]"]
    header += ["expected [µm²]", "deviation"]
    rows = [_pore_row(material, one) for one in found]
    words = paragraph(
        "Speeds are means over whole tracks; lattices in which cells rest are left out of the line. Expected is the "
        "nuclear cross-section times the share of it at which cells stop. The law is built into the program as a "
        "factor on speed, so agreement shows that cells move as the law says, not that the law is right. All lattices "
        "share their random numbers: the points scatter less than independent experiments would, and R² says little."
    )
    figure = pore_figure(found) if any(one.law for one in found) else Markup("")
    return Section("pores", "The pore law", words + table(header, rows, frozenset(range(1, 8))) + figure)


def _pore_row(material: Material, one: Lattices) -> list[object]:
    name, law = cell_name(one.cell_type), one.law
    if law is None:
        return [name, len(one.area), one.n_tracks, *([ENDASH] * 5)]
    ids = (f"cell.{one.cell_type}.nucleus_area", "cell.arrest_fraction")
    expected = material.parameters[ids[0]] * material.parameters[ids[1]]
    cited = Markup("{:.3g} = {} × {}").format(expected, *(material.cited(id) for id in ids))
    deviation = signed(f"{100.0 * (law.intercept / expected - 1.0):+.0f} %")
    shown = [f"{law.slope:.3g}", f"{law.r_squared:.4f}", f"{law.intercept:.2f}"]
    return [name, f"{law.n} of {len(one.area)}", one.n_tracks, *shown, cited, deviation]


def tracks_section(material: Material, findings: Findings) -> Section | None:
    """Hold simulated tracks against measured ones, where the scenario is about them."""
    found = findings.overlay
    if isinstance(found, str):
        if material.scenario.tracks is None and material.scenario.comparisons:
            return None
        return Section("tracks", "Measured tracks", paragraph(found))
    header = [
        "measured group",
        "tracks",
        "step speeds, KS distance",
        "median step speed [µm/min], simulated / measured",
    ]
    header += [
        f"MSD at {one.lag / 60:.0f} min, simulated / measured [µm²]" for one in found.recordings[0].comparison.msd
    ]
    header += ["outward bias, simulated / measured (not judged)"]
    rows = [_track_row(found, k, recording) for k, recording in enumerate(found.recordings)]
    body = _track_words(material, found) + table(header, rows, frozenset(range(1, 6))) + tracks_figure(found)
    return Section("tracks", "Measured tracks", body)


def _track_words(material: Material, found: Overlay) -> Markup:
    fitted = "No motility was fitted: the speeds are the program’s own. "
    if found.fitted:
        fitted = "Speed, persistence and their spread were fitted to the first group, which therefore tests nothing; "
        fitted += "the other groups were never seen by the fit. "
    return paragraph(
        f"Measured: {found.file}. Simulated: reference arm, first replicate, without the first "
        f"{SETTLING / 60:.0f} min. {fitted}The localisation noise added to simulated positions is ",
        material.cited("assay.localisation_xy"),
        " across and ",
        material.cited("assay.localisation_z"),
        " along the optical axis. A table of tracks does not say where the tumour was, so the mean place at which the "
        "tracks of a group begin stands for its centre. Where the true centre lies elsewhere the outward bias can "
        "change its sign, so it is shown and not judged. Intervals are 95 %, from resampling whole tracks; they hold "
        "the noise of sampling only.",
    )


def _track_row(found: Overlay, k: int, recording: Recording) -> list[object]:
    comparison = recording.comparison
    use = "fitted" if k == 0 and found.fitted else "predicted" if found.fitted else "compared"
    speed = " / ".join(f"{value * 60:.3g}" for value in comparison.median_speed)
    lags = [
        Markup("{:.3g} / {:.3g}<br><small>{:.3g} to {:.3g}; {}</small>").format(
            one.simulated,
            one.measured.value,
            one.measured.low,
            one.measured.high,
            signed(f"{100.0 * one.error:+.0f} %"),
        )
        for one in comparison.msd
    ]
    bias: object = ENDASH
    if comparison.bias:
        pairs = [signed(f"{b.value:.3f}") + signed(f" ({b.low:.3f} to {b.high:.3f})") for b in comparison.bias]
        bias = Markup("{}<br>{}").format(*pairs)
    name = Markup("{} <small>{}</small>").format(recording.name, use)
    return [name, f"{recording.n_tracks:,}", f"{comparison.step_speed_ks:.3f}", speed, *lags, bias]
