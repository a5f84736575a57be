"""Learning from people's corrections without forgetting: few small steps that are pulled back to the old weights."""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from neural_programmer import checkpoint
from neural_programmer.checkpoint import TrainedModel
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.reranking_features import reranker_batch
from neural_programmer.data.wikitablequestions import WikiTableQuestions, locate
from neural_programmer.feedback import Feedback
from neural_programmer.model.predictor import Predictor
from neural_programmer.model.reranker import Reranker
from neural_programmer.training.config import OptimisationConfig
from neural_programmer.training.corrections import (
    Corrections,
    corrections_in,
    prepare_corrections,
    present_answers,
    sample_questions,
)
from neural_programmer.training.examples import Example, JudgedQuestion, judge_by, spread
from neural_programmer.training.judging import accuracy, ranked_answers
from neural_programmer.training.reporting import Reporter, SilentReporter
from neural_programmer.training.reranking import Beam, find_beams
from neural_programmer.training.trainer import Trainer

_SHARES = tuple(tenth / 10 for tenth in range(1, 11))


@dataclass(frozen=True)
class FineTuning:
    """How to learn from corrections.

    Rounds over the corrections end when all are answered rightly, when ``patience`` of them brought nothing, and at
    the latest after ``rounds``; the best weights are kept. Where a re-ranker chooses, it is enough that the programmer
    finds the right answers at all. After every step the weights go the share ``pull`` of the way back to what they were
    (cf. Li et al. 2018, "Explicit Inductive Bias for Transfer Learning", L2-SP). ``beam`` is how many programs are
    searched for a question.
    """

    rounds: int = 20
    patience: int = 6
    learning_rate: float = 5e-4
    reranker_rate: float = 7e-4
    pull: float = 0.01
    batch_size: int = 16
    beam: int = 20
    seed: int = 1


@dataclass(frozen=True)
class Comparison:
    """The accuracy on some questions before and after; ``questions`` is how many they are."""

    questions: int
    before: float
    after: float


@dataclass(frozen=True)
class FineTuned:
    """What came of it: the accuracy on the corrected questions and, where asked for, on dev questions.

    ``refused`` names the questions that could not be learned from, with the reason of each.
    """

    corrected: Comparison
    dev: Comparison | None
    refused: tuple[tuple[str, str], ...]


class NothingToLearnError(ValueError):
    """No question of the feedback can be learned from; the message says why."""


def learn_from_feedback(
    records: Sequence[Feedback],
    folder: Path,
    output: Path,
    *,
    config: FineTuning | None = None,
    dev: str | None = None,
    dev_questions: int = 500,
    rehearsal: int = 0,
    root: Path | str | None = None,
    reporter: Reporter | None = None,
) -> FineTuned:
    """Fine-tune the checkpoint in ``folder`` on the right programs in feedback, and save it in ``output``.

    ``dev`` names a split of WikiTableQuestions on which accuracy is measured before and after; ``rehearsal`` is how
    many of its training questions are gone through again beside the corrections (0: none; the data set is not needed).
    Raises ``NothingToLearnError``, ``CheckpointError`` and ``DatasetError``.
    """
    config, reporter = config or FineTuning(), reporter or SilentReporter()
    trained = checkpoint.load(folder)
    corrections = prepare_corrections(corrections_in(records), trained)
    if not corrections.examples:
        reasons = "; ".join(f"{question!r}: {reason}" for question, reason in corrections.refused[:3])
        raise NothingToLearnError(
            f"the feedback holds nothing to learn from ({reasons or 'no right program in it'}); "
            "correct a program, or call an answer right, and export again"
        )
    judged_dev = _questions(dev, dev_questions, root) if dev is not None else []
    before_dev = accuracy(trained.predictor(), judged_dev, config.beam) if judged_dev else 0.0
    before = accuracy(trained.predictor(), corrections.judged, config.beam)
    reporter.line(f"{len(corrections.examples)} corrected questions, {before:.1%} of them answered rightly so far")
    real = _questions("random-split-1-train", rehearsal, root)
    remembered = present_answers(trained, [*sample_questions(), *real], config.beam)
    reporter.line(f"{len(remembered.examples)} other questions are to be answered as before")
    tuned = fine_tune(trained, corrections, remembered, config, reporter)
    after = accuracy(tuned.predictor(), corrections.judged, config.beam)
    after_dev = accuracy(tuned.predictor(), judged_dev, config.beam) if judged_dev else 0.0
    notes = {**trained.notes, "corrected_questions": len(corrections.examples)}
    checkpoint.save(output, tuned, notes=notes)
    _keep_settings(folder, output)
    return FineTuned(
        Comparison(len(corrections.judged), before, after),
        Comparison(len(judged_dev), before_dev, after_dev) if judged_dev else None,
        corrections.refused,
    )


