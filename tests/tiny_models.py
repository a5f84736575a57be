"""Small models and the synthetic questions they are tried on."""

from __future__ import annotations

import functools

import torch

from neural_programmer import checkpoint
from neural_programmer.data.synthetic import synthetic_questions
from neural_programmer.data.vocabulary import build_vocabulary
from neural_programmer.model.config import ModelConfig
from neural_programmer.training.config import DataConfig, OptimisationConfig, TrainingConfig
from neural_programmer.training.examples import Example, JudgedQuestion, examples_of, judge_by
from neural_programmer.training.one_model import TrainingData

TINY = ModelConfig(
    word_width=16,
    ngram_width=16,
    ngram_buckets=256,
    encoder_width=12,
    width=24,
    operation_width=8,
    argument_width=12,
)


@functools.cache
def judged_questions(tables: int, seed: int) -> tuple[JudgedQuestion, ...]:
    """Synthetic questions, linked."""
    asked = synthetic_questions(tables, seed)
    return tuple(judge_by([(one.id, one.table, one.question, one.target) for one in asked]))


@functools.cache
def examples(tables: int, seed: int) -> tuple[Example, ...]:
    """Synthetic questions with their consistent programs."""
    return tuple(examples_of(judged_questions(tables, seed), 30))


def tiny_model(seed: int = 0) -> checkpoint.TrainedModel:
    """A small model with random weights for the synthetic task."""
    vocabulary = build_vocabulary((one.features.words for one in examples(3, 1)), least_count=2)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        trained = checkpoint.new_model(TINY, vocabulary)
    trained.model.eval()
    return trained


SHORT = TrainingConfig(
    data=DataConfig(least_word_count=2),
    model=TINY,
    optimisation=OptimisationConfig(
        epochs=3,
        batch_size=4,
        warm_up_steps=4,
        programs_sampled=5,
        rescore_epochs=1,
        average=0.9,
        beam=2,
        checkpoint_minutes=0.0,
        threads=1,
    ),
)


def short_data() -> TrainingData:
    """What the short runs of the tests learn from."""
    return TrainingData(examples(3, 1), judged_questions(3, 1)[:3])
