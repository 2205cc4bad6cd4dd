"""The example library and its gold questions belong together, to the character."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from eval.gold import load_gold
from index.parsers import parse
from index.types import Document

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "examples" / "library"
GOLD = ROOT / "eval" / "data" / "examples.jsonl"
KINDS = {
    "date": 12,
    "number": 12,
    "who": 12,
    "why": 12,
    "list": 12,
    "factoid": 12,
    "disagreement": 10,
    "followup": 12,
    "unanswerable": 33,
}


@cache
def documents() -> dict[str, Document]:
    """Every document of the example library by its path in it."""
    paths = sorted(path for path in LIBRARY.rglob("*") if path.is_file())
    return {path.relative_to(LIBRARY).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> Document:
    kind = path.suffix.removeprefix(".")
    parsed = parse(path.read_bytes(), kind)
    source = path.relative_to(ROOT).as_posix()
    return Document(id=source, text=parsed.text, source=source, title=parsed.title or path.name, kind=kind)


@cache
def questions() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines())


def test_the_library_is_large_and_varied_enough() -> None:
    assert len(documents()) >= 14
    assert len({document.kind for document in documents().values()}) >= 6


def test_every_evidence_slice_is_a_listed_answer() -> None:
    for question in questions():
        for name, start, end in question["evidence"]:
            assert documents()[name].text[start:end] in question["answers"], question["id"]


def test_every_answer_has_evidence() -> None:
    for question in questions():
        slices = {documents()[name].text[start:end] for name, start, end in question["evidence"]}
        assert slices == set(question["answers"]), question["id"]
        assert len(question["answers"]) == len(slices), question["id"]


def test_no_answer_cuts_a_word() -> None:
    for question in questions():
        for name, start, end in question["evidence"]:
            text = documents()[name].text
            assert not (text[start - 1 : start] + text[start]).isalnum(), question["id"]
            assert not text[end - 1 : end + 1].isalnum() or end == len(text), question["id"]


def test_every_document_has_a_question() -> None:
    assert {name for question in questions() for name, _, _ in question["evidence"]} == set(documents())


@pytest.mark.parametrize(("kind", "fewest"), KINDS.items())
def test_there_are_enough_questions_of_each_kind(kind: str, fewest: int) -> None:
    assert Counter(question["kind"] for question in questions())[kind] >= fewest


def test_kinds_ids_and_questions_are_as_promised() -> None:
    assert len(questions()) >= 130
    assert {question["kind"] for question in questions()} == set(KINDS)
    assert len({question["id"] for question in questions()}) == len(questions())
    asked = Counter((question["question"], str(question.get("history"))) for question in questions())
    assert max(asked.values()) == 1


def test_a_quarter_of_the_questions_have_no_answer() -> None:
    unanswerable = [question for question in questions() if question["kind"] == "unanswerable"]
    assert all(not question["answers"] and not question["evidence"] for question in unanswerable)
    assert len(unanswerable) >= 0.25 * len(questions())
    assert all(question["answers"] for question in questions() if question["kind"] != "unanswerable")


def test_documents_that_disagree_each_give_an_answer() -> None:
    for question in questions():
        assert question.get("disagree", False) == (question["kind"] == "disagreement"), question["id"]
        if question["kind"] == "disagreement":
            assert len({name for name, _, _ in question["evidence"]}) >= 2, question["id"]
            assert len(question["answers"]) >= 2, question["id"]


def test_only_follow_ups_have_a_history() -> None:
    for question in questions():
        assert ("history" in question) == (question["kind"] == "followup"), question["id"]


def test_the_benchmark_accepts_every_line() -> None:
    gold = load_gold(GOLD, list(documents().values()))
    assert [question.id for question in gold.questions] == [question["id"] for question in questions()]
