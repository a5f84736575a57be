"""Time questions about tables of 1,000 to 10 million rows, beside the database's own time for the same final query.

Each size runs in a process of its own, so that the memory is that of one table, and every round of questions opens the
table anew and makes it ready (`warm`), so that no row is remembered from the round before. Times are those of a clock
on the wall; where other work keeps the cores busy, the seconds of processor time tell what a quiet machine would take.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

if TYPE_CHECKING:
    from neural_programmer import NeuralProgrammer
    from neural_programmer.large.table import LargeTable

Times = tuple[float, float]
Parts = dict[str, float]
_Result = TypeVar("_Result")
SIZES = (1_000, 100_000, 1_000_000, 10_000_000)
QUESTIONS = (
    "how many orders went to Bergen?",
    "what is the highest price?",
    "which order has the highest price?",
    "what is the total price of the orders in Rome?",
    "what is the product of order A-00007919?",
    "how many orders have a quantity over 95?",
    "what is the average price of the orders by sea?",
    "what is the last order?",
    "how many orders by Anna Berg 17 are there?",
    "how many orders were after may 2020?",
)
# The same in every run: the hash of a row's number stands for chance.
_COLUMNS = """
    number + 1 AS "Id",
    'A-' || lpad(((number * 7919) % 10000019)::VARCHAR, 8, '0') AS "Order",
    ['Oslo', 'Bergen', 'Trondheim', 'Stavanger', 'Drammen', 'New York', 'São Paulo', 'Rome'][
        1 + (hash(number) % 8)::INT] AS "Town",
    'Product ' || (hash(number + 1) % 1000)::VARCHAR AS "Product",
    ['Anna', 'Ben', 'Carl', 'Dora', 'Emil', 'Frida'][1 + (hash(number + 2) % 6)::INT] || ' '
        || ['Hansen', 'Smith', 'Garcia', 'Novak', 'Berg'][1 + (hash(number + 3) % 5)::INT] || ' '
        || (hash(number + 4) % 3000)::VARCHAR AS "Customer",
    (hash(number + 5) % 100)::INT AS "Quantity",
    round((hash(number + 6) % 1000000) / 100.0, 2)::DOUBLE AS "Price",
    ((hash(number + 7) % 50) / 100.0)::DECIMAL(4, 2) AS "Discount",
    DATE '2001-01-01' + (hash(number + 8) % 8000)::INT AS "Date",
    TIMESTAMP '2001-01-01' + to_seconds((hash(number + 9) % 600000000)::BIGINT) AS "Shipped",
    hash(number + 10) % 2 = 0 AS "Paid",
    ['road', 'air', 'sea'][1 + (hash(number + 11) % 3)::INT] AS "Transport"
"""


def write_orders(path: Path, rows: int) -> None:
    """A Parquet file of orders: twelve columns of integers, texts, decimals, dates, times and truth values."""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET memory_limit = '1GB'")
        connection.execute(f"COPY (SELECT {_COLUMNS} FROM range({rows}) AS numbers(number)) TO '{path}'")


def timed(work: Callable[[], _Result]) -> tuple[_Result, float, float]:
    """What the work gives, its seconds by the wall clock, and those of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - processor


def resident() -> float:
    """The megabytes that this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def measure(path: Path, repeat: int, *, with_questions: bool) -> dict[str, Any]:
    """The figures of one table, in this process; without questions the index alone is made."""
    import torch

    from neural_programmer import load

    torch.set_num_threads(1)
    if not with_questions:
        # A small table comes first, so that what a process loads but once is not counted.
        small = path.with_name("small.parquet")
        write_orders(small, SIZES[0])
        open_large(small).close()
        large, seconds, processor = timed(lambda: open_large(path))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        return {"rows": large.number_of_rows, "index": seconds, "index_processor": processor, "index_memory": peak}
    programmer = load()
    with open_large(path) as warmed:
        programmer.ask(warmed, QUESTIONS[0])  # words lists and the model warm up
    asks: list[list[Times]] = [[] for _ in QUESTIONS]
    owns: list[list[Times]] = [[] for _ in QUESTIONS]
    parts: list[list[Parts]] = [[] for _ in QUESTIONS]
    found: list[dict[str, str]] = []
    for _ in range(repeat):
        with open_large(path) as prepared:
            prepared.warm()
            watch = Watch(programmer, prepared)
            found.clear()
            for at, question in enumerate(QUESTIONS):
                watch.clear()
                response, *times = timed(partial(programmer.ask, prepared, question))
                asks[at].append((times[0], times[1]))
                parts[at].append(dict(watch.seconds))
                program = response.program or (response.readings[0].program if response.readings else None)
                if program is not None:
                    sql = prepared.sql(program)
                    _, *times = timed(partial(prepared.place.run, sql, 1_000))
                    owns[at].append((times[0], times[1]))
                answer = ", ".join(map(str, response.answer[:3])) or f"no answer: {response.reason}"
                found.append({"question": question, "answer": answer, "sql": response.sql() or ""})
            watch.end()
    return {
        "asks": [_medians(each) for each in asks],
        "owns": [_medians(each) if each else [0.0, 0.0] for each in owns],
        "parts": [{name: statistics.median(one[name] for one in each) for name in Watch.NAMES} for each in parts],
        "found": found,
        "memory": resident(),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def _medians(each: list[Times]) -> list[float]:
    return [statistics.median(part) for part in zip(*each, strict=True)]


def open_large(path: Path) -> LargeTable:
    """The table where it lies, its index found or made."""
    from neural_programmer.large.opening import open_table
    from neural_programmer.large.table import LargeTable

    large = open_table(path, large_rows=0)
    assert isinstance(large, LargeTable)
    return large


class Watch:
    """Adds up the processor's seconds in the parts of asking: the model, the rows a question needs, the query."""

    NAMES = ("model", "rows", "query")

    def __init__(self, programmer: NeuralProgrammer, prepared: LargeTable) -> None:
        self.seconds = dict.fromkeys(self.NAMES, 0.0)
        self._undo: list[tuple[Any, str]] = []
        watched = ((programmer.predictor, "predict"), (prepared, "prepared_for"), (prepared, "run"))
        for name, (owner, method) in zip(self.NAMES, watched, strict=True):
            setattr(owner, method, self._timed(name, getattr(owner, method)))
            self._undo.append((owner, method))

    def _timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **options: Any) -> Any:
            result, _, processor = timed(lambda: work(*given, **options))
            self.seconds[name] += processor
            return result

        return watched

    def clear(self) -> None:
        """Begin anew."""
        self.seconds = dict.fromkeys(self.NAMES, 0.0)

    def end(self) -> None:
        """Leave everything as it was."""
        for owner, method in self._undo:
            delattr(owner, method)


