"""What a training run is told: read from TOML, and refused before any data is read if a key is unknown."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from neural_programmer.model.config import COLUMN_CHOICES, ModelConfig

OBJECTIVES = ("programs", "soft", "both")
_AT_LEAST_ONE = (
    "epochs",
    "batch_size",
    "programs_kept",
    "programs_sampled",
    "rescore_epochs",
    "beam",
    "evaluate_every",
    "threads",
    "processes",
    "soft_steps",
)


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the key, what was expected and what came."""


@dataclass(frozen=True)
class DataConfig:
    """Which questions to learn from and which to judge by: splits of WikiTableQuestions.

    Without ``dev`` nothing judges the model, and the one after the last epoch is kept.

    ``questions`` and ``dev_questions`` bound how many are used (0: all); dev questions are spread over the split.
    Where models of folds have been trained, questions whose program these make sure of are told anew up to ``copies``
    times (see ``training.augmentation``). ``given`` names sources of given programs, with commas between, that are
    learned beside the answers: "gold", "synthetic", or a file of feedback (see ``training.given_sources``).
    """

    train: str = "random-split-1-train"
    dev: str = "random-split-1-dev"
    questions: int = 0
    dev_questions: int = 500
    least_word_count: int = 3
    copies: int = 0
    given: str = ""


@dataclass(frozen=True)
class OptimisationConfig:
    """How to learn.

    Of each question's consistent programs (at most ``programs_kept``) ``programs_sampled`` take part in a step,
    drawn by their scores: the prior of the search for ``prior_epochs``, then the model's own, which are all computed
    anew every ``rescore_epochs``. Where models of folds have been trained, only programs within ``program_margin`` of
    the best that these find for a question take part, and questions whose programs have at least ``least_log_mass`` of
    log-probability (see ``training.targets``). ``average`` is the decay of the weights' moving average that is
    evaluated and kept (0: none). The soft objective, weighed by ``soft_weight`` where it is not alone, looks at
    ``soft_questions`` of a batch (0: all) and programs of ``soft_steps`` steps, with numbers and chances as told by
    ``soft_width`` and ``soft_accident`` (``training.soft_objective``); where the model's ``halting`` is
    "adaptive" every step costs ``ponder_cost``. ``minutes`` bounds the run (0: no
    bound); ``patience`` is for how many evaluations in a row the dev accuracy may fail to rise (0: any). ``processes``
    share the search, the models of folds and their candidates, each training on ``threads``. ``snapshots`` is how many
    checkpoints an epoch are kept in the run's folder, for ``neural-programmer evolve`` (0: none).
    """

    objective: str = "programs"
    seed: int = 1
    epochs: int = 18
    batch_size: int = 32
    learning_rate: float = 2e-3
    final_rate: float = 0.02
    warm_up_steps: int = 300
    weight_decay: float = 0.01
    clip: float = 1.0
    programs_kept: int = 100
    programs_sampled: int = 16
    prior_epochs: int = 1
    rescore_epochs: int = 5
    hide_words: float = 0.05
    average: float = 0.998
    soft_weight: float = 0.3
    soft_questions: int = 4
    soft_steps: int = 3
    soft_width: float = 0.5
    soft_accident: float = 0.0
    ponder_cost: float = 0.0
    beam: int = 5
    evaluate_every: int = 1
    patience: int = 6
    minutes: float = 0.0
    checkpoint_minutes: float = 4.0
    threads: int = 2
    processes: int = 2
    program_margin: float = 4.6
    least_log_mass: float = -9.0
    snapshots: int = 0


@dataclass(frozen=True)
class RerankingConfig:
    """How the re-ranker learns.

    ``folds`` models are trained, each on the questions about other tables, ``again`` as the programmer is, and find
    ``candidates`` programs for each question they have not seen (0 folds: no re-ranker). The re-ranker learns from
    these, with ``cross_buckets`` weights of crosses and ``sign_buckets`` of signs (0: none), which learn at
    ``cross_rate`` and ``sign_rate`` and decay by ``cross_decay`` and ``sign_decay``. ``teachers`` are folders of
    finished runs, with commas between, whose models of folds teach this run in place of its own
    (see ``training.teachers``).
    """

    folds: int = 0
    candidates: int = 30
    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    fold_epochs: int = 12
    again: bool = False
    cross_buckets: int = 1 << 18
    cross_rate: float = 3e-4
    cross_decay: float = 0.1
    sign_buckets: int = 1 << 17
    sign_rate: float = 1e-3
    sign_decay: float = 0.1
    teachers: str = ""


