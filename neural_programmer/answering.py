"""Questions of a dataset answered in bulk, in one process or in several."""

from __future__ import annotations

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import torch

from neural_programmer.api import NeuralProgrammer
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.language.text_form import write_program
from neural_programmer.response import Reading

ModelLoader = Callable[[], NeuralProgrammer]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FoundReading:
    """One reading in plain texts: the items of its answer, its probability, its program and that in English.

    ``operation`` is the name of the program's last step.
    """

    items: tuple[str, ...]
    probability: float
    program: str
    explanation: str
    operation: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got: its readings, best first, and how it went.

    ``evidence`` is what the confidence was computed from, in the order of `evidence.EVIDENCE`; empty where there is no
    reading. ``seconds`` is the time of asking, the table being prepared already. ``details`` is the whole response as
    JSON values where it was wanted.
    """

    id: str
    readings: tuple[FoundReading, ...]
    evidence: tuple[float, ...]
    confidence: float
    abstained: bool
    seconds: float
    details: dict[str, Any] | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The items of the best reading; none where there is no reading."""
        return self.readings[0].items if self.readings else ()

    @property
    def operation(self) -> str | None:
        """The operation that gave the best reading's answer; ``None`` where there is no reading."""
        return self.readings[0].operation if self.readings else None


@dataclass(frozen=True, slots=True)
class Request:
    """How questions are asked: how many readings, and whether whole responses are wanted, in which SQL dialect."""

    readings: int = 10
    details: bool = False
    dialect: str = "duckdb"


def answer_questions(
    programmer: NeuralProgrammer, dataset: WikiTableQuestions, questions: Sequence[Question], request: Request
) -> Iterator[Outcome]:
    """The outcome of each question, in order; tables are kept prepared only while neighbours ask about them."""
    context, prepared = None, None
    for question in questions:
        if prepared is None or question.context != context:
            context, prepared = question.context, programmer.prepare(dataset.read_table(question.context))
            prepared.warm()
        started = time.perf_counter()
        response = programmer.ask(prepared, question.utterance, k=request.readings)
        seconds = time.perf_counter() - started
        yield Outcome(
            id=question.id,
            readings=tuple(map(_found, response.readings)),
            evidence=response.evidence,
            confidence=response.confidence,
            abstained=response.abstained,
            seconds=seconds,
            details=response.to_json(request.dialect) if request.details else None,
        )


def _found(reading: Reading) -> FoundReading:
    return FoundReading(
        items=tuple(reading.items),
        probability=reading.probability,
        program=write_program(reading.program, separator="; "),
        explanation=reading.explanation,
        operation=reading.program.steps[-1].operation,
    )


def answer_in_processes(
    load_model: ModelLoader,
    dataset: WikiTableQuestions,
    questions: Sequence[Question],
    request: Request,
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> list[Outcome]:
    """The outcome of every question, in the questions' order; each process loads the model for itself.

    ``progress`` is told the questions done and in all. Raises what reading a table raises.
    """
    by_context: dict[str, list[int]] = defaultdict(list)
    for number, question in enumerate(questions):
        by_context[question.context].append(number)
    outcomes: dict[int, Outcome] = {}

    def keep(numbers: Sequence[int], found: Sequence[Outcome]) -> None:
        outcomes.update(zip(numbers, found, strict=True))
        if progress is not None:
            progress(len(outcomes), len(questions))

    if processes <= 1:
        programmer = load_model()
        for numbers in by_context.values():
            keep(numbers, list(answer_questions(programmer, dataset, [questions[n] for n in numbers], request)))
    else:
        # A forked process could inherit a thread pool in the middle of its work.
        with ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), _start_worker, (load_model, dataset.root, request)
        ) as pool:
            tasks = {
                pool.submit(_work, [questions[number] for number in numbers]): numbers
                for numbers in by_context.values()
            }
            try:
                for task in as_completed(tasks):
                    keep(tasks[task], task.result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return [outcomes[number] for number in range(len(questions))]


_worker: tuple[NeuralProgrammer, WikiTableQuestions, Request] | None = None


def _start_worker(load_model: ModelLoader, root: Any, request: Request) -> None:
    global _worker
    torch.set_num_threads(1)
    _worker = load_model(), WikiTableQuestions(root), request


def _work(questions: Sequence[Question]) -> list[Outcome]:
    assert _worker is not None
    programmer, dataset, request = _worker
    return list(answer_questions(programmer, dataset, questions, request))
