"""How programs come about: chosen questions, answered by every checkpoint that a run has kept."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from neural_programmer import checkpoint
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.execution.english import explain
from neural_programmer.language.text_form import write_program
from neural_programmer.response import answer_items
from neural_programmer.tables.loaders.load import load_table
from neural_programmer.tables.table import Table
from neural_programmer.training.examples import JudgedQuestion, judge_by

EVOLUTION = "evolution.json"
CHECKPOINTS = "checkpoints"
# Where the page looks for a run.
USUAL_RUN = Path("runs") / "wtq"


class EvolutionError(ValueError):
    """A run without checkpoints, or a record of it that is absent or damaged; the message says which."""


@dataclass(frozen=True)
class Stage:
    """The best program of one question at one checkpoint; ``items`` are its answer, empty where it has none.

    ``attention`` Float[step][token] is where the model looked before each step.
    """

    program: str
    english: str
    items: tuple[str, ...]
    probability: float
    attention: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Moment:
    """One checkpoint: training steps taken, the mean loss of the steps before it, the dev accuracy after its epoch
    where one was measured, and each question's stage.
    """

    step: int
    loss: float | None
    accuracy: float | None
    stages: tuple[Stage | None, ...]


@dataclass(frozen=True)
class Evolution:
    """The questions with their words, and the checkpoints of a run in their order."""

    questions: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    moments: tuple[Moment, ...]


def usual_questions() -> list[tuple[Table, str]]:
    """The first two questions of each sample table."""
    return [(sample.load(), question) for sample in sample_tables() for question in sample.questions[:2]]


def asked_of(files: Sequence[tuple[str, str]]) -> list[tuple[Table, str]]:
    """Questions about tables in files; raises ``TableError``."""
    return [(load_table(Path(path)), question) for path, question in files]


def evolve(
    run: Path, asked: Sequence[tuple[Table, str]], beam: int = 5, progress: Callable[[int, int], None] | None = None
) -> Evolution:
    """Answer the questions by every checkpoint of the run; raises ``EvolutionError`` and ``CheckpointError``."""
    folders = sorted(path for path in (run / CHECKPOINTS).glob("*") if (path / checkpoint.DESCRIPTION).is_file())
    if not folders:
        raise EvolutionError(
            f"{run} keeps no checkpoints along the way: expected them in {run / CHECKPOINTS}; "
            "train with --set optimisation.snapshots=2 (so many an epoch)"
        )
    linked = judge_by([(str(number), table, question, ()) for number, (table, question) in enumerate(asked)])
    moments = []
    for number, folder in enumerate(folders):
        trained = checkpoint.load(folder)
        moments.append(_moment(trained, linked, beam))
        if progress is not None:
            progress(number + 1, len(folders))
    words = tuple(tuple(token.text for token in one.linking.tokens) for one in linked)
    return Evolution(tuple(question for _, question in asked), words, tuple(moments))


def _moment(trained: checkpoint.TrainedModel, linked: Sequence[JudgedQuestion], beam: int) -> Moment:
    notes = trained.notes
    return Moment(
        int(notes["step"]),
        notes.get("loss"),
        notes.get("dev_accuracy"),
        tuple(_stage(trained, one, beam) for one in linked),
    )


def _stage(trained: checkpoint.TrainedModel, asked: JudgedQuestion, beam: int) -> Stage | None:
    found = trained.predictor().predict(asked.grounding, asked.linking, asked.candidates, beam, with_trace=True)
    if not found.hypotheses:
        return None
    best = found.hypotheses[0]
    return Stage(
        write_program(best.program, separator="; "),
        explain(best.program, asked.grounding),
        tuple(answer_items(best.program, best.answer.values)),
        math.exp(min(best.log_probability, 0.0)),
        tuple(step.attention for step in found.trace.steps) if found.trace is not None else (),
    )


def write_evolution(run: Path, evolution: Evolution) -> None:
    """Keep it in the run's folder, whole or not at all."""
    partial = run / f"{EVOLUTION}.partial"
    partial.write_text(json.dumps(asdict(evolution), ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, run / EVOLUTION)


def read_evolution(run: Path) -> Evolution:
    """What ``write_evolution`` kept; raises ``EvolutionError``."""
    path = run / EVOLUTION
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Evolution(
            tuple(map(str, found["questions"])),
            tuple(tuple(map(str, words)) for words in found["words"]),
            tuple(
                Moment(
                    int(one["step"]),
                    one["loss"],
                    one["accuracy"],
                    tuple(None if stage is None else _read_stage(stage) for stage in one["stages"]),
                )
                for one in found["moments"]
            ),
        )
    except OSError as error:
        raise EvolutionError(f"no record in {run}: {error.strerror or error}; make one with `evolve {run}`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise EvolutionError(f"{path} is no record of a run: {error!r}") from error


def _read_stage(stage: dict[str, Any]) -> Stage:
    return Stage(
        str(stage["program"]),
        str(stage["english"]),
        tuple(map(str, stage["items"])),
        float(stage["probability"]),
        tuple(tuple(map(float, step)) for step in stage["attention"]),
    )