@dataclass(frozen=True)
class ArithmeticConfig:
    """Questions of arithmetic, made up, to learn from instead of questions about tables.

    There are ``questions`` of 1 to ``operations`` operations over numbers from 1 to ``most`` (0: the run is about
    tables), as many again as ``dev_questions`` to judge by, and ``held_out`` over numbers beyond, up to
    ``held_out_most``, by which the finished model is judged. For the first ``lessons`` epochs only questions of fewer
    operations than the most are learned from; once each question has been learned from, a share of ``practice`` of an
    epoch is drawn from what was not understood the last time (``training.lessons``).
    """

    questions: int = 0
    operations: int = 3
    most: int = 99
    dev_questions: int = 300
    held_out: int = 1000
    held_out_most: int = 9999
    lessons: int = 0
    practice: float = 0.0


@dataclass(frozen=True)
class RowConfig:
    """Row programs, those of the 2017 Neural Programmer, instead of typed programs (``execution.row_selector``).

    They have ``steps`` steps (0: the run is about typed programs). Tables of more than ``rows`` rows are not learned
    from. ``columns`` is "shared" or "by_operation": one choice of column for all operations of a step, or one for each.
    The rest is the loss (``training.row_objective``).
    """

    steps: int = 0
    rows: int = 100
    columns: str = "shared"
    most_scalar: float = 3.0
    lookup_weight: float = 50.0
    sharpness: float = 5.0


@dataclass(frozen=True)
class TrainingConfig:
    """A whole configuration: the tables ``[data]``, ``[model]``, ``[optimisation]``, ``[reranking]``,
    ``[arithmetic]`` and ``[rows]`` of a TOML file.
    """

    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optimisation: OptimisationConfig = field(default_factory=OptimisationConfig)
    reranking: RerankingConfig = field(default_factory=RerankingConfig)
    arithmetic: ArithmeticConfig = field(default_factory=ArithmeticConfig)
    rows: RowConfig = RowConfig()


_Section = TypeVar(
    "_Section", DataConfig, ModelConfig, OptimisationConfig, RerankingConfig, ArithmeticConfig, RowConfig
)


def _section(kind: type[_Section], name: str, values: object) -> _Section:
    if not isinstance(values, Mapping):
        raise ConfigError(f"[{name}] must be a table of keys, but found {values!r}")
    known = {one.name: one for one in dataclasses.fields(kind)}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(f"unknown key {key!r} in [{name}]; known keys are {', '.join(sorted(known))}")
        expected = type(known[key].default)
        fits = isinstance(value, expected) or (expected is float and isinstance(value, int))
        if not fits or (isinstance(value, bool) and expected is not bool):
            raise ConfigError(f"[{name}] {key}: expected {expected.__name__}, but found {value!r}")
    floats = {key for key in values if isinstance(known[key].default, float)}
    given: dict[str, Any] = {key: float(value) if key in floats else value for key, value in values.items()}
    try:
        return kind(**given)
    except ValueError as error:
        raise ConfigError(f"[{name}] {error}") from error