def fine_tune(
    trained: TrainedModel,
    corrections: Corrections,
    remembered: Corrections,
    config: FineTuning,
    reporter: Reporter,
) -> TrainedModel:
    """A copy of the model that has learned the corrections' programs, and a re-ranker that lets them through.

    It goes on learning what is to be ``remembered``.
    """
    tuned = dataclasses.replace(trained, model=copy.deepcopy(trained.model), reranker=copy.deepcopy(trained.reranker))
    searching = dataclasses.replace(tuned, reranker=None)
    _fine_tune_programmer(
        searching, corrections, remembered.examples, config, reporter, in_beam=tuned.reranker is not None
    )
    if tuned.reranker is not None:
        network = tuned.reranker.config
        wanted = find_beams(searching.predictor(), corrections.judged, config.beam, network)
        others = find_beams(searching.predictor(), remembered.judged, config.beam, network)
        _fine_tune_reranker(tuned, tuned.reranker, wanted, others, corrections, config, reporter)
    _go_back(tuned, trained, corrections, config, reporter)
    return tuned


def _go_back(
    tuned: TrainedModel, trained: TrainedModel, corrections: Corrections, config: FineTuning, reporter: Reporter
) -> None:
    """Leave of what was learned the smallest share that answers as many corrected questions.

    Weights between the old and the new ones keep most of what the old ones knew (cf. Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models").
    """
    networks: list[tuple[nn.Module, nn.Module]] = [(tuned.model, trained.model)]
    if tuned.reranker is not None and trained.reranker is not None:
        networks.append((tuned.reranker, trained.reranker))
    learned = [[parameter.detach().clone() for parameter in network.parameters()] for network, _ in networks]
    wanted = accuracy(tuned.predictor(), corrections.judged, config.beam)
    for share in _SHARES:
        with torch.no_grad():
            for (network, old), new in zip(networks, learned, strict=True):
                for parameter, before, after in zip(network.parameters(), old.parameters(), new, strict=True):
                    parameter.copy_(torch.lerp(before, after, share))
        if accuracy(tuned.predictor(), corrections.judged, config.beam) >= wanted:
            reporter.line(f"{share:.0%} of what was learned is enough")
            return


def _fine_tune_programmer(
    tuned: TrainedModel,
    corrections: Corrections,
    remembered: Sequence[Example],
    config: FineTuning,
    reporter: Reporter,
    *,
    in_beam: bool,
) -> None:
    """Rounds of small steps, until every right answer comes first, or ``in_beam`` at all."""
    optimisation = OptimisationConfig(
        seed=config.seed,
        epochs=config.rounds,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        final_rate=0.2,
        warm_up_steps=3,
        weight_decay=0.0,
        hide_words=0.0,
        average=0.0,
        threads=1,
    )
    enough = _share_found if in_beam else accuracy
    trainer = Trainer(tuned.model, tuned.batcher, [*corrections.examples, *remembered], optimisation)
    pull, best = _Pull(tuned.model, config.pull), _Best(tuned.model, config.patience)
    for done in range(config.rounds + 1):
        right = enough(tuned.predictor(), corrections.judged, config.beam)
        reporter.progress("learning programs", done, config.rounds)
        reporter.line(f"round {done}: {right:.1%} of the corrected answers found")
        if best.settles(right) or done == config.rounds:
            break
        trainer.run_epoch(SilentReporter(), pull)
    reporter.progress("learning programs", config.rounds, config.rounds)
    best.restore()
    tuned.model.eval()


