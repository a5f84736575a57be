"""Questions made ready for row programs: the table as the row selector sees it and the right answer, kept in the cache.

Reading tables and linking questions takes minutes; what comes of it does not depend on weights and is stored once.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.code_version import code_version
from neural_programmer.data.evaluator import denotation_equal, official_items
from neural_programmer.data.feature_store import pack_arrays, unpack_arrays
from neural_programmer.data.goals import goal_of
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions, cache_directory
from neural_programmer.execution.exact import cell_value
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.row_table import RowTable, row_table
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.offer import offer
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.values import ValueType
from neural_programmer.training.row_objective import RowGoal, row_goal

# Raised whenever the meaning of what is stored changes.
_VERSION = 1
_PACKAGES = ("neural_programmer.tables", "neural_programmer.language", "neural_programmer.operations")
_TABLE_ARRAYS = tuple(field.name for field in fields(RowTable))
_GOAL_ARRAYS = tuple(field.name for field in fields(RowGoal))


@dataclass(frozen=True, eq=False)
class RowQuestion:
    """One question: its table, its right answer, and for judging the ``target`` items of that answer and ``written``,
    what each cell of each view is in an answer (view by view, None where there is no value).
    """

    table: RowTable
    goal: RowGoal
    target: tuple[str, ...]
    written: tuple[tuple[str | None, ...], ...]

    def is_right(self, items: Sequence[str]) -> bool:
        """Whether the items are the answer, by the official rules."""
        return bool(items) and denotation_equal(self.target, list(items))

    def items(self, view: int, rows: NDArray[np.bool_]) -> list[str]:
        """What is printed of a view's cells in the rows, ``Bool[row]``."""
        cells = self.written[view]
        return [text for row in np.flatnonzero(rows).tolist() if (text := cells[row]) is not None]


def row_question(grounding: Grounding, candidates: Candidates, target: Sequence[str]) -> RowQuestion:
    """A linked question made ready."""
    goal = goal_of(target, grounding, candidates)
    return RowQuestion(
        row_table(grounding, candidates),
        row_goal(goal, candidates, grounding.table.number_of_rows),
        tuple(target),
        _written(grounding, candidates),
    )


def row_questions(
    dataset: WikiTableQuestions,
    questions: Sequence[Question],
    *,
    processes: int,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[str, RowQuestion]:
    """Questions of a dataset by id; kept in the user's cache for the same questions and the same code."""
    by_context: dict[str, list[Question]] = defaultdict(list)
    state = hashlib.blake2b(f"{_VERSION} {code_version(*_PACKAGES)}".encode(), digest_size=12)
    for question in questions:
        by_context[question.context].append(question)
        state.update(json.dumps([question.id, question.utterance, question.context, question.target]).encode())
    for context in by_context:
        state.update(hashlib.blake2b((dataset.root / context).read_bytes(), digest_size=12).digest())
    path = cache_directory().parent / "rows" / f"{state.hexdigest()}.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return _unpacked({name: stored[name] for name in stored.files})
    found: dict[str, RowQuestion] = {}
    with ProcessPoolExecutor(max_workers=processes) as pool:
        tasks = [pool.submit(_of_table, dataset.root, context, asked) for context, asked in by_context.items()]
        for task in as_completed(tasks):
            found.update(task.result())
            if progress is not None:
                progress(len(found), len(questions))
    ordered = {question.id: found[question.id] for question in questions}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    arrays: dict[str, Any] = _packed(ordered)
    np.savez(partial, **arrays)
    partial.replace(path)
    return ordered


def _of_table(root: Path, context: str, questions: Sequence[Question]) -> list[tuple[str, RowQuestion]]:
    table = WikiTableQuestions(root).read_table(context)
    grounding, index = Grounding(table), TableIndex(table)
    found = []
    for question in questions:
        candidates = offer(table, link(question.utterance, index))
        found.append((question.id, row_question(grounding, candidates, question.target or ())))
    return found


def _written(grounding: Grounding, candidates: Candidates) -> tuple[tuple[str | None, ...], ...]:
    found = []
    for column in candidates.columns:
        dates = column.view.value_type is ValueType.DATE
        there = np.flatnonzero(grounding.views[column].mask).tolist()
        items = official_items([cell_value(grounding, column, row) for row in there], dates=dates)
        cells: list[str | None] = [None] * grounding.table.number_of_rows
        for row, item in zip(there, items, strict=True):
            cells[row] = " ".join(item.split())
        found.append(tuple(cells))
    return tuple(found)


def _packed(questions: Mapping[str, RowQuestion]) -> dict[str, NDArray[Any]]:
    packed = pack_arrays([one.table for one in questions.values()], _TABLE_ARRAYS)
    packed |= pack_arrays([one.goal for one in questions.values()], _GOAL_ARRAYS)
    texts = [[id_, one.target, one.written] for id_, one in questions.items()]
    packed["texts"] = np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), dtype=np.uint8)
    return packed


def _unpacked(packed: Mapping[str, NDArray[Any]]) -> dict[str, RowQuestion]:
    tables, goals = unpack_arrays(packed, _TABLE_ARRAYS), unpack_arrays(packed, _GOAL_ARRAYS)
    found = {}
    for at, (id_, target, written) in enumerate(json.loads(bytes(packed["texts"]))):
        found[id_] = RowQuestion(
            RowTable(**{name: tables[name][at] for name in _TABLE_ARRAYS}),
            RowGoal(**{name: goals[name][at] for name in _GOAL_ARRAYS}),
            tuple(target),
            tuple(map(tuple, written)),
        )
    return found
