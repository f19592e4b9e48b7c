"""A page: its frame, its notice, its references. One self-contained file that opens without a network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape

from amoeboid.plots import to_png, to_svg
from amoeboid.report.references import References

NOTICE = Markup(
    '<div class="notice" role="note"><strong>Research tool, not medical advice.</strong> '
    "Nothing here is fit to decide about a patient. Select text and press "
    "<kbd>Ctrl</kbd>+<kbd>Enter</kbd> to report an inaccuracy.</div>"
)


@dataclass(frozen=True)
class Section:
    """A part of a page with its own heading; ``body`` is ready HTML."""

    id: str
    title: str
    body: Markup


@dataclass(frozen=True)
class Page:
    """What the frame is filled with; ``lead`` is the first screen."""

    title: str
    question: str
    run: str
    lead: Markup
    sections: tuple[Section, ...]
    scripts: tuple[str, ...] = ()
    """Names of further scripts among the assets, in order."""


def render(page: Page, references: References) -> str:
    """Give the whole document as HTML text.

    Raises
    ------
    RuntimeError
        When a changed frame no longer begins with the notice: no document leaves without it.
    """
    import jinja2

    assets = files("amoeboid.report") / "assets"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    frame = environment.from_string((assets / "frame.html.jinja").read_text("utf-8"))
    html = frame.render(
        page=page,
        references=references.entries(),
        notice=NOTICE,
        style=Markup((assets / "style.css").read_text("utf-8")),
        script=Markup("\n").join(Markup((assets / name).read_text("utf-8")) for name in ("annotate.js", *page.scripts)),
    )
    if f"<body>\n{NOTICE}" not in html:
        raise RuntimeError("the frame no longer begins with the notice `not medical advice`")
    return html


def figure_svg(figure: Any, caption: Markup | str, alt: str) -> Markup:
    """Give a figure as inline SVG with its caption."""
    return Markup('<figure role="img" aria-label="{}">{}<figcaption>{}</figcaption></figure>').format(
        alt, Markup(to_svg(figure)), caption
    )


def figure_png(figure: Any, caption: Markup | str, alt: str) -> Markup:
    """Give a figure of many parts as an embedded PNG with its caption."""
    data = base64.b64encode(to_png(figure)).decode()
    return Markup('<figure><img alt="{}" src="data:image/png;base64,{}"><figcaption>{}</figcaption></figure>').format(
        alt, data, caption
    )


def table(
    header: Sequence[str | Markup], rows: Sequence[Sequence[object]], numbers: frozenset[int] = frozenset()
) -> Markup:
    """Give a table; columns whose index is in ``numbers`` are set to the right."""

    def cell(tag: str, k: int, content: object) -> Markup:
        kind = ' class="number"' if k in numbers else ""
        return Markup(f"<{tag}{kind}>") + escape(content) + Markup(f"</{tag}>")

    head = Markup("").join(cell("th", k, text) for k, text in enumerate(header))
    body = Markup("").join(
        Markup("<tr>") + Markup("").join(cell("td", k, item) for k, item in enumerate(row)) + Markup("</tr>\n")
        for row in rows
    )
    return Markup('<div class="wide"><table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>').format(
        head, body
    )


def paragraph(*parts: object) -> Markup:
    """Give a paragraph of text and ready HTML."""
    return Markup("<p>") + Markup("").join(escape(part) for part in parts) + Markup("</p>")


def mark(word: str) -> Markup:
    """Give a small coloured word: how far a number is trusted, what a comparison came to."""
    return Markup('<span class="mark {}">{}</span>').format(word.replace(" ", "-"), word)
