"""Attention over all cells, over the k best, or over those an index finds: time and memory by rows and columns."""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from neural_programmer import checkpoint
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.wikitablequestions import WikiTableQuestions, locate
from neural_programmer.execution.grounding import Grounding
from neural_programmer.line_chart import Axis, Curve, line_chart
from neural_programmer.model.predictor import Predictor
from neural_programmer.sparse_candidates import Attention, CellMemory, candidates_by
from neural_programmer.tables.build import build_table
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.table import Table
from neural_programmer.training.examples import spread
from neural_programmer.training.judging import ranked_answers

_SYLLABLES = ("ba", "do", "fe", "gi", "ku", "la", "mo", "ne", "pi", "ro", "su", "ta", "vi", "zo")


def made_table(rows: int, columns: int) -> Table:
    """A table in which every cell is another made-up name."""

    def name(number: int) -> str:
        parts = []
        for _ in range(5):
            number, place = divmod(number, len(_SYLLABLES))
            parts.append(_SYLLABLES[place])
        return "".join(parts).capitalize()

    cells = [[name(row * columns + column) for column in range(columns)] for row in range(rows)]
    return build_table([f"{_SYLLABLES[at]}name" for at in range(columns)], cells, name="names")


def asked(predictor: Predictor, table: Table, question: str, way: Attention, k: int, repeats: int) -> tuple[float, int]:
    """The median seconds of processor time for one question, table and keys being ready, and how many constants."""
    grounding, index = Grounding(table), TableIndex(table)
    memory = CellMemory(index)
    if way is Attention.TOP_K:
        _ = memory.keys
    seconds, constants = [], 0
    for repeat in range(repeats + 1):
        started = time.process_time()
        linking = link(question, index)
        candidates = candidates_by(way, index, memory, linking, k)
        predictor.predict(grounding, linking, candidates, beam=5)
        if repeat:
            seconds.append(time.process_time() - started)
        constants = len(candidates.constants)
    return statistics.median(seconds), constants


def accuracies(predictor: Predictor, root: Path | None, count: int, most_cells: int, k: int) -> None:
    """The accuracy of each way on dev questions about tables of at most so many cells."""
    dataset = WikiTableQuestions(locate(root))
    right, total, constants = dict.fromkeys(Attention, 0), 0, dict.fromkeys(Attention, 0)
    seconds = dict.fromkeys(Attention, 0.0)
    for question in spread(dataset.questions("random-split-1-dev"), count):
        table = dataset.table(question.context)
        if table.number_of_rows * len(table.columns) > most_cells:
            continue
        grounding, index = Grounding(table), TableIndex(table)
        memory, linking = CellMemory(index), link(question.utterance, index)
        total += 1
        for way in Attention:
            started = time.process_time()
            candidates = candidates_by(way, index, memory, linking, k)
            found = predictor.predict(grounding, linking, candidates, beam=5)
            seconds[way] += time.process_time() - started
            answers = ranked_answers(found.hypotheses)
            right[way] += bool(answers) and denotation_equal(question.target or (), answers[0])
            constants[way] += len(candidates.constants)
    print(f"\n{total} of {count} dev questions, about tables of at most {most_cells} cells")
    print(f"{'attention over':14}{'right':>10}{'share':>9}{'constants':>12}{'seconds each':>14}")
    for way in Attention:
        share, each = right[way] / total, constants[way] / total
        print(f"{way:14}{right[way]:10}{share:9.1%}{each:12.1f}{seconds[way] / total:14.3f}")


def costs(predictor: Predictor, sizes: Sequence[tuple[int, int]], k: int, repeats: int) -> list[Curve]:
    """Print the time of each way for each size, and give the curves over the number of cells."""
    print(f"{'rows':>6}{'columns':>9}  " + "".join(f"{way:>24}" for way in Attention))
    curves: dict[Attention, list[tuple[float, float]]] = {way: [] for way in Attention}
    for rows, columns in sizes:
        table = made_table(rows, columns)
        header, cell = table.columns[1].header, table.columns[0].cells[rows // 2]
        line = f"{rows:6}{columns:9}  "
        for way in Attention:
            seconds, constants = asked(predictor, table, f"what is the {header} of {cell}?", way, k, repeats)
            curves[way].append((rows * columns, 1000 * seconds))
            line += f"{1000 * seconds:10.0f} ms {constants:6} cells"
        print(line, flush=True)
    return [Curve(str(way), points) for way, points in curves.items()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10, 30, 100, 300])
    parser.add_argument("--columns", type=int, nargs="+", default=[4, 8])
    parser.add_argument("--k", type=int, default=20, help="how many cells top-k keeps")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dev", type=int, default=100, help="how many dev questions (0: none)")
    parser.add_argument("--most-cells", type=int, default=150, help="leave out dev questions about larger tables")
    parser.add_argument("--root", type=Path, help="the folder of WikiTableQuestions")
    parser.add_argument("--figure", type=Path, help="draw the times into this SVG file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    predictor = checkpoint.load().predictor()
    sizes = [(rows, columns) for columns in arguments.columns for rows in arguments.rows]
    curves = costs(predictor, sorted(sizes, key=lambda size: size[0] * size[1]), arguments.k, arguments.repeats)
    if arguments.figure is not None:
        points = [point for curve in curves for point in curve.points]
        across = Axis("cells of the table", min(x for x, _ in points), max(x for x, _ in points), logarithmic=True)
        least, most = (math.log10(bound(y for _, y in points)) for bound in (min, max))
        up = Axis("ms a question", 10.0 ** math.floor(least), 10.0 ** math.ceil(most), logarithmic=True)
        drawn = line_chart("Time of a question by what the model attends to", across, up, curves)
        arguments.figure.write_text(drawn, encoding="utf-8")
    if arguments.dev:
        accuracies(predictor, arguments.root, arguments.dev, arguments.most_cells, arguments.k)


if __name__ == "__main__":
    main()
