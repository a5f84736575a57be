"""The page in a real browser: its main interactions from the start to exported files, and no request to elsewhere."""

from __future__ import annotations

import json
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
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, WebSocket, expect, sync_playwright

from neural_programmer.ui.launch import streamlit_options
from tests.scripted_page import HOW_MANY, LONGEST, MANY_AWARDS, SLOW, UNSURE, UNUSED, WHO, WITHHELD

# The variable SCREENSHOTS names a folder for pictures; the page then has the trained model, not the scripted one.
SCREENSHOTS = os.environ.get("SCREENSHOTS")
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ui" / "app.py" if SCREENSHOTS else ROOT / "tests" / "scripted_page.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    # Without these, what a graphics card would draw is computed: most of the browser's work.
    "--disable-gpu-compositing",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECONDS_TO_START = 300
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
    folder = tmp_path_factory.mktemp("server")
    log = folder / "server.log"
    # Below a path, as behind a proxy: what works here works at the root too.
    options = streamlit_options(port, True, "localhost", BASE_PATH)
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), *options]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NEURAL_PROGRAMMER_FEEDBACK": str(folder / "feedback.sqlite"),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            wait_for(f"http://localhost:{port}/{BASE_PATH}/_stcore/health", server)
            yield f"http://localhost:{port}/{BASE_PATH}/"
        finally:
            server.terminate()
            server.wait(timeout=20)


@dataclass
class Visit:
    """A browser's page, and what happened in it: hosts asked, errors of its scripts, dialogs, and bytes received."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    received: int = 0

    def listen(self, socket: WebSocket) -> None:
        """Count what the server sends."""
        socket.on("framereceived", self._count)

    def _count(self, content: str | bytes) -> None:
        self.received += len(content)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of this machine."""
    named = os.environ.get("CHROMIUM")
    chromium = named or next((path for path in map(shutil.which, BROWSERS) if path), None)
    if chromium is None:
        pytest.skip("needs a Chromium: install the package chromium, or name one in the variable CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What all visits share: files of the page that were fetched once. What moves for its own sake stands still."""
    context = browser.new_context(viewport={"width": 1400, "height": 1680}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, address: str) -> Iterator[Visit]:
    """The start page in a session of its own, as somebody sees it who was never there."""
    visit = Visit(context.new_page())
    visit.page.on("request", lambda request: visit.hosts.add(urlparse(request.url).hostname or ""))
    visit.page.on("pageerror", lambda error: visit.problems.append(str(error)))
    visit.page.on("dialog", lambda dialog: visit.problems.append(dialog.message))
    visit.page.on("websocket", visit.listen)
    visit.page.set_default_timeout(SECONDS_TO_START * 1000)
    visit.page.goto(address)
    yield visit
    visit.page.close()


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


def picture(page: Page, name: str, height: int = 1680) -> None:
    """A picture of the page's upper part, of so many pixels, where pictures are asked for."""
    if SCREENSHOTS:
        page.mouse.move(1390, 5)
        page.wait_for_timeout(1000)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        width = page.viewport_size["width"] if page.viewport_size else 1400
        clip = FloatRect(x=0, y=0, width=width, height=height)
        page.screenshot(path=Path(SCREENSHOTS, name), animations="disabled", clip=clip)


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
    if SCREENSHOTS:
        expect(page.get_by_text("→ ")).to_have_count(10)
    picture(page, "start.png", 980)
    page.get_by_role("button", name="Thirty films").click()
    ask(page, LONGEST, "Lawrence of Arabia")
    expect(page.get_by_text("Highlighted: 1 cell in 1 row of 30")).to_be_visible()
    expect(page.get_by_text("Start with a sample")).to_have_count(0)
    size = page.locator(".st-key-answer [data-testid=stText]").first.evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )
    assert size > 28, "the answer is the largest text"
    picture(page, "answer.png")
    open_tab(page, "How the model decided")
    expect(page.get_by_text("Looked at, for the operation").first).to_be_visible()
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
    picture(page, "edited.png", 1460)
    page.get_by_role("button", name="Undo my changes").click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")


