"""Reading questions, tables and splits, and fetching the dataset."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.data.download import download_wikitablequestions
from neural_programmer.data.question_types import QuestionType, question_type
from neural_programmer.data.wikitablequestions import (
    ENVIRONMENT_VARIABLE,
    DatasetError,
    WikiTableQuestions,
    cache_directory,
    escape,
    locate,
    question_file,
    read_questions,
    unescape,
)

HEADER = "id\tutterance\tcontext\ttargetValue\n"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A dataset of one table."""
    root = tmp_path / "dataset"
    (root / "csv" / "200-csv").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "csv" / "200-csv" / "1.csv").write_bytes(b'"Name","Points"\n"Ann \\"A\\"","3"\n"Bo\nB","1,234"\n')
    (root / "data" / "training.tsv").write_text(HEADER + "nt-0\twho won?\tcsv/200-csv/1.csv\tAnn\n", encoding="utf-8")
    return root


def archive(folder: Path, target: Path, top: str = "WikiTableQuestions") -> str:
    with zipfile.ZipFile(target, "w") as opened:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                opened.write(path, f"{top}/{path.relative_to(folder)}")
        opened.writestr(f"{top}/page/200-page/1.html", "left out")
    return target.as_uri()


def test_questions_are_read_with_escapes_undone(tmp_path: Path) -> None:
    path = tmp_path / "questions.tsv"
    path.write_bytes((HEADER + "nt-1\ta\\nb \\\\n\tcsv/1.csv\tx|y\\pz\r\nnt-2\tu\u2028v\tcsv/2.csv\t\n\n").encode())
    first, second = read_questions(path)
    assert (first.id, first.utterance, first.context) == ("nt-1", "a\nb \\n", "csv/1.csv")
    assert first.target == ("x", "y|z")
    assert second.utterance == "u\u2028v"
    assert second.target is None


def test_target_and_canonical_columns_are_optional_and_may_stand_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "questions.tsv"
    path.write_text("context\tid\tutterance\ncsv/1.csv\tq1\twho?\n", encoding="utf-8")
    assert read_questions(path)[0].target is None
    path.write_text(HEADER[:-1] + "\ttokens\ttargetCanon\nq\tw\tc\t1,000|b\twho\t1000.0|b\n", encoding="utf-8")
    assert read_questions(path)[0].canonical == ("1000.0", "b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column id, utterance, context"),
        (b"who won?\n", "no column id"),
        (HEADER.encode() + b"nt-0\twho?\n", "line 2: 2 fields where the header has 4"),
        (HEADER.encode() + b"nt-0\ta\tb\tc\nnt-1\ta\tb\tc\td\n", "line 3: 5 fields"),
        (HEADER.encode() + b"\ta\tb\tc\n", "line 2: the id or the context is empty"),
        (HEADER[:-1].encode() + b"\ttargetCanon\nn\ta\tb\tx|y\tx\n", "line 2: 2 target values, 1 canonical"),
        (b"\xff\xfe\x00id", "not UTF-8 text"),
    ],
)
def test_malformed_question_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "questions.tsv"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_questions(path)


def test_absent_question_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot read .*absent"):
        read_questions(tmp_path / "absent.tsv")


def test_a_question_file_may_be_a_split_of_the_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set" / "csv").mkdir(parents=True)
    (tmp_path / "set" / "data").mkdir()
    split = tmp_path / "set" / "data" / "training.tsv"
    split.write_text(HEADER)
    monkeypatch.chdir(tmp_path)
    for name in ("training", "training.tsv"):
        assert question_file(Path(name), tmp_path / "set") == split
    for other in ("absent.tsv", "elsewhere/training.tsv"):
        assert question_file(Path(other), tmp_path / "set") == Path(other)
    assert question_file(Path("training.tsv"), tmp_path / "absent") == Path("training.tsv")
    # What stands in the working directory comes first.
    (tmp_path / "training.tsv").write_text(HEADER)
    assert question_file(Path("training.tsv"), tmp_path / "set") == Path("training.tsv")


@given(st.text(alphabet="a\\np|\n", max_size=8))
def test_unescape_undoes_escape(text: str) -> None:
    assert unescape(escape(text)) == text
    assert "\n" not in escape(text)
    assert "|" not in escape(text)


def test_a_table_is_read_once(dataset: Path) -> None:
    opened = WikiTableQuestions(dataset)
    table = opened.table("csv/200-csv/1.csv")
    assert [column.name for column in table.columns] == ["Name", "Points"]
    assert table.column("Name").cells == ('Ann "A"', "Bo\nB")
    assert opened.table("csv/200-csv/1.csv") is table


def test_tables_that_are_not_there_are_refused(dataset: Path) -> None:
    opened = WikiTableQuestions(dataset)
    with pytest.raises(DatasetError, match=r"cannot read .*9\.csv"):
        opened.table("csv/200-csv/9.csv")
    with pytest.raises(DatasetError, match="leads out of"):
        opened.table("../../secret.csv")
    (dataset / "csv" / "200-csv" / "2.csv").write_text("")
    with pytest.raises(DatasetError, match=r"2\.csv is empty"):
        opened.table("csv/200-csv/2.csv")


