"""The page opens a table of a database server by its address, and shows its password nowhere but where it was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from neural_programmer.ui import table_panel
from neural_programmer.ui.table_panel import OWN_TABLE_KEY
from tests.postgres_server import postgres_server
from tests.ui_driver import ask, new_page, open_tab, press, texts

psycopg = pytest.importorskip("psycopg")
pytest.importorskip("sqlalchemy")


@pytest.mark.slow
def test_a_table_of_a_server_can_be_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(table_panel, "paths_are_offered", lambda: True)
    with postgres_server() as server:
        with psycopg.connect(server.superuser_address, autocommit=True) as connection:
            connection.execute('CREATE TABLE scores ("Name" TEXT, "Points" INTEGER)')
            connection.execute("INSERT INTO scores VALUES ('Ann', 7), ('Bob', 9)")
            connection.execute("CREATE TABLE other (a INTEGER)")
            connection.execute("GRANT SELECT ON scores, other TO reader")
        page = open_tab(new_page(monkeypatch, tmp_path / "feedback.sqlite").run(), "Database", OWN_TABLE_KEY)
        page.text_input(key="database").set_value(server.address()).run()
        tables = next(box for box in page.selectbox if box.label == "Table")
        assert tables.options == ["other", "scores"]
        tables.select("scores").run()
        ask(press(page, "open database"), "which name has the highest points?")
        assert "Bob" in [element.value for element in page.text]
        password = server.address().split(":")[2].split("@")[0]
        assert password not in texts(page)
        open_tab(page, "Export")
        assert not any(password in code.value for code in page.code)
