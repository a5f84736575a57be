"""Learning from feedback: corrected questions come out right, little else changes, and the command says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from neural_programmer import checkpoint
from neural_programmer.checkpoint import TrainedModel
from neural_programmer.commands.exit_codes import ANSWERED, BAD_INPUT
from neural_programmer.commands.main import main
from neural_programmer.data.reranking_features import DENSE_FEATURES
from neural_programmer.feedback import Feedback, Verdict, write_feedback
from neural_programmer.language.text_form import read_program
from neural_programmer.model.reranker import Reranker, RerankerConfig
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.build import build_table
from neural_programmer.training import fine_tuning
from neural_programmer.training.corrections import Corrections, corrections_in, prepare_corrections
from neural_programmer.training.fine_tuning import FineTuning, NothingToLearnError, fine_tune, learn_from_feedback
from neural_programmer.training.reporting import SilentReporter
from tests.scripted import FIRST_NATION, GOLD_OF_FRANCE, LAST_NATION, MEDALS, MOST_GOLD, NATIONS
from tests.tiny_models import tiny_model

QUESTION = "which nation has the most gold?"
QUICK = FineTuning(rounds=2, learning_rate=5e-3, reranker_rate=5e-3, pull=0.001, batch_size=4, beam=8)
THOROUGH = replace(QUICK, rounds=60, patience=60, learning_rate=1e-2, reranker_rate=2e-2)


def corrected(question: str, program: str, **more: object) -> Feedback:
    record = Feedback(question, MEDALS, Verdict.CORRECTED, read_program(FIRST_NATION), read_program(program), time="t")
    return replace(record, **more)  # type: ignore[arg-type]


RECORDS = [corrected(QUESTION, MOST_GOLD), corrected("how many nations are there?", NATIONS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with a re-ranker, both with random weights, and settings beside them."""
    place = tmp_path_factory.mktemp("model")
    network = RerankerConfig(ngram_buckets=64, pair_buckets=8, vector_width=4, hidden_width=16, sign_buckets=256)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        reranker = Reranker(network, DENSE_FEATURES, len(OPERATION_NAMES)).eval()
    checkpoint.save(place, replace(tiny_model(), reranker=reranker))
    (place / "calibration.json").write_text("{}", encoding="utf-8")
    return place


def tune(config: FineTuning, folder: Path) -> TrainedModel:
    """The small model after learning the records, with nothing else to remember."""
    trained = checkpoint.load(folder)
    corrections = prepare_corrections(corrections_in(RECORDS), trained)
    return fine_tune(trained, corrections, Corrections((), (), ()), config, SilentReporter())


def weights(trained: TrainedModel) -> list[torch.Tensor]:
    assert trained.reranker is not None
    return [*trained.model.state_dict().values(), *trained.reranker.state_dict().values()]


def same(one: TrainedModel, other: TrainedModel) -> bool:
    return all(torch.equal(mine, theirs) for mine, theirs in zip(weights(one), weights(other), strict=True))


def test_corrected_questions_come_out_right_and_the_model_is_whole(folder: Path, tmp_path: Path) -> None:
    result = learn_from_feedback(RECORDS, folder, tmp_path / "new", config=THOROUGH)
    assert result.corrected.questions == 2
    assert result.corrected.before < 1.0
    assert result.corrected.after == 1.0
    assert result.dev is None
    assert result.refused == ()
    assert (tmp_path / "new" / "calibration.json").read_text("utf-8") == "{}"
    tuned = checkpoint.load(tmp_path / "new")
    assert tuned.notes["corrected_questions"] == 2
    assert tuned.reranker is not None


def test_the_same_feedback_gives_the_same_model_and_leaves_the_old_one_alone(folder: Path) -> None:
    before = (folder / checkpoint.WEIGHTS).read_bytes()
    once = tune(THOROUGH, folder)
    assert same(once, tune(THOROUGH, folder))
    assert not same(once, checkpoint.load(folder))
    assert (folder / checkpoint.WEIGHTS).read_bytes() == before


def test_weights_that_are_pulled_all_the_way_back_stay(folder: Path) -> None:
    assert same(tune(replace(THOROUGH, pull=1.0, rounds=3), folder), checkpoint.load(folder))


def test_rounds_that_bring_nothing_change_nothing(folder: Path) -> None:
    assert same(
        tune(replace(THOROUGH, learning_rate=1e-9, reranker_rate=1e-9, patience=2), folder), checkpoint.load(folder)
    )


def test_what_a_person_said_last_counts() -> None:
    records = [
        corrected(QUESTION, MOST_GOLD),
        corrected("Which nation has the most gold", LAST_NATION),
        corrected("how many nations are there?", NATIONS),
        corrected("how many nations are there?", NATIONS, verdict=Verdict.WRONG),
        corrected("who is first?", NATIONS, verdict=Verdict.RIGHT),
    ]
    found = corrections_in(records)
    assert [(one.question, one.program) for one in found] == [
        ("Which nation has the most gold", read_program(LAST_NATION)),
        ("who is first?", read_program(FIRST_NATION)),
    ]


def test_what_cannot_be_learned_is_named_with_its_reason() -> None:
    records = [
        corrected("what is the gold of france?", GOLD_OF_FRANCE),
        corrected("unknown operation", "#0 = all_rows(); #1 = gone(#0)"),
        corrected("another table", MOST_GOLD, table=build_table(["a"], [["1"]])),
        corrected("who?", '#0 = all_rows(); #1 = filter_equals(#0, "Nation":text, "Sweden"); #2 = count(#1)'),
        corrected(QUESTION, MOST_GOLD),
    ]
    found = prepare_corrections(corrections_in(records), tiny_model())
    assert len(found.examples) == len(found.judged) == 1
    reasons = dict(found.refused)
    assert "no such operation" in reasons["unknown operation"]
    assert "Gold" in reasons["another table"]
    assert "does not say Sweden" in reasons["who?"]
    assert len(reasons) == 4


def test_nothing_to_learn_is_an_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToLearnError, match="nothing to learn"):
        learn_from_feedback([corrected(QUESTION, MOST_GOLD, verdict=Verdict.WRONG)], folder, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_command_says_what_came_of_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_text(write_feedback([*RECORDS, corrected("x", "#0 = all_rows(); #1 = gone(#0)")]), encoding="utf-8")
    arguments = ["train", "--feedback", str(file), "--checkpoint", str(folder), "--output", str(tmp_path / "new")]
    monkeypatch.setattr(fine_tuning, "FineTuning", lambda: QUICK)
    assert main(arguments) == ANSWERED
    printed = capsys.readouterr().out
    assert "not learned: 'x': step #1, gone: there is no such operation" in printed
    assert "right before" in printed and "of 2" in printed
    assert f"the model is in {tmp_path / 'new'}" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train"], "name a CONFIG"),
        (["train", "x.toml", "--feedback", "x.jsonl"], "name a CONFIG"),
        (["train", "--feedback", "x.jsonl"], "--output"),
        (["train", "--feedback", "x.jsonl", "--output", "new", "--resume"], "--resume"),
        (["train", "--feedback", "no_such.jsonl", "--output", "new"], "no_such.jsonl"),
    ],
)
def test_bad_options_are_messages(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == BAD_INPUT
    assert message in capsys.readouterr().err


def test_a_checkpoint_is_never_written_over_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--feedback", "x", "--checkpoint", str(folder), "--output", str(folder)]) == BAD_INPUT
    assert "another folder" in capsys.readouterr().err
