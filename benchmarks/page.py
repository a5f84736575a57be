"""Time questions in the page, from the press of Enter in a real browser until the answer is painted.

The model's own time is taken in between, in this process, so that both are measured under the same load. Beside the
time on the clock stands the processor time that the server and the browser took until the answer was there, which other
work on the machine hardly changes.
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
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, WebSocket, sync_playwright

from neural_programmer import load
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.loaders import load_table
from neural_programmer.tables.table import Table
from neural_programmer.ui.launch import streamlit_options

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 300
FIELD = "Ask about this table"
# Without the last two, what a graphics card would draw is computed.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-gpu-compositing", "--disable-software-rasterizer"]
WHOLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
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


@dataclass(frozen=True)
class Taken:
    """What one question took, in milliseconds: on the clock, and of the processor by the server and by the browser.

    ``whole`` is the time on the clock until all below the answer was there too, and ``kilobytes`` what the server sent.
    """

    clock: float
    server: float
    browser: float
    whole: float
    kilobytes: float


@dataclass
class Measured:
    """A browser's page, and the process of the server that serves it; the browser is the other child of this one.

    ``received`` counts the bytes that the server sent.
    """

    page: Page
    server: int
    received: int = 0

    def listen(self, socket: WebSocket) -> None:
        """Count what the server sends."""
        socket.on("framereceived", self._count)

    def _count(self, content: str | bytes) -> None:
        self.received += len(content)

    def processor(self) -> tuple[float, float]:
        """The processor time that the server and the browser took so far, in milliseconds."""
        server = processor_milliseconds(self.server)
        return server, processor_milliseconds(os.getpid()) - server - time.process_time() * 1000

    def ask(self, question: str) -> Taken:
        """What the page takes to show the answer to a question, which must differ from the answer it shows."""
        field = self.page.get_by_placeholder(FIELD)
        field.fill(question)
        self.page.evaluate(WATCH)
        server, browser = self.processor()
        received, started = self.received, time.perf_counter()
        field.press("Enter")
        self.page.wait_for_function("window.taken !== null", polling=50)  # every frame, as is usual, costs time itself
        server_then, browser_then = self.processor()
        self.page.locator(WHOLE).wait_for()  # the rest of the page is drawn after the answer
        whole = (time.perf_counter() - started) * 1000
        settle(self.page)
        return Taken(
            clock=float(self.page.evaluate("window.taken")),
            server=server_then - server,
            browser=browser_then - browser,
            whole=whole,
            kilobytes=(self.received - received) / 1024,
        )


def settle(page: Page) -> None:
    """Wait until the page is whole, and a moment longer."""
    page.locator(WHOLE).wait_for()
    page.wait_for_timeout(500)


def processor_milliseconds(process: int) -> float:
    """The processor time of a process and all those below it, as Linux tells it; 0 where it does not."""
    times: dict[int, int] = {}
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended just now
        parents[int(stat.parent.name)] = int(fields[1])
        times[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(times.get(member, 0) for member in family) * 1000 / os.sysconf("SC_CLK_TCK")


def in_words(times: Sequence[float]) -> str:
    """The median, the 95th percentile and the range of some times in milliseconds."""
    ordered = sorted(times)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return (
        f"median {statistics.median(ordered):.0f} ms, 95th percentile {high:.0f} ms, "
        f"from {ordered[0]:.0f} to {ordered[-1]:.0f} ms"
    )


def measure(measured: Measured, questions: Sequence[str], repeats: int, ask: Callable[[str], object]) -> None:
    """Ask some questions in turns, and print how long the page took and how long the model alone takes."""
    in_page: list[Taken] = []
    alone: list[float] = []
    for turn in range(repeats + 1):
        for place, question in enumerate(questions):
            taken = measured.ask(question)
            if not turn and not place:
                print(f"  the first question: {taken.clock:.0f} ms")
            started = time.perf_counter()
            ask(question)
            if turn:  # the first time, caches are filled
                in_page.append(taken)
                alone.append((time.perf_counter() - started) * 1000)
    clock = [taken.clock for taken in in_page]
    print(f"  {len(in_page)} warm questions in the page: {in_words(clock)}")
    print(f"  the model alone, at the same time:  {in_words(alone)}")
    print(
        f"  the page takes {statistics.median(clock) / statistics.median(alone):.1f} times as long as the model alone"
    )
    print(f"  until all of the page is there:       {in_words([taken.whole for taken in in_page])}")
    print(f"  sent to the browser for one question: {statistics.median(taken.kilobytes for taken in in_page):.0f} kB")
    print(
        f"  processor time until the answer, mean: server {statistics.mean(taken.server for taken in in_page):.0f} ms, "
        f"browser {statistics.mean(taken.browser for taken in in_page):.0f} ms"
    )


def small(measured: Measured, ask: Callable[[Table, str], object], repeats: int) -> None:
    """A table of the size that WikiTableQuestions has: a sample."""
    measured.page.get_by_role("button", name="Thirty films").click()
    table = next(sample for sample in sample_tables() if sample.file == "films.csv").load()
    print(f"Films: {table.number_of_rows:,} rows, {len(table.columns):,} columns")
    questions = ("which film has the longest running time?", "who directed Titanic?")
    measure(measured, questions, repeats, lambda question: ask(table, question))


def own(rows: int, columns: int) -> Callable[[Measured, Callable[[Table, str], object], int], None]:
    """A table of that size, made up, uploaded as a CSV file."""

    def run(measured: Measured, ask: Callable[[Table, str], object], repeats: int) -> None:
        page = measured.page
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
            started, received = time.perf_counter(), measured.received
            page.locator("input[type=file]").first.set_input_files(path)
            page.get_by_placeholder(FIELD).wait_for()
            page.get_by_test_id("stDataFrame").first.wait_for()
            print(f"  from the upload to the table on the page: {time.perf_counter() - started:.1f} s")
        settle(page)
        print(f"  sent to the browser for it: {(measured.received - received) / 1024:.0f} kB")
        questions = ("which name has the highest points?", "how many rows have town town 7?")
        measure(measured, questions, repeats, lambda question: ask(table, question))

    return run


TABLES: dict[str, Callable[[Measured, Callable[[Table, str], object], int], None]] = {
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
        return programmer.ask(prepared.setdefault(table.fingerprint, PreparedTable(table)), question)

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
            browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
            for name in options.tables:
                page = browser.new_page(viewport={"width": 1400, "height": 1000})
                page.set_default_timeout(SECONDS_TO_START * 1000)
                measured = Measured(page, server.pid)
                page.on("websocket", measured.listen)
                page.goto(f"http://localhost:{port}")
                TABLES[name](measured, ask, options.repeats)
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
