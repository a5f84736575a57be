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
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from neural_programmer.ui.launch import streamlit_options
from tests.scripted_page import LONGEST

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

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the page, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), *streamlit_options(port, True, "localhost")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        try:
            wait_for(f"http://localhost:{port}/_stcore/health", server)
            yield f"http://localhost:{port}"
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
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".st-key-answer")).to_have_text(answer, timeout=SECONDS_TO_START * 1000)


def picture(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.mouse.move(1390, 5)
        page.wait_for_timeout(1000)
        page.screenshot(path=Path(SCREENSHOTS, name), animations="disabled")


def test_a_question_is_answered_in_a_browser(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Thirty films").click()
    ask(page, LONGEST, "Lawrence of Arabia")
    expect(page.get_by_text("Highlighted: 1 cell in 1 row of 30")).to_be_visible()
    size = page.locator(".st-key-answer [data-testid=stText]").first.evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )
    assert size > 28, "the answer is the largest text"
    page.get_by_role("tab", name="How the model decided").click()
    expect(page.get_by_text("Where the model looked")).to_be_visible()
    expect(page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first).to_be_visible()
    picture(page, "decision.png")
    page.get_by_role("tab", name="SQL").click()
    expect(page.get_by_text("Program and SQL agree")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="SQL").get_by_test_id("stCode")).to_contain_text("SELECT")
    picture(page, "answer.png")
    assert visit.hosts <= {"localhost", ""}, "nothing leaves this machine"
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
