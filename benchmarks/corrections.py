"""Write feedback as a person would give it: questions of the sample tables which the model gets wrong, corrected.

The questions and their right programs were written by hand and are no part of any training data. Each is asked of the
model; where its answer differs from that of the right program, the right one is written as a correction. The file is
what `neural-programmer train --feedback FILE` learns from; `--every` keeps a part of the wrong ones back, which shows
what a model that learned from the others makes of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from neural_programmer import load
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.execution.exact import answer
from neural_programmer.feedback import Feedback, Verdict, write_feedback
from neural_programmer.language.text_form import read_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import answer_items

# The questions of each sample table, each with its right program after `#0 = all_rows()`.
QUESTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "films.csv": {
            "what is the average running time?": 'average(#0, "Running time":number)',
            "which film has the second longest running time?": 'kth_max(#0, "Running time":number, ^2); '
            'select(#1, "Film":text)',
            "how many films were released in the 1990s?": 'filter_between(#0, "Released":date, @1990..@1999); '
            "count(#1)",
            "how many films did Alfred Hitchcock direct?": 'filter_equals(#0, "Director":text, "Alfred Hitchcock"); '
            "count(#1)",
            "which director made the most films?": 'most_common_value(#0, "Director":text)',
            "which film won the most academy awards in the 1970s?": 'filter_between(#0, "Released":date, '
            '@1970..@1979); argmax(#1, "Academy Awards":number); select(#2, "Film":text)',
            "which films won 11 academy awards?": 'filter_equals(#0, "Academy Awards":number, 11); '
            'select(#1, "Film":text)',
            "how long is Titanic?": 'filter_equals(#0, "Film":text, "Titanic"); number_of(#1, "Running time":number)',
            "what is the shortest film?": 'argmin(#0, "Running time":number); select(#1, "Film":text)',
            "which films are from Japan?": 'filter_equals(#0, "Country":text, "Japan"); select(#1, "Film":text)',
            "how many academy awards did Ridley Scott's films win in total?": 'filter_equals(#0, "Director":text, '
            '"Ridley Scott"); sum(#1, "Academy Awards":number)',
            "what is the difference in running time between Titanic and Toy Story?": 'filter_equals(#0, "Film":text, '
            '"Titanic"); number_of(#1, "Running time":number); filter_equals(#0, "Film":text, "Toy Story"); '
            'number_of(#3, "Running time":number); difference(#2, #4)',
            "which film was released last?": 'argmax(#0, "Released":date); select(#1, "Film":text)',
            "which film was released before Jaws?": 'filter_equals(#0, "Film":text, "Jaws"); previous(#1); '
            'select(#2, "Film":text)',
            "how many different directors are there?": 'count_distinct(#0, "Director":text)',
            "how many films are longer than three hours?": 'filter_greater(#0, "Running time":number, 180); count(#1)',
        },
        "football_season.csv": {
            "how many matches were lost?": 'filter_equals(#0, "Result":text, "Lost"); count(#1)',
            "how many home matches were won?": 'filter_equals(#0, "Venue":text, "Home"); '
            'filter_equals(#1, "Result":text, "Won"); count(#2)',
            "what was the lowest attendance?": 'argmin(#0, "Attendance":number); select(#1, "Attendance":text)',
            "what was the average attendance of away matches?": 'filter_equals(#0, "Venue":text, "Away"); '
            'average(#1, "Attendance":number)',
            "in how many matches did Okafor score?": 'filter_contains(#0, "Goalscorers":text, "Okafor"); count(#1)',
            "how many matches were played in December 2023?": 'filter_equals(#0, "Date":date, @2023-12); count(#1)',
            "who was the opponent in the first match?": 'first(#0); select(#1, "Opponent":text)',
            "which opponents did the team lose to?": 'filter_equals(#0, "Result":text, "Lost"); '
            'select(#1, "Opponent":text)',
            "what was the score of the last match?": 'last(#0); select(#1, "Score":text)',
            "were there more wins or draws?": 'filter_equals(#0, "Result":text, "Won"); filter_equals(#0, '
            '"Result":text, "Drew"); larger_set(#1, #2); most_common_value(#3, "Result":text)',
            "which opponent had the lowest attendance at home?": 'filter_equals(#0, "Venue":text, "Home"); '
            'argmin(#1, "Attendance":number); select(#2, "Opponent":text)',
            "how many matches ended 2-2?": 'filter_equals(#0, "Score":text, "2–2"); count(#1)',
            "how many opponents are there?": 'count_distinct(#0, "Opponent":text)',
            "on which date was the match with the highest attendance?": 'argmax(#0, "Attendance":number); '
            'select(#1, "Date":text)',
        },
        "city_budget.csv": {
            "which department has the fewest staff?": 'argmin(#0, "Staff":number); select(#1, "Department":text)',
            "what is the average staff per department?": 'average(#0, "Staff":number)',
            "who directs Water?": 'filter_equals(#0, "Department":text, "Water"); select(#1, "Director":text)',
            "which departments have a smaller budget 2024 than Parks?": 'filter_equals(#0, "Department":text, '
            '"Parks"); filter_less_than_rows(#0, #1, "Budget 2024":number); select(#2, "Department":text)',
            "which department grew the most in percent?": 'argmax(#0, "Change":number); select(#1, "Department":text)',
            "how many departments are in City Hall?": 'filter_has_item(#0, "Offices":list, "City Hall"); count(#1)',
            "how many departments are there?": "count(#0)",
            "which departments have an office in Old Mill?": 'filter_has_item(#0, "Offices":list, "Old Mill"); '
            'select(#1, "Department":text)',
            "what is the budget 2023 of Health?": 'filter_equals(#0, "Department":text, "Health"); '
            'select(#1, "Budget 2023":text)',
            "how many departments had their budget cut?": 'filter_less(#0, "Change":number, 0); count(#1)',
            "what is the total budget 2024 of Schools and Police?": 'filter_any(#0, "Department":text, ["Schools", '
            '"Police"]); sum(#1, "Budget 2024":number)',
            "which department does Helen Park direct?": 'filter_equals(#0, "Director":text, "Helen Park"); '
            'select(#1, "Department":text)',
        },
        "weather_stations.csv": {
            "which station has the lowest record low?": 'argmin(#0, "Record low":number); select(#1, "Station":text)',
            "what is the average elevation of the stations in the Plain?": 'filter_equals(#0, "Region":text, "Plain"); '
            'average(#1, "Elevation":number)',
            "how many stations opened before 1930?": 'filter_less(#0, "Opened":date, @1930); count(#1)',
            "which station is the oldest?": 'argmin(#0, "Opened":date); select(#1, "Station":text)',
            "which stations have their wettest month in January?": 'filter_equals(#0, "Wettest month":text, '
            '"January"); select(#1, "Station":text)',
            "what is the most common wettest month?": 'most_common_value(#0, "Wettest month":text)',
            "how many observers are there on the Coast?": 'filter_equals(#0, "Region":text, "Coast"); '
            'sum(#1, "Observers":number)',
            "which station has the most observers?": 'argmax(#0, "Observers":number); select(#1, "Station":text)',
            "how many stations had their record low in January 1987?": 'filter_equals(#0, "Date of record low":date, '
            "@1987-01); count(#1)",
            "which station in the hills is the highest?": 'filter_equals(#0, "Region":text, "Hills"); '
            'argmax(#1, "Elevation":number); select(#2, "Station":text)',
            "is Black Fell higher than Raven Pass?": 'filter_equals(#0, "Station":text, "Black Fell"); '
            'filter_equals(#0, "Station":text, "Raven Pass"); verdict_greater(#1, #2, "Elevation":number, "yes"|"no")',
            "how many regions are there?": 'count_distinct(#0, "Region":text)',
        },
        "products.csv": {
            "what is the cheapest product?": 'argmin(#0, "Price":number); select(#1, "Product":text)',
            "what is the average price of the tents?": 'filter_equals(#0, "Category":text, "Tents"); '
            'average(#1, "Price":number)',
            "which products are sold out?": 'filter_contains(#0, "In stock":text, "sold out"); '
            'select(#1, "Product":text)',
            "how many products are made in China?": 'filter_equals(#0, "Made in":text, "China"); count(#1)',
            "which product has the best rating?": 'argmax(#0, "Rating":number); select(#1, "Product":text)',
            "how many products cost less than $30?": 'filter_less(#0, "Price":number, 30); count(#1)',
            "how many products were released in 2020?": 'filter_equals(#0, "Released":date, @2020); count(#1)',
            "which country makes the most products?": 'most_common_value(#0, "Made in":text)',
            "how many categories are there?": 'count_distinct(#0, "Category":text)',
            "what is the total stock of all lights?": 'filter_equals(#0, "Category":text, "Lights"); '
            'sum(#1, "In stock":number)',
            "which products are available in size XL?": 'filter_has_item(#0, "Sizes":list, "XL"); '
            'select(#1, "Product":text)',
            "how much more does the Storm Tent cost than the Ridge Tent?": 'filter_equals(#0, "Product":text, "Storm '
            'Tent"); number_of(#1, "Price":number); filter_equals(#0, "Product":text, "Ridge Tent"); '
            'number_of(#3, "Price":number); difference(#2, #4)',
        },
    }
)


def written_out(steps: str) -> str:
    """The whole text of a program that is given without its first step and without the numbers of its steps."""
    return "; ".join(f"#{number} = {step}" for number, step in enumerate(["all_rows()", *steps.split("; ")]))


def main() -> None:
    """Ask, and write what was answered wrongly with its right program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="the file of feedback to write")
    parser.add_argument("--checkpoint", type=Path, help="the model's folder (default: the shipped model)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="correct every N-th wrong one (default: all)")
    options = parser.parse_args()
    programmer = load(options.checkpoint)
    samples = {sample.file: sample for sample in sample_tables()}
    records: list[Feedback] = []
    asked = 0
    for file, questions in QUESTIONS.items():
        prepared = PreparedTable(samples[file].load())
        for question, steps in questions.items():
            program = read_program(written_out(steps))
            right = answer(program, prepared.grounding).values
            response = programmer.ask(prepared, question)
            found = response.readings[0] if response.readings else None
            asked += 1
            if found is not None and denotation_equal(answer_items(program, right), found.items):
                continue
            said = "withheld" if response.abstained else "given"
            print(f"{file}: {question}")
            print(f"  {said}: {list(found.answer) if found else []}; right: {list(right)}")
            shown = found.program if found else None
            records.append(Feedback(question, prepared.table, Verdict.CORRECTED, shown, program))
    corrected = records[:: options.every]
    options.output.write_text(write_feedback(corrected), encoding="utf-8")
    print(f"{asked - len(records)} of {asked} questions answered rightly, {len(corrected)} corrections written")


if __name__ == "__main__":
    main()
