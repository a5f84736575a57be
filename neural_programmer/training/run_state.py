"""The state of a training run in one file, from which it goes on as if it had never stopped."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch

from neural_programmer.training.config import ConfigError, TrainingConfig, config_from
from neural_programmer.training.trainer import Progress, Trainer

STATE = "state.pt"


class ResumeError(ValueError):
    """A run that cannot be resumed; the message says why."""


def config_text(config: TrainingConfig) -> str:
    """The configuration as one line of JSON, to tell runs apart by."""
    return json.dumps(dataclasses.asdict(config), sort_keys=True)


# What may be otherwise when a run goes on: it says how the work is done, and nothing of what comes of it.
_FREE = frozenset({"processes", "minutes", "checkpoint_minutes"})


def _differences(kept: str, config: TrainingConfig) -> list[str]:
    """What a kept configuration has otherwise than this one; keys that came later stand at their defaults in it."""
    try:
        there = dataclasses.asdict(config_from(json.loads(kept)))
    except ConfigError as error:
        return [str(error)]
    here = dataclasses.asdict(config)
    return [
        f"{table}.{key} is {there[table][key]!r} there and {here[table][key]!r} here"
        for table in here
        for key in here[table]
        if key not in _FREE and there[table][key] != here[table][key]
    ]


def kept_config(folder: Path) -> TrainingConfig | None:
    """The configuration of the run in a folder; none where no state of a run can be read there."""
    try:
        return config_from(json.loads(torch.load(folder / STATE, weights_only=True)["config"]))
    except (OSError, RuntimeError, EOFError, UnpicklingError, KeyError):
        return None


def keep_state(folder: Path, trainer: Trainer, config: TrainingConfig) -> None:
    """Write the state, whole or not at all."""
    state = {
        "config": config_text(config),
        "examples": len(trainer.examples),
        "model": trainer.model.state_dict(),
        "average": trainer.average.state_dict() if trainer.average is not None else {},
        "optimiser": trainer.optimiser.state_dict(),
        "scores": torch.from_numpy(trainer.sampler.scores),
        "losses": torch.from_numpy(np.stack([trainer.losses, trainer.losses_before])),
        "progress": dataclasses.asdict(trainer.progress),
    }
    partial = folder / f"{STATE}.partial"
    with partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, folder / STATE)


def take_up_state(folder: Path, trainer: Trainer, config: TrainingConfig) -> None:
    """Put the trainer where the kept state left off; ``ResumeError`` where it belongs to another run."""
    path = folder / STATE
    try:
        state = torch.load(path, weights_only=True)
    except OSError as error:
        raise ResumeError(f"nothing to resume: cannot read {path}: {error.strerror or error}") from error
    except (RuntimeError, EOFError, UnpicklingError) as error:
        raise ResumeError(f"{path} is damaged: {error}") from error
    differences = _differences(state["config"], config)
    if differences:
        raise ResumeError(f"{path} belongs to a run with another configuration: {'; '.join(differences)}")
    if state["examples"] != len(trainer.examples) or len(state["scores"]) != len(trainer.sampler.scores):
        raise ResumeError(f"{path} belongs to a run with {state['examples']} questions, not {len(trainer.examples)}")
    trainer.model.load_state_dict(state["model"])
    if trainer.average is not None:
        trainer.average.load_state_dict(state["average"])
    trainer.optimiser.load_state_dict(state["optimiser"])
    trainer.sampler.scores = state["scores"].numpy()
    if "losses" in state:
        trainer.losses, trainer.losses_before = state["losses"].numpy()
    trainer.progress = Progress(**state["progress"])