# What has the focus: its name as a screen reader says it, and whether it shows that it has it. The cells of a table,
# which Tab goes through one by one, and the page itself, which the arrows scroll, are passed over.
FOCUSED = """() => {
    const element = document.activeElement;
    if (!element || element === document.body || element.matches('main, [data-testid=stDataFrame] *')) return null;
    const named = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id));
    const labels = [...named, ...(element.labels ?? [])].map(label => label?.innerText ?? '').join(' ').trim();
    const name = element.getAttribute('aria-label') || labels || element.innerText || element.title || '';
    return {name: name.trim(), visible: element.matches(':focus-visible')};
}"""
CHOSEN = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText.trim()"
MOST_PRESSES = 120
ROUNDS = 5


def settle(page: Page) -> None:
    """Wait until the page is connected and drawn: until then its buttons may be switched off, and Tab passes them."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has that in its name has the focus; all on the way has a name and shows its focus.

    A page that was drawn or connected anew on the way, as a busy machine does, is gone through again.
    """
    passed = []
    for _ in range(ROUNDS):
        settle(page)
        for _ in range(MOST_PRESSES):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused is None:
                continue
            passed.append(focused["name"])
            assert focused["name"], f"something without a name has the focus, after {passed}"
            assert focused["visible"], f"{focused['name']} does not show that it has the focus"
            if name in focused["name"]:
                return
    raise AssertionError(f"{name!r} is not reached by Tab; passed were {passed}")


def test_the_page_is_used_without_a_mouse(visit: Visit, context: BrowserContext) -> None:
    page = visit.page
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.get_by_text("→ Lawrence of Arabia")).to_be_visible()
    tab_to(page, LONGEST)
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")
    expect(page.get_by_role("combobox", name="#1 Operation")).to_be_visible()
    expect(page.get_by_role("tab", name="Program")).to_be_visible()
    tab_to(page, "#1 Operation")
    page.keyboard.type("lowest")
    expect(page.get_by_role("option", name="the lowest …", exact=True)).to_be_visible()
    for _ in range(MOST_PRESSES):
        if page.evaluate(CHOSEN) == "the lowest …":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-answer")).to_have_text("Toy Story")
    expect(page.get_by_text("Edited by you")).to_be_visible()
    tab_to(page, "Program")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Program and SQL agree")).to_be_visible()
    panel = page.get_by_role("tabpanel", name="SQL")
    expect(panel.get_by_test_id("stCode").first).to_contain_text("MIN(")
    tab_to(page, "MIN(")  # with the focus on the query its button shows
    expect(panel.get_by_role("button", name="Copy to clipboard").first).to_be_visible()
    tab_to(page, "Copy to clipboard")
    page.keyboard.press("Enter")
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('MIN('))")
    assert not visit.problems


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
    if scheme == "dark":
        picture(page, "phone_dark.png", 844)


def test_a_question_about_something_else_is_not_answered(visit: Visit) -> None:
    page = visit.page
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.get_by_role("button", name="Thirty films").click()
    field = page.get_by_placeholder("Ask about this table")
    field.fill("what is the capital of Norway?")
    field.press("Enter")
    expect(page.get_by_text("No answer").first).to_be_visible()
    picture(page, "no_answer_dark.png", 1200)
    assert not visit.problems


def test_an_answer_that_is_not_sure_says_so(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    ask(page, UNSURE, "Toy Story")
    expect(page.get_by_text("Unsure: right about").first).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="cost")).to_contain_text("not used")
    picture(page, "unsure.png")


