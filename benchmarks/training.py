"""Time a training step on real questions, and reading a batch without packing beside torch's packed sequences."""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from neural_programmer.model.cells import read_both_ways
from neural_programmer.training.allocation import keep_memory
from neural_programmer.training.config import TrainingConfig, read_config
from neural_programmer.training.examples import Example
from neural_programmer.training.one_model import fresh_model, read_data
from neural_programmer.training.reporting import ConsoleReporter
from neural_programmer.training.trainer import Trainer

_CONFIGS = Path(__file__).resolve().parents[1] / "data" / "configs"


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median of the process's time."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - started))
    return statistics.median(taken)


def step_time(config: TrainingConfig, examples: list[Example], programs: int, times: int) -> float:
    """The mean milliseconds of training steps on examples with at most so many programs each."""
    some = [
        dataclasses.replace(
            one, programs=dataclasses.replace(
                one.programs, programs=one.programs.programs[:programs], sizes=one.programs.sizes[:programs],
                prior=one.programs.prior[:programs],
            )
        )
        for one in examples
    ]  # fmt: skip
    trained = fresh_model(config.model, some, 1, config.data.least_word_count)
    trainer = Trainer(trained.model, trained.batcher, some, config.optimisation)
    random, size = np.random.default_rng(1), config.optimisation.batch_size
    order = random.permutation(len(some))
    taken = []
    for step in range(min(times + 3, len(some) // size)):
        started = time.process_time()
        trainer.train_step(order[step * size : (step + 1) * size])
        taken.append(1000 * (time.process_time() - started))
        trainer.progress.batch += 1
    # The first steps also make what later ones only use.
    return statistics.mean(taken[3:])


def reading(layers: nn.LSTM, inputs: Tensor, lengths: Tensor, packed: bool) -> None:
    """Read a batch both ways, and back through it, with torch's packing or with ours."""
    if packed:
        found, _ = layers(pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False))
        states, _ = pad_packed_sequence(found, batch_first=True, total_length=inputs.shape[1])
    else:
        states, _ = read_both_ways(layers, inputs, lengths)
    states.square().sum().backward()


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="the folder of WikiTableQuestions")
    parser.add_argument("--questions", type=int, default=1500, help="how many training questions")
    parser.add_argument("--steps", type=int, default=40)
    arguments = parser.parse_args()
    keep_memory()
    torch.set_num_threads(1)
    config = read_config(_CONFIGS / "wtq.toml", {"data.questions": str(arguments.questions), "data.dev": '""'})
    examples = list(read_data(config, arguments.root, ConsoleReporter()).examples)
    print(f"{'programs a question, at most':30}{'ms a step':>12}")
    for programs in (100, 4):
        print(f"{programs:<30}{step_time(config, examples, programs, arguments.steps):12.0f}", flush=True)
    model = config.model
    layers = nn.LSTM(
        model.width, model.encoder_width, model.encoder_layers, batch_first=True, bidirectional=True
    )  # fmt: skip
    lengths = torch.tensor([len(one.features.tokens) for one in examples[: config.optimisation.batch_size]])
    inputs = torch.randn(len(lengths), int(lengths.max()), model.width, requires_grad=True)
    packed, ours = (milliseconds(lambda p=p: reading(layers, inputs, lengths, p), 30) for p in (True, False))
    print(f"reading {len(lengths)} questions and back: packed {packed:.0f} ms, ours {ours:.0f} ms, {ours / packed:.2f}")


if __name__ == "__main__":
    main()
