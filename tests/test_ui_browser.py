"""The page in a real browser: from the start to a highlighted answer, and no request to anywhere else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from neural_programmer.ui.launch import streamlit_options
from tests.scripted_page import LONGEST, MANY_AWARDS, SLOW, UNUSED

# The variable SCREENSHOTS names a folder for pictures; the page then has the trained model, not the scripted one.
SCREENSHOTS = os.environ.get("SCREENSHOTS")
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ui" / "app.py" if SCREENSHOTS else ROOT / "tests" / "scripted_page.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECONDS_TO_START = 120
BASE_PATH = "tables/ask"

pytestmark = pytest.mark.browser
# A busy machine may take its time; what is expected is waited for no longer than it takes.
expect.set_options(timeout=SECONDS_TO_START * 1000)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the page, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "server.log"
    # Below a path, as behind a proxy: what works here works at the root too.
    options = streamlit_options(port, True, "localhost", BASE_PATH)
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), *options]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        try:
            wait_for(f"http://localhost:{port}/{BASE_PATH}/_stcore/health", server)
            yield f"http://localhost:{port}/{BASE_PATH}/"
        finally:
            server.terminate()
            server.wait(timeout=20)


@dataclass
class Visit:
    """A browser's page, and what happened in it: hosts that were asked, errors of its scripts, dialogs."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


@pytest.fixture
def visit(address: str) -> Iterator[Visit]:
    """The start page in a Chromium of this machine."""
    named = os.environ.get("CHROMIUM")
    chromium = named or next((path for path in map(shutil.which, BROWSERS) if path), None)
    if chromium is None:
        pytest.skip("needs a Chromium: install the package chromium, or name one in the variable CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        visit = Visit(browser.new_page(viewport={"width": 1400, "height": 1680}))
        visit.page.on("request", lambda request: visit.hosts.add(urlparse(request.url).hostname or ""))
        visit.page.on("pageerror", lambda error: visit.problems.append(str(error)))
        visit.page.on("dialog", lambda dialog: visit.problems.append(dialog.message))
        visit.page.set_default_timeout(SECONDS_TO_START * 1000)
        visit.page.goto(address)
        yield visit
        browser.close()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(url, timeout=2) as reply:
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start within {SECONDS_TO_START} s")


def ask(page: Page, question: str, answer: str) -> None:
    field = page.get_by_placeholder("Ask about this table")
    field.fill(question)
    field.press("Enter")
    expect(page.locator(".st-key-answer")).to_have_text(answer, timeout=SECONDS_TO_START * 1000)


def picture(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.mouse.move(1390, 5)
        page.wait_for_timeout(1000)
        page.screenshot(path=Path(SCREENSHOTS, name), animations="disabled")


def open_tab(page: Page, name: str) -> None:
    """Press a tab until it is open: a part of the page that is drawn just then can take a press away."""
    tab = page.get_by_role("tab", name=name)
    for _ in range(20):
        tab.click()
        page.wait_for_timeout(500)
        if tab.get_attribute("aria-selected") == "true":
            return
    raise AssertionError(f"the tab {name!r} does not open")


def test_a_question_is_answered_in_a_browser(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_text("→ Lawrence of Arabia")).to_be_visible()
    picture(page, "start.png")
    page.get_by_role("button", name="Thirty films").click()
    ask(page, LONGEST, "Lawrence of Arabia")
    expect(page.get_by_text("Highlighted: 1 cell in 1 row of 30")).to_be_visible()
    size = page.locator(".st-key-answer [data-testid=stText]").first.evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )
    assert size > 28, "the answer is the largest text"
    picture(page, "answer.png")
    open_tab(page, "How the model decided")
    expect(page.get_by_text("Where it looked before each step")).to_be_visible()
    expect(page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first).to_be_visible()
    page.get_by_text("Run the program softly").click()
    # The page is drawn again: the next press waits for what came of it. The scripted model has no soft programs.
    expect(page.get_by_text("Soft answer" if SCREENSHOTS else "cannot run its programs softly")).to_be_visible()
    picture(page, "decision.png")
    open_tab(page, "SQL")
    expect(page.get_by_text("Program and SQL agree")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="SQL").get_by_test_id("stCode").first).to_contain_text("SELECT")
    assert visit.hosts <= {"localhost", ""}, "nothing leaves this machine"
    assert not visit.problems


def test_a_first_answer_is_one_press_away(visit: Visit) -> None:
    page = visit.page
    question = page.get_by_role("button", name=LONGEST)
    expect(page.get_by_text("→ Lawrence of Arabia")).to_be_visible(timeout=SECONDS_TO_START * 1000)
    question.click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")
    assert not visit.problems


