"""Which cells a question may compare with: by index, the k most alike, or all."""

from __future__ import annotations

import numpy as np
import pytest

from neural_programmer.language.candidates import Candidates
from neural_programmer.sparse_candidates import Attention, CellMemory, candidates_by
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching import TableIndex, link

CELLS = [["Bergen", "Norway", "7"], ["Lima", "Peru", "8"], ["Oslo", "Norway", "9"], ["Bern", "Switzerland", "3"]]
INDEX = TableIndex(build_table(["City", "Country", "Points"], CELLS, name="cities"))
MEMORY = CellMemory(INDEX)
QUESTION = "how many points does bergen have more than 5?"


def found(way: Attention, k: int = 2) -> Candidates:
    return candidates_by(way, INDEX, MEMORY, link(QUESTION, INDEX), k)


def texts(candidates: Candidates) -> set[str]:
    return {str(one.values[0]) for one in candidates.constants if one.kind is ConstantKind.TEXT}


def test_the_index_offers_what_the_question_says() -> None:
    assert texts(found(Attention.INDEX)) == {"Bergen"}


def test_everything_offers_every_distinct_cell_once_after_what_the_question_says() -> None:
    every = found(Attention.ALL)
    by_index = found(Attention.INDEX)
    assert texts(every) == {"Bergen", "Lima", "Oslo", "Bern", "Norway", "Peru", "Switzerland"}
    assert every.constants[: len(by_index.constants)] == by_index.constants
    assert len(set(every.constants)) == len(every.constants)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_offers_the_cells_most_alike(k: int) -> None:
    offered = found(Attention.TOP_K, k)
    assert len(texts(offered)) == k
    assert "Bergen" in texts(offered)


def test_numbers_are_the_same_for_all() -> None:
    others = [[one for one in found(way).constants if one.kind is not ConstantKind.TEXT] for way in Attention]
    assert others[0] == others[1] == others[2] != []


def test_scores_are_the_share_of_a_cells_n_grams() -> None:
    scores = dict(zip(MEMORY.texts, MEMORY.scores("only bergen").tolist(), strict=True))
    assert scores["Bergen"] == pytest.approx(1, abs=1e-5)
    # " be" and "ber" of " be", "ber", "ern" and "rn ".
    assert scores["Bern"] == pytest.approx(0.5, abs=1e-5)
    assert scores["Lima"] == 0
    assert np.allclose(np.linalg.norm(MEMORY.keys, axis=1), 1)
    assert not MEMORY.scores("").any()