def test_an_answer_below_the_threshold_is_withheld_with_its_readings(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    field = page.get_by_placeholder("Ask about this table")
    field.fill(WITHHELD)
    field.press("Enter")
    expect(page.get_by_text("It would be a guess")).to_be_visible()
    expect(page.get_by_text("Next: look at the reading below that you meant")).to_be_visible()
    picture(page, "withheld.png", 1580)
    page.get_by_role("button", name="Look at reading 2").click()
    expect(page.locator(".st-key-answer")).to_be_visible()


def test_questions_in_bulk_are_answered_in_a_browser(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Thirty films").click()
    page.get_by_text("Batch", exact=True).click()
    page.get_by_label("Or type them, one a line").fill(f"{LONGEST}\n{MANY_AWARDS}")
    # Leaving the field tells the page what was typed.
    page.get_by_label("Or type them, one a line").press("Control+Enter")
    page.get_by_role("button", name="Answer them").click()
    expect(page.get_by_role("button", name="Download").first).to_be_visible()
    picture(page, "batch.png", 800)
    assert not visit.problems


def open_films(page: Page) -> None:
    page.get_by_role("button", name="Thirty films").click()
    expect(page.get_by_placeholder("Ask about this table")).to_be_visible()


def go_to(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebar").get_by_text(title, exact=True).click()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_another_reading_is_looked_at(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    ask(page, LONGEST, "Lawrence of Arabia")
    open_tab(page, "Other readings")
    page.get_by_role("button", name="Look at reading 2").click()
    expect(page.get_by_text("You chose reading 2")).to_be_visible()
    expect(page.locator(".st-key-answer")).not_to_have_text("Lawrence of Arabia")
    expect(page.get_by_placeholder("Ask about this table")).to_have_value(LONGEST)


def test_a_follow_up_changes_and_narrows_the_question_before(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    ask(page, HOW_MANY, "4")
    ask(page, "what about Ridley Scott?", "3")
    expect(page.get_by_text("Carried on from")).to_be_visible()
    ask(page, "and only those after 1990?", "1")
    picture(page, "follow_up.png", 1580)
    page.get_by_role("button", name="Director is").click()
    expect(page.locator(".st-key-answer")).to_have_text("13")
    assert not visit.problems


def test_feedback_is_kept_after_consent_and_a_kept_answer_comes_back(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    ask(page, WHO, "James Cameron")
    page.get_by_role("radio", name="Thumbs down").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing of it is sent anywhere")).to_be_visible()
    page.get_by_role("button", name="Agree and keep").click()
    expect(page.get_by_text("noted as")).to_be_visible()
    # The right program, made with the chips.
    column = page.get_by_role("combobox", name="#2 Column")
    column.click()
    page.get_by_role("option", name="Country", exact=True).click()
    expect(page.locator(".st-key-answer")).to_have_text("United States")
    page.get_by_role("button", name="Save as the right program").click()
    expect(page.get_by_text("noted as the right program")).to_be_visible()
    page.get_by_role("button", name="Keep this answer").click()
    expect(page.get_by_text("Kept: the same question")).to_be_visible()
    ask(page, HOW_MANY, "4")
    ask(page, WHO, "United States")
    expect(page.get_by_text("Verified: you kept this answer")).to_be_visible()
    go_to(page, "History")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as JSONL").click()
    records = [json.loads(line) for line in download.value.path().read_text(encoding="utf-8").splitlines()]
    assert [record["verdict"] for record in records if "verdict" in record] == ["wrong", "corrected", "verified"]
    page.get_by_role("button", name="Forget all of it").click()
    expect(page.get_by_text("Nothing is kept about this table yet")).to_be_visible()


def test_questions_of_history_are_pinned_compared_and_shown_again(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    ask(page, LONGEST, "Lawrence of Arabia")
    ask(page, HOW_MANY, "4")
    go_to(page, "History")
    expect(page.get_by_text("Different answers")).to_be_visible()
    page.get_by_role("button", name="Pin", exact=True).last.click()
    expect(page.get_by_role("button", name="Unpin")).to_be_visible()
    picture(page, "history.png", 1170)
    page.get_by_role("button", name="Clear all that is not pinned").click()
    expect(page.get_by_role("button", name="Show", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")
    expect(page.get_by_placeholder("Ask about this table")).to_have_value(LONGEST)


def test_an_answer_is_taken_home_as_files(visit: Visit) -> None:
    page = visit.page
    open_films(page)
    ask(page, LONGEST, "Lawrence of Arabia")
    open_tab(page, "Export")
    beginnings = {"CSV": b"Film", "Excel": b"PK", "Parquet": b"PAR1", "JSON": b"{", "Python": b'"""'}
    for title, beginning in beginnings.items():
        page.get_by_role("tabpanel", name="Export").get_by_text(title, exact=True).click()
        button = page.get_by_role("button", name=f"Download {title}", exact=True)
        with page.expect_download() as download:
            button.click()
        content = download.value.path().read_bytes()
        assert content.lstrip(b"\xef\xbb\xbf").startswith(beginning), (title, content[:40])
    link = page.get_by_role("tabpanel", name="Export").get_by_test_id("stCode").last
    expect(link).to_contain_text(f"/{BASE_PATH}")
    expect(link).to_contain_text("?table=films.csv&question=which+film")
    open_tab(page, "SQL")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download query with table").click()
    assert b"CREATE TABLE" in download.value.path().read_bytes()


def test_a_link_opens_the_same_answer_for_somebody_else(visit: Visit, browser: Browser) -> None:
    page = visit.page
    open_films(page)
    ask(page, LONGEST, "Lawrence of Arabia")
    page.wait_for_url("**program=**")
    other = browser.new_page()
    other.goto(page.url)
    expect(other.locator(".st-key-answer")).to_have_text("Lawrence of Arabia")
    expect(other.get_by_text("From a link")).to_be_visible()
    expect(other.get_by_placeholder("Ask about this table")).to_have_value(LONGEST)
    other.context.close()


def test_somebody_else_does_not_see_an_uploaded_table(visit: Visit, browser: Browser, address: str) -> None:
    upload(visit.page, "secret.csv", b"Name,Points\nsecret agent,7\n")
    expect(visit.page.get_by_text("1 row, 2 columns").first).to_be_visible()
    other = browser.new_page()
    other.goto(address)
    expect(other.get_by_text("→ Lawrence of Arabia")).to_be_visible()
    assert "secret" not in other.locator("body").inner_text()
    other.context.close()


@pytest.mark.parametrize(
    ("name", "rows", "columns", "most"), [("long.csv", 100_000, 3, 1_500_000), ("wide.csv", 400, 200, 4_000_000)]
)
def test_a_large_table_stays_usable(visit: Visit, name: str, rows: int, columns: int, most: int) -> None:
    page = visit.page
    header = ["Name", "Points", *(f"Measure {number}" for number in range(columns - 2))]
    rest = ",".join(["a measured value"] * (columns - 2))
    content = "\n".join([",".join(header), *(f"name {number},{number},{rest}" for number in range(rows))])
    upload(page, name, content.encode())
    expect(page.get_by_text(f"{rows:,} rows, {columns} columns").first).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    assert visit.received < most, "the browser gets one page of rows"
    ask(page, "which name has the highest points?", f"name {rows - 1}")
    expect(page.get_by_text(f"Highlighted: 1 cell in 1 row of {rows:,}")).to_be_visible()
    sideways = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert sideways <= 0
    assert not visit.problems


def test_a_file_that_is_no_table_is_refused_with_a_reason(visit: Visit) -> None:
    page = visit.page
    upload(page, "picture.csv", bytes(range(256)) * 40)
    expect(page.get_by_text("picture.csv holds binary data").first).to_be_visible()
    picture(page, "error.png", 1080)
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
    open_tab(page, "SQL")
    expect(page.get_by_text("Program and SQL agree")).to_be_attached()
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(".st-key-answer strong, .st-key-answer a").count() == 0
    assert not visit.problems
