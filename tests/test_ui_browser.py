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
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from neural_programmer.ui.launch import streamlit_options
from tests.scripted_page import LONGEST

PAGE = Path(__file__).with_name("scripted_page.py")
ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECONDS_TO_START = 60

pytestmark = pytest.mark.browser


@pytest.fixture
def chromium() -> str:
    """The path of a Chromium on this machine."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        pytest.skip("needs a Chromium: install the package chromium, or name one in the variable CHROMIUM")
    return found


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the page, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    log = (tmp_path / "server.log").open("wb")
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), *streamlit_options(port, True, "localhost")]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        wait_for(f"http://localhost:{port}/_stcore/health", server)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


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


def answered(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Thirty films").click()
    page.get_by_label("Question").fill(LONGEST)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia", timeout=30_000)


def test_a_question_is_answered_in_a_browser(chromium: str, address: str) -> None:
    requested: set[str] = set()
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 1600})
        page.on("request", lambda request: requested.add(urlparse(request.url).hostname or ""))
        page.on("pageerror", lambda error: problems.append(str(error)))
        answered(page, address)
        expect(page.get_by_text("Highlighted: 1 cell in 1 row of 30")).to_be_visible()
        page.get_by_role("tab", name="SQL").click()
        expect(page.get_by_text("Program and SQL agree")).to_be_visible()
        size = page.locator(".st-key-answer [data-testid=stText]").first.evaluate(
            "element => parseFloat(getComputedStyle(element).fontSize)"
        )
        if screenshot := os.environ.get("SCREENSHOT"):
            page.screenshot(path=screenshot)
        browser.close()
    assert size > 28, "the answer is the largest text"
    assert not problems
    assert requested <= {"localhost", ""}, "nothing leaves this machine"
