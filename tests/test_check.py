"""What the author of a gold file is told."""

import json

from eval.check import check_gold
from eval.gold import load_gold
from index.types import Document

ONE = Document(id="1", text="Dogs travel free of charge. Cats pay.", source="/docs/one.txt", title="One")
TWO = Document(id="2", text="On Sunday dogs travel free of\ncharge, as ever.", source="/docs/two.txt", title="Two")


def _problems(tmp_path, *lines, documents=(ONE, TWO)):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    gold = load_gold(path, documents, strict=False)
    return [(finding.id, finding.problem) for finding in check_gold(gold, documents)]


def _line(id_, question, answer="", source="one.txt"):
    at = ONE.text.find(answer)
    evidence = [[source, at, at + len(answer)]] if answer else []
    return {"id": id_, "question": question, "answers": [answer] if answer else [], "evidence": evidence}


def test_a_question_asked_twice_is_named_once(tmp_path):
    lines = [_line("a", "Who pays?"), _line("b", "who pays"), _line("c", "Who paid?")]
    assert _problems(tmp_path, *lines) == [("b", "asks the same as a.")]


def test_the_same_words_after_another_history_are_another_question(tmp_path):
    follow_up = {**_line("b", "Who pays?"), "history": [["And cats?", ""]]}
    assert _problems(tmp_path, _line("a", "Who pays?"), follow_up) == []


def test_an_answer_that_stands_in_another_document_is_named(tmp_path):
    problems = _problems(tmp_path, _line("a", "What do dogs pay?", "free of charge"))
    assert problems == [("a", "has the answer 'free of charge', also in /docs/two.txt.")]


def test_short_answers_and_parts_of_words_mean_nothing(tmp_path):
    assert _problems(tmp_path, _line("a", "How do dogs travel?", "free")) == []
    other = Document(id="2", text="carefree of charges", source="/docs/two.txt", title="Two")
    assert _problems(tmp_path, _line("a", "What do dogs pay?", "free of charge"), documents=(ONE, other)) == []


def test_evidence_that_is_gone_is_named(tmp_path):
    lines = [_line("a", "Who pays?", "Cats", "three.txt"), _line("b", "Who travels?", "Cats", "two.txt")]
    assert _problems(tmp_path, *lines) == [
        ("a", "has evidence in a document that is not in the library."),
        ("b", "has evidence that no longer reads like any of its answers."),
    ]
