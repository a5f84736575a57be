"""Training from answers only: `train` a configuration, resume it, judge it on dev questions."""

from neural_programmer.training.config import ConfigError, TrainingConfig, read_config
from neural_programmer.training.one_model import TrainingResult
from neural_programmer.training.run import train
from neural_programmer.training.run_state import ResumeError

__all__ = ["ConfigError", "ResumeError", "TrainingConfig", "TrainingResult", "read_config", "train"]