def test_splits_are_named_by_their_files(dataset: Path) -> None:
    opened = WikiTableQuestions(dataset)
    assert opened.splits() == ["training"]
    assert len(opened.questions("training")) == 1
    with pytest.raises(DatasetError, match=r"no split 'test'.*training"):
        opened.questions("test")


def test_the_dataset_is_located(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert locate(dataset) == dataset
    with pytest.raises(DatasetError, match=f"--root DIR or {ENVIRONMENT_VARIABLE}=DIR.*download wtq"):
        locate()
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(dataset))
    assert locate() == dataset
    with pytest.raises(DatasetError, match="from --root"):
        locate(tmp_path)
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    cache_directory().parent.mkdir(parents=True)
    dataset.rename(cache_directory())
    assert locate() == cache_directory()


def test_download_unpacks_only_what_is_used_and_once(dataset: Path, tmp_path: Path) -> None:
    url = archive(dataset, tmp_path / "release.zip")
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "cache" / "wtq"
    assert download_wikitablequestions(target, url, lambda have, total: seen.append((have, total))) == target
    assert WikiTableQuestions(target).questions("training")[0].target == ("Ann",)
    assert not (target / "page").exists()
    assert seen[-1][0] == seen[-1][1] == (tmp_path / "release.zip").stat().st_size
    assert [path.name for path in target.parent.iterdir()] == ["wtq"]
    assert download_wikitablequestions(target, "file:///nowhere.zip") == target


@pytest.mark.parametrize("content", [b"<html>not found</html>", None])
def test_download_refuses_what_is_not_the_dataset(tmp_path: Path, content: bytes | None) -> None:
    source = tmp_path / "release.zip"
    if content is None:
        with zipfile.ZipFile(source, "w") as opened:
            opened.writestr("other/readme", "hello")
    else:
        source.write_bytes(content)
    target = tmp_path / "cache" / "wtq"
    with pytest.raises(DatasetError, match="is not the dataset"):
        download_wikitablequestions(target, source.as_uri())
    assert list(target.parent.iterdir()) == []


def test_download_of_a_dataset_without_tables_leaves_nothing(dataset: Path, tmp_path: Path) -> None:
    (dataset / "csv" / "200-csv" / "1.csv").unlink()
    url = archive(dataset, tmp_path / "release.zip")
    with pytest.raises(DatasetError, match="is not the dataset"):
        download_wikitablequestions(tmp_path / "cache" / "wtq", url)
    assert list((tmp_path / "cache").iterdir()) == []


def test_download_without_a_connection_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="--root DIR"):
        download_wikitablequestions(tmp_path / "wtq", (tmp_path / "absent.zip").as_uri())


def test_download_does_not_touch_another_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(DatasetError, match="choose another place"):
        download_wikitablequestions(tmp_path / "mine", "file:///nowhere.zip")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who won more, Ann or Bo?", QuestionType.CHOICE),
        ("did Ann win before 1999?", QuestionType.YES_NO),
        ("how many more points did Ann have than Bo?", QuestionType.DIFFERENCE),
        ("how many teams are named after birds?", QuestionType.COUNT),
        ("what is the average score?", QuestionType.AVERAGE),
        ("what is the total number of games?", QuestionType.TOTAL),
        ("who is listed right after Ann?", QuestionType.NEIGHBOUR),
        ("which player scored the most points?", QuestionType.SUPERLATIVE),
        ("which race had at least 3 laps?", QuestionType.COMPARISON),
        ("who was first?", QuestionType.FIRST_LAST),
        ("when did the bridge open?", QuestionType.WHEN),
        ("who wrote it?", QuestionType.WHO),
        ("Where is it?", QuestionType.WHERE),
        ("how long is the bridge?", QuestionType.AMOUNT),
        ("who has the same coach as Ann?", QuestionType.SAME),
        ("what is the most common colour?", QuestionType.MOST_COMMON),
        ("", QuestionType.LOOKUP),
    ],
)
def test_questions_have_one_type(question: str, expected: QuestionType) -> None:
    assert question_type(question) is expected


def test_the_first_development_split_is_whole(wikitablequestions: WikiTableQuestions) -> None:
    assert len(wikitablequestions.questions("random-split-1-dev")) == 2831
    assert len(wikitablequestions.questions("random-split-1-train")) == 11321
    assert {question.id for question in wikitablequestions.questions("random-split-1-dev")}.isdisjoint(
        question.id for question in wikitablequestions.questions("random-split-1-train")
    )


def test_csv_and_tsv_files_hold_the_same_tables(wikitablequestions: WikiTableQuestions) -> None:
    contexts = sorted({question.context for question in wikitablequestions.questions("random-split-1-dev")})
    for context in contexts[::20]:
        table = wikitablequestions.read_table(context)
        other = wikitablequestions.read_table(context.removesuffix(".csv") + ".tsv")
        for column, same in zip(table.columns, other.columns, strict=True):
            # The TSV files keep no-break spaces which the CSV files write as plain ones.
            assert [cell.split() for cell in column.cells] == [cell.split() for cell in same.cells]
