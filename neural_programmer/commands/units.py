"""`neural-programmer units QUESTIONS.tsv`: units that fire on superlatives, numbers or negation, with selectivity."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.datasets import open_questions
from neural_programmer.commands.exit_codes import ANSWERED, UserError, bad_input
from neural_programmer.commands.models import model_errors
from neural_programmer.commands.options import add_checkpoint_option, add_root_option, positive
from neural_programmer.commands.printing import ProgressBar, print_columns

if TYPE_CHECKING:
    from neural_programmer.checkpoint import TrainedModel
    from neural_programmer.training.examples import JudgedQuestion
    from neural_programmer.units import Finding, Selectivity


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "units",
        help="units of the network that fire on superlatives, numbers or negation",
        description="Search the encoder's units for those that fire on a kind of word. The unit is chosen on half of "
        "the tables and judged on the others; beside it stand the best unit for shuffled labels and the best unit of "
        "the same network with random weights. Selectivity is the area under the ROC curve: 0.5 is chance.",
    )
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.tsv", help="a WikiTableQuestions question file")
    add_root_option(parser)
    parser.add_argument("--limit", type=positive, default=300, metavar="N", help="how many questions, spread evenly")
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help="draw the units over the words of a question")
    parser.add_argument(
        "--draw", type=positive, default=1, metavar="N", help="which question to draw, by its place in the file"
    )
    add_checkpoint_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search and print."""
    import torch

    from neural_programmer import checkpoint
    from neural_programmer.data.wikitablequestions import DatasetError, Question, WikiTableQuestions
    from neural_programmer.training.examples import judge_by, spread
    from neural_programmer.units import find_units

    torch.set_num_threads(1)
    limit, arguments.limit = arguments.limit, None
    questions = open_questions(arguments)
    if arguments.draw > len(questions):
        raise UserError(f"--draw {arguments.draw}: {arguments.questions} holds {len(questions)} questions")

    def linked(some: list[Question]) -> list[JudgedQuestion]:
        return judge_by([(one.id, dataset.table(one.context), one.utterance, ()) for one in some])

    with bad_input(DatasetError, *model_errors()), ProgressBar("kinds of words") as move:
        dataset = WikiTableQuestions(arguments.root)
        trained = checkpoint.load(arguments.checkpoint)
        findings = find_units(trained, linked(spread(questions, limit)), progress=move)
        drawn = linked([questions[arguments.draw - 1]])[0]
    _print(findings)
    if arguments.figure is not None:
        try:
            arguments.figure.write_text(figure(trained, findings, drawn), encoding="utf-8")
        except OSError as error:
            raise UserError(f"cannot write {arguments.figure}: {error.strerror or error}") from error
    return ANSWERED


def _print(findings: list[Finding]) -> None:
    rows: list[tuple[str, ...]] = [("best unit for", "unit", "chosen on", "held out", "of words")]
    for finding in findings:
        kind = finding.trained.kind
        rows.append(_row(kind, finding.trained))
        rows.append(_row(f"  {kind}, shuffled", finding.shuffled))
        rows.append(_row(f"  {kind}, random weights", finding.untrained))
    print_columns(rows)


def _row(name: str, found: Selectivity) -> tuple[str, ...]:
    sign = "-" if found.sign < 0 else ""
    return (name, f"{sign}{found.unit}", f"{found.found:.3f}", f"{found.held_out:.3f}", str(found.positives))


def figure(trained: TrainedModel, findings: list[Finding], question: JudgedQuestion) -> str:
    """The units found and the attention of each step of the best program, over the words of a question."""
    from neural_programmer.heat_map import heat_map
    from neural_programmer.units import word_states

    states = word_states(trained, question)
    found = trained.predictor().predict(question.grounding, question.linking, question.candidates, 10, with_trace=True)
    steps = found.trace.steps if found.trace is not None else ()
    words = [token.text for token in question.linking.tokens][: len(states)]
    values = []
    for at in range(len(words)):
        units = [one.level(float(states[at, one.trained.unit])) for one in findings]
        values.append([*units, *(step.attention[at] for step in steps)])
    columns = [*(one.trained.kind for one in findings), *(f"step {at}" for at in range(1, len(steps) + 1))]
    groups = [("units, by percentile", len(findings)), ("attention before each step", len(steps))]
    return heat_map(question.linking.question, columns, words, values, groups)
