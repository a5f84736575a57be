"""Time a question in the page, from the press of Enter in a real browser until its answer stands there."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from neural_programmer.ui.launch import streamlit_options

ROOT = Path(__file__).parents[1]
QUESTIONS = {
    "which film has the longest running time?": "Lawrence of Arabia",
    "who directed Titanic?": "James Cameron",
}
SECONDS_TO_START = 180
# The moment at which the answer's text is another one, on the browser's own clock.
WATCH = """() => {
    const answer = () => document.querySelector('.st-key-answer')?.innerText ?? '';
    const before = answer();
    const field = document.querySelector('input[placeholder="Ask about this table"]');
    window.taken = null;
    field.addEventListener('keydown', event => {
        if (event.key !== 'Enter') return;
        const start = performance.now();
        const watch = () => {
            const now = answer();
            if (now && now !== before) window.taken = performance.now() - start;
            else requestAnimationFrame(watch);
        };
        requestAnimationFrame(watch);
    }, {once: true, capture: true});
}"""


def milliseconds(page: Page, question: str) -> float:
    """How long the page takes to show the answer to a question, which must differ from the answer it shows."""
    field = page.get_by_placeholder("Ask about this table")
    field.fill(question)
    page.evaluate(WATCH)
    field.press("Enter")
    page.wait_for_function("window.taken !== null")
    page.wait_for_timeout(1000)  # the rest of the page is drawn after the answer
    return float(page.evaluate("window.taken"))


def main() -> None:
    """Print the median and the slowest of some warm questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10)
    repeats = parser.parse_args().repeats
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("needs a Chromium: install the package chromium, or name one in the variable CHROMIUM")
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    options = streamlit_options(port, True, "localhost")
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py"), *options], cwd=ROOT
    )
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.set_default_timeout(SECONDS_TO_START * 1000)
            page.goto(f"http://localhost:{port}")
            page.get_by_role("button", name="Thirty films").click()
            taken = [milliseconds(page, question) for _ in range(repeats + 1) for question in QUESTIONS][2:]
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)
    print(f"{len(taken)} warm questions: median {statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms")


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"the page did not start within {SECONDS_TO_START} seconds")


if __name__ == "__main__":
    main()
