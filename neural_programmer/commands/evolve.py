"""`neural-programmer evolve RUN`: how the programs of chosen questions come about while a run learns."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ANSWERED, UserError, bad_input
from neural_programmer.commands.options import positive
from neural_programmer.commands.printing import ProgressBar, print_columns, printable

if TYPE_CHECKING:
    from neural_programmer.evolution import Evolution


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evolve",
        help="how the programs of chosen questions change while a run learns",
        description="Answer questions by every checkpoint that a training run has kept (--set optimisation.snapshots=2 "
        "keeps two an epoch), from noise to sense, next to the loss and the accuracy. What is found is kept in the "
        "run's folder too, for the page Learning of the app.",
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a training run")
    parser.add_argument(
        "--ask",
        nargs=2,
        action="append",
        default=[],
        metavar=("TABLE", "QUESTION"),
        help="a question about a table in a file; may be given several times (default: questions of the sample tables)",
    )
    parser.add_argument("--beam", type=positive, default=5, metavar="N", help="the beam (default: %(default)s)")
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help="draw loss, accuracy and sureness as well")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer by every checkpoint, and print what came of it."""
    import torch

    from neural_programmer.checkpoint import CheckpointError
    from neural_programmer.evolution import EvolutionError, asked_of, evolve, usual_questions, write_evolution
    from neural_programmer.tables.errors import TableError

    torch.set_num_threads(1)
    with bad_input(TableError, EvolutionError, CheckpointError), ProgressBar("checkpoints") as move:
        asked = asked_of(arguments.ask) if arguments.ask else usual_questions()
        evolution = evolve(arguments.folder, asked, arguments.beam, progress=move)
    _print(evolution)
    try:
        write_evolution(arguments.folder, evolution)
        if arguments.figure is not None:
            arguments.figure.write_text(figure(evolution), encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {error.strerror or error}") from error
    return ANSWERED


def _print(evolution: Evolution) -> None:
    final = evolution.moments[-1].stages
    rows: list[tuple[str, ...]] = [("step", "loss", "dev accuracy", "answers as at the end")]
    for moment in evolution.moments:
        alike = sum(
            one is not None and last is not None and one.items == last.items
            for one, last in zip(moment.stages, final, strict=True)
        )
        loss = "" if moment.loss is None else f"{moment.loss:.2f}"
        accuracy = "" if moment.accuracy is None else f"{moment.accuracy:.1%}"
        rows.append((str(moment.step), loss, accuracy, f"{alike} of {len(final)}"))
    print_columns(rows)
    for number, question in enumerate(evolution.questions):
        print(f"\n{printable(question)}")
        said = None
        for moment in evolution.moments:
            stage = moment.stages[number]
            new = None if stage is None else stage.program
            if new == said and moment is not evolution.moments[-1]:
                continue
            said = new
            if stage is None:
                print(f"  {moment.step:6}  no program")
            else:
                items = ", ".join(stage.items[:3]) + (" …" if len(stage.items) > 3 else "")
                print(f"  {moment.step:6}  {stage.probability:4.0%}  {printable(stage.english)} {printable(items)}")


def figure(evolution: Evolution) -> str:
    """Over the steps of training: the loss as a share of the first, the dev accuracy, and how sure the model is of its
    programs for the questions, by the mean.
    """
    from neural_programmer.line_chart import Axis, Curve, line_chart

    moments = evolution.moments
    losses = [(one.step, one.loss) for one in moments if one.loss is not None]
    greatest = max((loss for _, loss in losses), default=1.0) or 1.0
    final = moments[-1].stages

    def alike(number: int) -> float:
        stages = moments[number].stages
        same = [
            one is not None and last is not None and one.program == last.program
            for one, last in zip(stages, final, strict=True)
        ]
        return sum(same) / len(same)

    curves = [
        Curve(f"loss, of {greatest:.1f}", [(step, loss / greatest) for step, loss in losses]),
        Curve("dev accuracy", [(one.step, one.accuracy) for one in moments if one.accuracy is not None]),
        Curve(
            "sureness",
            [
                (one.step, sum(stage.probability if stage else 0.0 for stage in one.stages) / len(one.stages))
                for one in moments
            ],
        ),
        Curve("final programs", [(one.step, alike(number)) for number, one in enumerate(moments)]),
    ]
    across = Axis("training steps", moments[0].step, max(moments[-1].step, moments[0].step + 1))
    drawn = [curve for curve in curves if len(curve.points) > 1]
    return line_chart("From noise to sense", across, Axis("", 0.0, 1.0), drawn)
