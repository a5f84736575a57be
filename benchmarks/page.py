"""Time questions in the page, from the press of Enter in a real browser until the answer is painted.

The model's own time is taken in between, in this process, so that both are measured under the same load.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from neural_programmer import load
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.loaders import load_table
from neural_programmer.tables.table import Table
from neural_programmer.ui.launch import streamlit_options

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 300
FIELD = "Ask about this table"
# The moment at which another answer has been painted, on the browser's own clock. The page is told of changes and is
# not looked at in every frame, which would cost time itself.
WATCH = """() => {
    const answer = () => document.querySelector('.st-key-answer')?.innerText ?? '';
    const before = answer();
    const field = document.querySelector('input[placeholder="Ask about this table"]');
    window.taken = null;
    field.addEventListener('keydown', event => {
        if (event.key !== 'Enter') return;
        const start = performance.now();
        const observer = new MutationObserver(() => {
            const now = answer();
            if (!now || now === before) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => { window.taken = performance.now() - start; }));
        });
        observer.observe(document.body, {childList: true, subtree: true, characterData: true});
    }, {once: true, capture: true});
}"""


def milliseconds(page: Page, question: str) -> float:
    """How long the page takes to show the answer to a question, which must differ from the answer it shows."""
    field = page.get_by_placeholder(FIELD)
    field.fill(question)
    page.evaluate(WATCH)
    field.press("Enter")
    page.wait_for_function("window.taken !== null")
    page.wait_for_timeout(1000)  # the rest of the page is drawn after the answer
    return float(page.evaluate("window.taken"))


def in_words(times: Sequence[float]) -> str:
    """The median, the 95th percentile and the range of some times in milliseconds."""
    ordered = sorted(times)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return (
        f"median {statistics.median(ordered):.0f} ms, 95th percentile {high:.0f} ms, "
        f"from {ordered[0]:.0f} to {ordered[-1]:.0f} ms"
    )


def measure(page: Page, questions: Sequence[str], repeats: int, ask: Callable[[str], object]) -> None:
    """Ask some questions in turns, and print how long the page took and how long the model alone takes."""
    in_page: list[float] = []
    alone: list[float] = []
    for turn in range(repeats + 1):
        for question in questions:
            taken = milliseconds(page, question)
            started = time.perf_counter()
            ask(question)
            if turn:  # the first time, caches are filled
                in_page.append(taken)
                alone.append((time.perf_counter() - started) * 1000)
    print(f"  {len(in_page)} warm questions in the page: {in_words(in_page)}")
    print(f"  the model alone, at the same time:  {in_words(alone)}")


def small(page: Page, ask: Callable[[Table, str], object], repeats: int) -> None:
    """A table of the size that WikiTableQuestions has: a sample."""
    page.get_by_role("button", name="Thirty films").click()
    table = next(sample for sample in sample_tables() if sample.file == "films.csv").load()
    print(f"Films: {table.number_of_rows:,} rows, {len(table.columns):,} columns")
    questions = ("which film has the longest running time?", "who directed Titanic?")
    measure(page, questions, repeats, lambda question: ask(table, question))


def own(rows: int, columns: int) -> Callable[[Page, Callable[[Table, str], object], int], None]:
    """A table of that size, made up, uploaded as a CSV file."""

    def run(page: Page, ask: Callable[[Table, str], object], repeats: int) -> None:
        header = ["Name", "Points", "Town", *(f"Measure {number}" for number in range(columns - 3))]
        lines = [
            ",".join([f"name {row}", str(row * 7 % (rows + 1)), f"town {row % 50}", *map(str, range(columns - 3))])
            for row in range(rows)
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "made_up.csv")
            path.write_text("\n".join([",".join(header), *lines]), encoding="utf-8")
            table = load_table(path)
            print(f"Made up: {rows:,} rows, {columns:,} columns, {path.stat().st_size / 1024**2:.1f} MB")
            started = time.perf_counter()
            page.locator("input[type=file]").first.set_input_files(path)
            page.get_by_placeholder(FIELD).wait_for()
            page.get_by_test_id("stDataFrame").first.wait_for()
            print(f"  from the upload to the table on the page: {time.perf_counter() - started:.1f} s")
        page.wait_for_timeout(3000)
        questions = ("which name has the highest points?", "how many rows have town town 7?")
        measure(page, questions, repeats, lambda question: ask(table, question))

    return run


TABLES: dict[str, Callable[[Page, Callable[[Table, str], object], int], None]] = {
    "small": small,
    "long": own(100_000, 5),
    "wide": own(500, 200),
}


def main() -> None:
    """Start the page, open the tables in turns, and print what questions of them take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=["small"])
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("needs a Chromium: install the package chromium, or name one in the variable CHROMIUM")
    programmer = load()
    prepared: dict[str, PreparedTable] = {}

    def ask(table: Table, question: str) -> object:
        return programmer.ask(prepared.setdefault(table.fingerprint, PreparedTable(table)), question, with_trace=False)

    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(ROOT / "ui" / "app.py"),
            *streamlit_options(port, True, "localhost"),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name in options.tables:
                page = browser.new_page(viewport={"width": 1400, "height": 1000})
                page.set_default_timeout(SECONDS_TO_START * 1000)
                page.goto(f"http://localhost:{port}")
                TABLES[name](page, ask, options.repeats)
                page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)
    print(f"{os.cpu_count()} cores, load {' '.join(f'{load:.1f}' for load in os.getloadavg())}")


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
