"""Time what a question takes, stage by stage, on the sample tables and on a large one; `make bench` runs it."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import pandas as pd
import torch

from neural_programmer import load
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.link import link

_Result = TypeVar("_Result")
PEER = "an encoder of BERT-base's size"


def timed(times: list[float], work: Callable[[], _Result]) -> _Result:
    """What the work gives; its milliseconds are added to the list."""
    start = time.perf_counter()
    result = work()
    times.append(1000 * (time.perf_counter() - start))
    return result


def line(name: str, times: list[float]) -> str:
    """The median and the 95th percentile of some milliseconds."""
    ordered = sorted(times)
    high = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"{name:40}{statistics.median(ordered):10.1f}{high:10.1f}{len(ordered):8}"


def large_table(rows: int) -> pd.DataFrame:
    """A table of orders with as many rows as asked."""
    towns = ("Oslo", "Bergen", "Trondheim", "Stavanger", "Drammen")
    return pd.DataFrame(
        {
            "Order": [f"A-{number}" for number in range(rows)],
            "Town": [towns[number % len(towns)] for number in range(rows)],
            "Price": [f"${number % 997}.{number % 90 + 10}" for number in range(rows)],
            "Date": pd.date_range("2001-01-01", periods=rows, freq="h").strftime("%d %B %Y"),
        }
    )


def peer() -> Callable[[], torch.Tensor]:
    """One pass of a table of 512 tokens through an encoder as large as BERT-base, with random weights.

    That is the least a system such as TAPAS-base (Herzig et al., 2020) does for a question, timed on the same core.
    """
    layer = torch.nn.TransformerEncoderLayer(768, 12, 3072, batch_first=True)
    encoder = torch.nn.TransformerEncoder(layer, 12, enable_nested_tensor=False).eval()
    tokens = torch.randn(1, 512, 768)

    def work() -> torch.Tensor:
        with torch.inference_mode():
            encoded: torch.Tensor = encoder(tokens)
        return encoded

    return work


def main() -> None:
    """Print a line a stage, and how many times longer the peer takes than an ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="how often each question is asked")
    parser.add_argument("--rows", type=int, default=30_000, metavar="N", help="the rows of the large table")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="the threads that torch may use")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    stages: dict[str, list[float]] = {}
    encode = peer()

    def stage(name: str, work: Callable[[], _Result]) -> _Result:
        return timed(stages.setdefault(name, []), work)

    programmer = stage("load the model", load)
    for sample in sample_tables():
        stage("prepare a sample table", lambda sample=sample: programmer.prepare(sample.load()))
    for _ in range(arguments.repeat):
        for sample in sample_tables():
            prepared: PreparedTable = programmer.prepare(sample.load())
            for question in sample.questions:
                stage("link a question", lambda table=prepared, text=question: link(text, table.index))
                response = stage("ask", lambda table=prepared, text=question: programmer.ask(table, text))
                stage("run the SQL and compare", lambda answered=response: answered.sql_agrees)
        stage(PEER, encode)
    rows = f"{arguments.rows:,} rows"
    large = stage(f"prepare {rows}", lambda: programmer.prepare(large_table(arguments.rows)))
    for _ in range(arguments.repeat):
        stage(f"ask about {rows}", lambda: programmer.ask(large, "how many orders went to Bergen?"))

    print(f"{'milliseconds':40}{'median':>10}{'p95':>10}{'runs':>8}")
    for name, times in stages.items():
        print(line(name, times))
    ratio = statistics.median(stages[PEER]) / statistics.median(stages["ask"])
    print(f"An ask takes 1/{ratio:.1f} of the time of {PEER}.")


if __name__ == "__main__":
    main()
