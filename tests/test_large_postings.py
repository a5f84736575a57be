"""The rows of every rare word are all in the index, in the order by which they are looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from neural_programmer.large import building
from neural_programmer.large.opening import open_table
from neural_programmer.large.table import LargeTable
from tests.large_cases import as_parquet, rows_table


@pytest.mark.parametrize(
    ("at_once", "most_parts", "most_packed"), [(2_500_000, 16, 2**32), (400, 16, 2**32), (10, 3, 2**32), (10, 3, 100)]
)
def test_every_rare_word_has_its_rows(
    at_once: int, most_parts: int, most_packed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", str(tmp_path / "indexes"))
    monkeypatch.setattr(building, "MOST_CELLS", 30)
    monkeypatch.setattr(building, "PACKED_AT_ONCE", at_once)
    monkeypatch.setattr(building, "MOST_PARTS", most_parts)
    monkeypatch.setattr(building, "MOST_PACKED", most_packed)
    table = rows_table(900).select(["Id", "Order", "Customer"])
    with open_table(as_parquet(table, tmp_path), large_rows=0) as large:  # type: ignore[attr-defined]
        assert isinstance(large, LargeTable)
        index = large.value_index
        postings = index.all("SELECT hash, place, row_index FROM postings")
        for place, name in ((1, "Order"), (2, "Customer")):
            frequent = {word for (word,) in index.all("SELECT word FROM frequent WHERE place = ?", [place])}
            expected = []
            for row, text in enumerate(table[name].to_pylist(), 1):
                words = text.lower().replace("-", " ").replace("'", " ").replace('"', " ").replace("_", " ")
                words = words.replace("%", " ").replace("ë", "e").split()
                rare = [word for word in words if word not in frequent]
                said = rare or ["=" + " ".join(words)]
                hashes = index.all("SELECT hash(unnest(?)) >> 32", [said])
                expected += [(one, place, row) for (one,) in hashes]
            found = [one for one in postings if one[1] == place]
            assert sorted(found) == sorted(expected)
            assert [one[0] for one in found] == sorted(one[0] for one in found)