def config_from(values: Mapping[str, Any]) -> TrainingConfig:
    """The configuration in nested mappings; ``ConfigError`` for unknown keys and impossible values."""
    sections: dict[str, Any] = {
        "data": DataConfig,
        "model": ModelConfig,
        "optimisation": OptimisationConfig,
        "reranking": RerankingConfig,
        "arithmetic": ArithmeticConfig,
        "rows": RowConfig,
    }
    for name in values:
        if name not in sections:
            raise ConfigError(f"unknown table [{name}]; known tables are [{'], ['.join(sections)}]")
    config = TrainingConfig(**{name: _section(kind, name, values.get(name, {})) for name, kind in sections.items()})
    optimisation = config.optimisation
    if optimisation.objective not in OBJECTIVES:
        raise ConfigError(
            f"[optimisation] objective: expected one of {', '.join(OBJECTIVES)}, but found {optimisation.objective!r}"
        )
    if optimisation.ponder_cost < 0 or (optimisation.ponder_cost > 0 and config.model.halting != "adaptive"):
        raise ConfigError(
            "[optimisation] ponder_cost: expected 0, or more where the model's halting is adaptive, "
            f"but found {optimisation.ponder_cost}"
        )
    if optimisation.snapshots < 0:
        raise ConfigError(f"[optimisation] snapshots: expected 0 or more, but found {optimisation.snapshots}")
    for key in _AT_LEAST_ONE:
        if getattr(optimisation, key) < 1:
            raise ConfigError(f"[optimisation] {key}: expected at least 1, but found {getattr(optimisation, key)}")
    if config.data.given and (optimisation.objective != "programs" or config.reranking.folds):
        raise ConfigError(
            '[data] given: programs are given to runs with objective "programs" and without folds '
            f"(reranking.folds=0), but found {optimisation.objective!r} and {config.reranking.folds} folds"
        )
    if config.reranking.teachers and config.reranking.folds < 2:
        raise ConfigError(
            "[reranking] teachers: expected the number of folds that they have, at least 2, "
            f"but found {config.reranking.folds}"
        )
    _check_rows(config)
    arithmetic = config.arithmetic
    if arithmetic.questions:
        if optimisation.objective != "soft":
            raise ConfigError(
                f'[optimisation] objective: arithmetic has "soft" alone, but found {optimisation.objective!r}'
            )
        if not 1 <= arithmetic.operations <= optimisation.soft_steps:
            raise ConfigError(
                f"[arithmetic] operations: expected 1 to soft_steps, {optimisation.soft_steps}, "
                f"but found {arithmetic.operations}"
            )
        if not 20 <= arithmetic.most < arithmetic.held_out_most:
            raise ConfigError(
                "[arithmetic] most: expected at least 20 and less than held_out_most, but found "
                f"{arithmetic.most} and {arithmetic.held_out_most}"
            )
        if not 0 <= arithmetic.practice < 1:
            raise ConfigError(f"[arithmetic] practice: expected 0 to less than 1, but found {arithmetic.practice}")
        for key in ("questions", "dev_questions", "held_out"):
            if getattr(arithmetic, key) < 1:
                raise ConfigError(f"[arithmetic] {key}: expected at least 1, but found {getattr(arithmetic, key)}")
    return config


def _check_rows(config: TrainingConfig) -> None:
    rows = config.rows
    if rows.steps < 0:
        raise ConfigError(f"[rows] steps: expected 0 or more, but found {rows.steps}")
    if not rows.steps:
        return
    if config.optimisation.objective != "soft" or config.reranking.folds or config.arithmetic.questions:
        raise ConfigError(
            '[rows] steps: row programs have the objective "soft", no folds (reranking.folds=0) and no arithmetic, but '
            f"found {config.optimisation.objective!r}, {config.reranking.folds} folds and "
            f"{config.arithmetic.questions} questions of arithmetic"
        )
    if rows.columns not in COLUMN_CHOICES:
        raise ConfigError(f"[rows] columns: expected one of {', '.join(COLUMN_CHOICES)}, but found {rows.columns!r}")
    for key in ("rows", "most_scalar", "lookup_weight", "sharpness"):
        if getattr(rows, key) <= 0:
            raise ConfigError(f"[rows] {key}: expected more than 0, but found {getattr(rows, key)}")


def read_config(path: Path | str, overrides: Mapping[str, str] | None = None) -> TrainingConfig:
    """The configuration in a TOML file; ``overrides`` maps "table.key" to a TOML value that replaces it."""
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    for name, text in (overrides or {}).items():
        table, _, key = name.partition(".")
        if not key:
            raise ConfigError(f"an override is written table.key=value, but found {name!r}")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        values.setdefault(table, {})[key] = value
    return config_from(values)
