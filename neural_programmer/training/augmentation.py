"""More questions to learn from: those whose program is beyond doubt, told anew by several processes."""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.feature_store import pack, unpack
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import FIELDS, Candidates
from neural_programmer.language.offer import offer
from neural_programmer.language.program import Program
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.search.consistent import EncodedPrograms
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.training.examples import Example
from neural_programmer.training.recombination import Retold, Told, needed_columns, offered_columns, retell

# The best program of a question has to be this likely by a model that has not seen the question, and this much of
# what all its consistent programs are.
_LEAST_LOG_PROBABILITY = -6.0
_LEAST_SHARE = 0.5
_TRIES_ELSEWHERE = 3
# A question whose rarest operation is in so many programs is told anew once, others by the root of how much rarer.
_COMMON = 1500

TOLD_ANEW = "told_anew.npz"

_Header = tuple[str, str]


@dataclass(frozen=True, eq=False)
class NewExample:
    """An example told anew: the question it comes from, and the table that it is about now."""

    example: Example
    source: str
    context: str


def beyond_doubt(examples: Sequence[Example]) -> list[Example]:
    """The examples, as ``targets.sharpen`` leaves them, whose first program is most likely meant."""
    found = []
    for example in examples:
        scores = example.programs.prior
        share = float(np.exp(scores[0] - np.logaddexp.reduce(scores)))
        if scores[0] >= _LEAST_LOG_PROBABILITY and share >= _LEAST_SHARE:
            found.append(example)
    return found


def tell_anew(
    examples: Sequence[Example],
    questions: Sequence[Question],
    root: Path,
    *,
    copies: int,
    seed: int,
    processes: int,
    progress: Callable[[int, int], None],
) -> list[NewExample]:
    """New examples for each of those beyond doubt, about the tables of ``questions``: one where all its operations are
    common, and up to ``copies`` where one is rare.

    They do not depend on the number of processes.
    """
    chosen = {one.id: one for one in beyond_doubt(examples)}
    wanted = _copies(list(chosen.values()), copies)
    by_context: dict[str, list[_Source]] = defaultdict(list)
    for question in questions:
        if question.id in chosen:
            first = chosen[question.id].programs.programs[0]
            source = _Source(question, first[first[:, 0] >= 0], wanted[question.id])
            by_context[question.context].append(source)
    contexts = sorted({question.context for question in questions})
    found: list[NewExample] = []
    with ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(root, contexts)) as pool:
        tasks = [pool.submit(_tell_table, context, by_context[context], seed) for context in sorted(by_context)]
        for done, task in enumerate(tasks, 1):
            found += task.result()
            progress(done, len(tasks))
    return found


def _copies(examples: Sequence[Example], most: int) -> dict[str, int]:
    """How many times each is told anew."""
    used = {one.id: {int(step[0]) for step in one.programs.programs[0][1:] if step[0] >= 0} for one in examples}
    counts = Counter(operation for operations in used.values() for operation in operations)
    rarest = {id_: min((counts[one] for one in operations), default=_COMMON) for id_, operations in used.items()}
    return {id_: min(most, max(1, math.ceil(math.sqrt(_COMMON / count)))) for id_, count in rarest.items()}


@dataclass(frozen=True, eq=False)
class _Source:
    """A question with its encoded program, and how many times it is to be told anew."""

    question: Question
    program: NDArray[np.int16]
    copies: int


class _Tables:
    """The tables that questions can be told anew about, each read when it is first needed."""

    def __init__(self, root: Path, contexts: Sequence[str]) -> None:
        self._dataset = WikiTableQuestions(root)
        self._ready: dict[str, tuple[Grounding, TableIndex]] = {}
        self._contexts: dict[_Header, set[str]] = defaultdict(set)
        for context in contexts:
            for header in offered_columns(self._dataset.read_table(context)):
                self._contexts[header].add(context)

    def ready(self, context: str) -> tuple[Grounding, TableIndex]:
        """A table and its index."""
        if context not in self._ready:
            table = self._dataset.read_table(context)
            self._ready[context] = (Grounding(table), TableIndex(table))
        return self._ready[context]

    def alike(self, told: Told, context: str) -> list[str]:
        """The other tables that have all columns that a program reads."""
        needed = needed_columns(told)
        if not needed:
            return []
        shared = set.intersection(*(self._contexts[header] for header in needed))
        return sorted(shared - {context})


_tables: list[_Tables] = []


def _start_worker(root: Path, contexts: Sequence[str]) -> None:
    _tables[:] = [_Tables(root, contexts)]


def _tell_table(context: str, sources: Sequence[_Source], seed: int) -> list[NewExample]:
    tables = _tables[0]
    grounding, index = tables.ready(context)
    found: list[NewExample] = []
    for source in sources:
        linking = link(source.question.utterance, index)
        candidates: Candidates = offer(grounding.table, linking)
        program: Program = candidates.decode(source.program, OPERATION_NAMES)
        told = Told(linking, grounding, index, candidates, program)
        elsewhere = tables.alike(told, context)
        seen: set[str] = set()
        for copy in range(source.copies):
            random = np.random.default_rng((seed, zlib.crc32(source.question.id.encode()), copy))
            retold, there = _one(told, context, elsewhere, tables, random)
            if retold is not None and retold.question not in seen:
                seen.add(retold.question)
                id_ = source.question.id
                example = Example(f"{id_}~{copy + 1}", retold.features, retold.programs)
                found.append(NewExample(example, id_, there))
    return found


def _one(
    told: Told, context: str, elsewhere: Sequence[str], tables: _Tables, random: np.random.Generator
) -> tuple[Retold | None, str]:
    """The question told anew about another table if that can be, else about its own, and about which."""
    for _ in range(_TRIES_ELSEWHERE if elsewhere else 0):
        there = elsewhere[int(random.integers(len(elsewhere)))]
        retold = retell(told, *tables.ready(there), random)
        if retold is not None:
            return retold, there
    return retell(told, *tables.ready(context), random), context


def keep(path: Path, found: Sequence[NewExample]) -> None:
    """Write examples of one program each, whole or not at all."""
    examples = [one.example for one in found]
    steps = max((one.programs.programs.shape[1] for one in examples), default=1)
    programs = np.full((len(examples), steps, FIELDS), -1, dtype=np.int16)
    sizes = np.zeros((len(examples), steps), dtype=np.int8)
    for at, one in enumerate(examples):
        length = one.programs.programs.shape[1]
        programs[at, :length], sizes[at, :length] = one.programs.programs[0], one.programs.sizes[0]
    origins = np.array([(one.source, one.context) for one in found], dtype=np.str_).reshape(-1, 2)
    partial = path.with_suffix(".partial.npz")
    arrays: dict[str, Any] = pack({one.id: one.features for one in examples})
    np.savez(partial, programs=programs, sizes=sizes, origins=origins, **arrays)
    partial.replace(path)


def kept(path: Path) -> list[NewExample]:
    """Read what ``keep`` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        packed = {name: arrays[name] for name in arrays.files}
    programs, sizes, origins = packed["programs"], packed["sizes"], packed["origins"].tolist()
    score = np.zeros(1, dtype=np.float32)
    return [
        NewExample(
            Example(id_, features, EncodedPrograms(programs[at : at + 1], sizes[at : at + 1], score)), *origins[at]
        )
        for at, (id_, features) in enumerate(unpack(packed).items())
    ]
