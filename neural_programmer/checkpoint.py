"""Trained models on disk: weights as safetensors, everything else as JSON; loaded strictly or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from neural_programmer.data.batches import Batcher
from neural_programmer.data.features import (
    COLUMN_FEATURES,
    CONSTANT_FEATURES,
    FEATURES_VERSION,
    MATCH_FEATURES,
    PAIR_FEATURES,
    TOKEN_FEATURES,
    Features,
    featurize,
)
from neural_programmer.data.reranking_features import DENSE_FEATURES, judge_with
from neural_programmer.data.vocabulary import Vocabulary
from neural_programmer.language.grammar import Grammar
from neural_programmer.model.config import InputSizes, ModelConfig
from neural_programmer.model.predictor import Predictor
from neural_programmer.model.programmer import Programmer
from neural_programmer.model.reranker import Reranker, RerankerConfig
from neural_programmer.operations.registry import OPERATION_NAMES, REGISTRY
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching.linking import CueKind, MatchSource
from neural_programmer.tables.views import ViewKind

FORMAT = 1
DESCRIPTION = "model.json"
WEIGHTS = "weights.safetensors"
_RERANKER = "reranker."
# Notes of a model whose programs are not searched for: they are executed softly over rows, in so many steps.
ROW_STEPS = "row_steps"
# Notes of a model of tables: the split of WikiTableQuestions whose questions it has learned from.
LEARNED_FROM = "learned_from"


class CheckpointError(ValueError):
    """A checkpoint that is absent, damaged or made for another version; the message says what was expected."""


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model with the vocabulary and batcher that belong to it; ``notes`` is what its training said of it."""

    model: Programmer
    vocabulary: Vocabulary
    batcher: Batcher
    notes: dict[str, Any]
    reranker: Reranker | None = None

    def predictor(self) -> Predictor[Features]:
        """The model made ready to answer."""
        self.model.eval()
        return Predictor(
            self.model,
            featurize,
            lambda features: self.batcher.batch([features]),
            judge_with(self.reranker) if self.reranker is not None else None,
        )


def new_model(
    config: ModelConfig, vocabulary: Vocabulary, operations: tuple[str, ...] = OPERATION_NAMES
) -> TrainedModel:
    """A model with fresh weights for these operations, in this order."""
    grammar = Grammar({name: REGISTRY[name].signature for name in operations})
    sizes = InputSizes(
        words=len(vocabulary),
        token_features=TOKEN_FEATURES,
        column_kinds=len(ViewKind),
        column_features=COLUMN_FEATURES,
        match_features=MATCH_FEATURES,
        constant_kinds=len(ConstantKind),
        constant_features=CONSTANT_FEATURES,
        pair_features=PAIR_FEATURES,
    )
    model = Programmer(config, sizes, grammar)
    return TrainedModel(model, vocabulary, Batcher(vocabulary, grammar, config.ngram_buckets), {})


def _kinds() -> dict[str, Any]:
    """What gives the rows of the weights their meaning besides words and operations."""
    return {
        "features": FEATURES_VERSION,
        "views": [kind.value for kind in ViewKind],
        "constants": [kind.value for kind in ConstantKind],
        "sources": [source.value for source in MatchSource],
        "cues": [kind.value for kind in CueKind],
    }


def save(folder: Path, trained: TrainedModel, *, notes: dict[str, Any] | None = None, half: bool = False) -> None:
    """Write a checkpoint; each file is written whole or not at all. ``half`` keeps the weights in 16 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    state = dict(trained.model.state_dict())
    if trained.reranker is not None:
        state.update({f"{_RERANKER}{name}": tensor for name, tensor in trained.reranker.state_dict().items()})
    weights = {name: tensor.half().contiguous() if half else tensor.contiguous() for name, tensor in state.items()}
    description = {
        "format": FORMAT,
        "operations": list(trained.model.grammar.names),
        "kinds": _kinds(),
        "config": dataclasses.asdict(trained.model.config),
        "reranker": dataclasses.asdict(trained.reranker.config) if trained.reranker is not None else None,
        "notes": notes or {},
        "vocabulary": list(trained.vocabulary.words),
    }
    partial = folder / f"{WEIGHTS}.partial"
    save_file(weights, partial)
    os.replace(partial, folder / WEIGHTS)
    partial = folder / f"{DESCRIPTION}.partial"
    partial.write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, folder / DESCRIPTION)


def shipped() -> Path:
    """The folder of the checkpoint that comes with the package."""
    return Path(str(files("neural_programmer.data") / "checkpoint"))


def load(folder: Path | str | None = None) -> TrainedModel:
    """The model in a folder, or the one that comes with the package.

    Raises ``CheckpointError`` where files are missing or damaged, where the checkpoint uses an operation that does not
    exist any more, or where its weights are for other features or another shape. Operations are matched by name: one
    that was added since is not used by the model.
    """
    place = Path(folder) if folder is not None else shipped()
    description = _description(place)
    for name, expected in _kinds().items():
        found = description["kinds"].get(name)
        if found != expected:
            raise CheckpointError(
                f"the checkpoint in {place} was made for other {name}: expected {expected}, but found {found}; "
                "train it anew with this version"
            )
    operations = tuple(description["operations"])
    gone = [name for name in operations if name not in REGISTRY]
    if gone:
        raise CheckpointError(f"the checkpoint in {place} uses operations that do not exist: {', '.join(gone)}")
    try:
        config = ModelConfig(**description["config"])
        judging = RerankerConfig(**description["reranker"]) if description["reranker"] is not None else None
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"the model's configuration in {place / DESCRIPTION} does not fit: {error}") from error
    trained = new_model(config, Vocabulary(tuple(description["vocabulary"])), operations)
    try:
        weights = {name: tensor.float() for name, tensor in load_file(place / WEIGHTS).items()}
        if judging is not None:
            reranker = Reranker(judging, DENSE_FEATURES, len(OPERATION_NAMES))
            own = {
                name.removeprefix(_RERANKER): weights.pop(name) for name in list(weights) if name.startswith(_RERANKER)
            }
            reranker.load_state_dict(own, strict=True)
            trained = dataclasses.replace(trained, reranker=reranker.eval())
        trained.model.load_state_dict(weights, strict=True)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"cannot read {place / WEIGHTS}: {error}") from error
    except RuntimeError as error:
        raise CheckpointError(f"the weights in {place / WEIGHTS} do not fit the model: {error}") from error
    trained.model.eval()
    trained.notes.update(description["notes"])
    return trained


def _description(place: Path) -> dict[str, Any]:
    path = place / DESCRIPTION
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError(
            f"no checkpoint in {place}: {DESCRIPTION} cannot be read ({error.strerror or error}); "
            "make one with `neural-programmer train CONFIG`"
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{path} is not JSON: {error}") from error
    expected = {"format", "operations", "kinds", "config", "reranker", "notes", "vocabulary"}
    if not isinstance(description, dict) or set(description) != expected:
        raise CheckpointError(f"{path} must be an object with the keys {', '.join(sorted(expected))}")
    if description["format"] != FORMAT:
        raise CheckpointError(f"{path} has format {description['format']!r}, but this version reads {FORMAT}")
    return description


def count_weights(model: torch.nn.Module) -> int:
    """How many numbers the model has learned."""
    return sum(parameter.numel() for parameter in model.parameters())
