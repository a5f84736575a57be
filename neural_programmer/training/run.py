"""A training run from its configuration to its checkpoint: folds, the programmer, the re-ranker, the confidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from neural_programmer import checkpoint
from neural_programmer.api import DEFAULT_BEAM
from neural_programmer.calibration import write_settings
from neural_programmer.data.wikitablequestions import WikiTableQuestions, locate
from neural_programmer.model.reranker import RerankerConfig
from neural_programmer.training.augmentation import TOLD_ANEW, keep, kept, tell_anew
from neural_programmer.training.calibrating import fit_settings
from neural_programmer.training.config import TrainingConfig, read_config
from neural_programmer.training.examples import Example, spread
from neural_programmer.training.fold_beams import FoldBeams
from neural_programmer.training.folds import train_folds
from neural_programmer.training.judging import accuracy
from neural_programmer.training.one_model import TrainingData, TrainingResult, read_data, train_on
from neural_programmer.training.reporting import ConsoleReporter, Reporter
from neural_programmer.training.reranking import Beam, train_reranker
from neural_programmer.training.row_training import read_row_data
from neural_programmer.training.run_record import record_start
from neural_programmer.training.run_state import STATE
from neural_programmer.training.targets import sharpen
from neural_programmer.training.teachers import averaged_scores, teachers_of


def train(
    config_path: Path | str,
    *,
    output: Path | str,
    resume: bool = False,
    overrides: Mapping[str, str] | None = None,
    root: Path | str | None = None,
    reporter: Reporter | None = None,
) -> TrainingResult:
    """Train as the TOML file says; the best model so far is always in ``output``/model, the run's state beside it, with
    its configuration and the code it was run by (``run.json``), its log and its metrics.

    ``overrides`` maps "table.key" to a value that replaces the file's; ``resume`` goes on with the run in ``output``.
    Raises ``ConfigError`` before any data is read, ``DatasetError`` and ``ResumeError``.
    """
    config = read_config(config_path, overrides)
    folder = Path(output)
    reporter = reporter or ConsoleReporter(folder)
    record_start(folder, config)
    try:
        data = read_row_data(config, root, reporter) if config.rows.steps else read_data(config, root, reporter)
        if config.reranking.folds < 2:
            return train_on(data, config, folder, resume=resume, reporter=reporter)
        return _with_folds(data, config, folder, root, resume, reporter)
    finally:
        reporter.close()


def _with_folds(
    data: TrainingData,
    config: TrainingConfig,
    folder: Path,
    root: Path | str | None,
    resume: bool,
    reporter: Reporter,
) -> TrainingResult:
    """Train the models of the folds first: what they say of questions they have not seen teaches all that follows."""
    dataset = WikiTableQuestions(locate(root))
    teachers = teachers_of(config, folder)
    unfinished = TrainingResult(-1.0, -1, 0.0, folder / "model", finished=False)
    taught_by_itself = teachers == [folder]
    if taught_by_itself and not train_folds(config, dataset.root, folder, reporter):
        return unfinished
    examples = sharpen(data.examples, averaged_scores(teachers, config.reranking.folds), config.optimisation)
    kept = sum(len(one.programs) for one in examples) / max(1, len(examples))
    reporter.line(f"{len(examples)} questions are kept, with {kept:.1f} programs each that other questions support")
    more = _told_anew(examples, config, dataset, folder, reporter)
    again = config.reranking.again and taught_by_itself
    if again and not train_folds(config, dataset.root, folder, reporter, again=True):
        return unfinished
    network = RerankerConfig(cross_buckets=config.reranking.cross_buckets, sign_buckets=config.reranking.sign_buckets)
    # The candidates are found by other processes while the programmer is trained in this one.
    with FoldBeams(config, network, dataset.root, teachers) as finding:
        result = train_on(
            dataclasses.replace(data, examples=examples, more=more),
            config,
            folder,
            resume=resume and (folder / STATE).is_file(),
            reporter=reporter,
        )
        if not result.finished:
            return result
        own, strange = finding.collect(reporter)
    return _judged(data, result, config, network, own, strange, reporter)


def _told_anew(
    examples: Sequence[Example], config: TrainingConfig, dataset: WikiTableQuestions, folder: Path, reporter: Reporter
) -> list[Example]:
    """The questions told anew, kept in the run's folder."""
    if not config.data.copies:
        return []
    path = folder / TOLD_ANEW
    if not path.is_file():
        asked = spread(dataset.questions(config.data.train), config.data.questions)
        found = tell_anew(
            examples,
            asked,
            dataset.root,
            copies=config.data.copies,
            seed=config.optimisation.seed,
            processes=config.optimisation.processes,
            progress=lambda done, total: reporter.progress("telling questions anew", done, total),
        )
        folder.mkdir(parents=True, exist_ok=True)
        keep(path, found)
    more = [one.example for one in kept(path)]
    reporter.line(f"{len(more)} questions are told anew, about other rows or tables")
    return more


def _judged(
    data: TrainingData,
    result: TrainingResult,
    config: TrainingConfig,
    network: RerankerConfig,
    own: Sequence[Sequence[Beam]],
    strange: Sequence[Sequence[Beam]],
    reporter: Reporter,
) -> TrainingResult:
    """Add a re-ranker to the model, and a confidence; both learn from what the models of the folds found."""
    beams = [beam for found in own for beam in found]
    reporter.line(f"re-ranker: learning from what was found for {len(beams)} questions")
    seed = config.optimisation.seed
    programmer = checkpoint.load(result.folder)
    judged = dataclasses.replace(programmer, reranker=train_reranker(beams, config.reranking, network, seed))
    notes = programmer.notes
    if data.judged:
        found = accuracy(judged.predictor(), data.judged, DEFAULT_BEAM)
        reporter.line(f"with the re-ranker: dev {100 * found:.1f}% (without {100 * result.accuracy:.1f}%)")
        reporter.scalar("dev accuracy with the re-ranker", found, result.epoch)
        notes = {**notes, "dev_accuracy": found, "dev_accuracy_without_reranker": result.accuracy}
        result = dataclasses.replace(result, accuracy=found)
    checkpoint.save(result.folder, judged, notes=notes)
    reporter.line("confidence: learning from questions that neither fold models nor their re-rankers have seen")
    # Asking looks at fewer candidates than the re-ranker learns from.
    asked, mispaired = ([[beam.first(DEFAULT_BEAM) for beam in found] for found in kind] for kind in (own, strange))
    settings = fit_settings(asked, mispaired, config=config.reranking, network=network, seed=seed)
    write_settings(result.folder, settings)
    return result
