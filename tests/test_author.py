"""Writing gold questions: what is offered, what is found of what is typed, and what is in the file."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.author import append_line, draw_passages, gold_line, names_of, places_of, written_lines
from eval.gold import GoldError, load_gold
from index.library import Library
from index.sync import sync
from index.types import Document, Passage
from rag.types import Citation, Turn
from tests.fakes import WordEncoder
from ui.authoring import passages_left, write_questions

TEXT = "The ferry’s “Aurora” carries 120 passengers. The ferry sails at nine,\nand 120 cars stay on the quay."
FERRY = Document(id="1", text=TEXT, source="/home/me/docs/ferry.txt", title="Ferry")
NAMES = {"1": "ferry.txt"}
WHOLE = Passage(FERRY, 0, len(TEXT))


def _passages(n_each: list[int]) -> list[list[Passage]]:
    documents = [Document(id=str(i), text="x" * 50, source=f"{i}.txt", title="") for i in range(len(n_each))]
    return [[Passage(d, start, start + 1) for start in range(n)] for d, n in zip(documents, n_each, strict=True)]


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(0, 99))
def test_every_document_gives_one_passage_before_any_gives_two_more(n_each: list[int], seed: int) -> None:
    passages = _passages(n_each)
    drawn = list(draw_passages(passages, seed=seed))
    assert drawn == list(draw_passages(passages, seed=seed))
    assert Counter(drawn) == Counter(p for of_document in passages for p in of_document)
    n_given = Counter({str(i): 0 for i in range(len(n_each))})
    for passage in drawn:
        n_given[passage.document.id] += 1
        assert all(n_given[str(i)] >= min(n, n_given[passage.document.id] - 1) for i, n in enumerate(n_each))


def test_another_seed_draws_in_another_order() -> None:
    passages = _passages([5, 5, 5])
    assert len({tuple(draw_passages(passages, seed=seed)) for seed in range(5)}) == 5


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("120", ["120", "120"]),
        ("120 passengers", ["120 passengers"]),
        ('ferry\'s "aurora"', ["ferry’s “Aurora”"]),
        ("at nine, and 120", ["at nine,\nand 120"]),
        ("The ferry", ["The ferry", "The ferry"]),
        ("and", ["and"]),
        ("12", []),
        ("1.0", []),
        ("", []),
        ("  ", []),
    ],
)
def test_typed_words_are_found_as_they_stand(typed: str, found: list[str]) -> None:
    assert [place.text for place in places_of(typed, WHOLE)] == found


@given(st.integers(0, len(TEXT)), st.integers(1, 30))
def test_every_whole_word_slice_is_found_where_it_was_copied(start: int, length: int) -> None:
    words = TEXT[start : start + length].strip()
    at = TEXT.index(words)
    inside = (TEXT[at - 1 : at] + words[:1]).isalnum() or (words[-1:] + TEXT[at + len(words) :][:1]).isalnum()
    if words and not inside:
        assert at in [place.start for place in places_of(words, WHOLE)]


def test_places_are_those_of_the_passage_alone() -> None:
    start = TEXT.index("The ferry sails")
    assert [place.start for place in places_of("120", Passage(FERRY, start, len(TEXT)))] == [TEXT.index("120 cars")]


def test_a_name_is_the_shortest_that_only_one_document_has() -> None:
    sources = ["/home/me/a/ferry.txt", "/home/me/b/ferry.txt", "/home/me/b/dock.txt", "https://host/x/dock.html"]
    documents = [Document(id=source, text="", source=source, title="") for source in sources]
    assert list(names_of(documents).values()) == ["a/ferry.txt", "b/ferry.txt", "dock.txt", "dock.html"]


def test_a_line_is_read_back_as_the_question_it_is(tmp_path: Path) -> None:
    place = Citation(FERRY, TEXT.index("120"), TEXT.index("120") + 3)
    turn = Turn("What is she called?", "Aurora")
    lines = [
        gold_line("How many?", [place], NAMES, document="1", passage=WHOLE),
        gold_line("Who built it?", [], NAMES, document="1"),
        gold_line("How many?", [place], NAMES, document="1", history=[turn]),
    ]
    for line in lines:
        append_line(tmp_path / "gold.jsonl", line)
    answered, unanswerable, follow_up = load_gold(tmp_path / "gold.jsonl", [FERRY]).questions
    assert (answered.answers, answered.evidence) == (("120",), (place,))
    assert (unanswerable.answers, unanswerable.document) == ((), "ferry.txt")
    assert follow_up.history == (turn,)
    assert written_lines(tmp_path / "gold.jsonl") == lines


def test_a_line_that_was_cut_short_is_taken_off_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    line = gold_line("Åre they many?", [], NAMES, document="1")
    append_line(path, line)
    whole = path.read_bytes()
    for n_bytes in range(10, len(whole) - 2):
        path.write_bytes(whole + whole[:n_bytes])
        assert written_lines(path) == [line]
        assert path.read_bytes() == whole
    path.write_bytes(whole + whole[:-1])
    assert written_lines(path) == [line, line]
    assert path.read_bytes() == whole * 2


def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_bytes(b"My notes\nsecond\n")
    with pytest.raises(GoldError, match="its line 1 is not JSON"):
        written_lines(path)
    assert path.read_bytes() == b"My notes\nsecond\n"


def _write(path: Path, *typed: str, passages: tuple[Passage, ...] = (WHOLE,)) -> tuple[int, list[str]]:
    """What a dialogue with these lines typed says, until they are used up."""
    left, said = iter(typed), []

    def ask(prompt: str) -> str:
        said.append(prompt)
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return write_questions(passages, path, NAMES, ask=ask, say=said.append), said


def test_a_person_writes_answered_and_unanswerable_questions(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    n_written, said = _write(path, "When does it sail?", "nine", "", "Who built it?", "", "")
    assert n_written == 2
    answered, unanswerable = load_gold(path, [FERRY]).questions
    assert answered.evidence[0].text == answered.answers[0] == "nine"
    assert unanswerable.answers == ()
    assert "Written: nine." in said and "Written: unanswerable." in said


def test_a_question_that_could_not_be_asked_is_not_written(tmp_path: Path) -> None:
    n_written, said = _write(tmp_path / "gold.jsonl", "???", "When does it sail?", "nine", "", "q")
    assert n_written == 1 and "The question has no words. Type what you want to know." in said


def test_words_that_stand_twice_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    _, said = _write(path, "How many?", "120", "3", "two", "2", "", "And how many?", "120", "", "", "q")
    one, both = load_gold(path, [FERRY]).questions
    assert [place.start for place in one.evidence] == [TEXT.index("120 cars")]
    assert len(both.evidence) == 2
    assert said.count("Numbers from 1 to 2, please.") == 2


def test_words_that_do_not_stand_there_are_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    _, said = _write(path, "How many?", "130", "120 passengers", "120 cars", "")
    (question,) = load_gold(path, [FERRY]).questions
    assert question.answers == ("120 passengers", "120 cars")
    assert "'130' does not stand in this passage. Type it as it stands there." in said


def test_a_question_is_written_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    assert _write(path, "How many?", "120")[0] == 0
    assert not path.exists()


def test_writing_goes_on_after_the_last_passage_that_has_a_question(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    passages = tuple(Passage(FERRY, start, start + 20) for start in (0, 20, 40))
    _write(path, "", "Who?", "", "", passages=passages)
    assert passages_left(passages, written_lines(path), NAMES) == [passages[2]]
    assert passages_left(passages, [], NAMES) == list(passages)


def test_writing_survives_being_killed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "ferry.txt").write_text(TEXT)
    sync(Library(tmp_path / "l", create=True), tmp_path / "docs", encoder=WordEncoder())
    gold = tmp_path / "gold.jsonl"
    command = [sys.executable, "-u", "-m", "ui.cli", "gold", "new", str(gold), "-l", str(tmp_path / "l")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None and program.stdout is not None
        program.stdin.write("When does it sail?\nat nine\n\nHalf a question")
        program.stdin.flush()
        while "Written: at nine." not in program.stdout.readline():
            assert program.poll() is None
        program.send_signal(signal.SIGKILL)
    (line,) = [json.loads(line) for line in gold.read_text().splitlines()]
    assert line["answers"] == ["at nine"]
    ended = subprocess.run(command, input="q\n", capture_output=True, text=True)
    assert ended.returncode == 1 and "no passage left" in ended.stderr
