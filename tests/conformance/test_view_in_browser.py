"""The three-dimensional view in a real browser, from a file and without a network: it draws and it answers."""

import shutil

import numpy as np
import pytest
from markupsafe import Markup

from amoeboid.evidence import catalogue
from amoeboid.plots import CLASS_COLOURS, sequential
from amoeboid.report import viewing
from amoeboid.report.document import Page, Section, render
from amoeboid.report.packing import Shade, Shown, pack
from amoeboid.report.references import References

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SOFTWARE = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY = "document.getElementById('view3d').dataset.ready || document.getElementById('view3d').dataset.failed || ''"
SLIDE = """value => { const slider = document.querySelector("[data-view=time]");
  slider.value = value; slider.dispatchEvent(new Event("input")); }"""
LIT = """() => { const canvas = document.querySelector("[data-view=canvas]");
  const copy = document.createElement("canvas"); copy.width = canvas.width; copy.height = canvas.height;
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
    document.querySelector("[data-view=outline]").dispatchEvent(new Event("change"));
    requestAnimationFrame(() => { const pen = copy.getContext("2d"); pen.drawImage(canvas, 0, 0);
      const all = pen.getImageData(0, 0, copy.width, copy.height).data; let blue = 0, orange = 0, other = 0;
      for (let k = 0; k < all.length; k += 4) { const [r, g, b] = [all[k], all[k + 1], all[k + 2]];
        if (b > r + 60) blue++; else if (r > b + 60) orange++; else if (r + g + b < 500) other++; }
      done([blue, orange, other]); }); }))); }"""

pytestmark = pytest.mark.slow


def arm(name, n=40):
    """Give cells on a sphere, of two types; at the end only those of the first type are there."""
    rng = np.random.default_rng(3)
    position = np.tile(rng.normal(0.0, 40.0, (1, n, 3)), (5, 1, 1))
    position[-1, n // 2 :] = np.nan
    kind = (np.arange(n) >= n // 2).astype(float)
    values = {"type": kind[None], "tension": np.tile(np.linspace(0.0, 2.0, n), (3, 1))}
    time = 900.0 * np.arange(5)
    return Shown(name, time, time[::2], position, np.full((1, n), 12.0), np.arange(n), values)


def page_of(folder):
    shades = [Shade("type", "type of cell", classes=("carcinoma", "fibroblast"), clock="once")]
    shades += [Shade("tension", "tension", "nN/µm", 0.0, 2.0)]
    ramp = [channel for colour in sequential(256) for channel in colour]
    facts = {"size": [300, 300, 300], "ramp": ramp, "palette": CLASS_COLOURS, "outlines": {}}
    packed = pack([arm("one"), arm("two <b>")], shades, facts)
    header = Markup(packed.header.replace("<", "\\u003c"))
    body = Markup(viewing._FRAME).format(caption="c", header=header, data=packed.data)
    text = render(
        Page("t", "q", "r", Markup(""), (Section("view", "v", body),), viewing.SCRIPTS), References(catalogue())
    )
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    return file


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Give the page, open in a browser that draws in software, and lists of errors and of what it asked the net for."""
    playwright = pytest.importorskip("playwright.sync_api")
    place = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if place is None:
        pytest.skip("there is no Chromium on this machine")
    file = page_of(tmp_path_factory.mktemp("view"))
    told, asked = [], []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=place, args=SOFTWARE)
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.evaluate("document.getElementById('view3d').scrollIntoView()")
        for _ in range(200):
            if page.evaluate(READY):
                break
            page.wait_for_timeout(100)
        yield page, told, asked, file
        browser.close()


def comes(is_true, page, tries=100):
    """Wait until something is true, at most ten seconds."""
    for _ in range(tries):
        if is_true():
            return True
        page.wait_for_timeout(100)
    return False


def test_the_view_unpacks_and_draws_from_a_file_without_asking_the_net(opened):
    page, told, asked, file = opened
    assert page.evaluate(READY) == "true"
    assert told == []
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [file.as_uri()]
    assert page.evaluate("document.querySelector('.view-fallback').hidden")
    assert [page.locator(".view-label").nth(k).text_content() for k in range(2)] == ["one", "two <b>"]


def test_cells_that_are_gone_are_not_drawn_and_come_back_with_the_slider(opened):
    page, *_ = opened
    page.evaluate("document.getElementById('view3d').scrollIntoView()")
    blue, orange, _ = page.evaluate(LIT)
    assert blue > 1000
    assert orange < 100  # at the end the second type is not there
    page.evaluate(SLIDE, "0")
    assert page.evaluate(LIT)[1] > 1000
    page.evaluate(SLIDE, "1000")


def test_another_colour_has_another_legend_with_its_unit(opened):
    page, *_ = opened
    page.select_option("[data-view=shade]", "tension")
    legend = page.locator("[data-view=legend]").text_content()
    assert "nN/µm" in legend
    assert "2" in legend
    page.select_option("[data-view=shade]", "type")
    assert page.locator("[data-view=legend]").text_content() == "carcinomafibroblast"


def test_a_cell_that_is_clicked_is_told_for_every_arm(opened):
    page, *_ = opened
    box = page.locator("[data-view=canvas]").bounding_box()
    for dx in range(0, 120, 12):
        page.mouse.click(box["x"] + box["width"] / 4 + dx - 60, box["y"] + box["height"] / 2)
        if page.locator("[data-view=picked] table").count():
            break
    rows = page.locator("[data-view=picked] tbody tr")
    assert rows.count() == 2
    assert rows.nth(0).locator("td").nth(1).text_content() == "carcinoma"
    # the same number is the same cell in each arm, here with the same numbers
    assert rows.nth(0).locator("td").nth(2).text_content() == rows.nth(1).locator("td").nth(2).text_content()


def test_the_keyboard_plays_steps_and_pauses(opened):
    page, *_ = opened
    page.locator("[data-view=canvas]").focus()
    page.keyboard.press(",")
    # the clock is written with the next picture, which a machine without a graphics card draws late
    assert comes(lambda: page.locator("[data-view=clock]").text_content().startswith("45 min"), page)
    page.evaluate(SLIDE, "0")
    page.keyboard.press(" ")
    assert page.locator("[data-view=play]").get_attribute("aria-pressed") == "true"
    assert comes(lambda: float(page.locator("[data-view=time]").input_value()) > 0.0, page)
    page.keyboard.press(" ")
    assert page.locator("[data-view=play]").get_attribute("aria-pressed") == "false"
    page.evaluate(SLIDE, "1000")


def test_the_name_of_an_arm_shows_it_alone_and_all_again(opened):
    page, *_ = opened
    page.locator(".view-label").nth(1).click()
    assert page.locator(".view-label").count() == 1
    page.locator(".view-label").first.click()
    assert page.locator(".view-label").count() == 2


def test_without_webgl_the_page_says_what_to_do(opened, tmp_path):
    page, *_ = opened
    other = page.context.browser.new_page()
    other.add_init_script("delete window.WebGL2RenderingContext")
    other.goto(page_of(tmp_path).as_uri())
    other.wait_for_timeout(500)
    assert other.locator(".view-fallback").is_visible()
    assert not other.locator(".view-live").is_visible()
    other.close()
