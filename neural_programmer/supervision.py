"""Consistent programs for the questions of a dataset: searched in parallel, kept in the user's cache."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.code_version import code_version
from neural_programmer.data.goals import goal_of
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions, cache_directory
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.offer import offer
from neural_programmer.search.consistent import EncodedPrograms, consistent_programs
from neural_programmer.tables.matching import TableIndex, link

# What a search's result depends on besides the question and its table.
_PACKAGES = (
    "neural_programmer.tables",
    "neural_programmer.language",
    "neural_programmer.operations",
    "neural_programmer.search",
)


@dataclass(frozen=True)
class Found:
    """The consistent programs of one question, and the core-seconds that the search took."""

    programs: EncodedPrograms
    seconds: float


def programs_cache() -> Path:
    """Where found programs are kept: a folder of the user's cache, one for each version of the code."""
    return cache_directory().parent / "programs" / code_version(*_PACKAGES)


def _key(question: Question) -> str:
    text = "\x00".join((question.utterance, *(question.target or ())))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _search_table(root: Path, context: str, questions: Sequence[Question]) -> list[tuple[str, Found]]:
    """Search all questions about one table; preparing the table counts for the first of them."""
    started = time.process_time()
    table = WikiTableQuestions(root).read_table(context)
    grounding = Grounding(table)
    index = TableIndex(table)
    found = []
    for question in questions:
        linking = link(question.utterance, index)
        candidates = offer(table, linking)
        goal = goal_of(question.target or (), grounding, candidates)
        programs = consistent_programs(grounding, linking, candidates, goal)
        now = time.process_time()
        found.append((_key(question), Found(programs, now - started)))
        started = now
    return found


def _store(path: Path, entries: dict[str, Found]) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    for key, found in entries.items():
        arrays[f"{key}.programs"] = found.programs.programs
        arrays[f"{key}.sizes"] = found.programs.sizes
        arrays[f"{key}.prior"] = found.programs.prior
        arrays[f"{key}.seconds"] = np.array(found.seconds)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, allow_pickle=False, **arrays)
    partial.replace(path)


def _restore(path: Path) -> dict[str, Found]:
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        keys = {name.split(".")[0] for name in arrays.files}
        return {
            key: Found(
                EncodedPrograms(arrays[f"{key}.programs"], arrays[f"{key}.sizes"], arrays[f"{key}.prior"]),
                float(arrays[f"{key}.seconds"]),
            )
            for key in keys
        }


def find_programs(
    dataset: WikiTableQuestions,
    questions: Sequence[Question],
    *,
    processes: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Found]:
    """The consistent programs of each question by its id; ``progress`` is told questions done and in all.

    Questions searched before by the same code about the same table are read from the cache.
    """
    by_context: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_context[question.context].append(question)
    results: dict[str, Found] = {}
    stored: dict[str, dict[str, Found]] = {}
    waiting: dict[str, list[Question]] = {}
    folder = programs_cache()
    paths = {}
    for context, asked in by_context.items():
        content = hashlib.blake2b((dataset.root / context).read_bytes(), digest_size=12).hexdigest()
        paths[context] = folder / f"{Path(context).stem}-{content}.npz"
        stored[context] = _restore(paths[context])
        for question in asked:
            found = stored[context].get(_key(question))
            if found is None:
                waiting.setdefault(context, []).append(question)
            else:
                results[question.id] = found
    if not waiting:
        return results
    with ProcessPoolExecutor(max_workers=processes) as pool:
        tasks = {
            pool.submit(_search_table, dataset.root, context, asked): context for context, asked in waiting.items()
        }
        for task in as_completed(tasks):
            context = tasks[task]
            stored[context].update(task.result())
            _store(paths[context], stored[context])
            for question in waiting[context]:
                results[question.id] = stored[context][_key(question)]
            if progress is not None:
                progress(len(results), len(questions))
    return results