def in_a_process(path: Path, repeat: int, part: str) -> dict[str, Any]:
    """What ``measure`` gives in a process of its own."""
    command = [sys.executable, __file__, "--measure", part, "--repeat", str(repeat), str(path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    content: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return content


def main() -> None:
    """Print a line a size: seconds of the index, of asking and of the own query, bars met, and megabytes of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="ROWS", help="how many rows")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="how often each question is asked")
    parser.add_argument("--questions", action="store_true", help="print each question with its figures and its SQL")
    parser.add_argument("--measure", choices=("index", "ask"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        found = measure(arguments.paths[0], arguments.repeat, with_questions=arguments.measure == "ask")
        print(json.dumps(found))
        return
    print(
        f"{'rows':>11}{'index s':>9}{'(cpu)':>8}{'rows/s':>11}{'MB':>6}{'ask p50':>9}{'p95':>7}{'(cpu)':>7}"
        f"{'own p50':>9}{'(cpu)':>7}{'bar met':>9}{'(cpu)':>7}{'MB':>6}{'peak':>6}"
    )
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        os.environ["NEURAL_PROGRAMMER_CACHE"] = f"{folder}/indexes"
        for rows in arguments.sizes:
            path = Path(folder) / f"orders_{rows}.parquet"
            write_orders(path, rows)
            index = in_a_process(path, 1, "index")
            asked = in_a_process(path, arguments.repeat, "ask")
            print(line(rows, index, asked), flush=True)
            medians = {name: statistics.median(one[name] for one in asked["parts"]) for name in Watch.NAMES}
            whole = statistics.median(processor for _, processor in asked["asks"])
            print(f"{'':11}  medians of the processor's seconds: {_split(medians, whole)}", flush=True)
            if arguments.questions:
                each = zip(asked["found"], asked["asks"], asked["owns"], asked["parts"], strict=True)
                for found, (ask, ask_cpu), (own, own_cpu), parts in each:
                    print(f"    {ask:7.3f} s ({ask_cpu:.3f}) own {own:7.3f} s ({own_cpu:.3f})  {found['question']}")
                    print(f"      of the processor's seconds: {_split(parts, ask_cpu)}")
                    print(f"      {found['answer']}\n      {' '.join(found['sql'].split())}")
            path.unlink()


def _split(parts: Parts, whole: float) -> str:
    """The parts of asking, and what is left: linking, explaining, and what else is done in Python."""
    rest = max(0.0, whole - sum(parts.values()))
    return ", ".join(f"{name} {seconds:.3f}" for name, seconds in {**parts, "else": rest}.items())


def line(rows: int, index: dict[str, Any], asked: dict[str, Any]) -> str:
    """One size's figures; the bar is an ask in at most twice the database's own time and 50 ms."""
    (asks, processor), (owns, own_processor) = (list(zip(*asked[part], strict=True)) for part in ("asks", "owns"))
    p95 = sorted(asks)[min(len(asks) - 1, round(0.95 * (len(asks) - 1)))]
    ask, ask_cpu, own, own_cpu = map(statistics.median, (asks, processor, owns, own_processor))
    met, met_cpu = (
        f"{sum(ask <= 2 * own + 0.05 for ask, own in zip(*both, strict=True))}/{len(asks)}"
        for both in ((asks, owns), (processor, own_processor))
    )
    return (
        f"{rows:>11,}{index['index']:>9.1f}{index['index_processor']:>8.1f}{rows / index['index']:>11,.0f}"
        f"{index['index_memory']:>6.0f}{ask:>9.3f}{p95:>7.3f}{ask_cpu:>7.3f}{own:>9.3f}{own_cpu:>7.3f}"
        f"{met:>9}{met_cpu:>7}{asked['memory']:>6.0f}{asked['peak']:>6.0f}"
    )


if __name__ == "__main__":
    main()