def test_a_chip_is_edited_and_undone(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name=LONGEST).click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")
    operation = page.get_by_role("combobox", name="#1 Operation")
    operation.click()
    page.get_by_role("option", name="the lowest …", exact=True).click()
    expect(page.locator(".st-key-answer")).to_have_text("Toy Story")
    expect(page.get_by_text("Edited by you")).to_be_visible()
    picture(page, "edited.png")
    page.get_by_role("button", name="Undo my changes").click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")


def test_a_value_that_is_not_listed_can_be_typed(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Thirty films").click()
    ask(page, MANY_AWARDS, "8")
    value = page.get_by_role("combobox", name="#1 Value")
    value.click()
    value.fill("10")
    value.press("Enter")
    expect(page.locator(".st-key-answer")).to_have_text("3")
    expect(page.get_by_text("Edited by you")).to_be_visible()


def test_an_unused_word_is_marked_and_can_be_replaced(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Thirty films").click()
    ask(page, UNUSED, "Lawrence of Arabia")
    unused = page.get_by_role("listitem").filter(has_text="Japanese")
    expect(unused).to_contain_text("not used")
    picture(page, "unused.png")
    page.get_by_role("button", name="Japan", exact=True).click()
    expect(page.get_by_placeholder("Ask about this table")).to_have_value(UNUSED.replace("Japanese", "Japan"))


def test_a_step_opens_to_show_its_rows(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name=LONGEST).click()
    page.get_by_text("#1 the rows of #0 with the highest Running time").click()
    expect(page.get_by_text("The rows with the greatest number or latest date, all ties.")).to_be_visible()


def test_a_pasted_table_is_opened(visit: Visit) -> None:
    page = visit.page
    open_tab(page, "Paste")
    page.get_by_label("Cells from a spreadsheet").fill("Name\tPoints\nAnn\t7\nBob\t9")
    page.get_by_role("button", name="Open pasted table").click()
    expect(page.get_by_text("2 rows, 2 columns").first).to_be_visible()
    ask(page, "which name has the highest points?", "Bob")


@pytest.mark.skipif(bool(SCREENSHOTS), reason="the trained model is never slow")
def test_long_work_shows_its_limit_and_can_be_stopped(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Thirty films").click()
    field = page.get_by_placeholder("Ask about this table")
    field.fill(SLOW)
    field.press("Enter")
    expect(page.get_by_text("of at most 30 seconds")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped. Change the question, or ask again.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_scrolling_sideways(visit: Visit, scheme: Literal["light", "dark"]) -> None:
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.get_by_role("button", name=LONGEST).click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")
    expect(page.get_by_role("combobox", name="#1 Operation")).to_be_visible()
    sideways = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert sideways <= 0
    picture(page, f"phone_{scheme}.png")


def test_a_question_about_something_else_is_not_answered(visit: Visit) -> None:
    page = visit.page
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.get_by_role("button", name="Thirty films").click()
    field = page.get_by_placeholder("Ask about this table")
    field.fill("what is the capital of Norway?")
    field.press("Enter")
    expect(page.get_by_text("No answer").first).to_be_visible()
    picture(page, "no_answer_dark.png")
    assert not visit.problems


def test_questions_in_bulk_are_answered_in_a_browser(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Thirty films").click()
    page.get_by_text("Batch", exact=True).click()
    page.get_by_label("Or type them, one a line").fill(f"{LONGEST}\n{MANY_AWARDS}")
    # Leaving the field tells the page what was typed.
    page.get_by_label("Or type them, one a line").press("Control+Enter")
    page.get_by_role("button", name="Answer them").click()
    expect(page.get_by_role("button", name="Download").first).to_be_visible()
    picture(page, "batch.png")
    assert not visit.problems


@pytest.mark.skipif(bool(SCREENSHOTS), reason="the trained model is not asked about a table of markup")
def test_markup_in_a_table_stays_text_in_a_browser(visit: Visit) -> None:
    markup = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(2))"
    content = f'Name,Points,"{markup}"\n"{markup}",9,a\nAnn,8,b\n'
    page = visit.page
    page.locator("input[type=file]").set_input_files(
        {"name": f"{markup}.csv".replace("/", ""), "mimeType": "text/csv", "buffer": content.encode()}
    )
    ask(page, "which name has the highest points?", markup)
    expect(page.get_by_text("Program and SQL agree")).to_be_attached()
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(".st-key-answer strong, .st-key-answer a").count() == 0
    assert not visit.problems