def _fine_tune_reranker(
    tuned: TrainedModel,
    reranker: Reranker,
    wanted: Sequence[Beam],
    others: Sequence[Beam],
    corrections: Corrections,
    config: FineTuning,
    reporter: Reporter,
) -> None:
    telling = [beam for beam in wanted if beam.right.any() and not beam.right.all()]
    if not telling:
        return
    beams = [*telling, *others]
    old = copy.deepcopy(reranker).eval()
    with torch.no_grad():
        goals = [_right_choice(beam) for beam in telling] + [_choices(old, [beam])[0].exp() for beam in others]
    optimiser = torch.optim.AdamW(reranker.parameters(), lr=config.reranker_rate, weight_decay=0.0)
    pull, best = _Pull(reranker, config.pull), _Best(reranker, config.patience)
    # Without dropout: the steps are few and small, and the pull keeps them near.
    reranker.eval()
    for done in range(config.rounds + 1):
        right = accuracy(tuned.predictor(), corrections.judged, config.beam)
        reporter.progress("learning to choose", done, config.rounds)
        reporter.line(f"re-ranker, round {done}: {right:.1%} of the corrected questions answered rightly")
        if best.settles(right) or done == config.rounds:
            break
        order = np.random.default_rng((config.seed, done)).permutation(len(beams))
        for start in range(0, len(order), config.batch_size):
            chosen = order[start : start + config.batch_size].tolist()
            optimiser.zero_grad(set_to_none=True)
            _choice_loss(reranker, [beams[at] for at in chosen], [goals[at] for at in chosen]).backward()
            nn.utils.clip_grad_norm_(reranker.parameters(), 1.0)
            optimiser.step()
            pull()
    reporter.progress("learning to choose", config.rounds, config.rounds)
    best.restore()


def _choices(reranker: Reranker, beams: Sequence[Beam]) -> Tensor:
    """``Float[question, candidate]``: the logarithms of the re-ranker's probabilities."""
    scores: Tensor = reranker(reranker_batch([beam.features for beam in beams], reranker.config)).log_softmax(dim=1)
    return scores


def _right_choice(beam: Beam) -> Tensor:
    """``Float[candidate]``: the same share for every right candidate."""
    right = torch.from_numpy(beam.right).float()
    return right / right.sum()


def _choice_loss(reranker: Reranker, beams: Sequence[Beam], goals: Sequence[Tensor]) -> Tensor:
    """How far the re-ranker is from the goals, each of which is a distribution over a question's candidates.

    For what is to be remembered the goal is what the old re-ranker chose, not what is right: the programs were found by
    a model that may have learned from these very questions, and is surer of them than it is of others.
    """
    scores = _choices(reranker, beams)
    losses = [-(goal * row[: len(goal)]).sum() for goal, row in zip(goals, scores, strict=True)]
    return torch.stack(losses).mean()


def _share_found(predictor: Predictor[Any], questions: Sequence[JudgedQuestion], beam: int) -> float:
    """The share of the questions whose right answer is among those found."""
    found = 0
    for question in questions:
        prediction = predictor.predict(question.grounding, question.linking, question.candidates, beam=beam)
        answers = ranked_answers(prediction.hypotheses)
        found += any(denotation_equal(question.target, answer) for answer in answers)
    return found / max(1, len(questions))


class _Best:
    """Remembers the weights that did best, and when to go no further: nothing is left, or nothing was won lately."""

    def __init__(self, network: nn.Module, patience: int) -> None:
        self._network = network
        self._patience = patience
        self._score = -1.0
        self._since = 0
        self._weights: dict[str, Tensor] = {}

    def settles(self, score: float) -> bool:
        """Take in the score of the present weights, and say whether to stop."""
        self._since += 1
        if score > self._score:
            self._score, self._since = score, 0
            self._weights = copy.deepcopy(self._network.state_dict())
        return score == 1.0 or self._since >= self._patience

    def restore(self) -> None:
        """Take the best weights again."""
        self._network.load_state_dict(self._weights)


class _Pull:
    """Takes a network's weights a share of the way back to what they were when this was made."""

    def __init__(self, network: nn.Module, share: float) -> None:
        self._share = share
        self._present = list(network.parameters())
        self._old = [parameter.detach().clone() for parameter in self._present]

    @torch.no_grad()
    def __call__(self) -> None:
        present: list[Tensor] = list(self._present)
        torch._foreach_lerp_(present, self._old, self._share)


def _questions(split: str, count: int, root: Path | str | None) -> list[JudgedQuestion]:
    """Questions of WikiTableQuestions, evenly spread over a split."""
    if count <= 0:
        return []
    dataset = WikiTableQuestions(locate(root))
    asked = spread(dataset.questions(split), count)
    return judge_by([(one.id, dataset.table(one.context), one.utterance, one.target or ()) for one in asked])


def _keep_settings(folder: Path, output: Path) -> None:
    """Take over what a checkpoint's folder holds besides the model: how to word and when to withhold answers."""
    for path in sorted(folder.iterdir()):
        if (
            path.suffix == ".json"
            and path.name != checkpoint.DESCRIPTION
            and path.resolve() != (output / path.name).resolve()
        ):
            shutil.copyfile(path, output / path.name)
