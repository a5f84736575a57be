"""A run that is killed or interrupted ends with the weights of one that never stopped."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from neural_programmer.training.one_model import fresh_model, train_on
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.training.run_state import STATE, ResumeError, take_up_state
from neural_programmer.training.trainer import Trainer
from tests.tiny_models import SHORT, TINY, examples, short_data


def _final(folder: Path) -> dict[str, torch.Tensor]:
    state = torch.load(folder / STATE, weights_only=True)
    flat = {f"model.{name}": tensor for name, tensor in state["model"].items()}
    flat |= {f"average.{name}": tensor for name, tensor in state["average"].items()}
    return flat | {"scores": state["scores"]}


def _run(folder: Path, *, resume: bool) -> bool:
    return train_on(short_data(), SHORT, folder, resume=resume, reporter=SilentReporter()).finished


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    folder = tmp_path_factory.mktemp("uninterrupted")
    assert _run(folder, resume=False)
    return _final(folder)


_CHILD = """
import sys
from pathlib import Path
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.training.one_model import train_on
from tests.tiny_models import SHORT, short_data

class Telling(SilentReporter):
    def progress(self, name, done, total):
        sys.stdout.write(f"{name}: {done}\\n")
        sys.stdout.flush()

train_on(short_data(), SHORT, Path(sys.argv[1]), resume=False, reporter=Telling())
"""


def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path: Path, uninterrupted: dict[str, torch.Tensor]) -> None:
    root = str(Path(__file__).parents[1])
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert child.stdout is not None
    try:
        # In the middle of the second epoch, which draws programs by the model's own scores.
        told = any(line.strip() == "epoch 2: 3" for line in child.stdout)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert told, "the run ended before it could be killed"
    kept = torch.load(tmp_path / STATE, weights_only=True)["progress"]
    assert (kept["epoch"], kept["batch"]) in {(1, 2), (1, 3)}
    assert _run(tmp_path, resume=True)
    found = _final(tmp_path)
    assert found.keys() == uninterrupted.keys()
    for name, tensor in uninterrupted.items():
        assert torch.equal(tensor, found[name]), f"{name} differs after resuming"


@pytest.mark.skipif(os.name != "posix", reason="sends itself a signal as a terminal's Ctrl-C does")
def test_ctrl_c_stops_after_the_step_and_keeps_the_state(
    tmp_path: Path, uninterrupted: dict[str, torch.Tensor]
) -> None:
    class Interrupting(SilentReporter):
        def progress(self, name: str, done: int, total: int) -> None:
            if (name, done) == ("epoch 1", 2):
                os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    result = train_on(short_data(), SHORT, tmp_path, resume=False, reporter=Interrupting())
    assert not result.finished
    assert signal.getsignal(signal.SIGINT) == before
    assert torch.load(tmp_path / STATE, weights_only=True)["progress"]["batch"] == 2
    assert _run(tmp_path, resume=True)
    for name, tensor in _final(tmp_path).items():
        assert torch.equal(tensor, uninterrupted[name]), f"{name} differs after resuming"


def test_a_run_is_resumed_only_from_its_own_state(tmp_path: Path) -> None:
    trained = fresh_model(TINY, examples(3, 1), 1, 2)
    trainer = Trainer(trained.model, trained.batcher, examples(3, 1), SHORT.optimisation)
    with pytest.raises(ResumeError, match="nothing to resume"):
        take_up_state(tmp_path, trainer, SHORT)
    (tmp_path / STATE).write_bytes(b"not a state")
    with pytest.raises(ResumeError, match="is damaged"):
        take_up_state(tmp_path, trainer, SHORT)
    one = dataclasses.replace(SHORT, optimisation=dataclasses.replace(SHORT.optimisation, epochs=1))
    train_on(short_data(), one, tmp_path, resume=False, reporter=SilentReporter())
    with pytest.raises(ResumeError, match=r"another configuration: optimisation\.epochs is 1 there and \d+ here$"):
        take_up_state(tmp_path, trainer, SHORT)


def test_a_run_may_go_on_with_more_processes(tmp_path: Path) -> None:
    assert _run(tmp_path, resume=False)
    more = dataclasses.replace(SHORT, optimisation=dataclasses.replace(SHORT.optimisation, processes=7, minutes=500.0))
    trained = fresh_model(TINY, short_data().examples, 1, 2)
    trainer = Trainer(trained.model, trained.batcher, short_data().examples, SHORT.optimisation)
    take_up_state(tmp_path, trainer, more)
    assert trainer.progress.epoch == SHORT.optimisation.epochs
