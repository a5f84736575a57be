"""What the models of the folds find for questions they have not seen, found by other processes in the meantime."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from types import TracebackType

import torch

from neural_programmer import checkpoint
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.mispairing import mispaired
from neural_programmer.model.reranker import RerankerConfig
from neural_programmer.training.beam_store import keep_beams, kept_beams
from neural_programmer.training.config import TrainingConfig
from neural_programmer.training.examples import judge_by, spread
from neural_programmer.training.folds import fold_folder, fold_model, unseen
from neural_programmer.training.reporting import Reporter
from neural_programmer.training.reranking import Beam, find_beams

_CHUNK = 64
# One question asked of a wrong table for so many of the fold's own: the fit weighs the two kinds alike.
_MISPAIRED_EVERY = 4

_OWN, _STRANGE = "beams.npz", "beams_of_other_tables.npz"

_Tasks = list[Future[list[Beam]]]


class FoldBeams:
    """Starts finding when it is entered, and stops when it is left; what it finds does not depend on the processes.

    ``runs`` are the folders of the runs whose models of folds look. What has been found for a fold of a run is kept in
    its folder, and not looked for again.
    """

    def __init__(self, config: TrainingConfig, network: RerankerConfig, root: Path, runs: Sequence[Path]) -> None:
        self._config = config
        self._network = network
        self._root = root
        self._runs = runs
        # One core is for the programmer, which is trained meanwhile.
        processes = max(1, config.optimisation.processes - 1)
        self._pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start_worker)
        self._tasks: dict[tuple[Path, int, str], _Tasks] = {}

    def __enter__(self) -> FoldBeams:
        data, folds = self._config.data, self._config.reranking.folds
        questions = spread(WikiTableQuestions(self._root).questions(data.train), data.questions)
        for run in self._runs:
            for fold in range(folds):
                asked = unseen(questions, fold, folds)
                self._start(run, fold, asked, _OWN)
                # Questions asked of the wrong table teach the confidence what it looks like when there is no answer.
                self._start(run, fold, mispaired(asked)[::_MISPAIRED_EVERY], _STRANGE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _start(self, run: Path, fold: int, questions: Sequence[Question], name: str) -> None:
        if (fold_folder(run, fold) / name).is_file():
            return
        by_context: dict[str, list[Question]] = defaultdict(list)
        for question in questions:
            by_context[question.context].append(question)
        ordered = [question for asked in by_context.values() for question in asked]
        chunks = [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
        model = fold_model(run, fold)
        candidates = self._config.reranking.candidates
        self._tasks[run, fold, name] = [
            self._pool.submit(_work, model, self._root, chunk, candidates, self._network) for chunk in chunks
        ]

    def collect(self, reporter: Reporter) -> tuple[list[list[Beam]], list[list[Beam]]]:
        """For every fold, the beams of its own questions and those of questions asked of a wrong table."""
        total = sum(map(len, self._tasks.values()))
        done = 0
        for (run, fold, name), tasks in self._tasks.items():
            beams: list[Beam] = []
            for task in tasks:
                beams += task.result()
                done += 1
                reporter.progress("finding candidates", done, total)
            keep_beams(fold_folder(run, fold) / name, beams)
        own, strange = (
            [
                _in_step([kept_beams(fold_folder(run, fold) / name) for run in self._runs])
                for fold in range(self._config.reranking.folds)
            ]
            for name in (_OWN, _STRANGE)
        )
        return own, strange


def _in_step(found: Sequence[Sequence[Beam]]) -> list[Beam]:
    """What several runs found for the same questions in the same order, with that for one question close together."""
    placed = [(at / len(beams), beam) for beams in found for at, beam in enumerate(beams)]
    return [beam for _, beam in sorted(placed, key=lambda one: one[0])]


_models: dict[Path, checkpoint.TrainedModel] = {}


def _start_worker() -> None:
    torch.set_num_threads(1)


def _work(
    model: Path, root: Path, questions: Sequence[Question], candidates: int, network: RerankerConfig
) -> list[Beam]:
    if model not in _models:
        _models[model] = checkpoint.load(model)
    dataset = WikiTableQuestions(root)
    judged = judge_by([(one.id, dataset.table(one.context), one.utterance, one.target or ()) for one in questions])
    return find_beams(_models[model].predictor(), judged, candidates, network)
