import html
import json
import re
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr
import pytest

from eval.records import Report
from rag.types import Answer
from tests.overlap_library import OverlapLibrary
from ui.evaluating import Evaluating

TEXTS = {
    "ferry.txt": "The ferry leaves at nine. The captain is Ada Quill.",
    "mill.txt": "The old mill was sold for ${alert(1)} </template><b>12</b> crowns.",
}
GOLD = (
    {"id": "1", "question": "Who is the captain?", "answers": ["Ada Quill"], "evidence": [["ferry.txt", 41, 50]]},
    {"id": "2", "question": "Who built the mill?", "answers": []},
)


def _evaluating(tmp_path: Path, lines: tuple[object, ...] = GOLD) -> tuple[Evaluating, gr.EventData]:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    library = OverlapLibrary(TEXTS, {"Who is the captain?": ("Ada Quill", 0.9)})
    return Evaluating(library, tmp_path), gr.EventData(None, {"path": str(path)})


def _text(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def test_every_question_is_told_and_then_the_report_is_shown(tmp_path: Path) -> None:
    evaluating, event = _evaluating(tmp_path)
    *told, (shown, _) = evaluating.evaluated(event)
    assert [_text(source) for source, _ in told] == [
        "Reading the gold file",
        "1 of 2 questions asked Stop",
        "2 of 2 questions asked Stop",
    ]
    kept = re.search(r'<template class="qb-json">(.*?)</template>', shown, flags=re.S)
    page = re.search(r' sandbox srcdoc="([^"]*)"></iframe>', shown)
    assert kept is not None and page is not None
    assert len(Report.from_json(html.unescape(kept[1])).records) == 2
    assert html.unescape(page[1]).startswith("<!doctype html>")
    assert "<b>12" not in shown and "${" not in shown
    assert not (tmp_path / "gold.jsonl").exists()


def test_what_is_wrong_with_a_gold_line_is_said_as_it_is(tmp_path: Path) -> None:
    wrong = {"id": "1", "question": "Who?", "answers": ["Ada"], "evidence": [["ferry.txt", 3, 0]]}
    evaluating, event = _evaluating(tmp_path, (*GOLD[1:], wrong))
    *_, (shown, _) = evaluating.evaluated(event)
    assert "gold.jsonl has 1 bad line: line 2 has the evidence ['ferry.txt', 3, 0], which is not" in _text(shown)


def test_a_question_that_cannot_be_asked_is_named_before_any_is(tmp_path: Path) -> None:
    evaluating, event = _evaluating(tmp_path, (*GOLD, {"id": "3", "question": "???", "answers": []}))
    (_, (shown, _)) = evaluating.evaluated(event)
    assert _text(shown) == (
        "gold.jsonl has 1 bad line: line 3 can't be asked (The question has no words. Type what you want to know.)."
    )


def test_evidence_that_the_library_lacks_is_counted_in_the_report(tmp_path: Path) -> None:
    elsewhere = {"id": "3", "question": "Who?", "answers": ["Ada"], "evidence": [["boat.txt", 0, 3]]}
    changed = {"id": "4", "question": "When?", "answers": ["ten"], "evidence": [["ferry.txt", 21, 24]]}
    evaluating, event = _evaluating(tmp_path, (*GOLD, elsewhere, changed))
    *_, (shown, _) = evaluating.evaluated(event)
    page = _text(html.unescape(shown))
    assert "not in library 1 the document is not in the library" in page
    assert "lost in parsing 1 the document is there, but" in page


def test_only_its_own_session_stops_an_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluating, event = _evaluating(tmp_path)
    was_stopped, ask = Event(), OverlapLibrary.ask

    def patient(library: OverlapLibrary, question: str, **given: Any) -> Answer:
        if question == GOLD[1]["question"]:
            was_stopped.wait(60)
        return ask(library, question, **given)

    monkeypatch.setattr(OverlapLibrary, "ask", patient)
    run = evaluating.evaluated(event)
    next(run)
    _, number = next(run)
    for other in ("", "0" * 32):
        evaluating.stopped(other)
    evaluating.stopped(number)
    was_stopped.set()
    *_, (shown, _) = run
    assert _text(shown) == "Stopped after 2 of 2 questions. Nothing was measured."


def test_one_evaluation_runs_at_a_time(tmp_path: Path) -> None:
    evaluating, event = _evaluating(tmp_path)
    first = evaluating.evaluated(event)
    next(first)
    assert "Another evaluation is running" in next(evaluating.evaluated(event))[0]
    first.close()
    _, event = _evaluating(tmp_path)
    assert "Reading the gold file" in next(evaluating.evaluated(event))[0]


@pytest.mark.parametrize("data", [None, {}, {"path": "/etc/passwd"}, {"path": ["x"]}, {"path": "gold.jsonl\0"}])
def test_only_a_file_that_was_sent_is_read(tmp_path: Path, data: Any) -> None:
    evaluating, _ = _evaluating(tmp_path)
    ((shown, _),) = evaluating.evaluated(gr.EventData(None, data))
    assert "did not arrive" in shown
