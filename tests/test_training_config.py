"""Training configurations: read from TOML, refused when something in them is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from neural_programmer.training import train
from neural_programmer.training.config import ConfigError, config_from, read_config

_SHIPPED = sorted((Path(__file__).parents[1] / "data" / "configs").glob("*.toml"))


def test_configurations_are_shipped() -> None:
    assert {path.stem for path in _SHIPPED} >= {"wtq", "quick"}


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.stem)
def test_shipped_configurations_can_be_read(path: Path) -> None:
    assert read_config(path).optimisation.epochs > 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"optimization": {}}, r"unknown table \[optimization\]"),
        ({"model": {"widht": 3}}, r"unknown key 'widht' in \[model\]"),
        ({"model": {"width": "wide"}}, r"\[model\] width: expected int, but found 'wide'"),
        ({"model": {"width": True}}, r"\[model\] width: expected int, but found True"),
        ({"optimisation": {"objective": "hard"}}, "expected one of programs, soft, both, but found 'hard'"),
        ({"optimisation": {"epochs": 0}}, r"\[optimisation\] epochs: expected at least 1"),
        ({"data": 3}, r"\[data\] must be a table"),
    ],
)
def test_a_wrong_configuration_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config_from(values)


def test_unknown_keys_are_refused_before_any_data_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[optimisation]\nepoch = 3\n")
    with pytest.raises(ConfigError, match="unknown key 'epoch'"):
        train(tmp_path / "config.toml", output=tmp_path / "run", root=tmp_path / "nowhere")
    assert not (tmp_path / "run").exists()


def test_overrides_replace_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[optimisation]\nepochs = 3\nlearning_rate = 1\n")
    config = read_config(path, {"optimisation.epochs": "5", "data.dev": "random-split-2-dev", "model.dropout": "0.3"})
    assert (config.optimisation.epochs, config.data.dev, config.model.dropout) == (5, "random-split-2-dev", 0.3)
    assert isinstance(config.optimisation.learning_rate, float)
    with pytest.raises(ConfigError, match=r"table\.key=value"):
        read_config(path, {"epochs": "5"})


def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[model\n")
    with pytest.raises(ConfigError, match="is not TOML"):
        read_config(tmp_path / "broken.toml")
    with pytest.raises(ConfigError, match="cannot read"):
        read_config(tmp_path / "absent.toml")
