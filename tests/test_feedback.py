import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import load_gold
from rag import open_library
from rag.types import Citation
from tests.fakes import WordEncoder
from tests.scripted_library import ScriptedLibrary, bridge_library, document, quoted
from ui import cli
from ui.feedback import Feedback, FeedbackError, Kind, Verdict, gold_lines, mark_of, place_of
from ui.handlers import Handlers
from ui.judging import Judging
from ui.render import conversation_html, exchange_html
from ui.roles import Conversation, Exchange, places

COST, HELD = "How much will the repair of the bridge cost?", "When was the bridge built?"


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path)


@pytest.fixture()
def feedback(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path)


@pytest.fixture()
def judging(library: ScriptedLibrary, feedback: Feedback) -> Judging:
    return Judging(library, feedback)


@pytest.fixture()
def conversation(library: ScriptedLibrary) -> Conversation:
    return tuple(Exchange(question, library.ask(question)) for question in (COST, HELD))


def _judged(judging: Judging, conversation: Conversation, *, user: str | None = None, **data: Any) -> None:
    judging.judged(conversation, gr.EventData(None, data), gr.Request(username=user))


def _picked(judging: Judging, conversation: Conversation, **data: Any) -> None:
    judging.picked(conversation, gr.EventData(None, data), gr.Request())


def test_the_last_verdict_on_a_question_is_the_one_that_counts(feedback: Feedback) -> None:
    feedback.keep(Verdict("Who?", Kind.RIGHT))
    feedback.keep(Verdict("When?", Kind.WRONG))
    feedback.keep(Verdict("who? ", Kind.ABSENT))
    assert [(v.question, v.kind) for v in feedback.verdicts().values()] == [("When?", "wrong"), ("who? ", "absent")]


def test_everyone_sees_what_they_said_themselves(
    judging: Judging, feedback: Feedback, library: ScriptedLibrary, conversation: Conversation
) -> None:
    _judged(judging, conversation, exchange=0, verdict="right", user="ada")
    _judged(judging, conversation, exchange=0, verdict="absent", user="bo")
    for user, said in (("ada", "right"), ("bo", "absent")):
        shown = Handlers(library, (), feedback).shown(conversation, user=user)
        assert ("You said that it is not in your documents." in shown) == (said == "absent")
        assert shown.count('aria-pressed="true"') == (said == "right")
        assert [(v.kind, v.owner) for v in feedback.verdicts(user).values()] == [(said, user)]
    assert feedback.verdicts() == {} == feedback.verdicts("cy")
    assert [v.owner for v in feedback.everyones()] == ["ada", "bo"]


def test_a_line_that_was_cut_short_hides_no_other(feedback: Feedback, tmp_path: Path) -> None:
    feedback.keep(Verdict("One?", Kind.RIGHT))
    whole = (tmp_path / "feedback.jsonl").read_bytes()
    for cut in range(1, len(whole)):
        (tmp_path / "feedback.jsonl").write_bytes(whole + whole[:cut].rstrip(b"\n"))
        feedback.keep(Verdict("Two?", Kind.WRONG))
        assert [v.question for v in feedback.verdicts().values()] == ["One?", "Two?"]


@given(st.text(), st.sampled_from(Kind))
def test_any_question_is_kept_as_one_line(
    tmp_path_factory: pytest.TempPathFactory, question: str, kind: Kind
) -> None:
    folder = tmp_path_factory.mktemp("library")
    feedback = Feedback(folder)
    feedback.keep(Verdict(question, kind))
    (verdict,) = feedback.verdicts().values()
    assert (verdict.question, verdict.kind) == (question, kind) and verdict.said_at.endswith("+00:00")


def test_only_the_owner_of_the_library_reads_what_was_said(feedback: Feedback, tmp_path: Path) -> None:
    feedback.keep(Verdict("One?", Kind.RIGHT))
    assert stat.S_IMODE((tmp_path / "feedback.jsonl").stat().st_mode) == 0o600


def test_a_file_that_can_not_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="can't be kept"):
        Feedback(tmp_path / "no folder").keep(Verdict("One?", Kind.RIGHT))


def test_what_was_said_survives_being_killed(tmp_path: Path) -> None:
    code = (
        "import os; from pathlib import Path; from ui.feedback import *\n"
        f"feedback = Feedback(Path({str(tmp_path)!r}))\n"
        "feedback.keep(Verdict('One?', Kind.RIGHT)); os.kill(os.getpid(), 9)"
    )
    root = str(Path(__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], cwd=root, env=os.environ | {"PYTHONPATH": root}, check=False)
    assert list(Feedback(tmp_path).verdicts()) == ["one?"]


def test_right_keeps_every_place_of_the_answer(
    judging: Judging, feedback: Feedback, conversation: Conversation
) -> None:
    _judged(judging, conversation, exchange=0, verdict="right")
    verdict = feedback.verdicts()[COST.casefold()]
    answer = conversation[0].answer
    assert answer is not None and verdict.owner == ""
    assert verdict.marks == tuple(mark_of(citation) for citation in answer.citations)


@pytest.mark.parametrize("index", range(3))
def test_selected_characters_are_kept_by_their_offsets(
    judging: Judging, feedback: Feedback, conversation: Conversation, index: int
) -> None:
    answer = conversation[1].answer
    assert answer is not None
    text = places(answer)[index].document.text
    start = text.index("bridge") if "bridge" in text else text.index("Bridge")
    _picked(judging, conversation, exchange=1, place=index, start=start - 1, end=start + 7)  # with blanks around
    (verdict,) = feedback.verdicts().values()
    assert verdict.kind is Kind.HERE
    assert [(mark.start, mark.end) for mark in verdict.marks] == [(start, start + 6)]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"start": 5, "end": 5},
        {"start": 9, "end": 5},
        {"start": -1, "end": 5},
        {"start": 0, "end": 10_000_000},
        {"start": "0", "end": "5"},
        {"start": None, "end": [5]},
        {"start": 0.5, "end": 5.5},
    ],
)
def test_a_selection_that_is_none_is_refused_with_a_sentence(
    judging: Judging, feedback: Feedback, conversation: Conversation, data: dict[str, Any]
) -> None:
    with pytest.raises(gr.Error, match="Nothing is selected"):
        _picked(judging, conversation, exchange=1, place=0, **data)
    assert feedback.everyones() == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"exchange": 7, "verdict": "right"},
        {"exchange": -1, "verdict": "right"},
        {"exchange": 0, "verdict": "here"},
        {"exchange": 0, "verdict": ["right"]},
        {"exchange": 0, "verdict": {}},
    ],
)
def test_what_is_no_verdict_is_not_kept(
    judging: Judging, feedback: Feedback, conversation: Conversation, data: dict[str, Any]
) -> None:
    _judged(judging, conversation, **data)
    _picked(judging, conversation, **{"place": 99, **data})
    assert feedback.everyones() == []


def test_a_place_whose_document_has_changed_since_is_refused(
    judging: Judging, feedback: Feedback, library: ScriptedLibrary, conversation: Conversation
) -> None:
    for doc in library.documents():
        library._documents[doc.id] = replace(doc, text="Other words. " + doc.text)
    with pytest.raises(gr.Error, match="has changed or was removed"):
        _judged(judging, conversation, exchange=0, verdict="right")
    with pytest.raises(gr.Error, match="has changed or was removed"):
        _picked(judging, conversation, exchange=1, place=0, start=0, end=9)
    assert feedback.everyones() == []


def test_verdicts_become_gold_that_the_benchmark_reads(
    judging: Judging, feedback: Feedback, library: ScriptedLibrary, conversation: Conversation, tmp_path: Path
) -> None:
    _judged(judging, conversation, exchange=0, verdict="right")
    _judged(judging, conversation, exchange=1, verdict="absent")
    feedback.keep(Verdict("Why?", Kind.WRONG))
    lines, left_out = gold_lines(feedback.everyones(), library.documents())
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    first, second = load_gold(path, library.documents()).questions
    answer = conversation[0].answer
    assert answer is not None
    assert (first.question, first.answers, first.evidence) == (COST, ("4.2 million euros",), answer.citations)
    assert (second.question, second.answers, second.evidence) == (HELD, (), ())
    assert left_out == ["'Why?' was answered wrongly, and nobody said what is right."]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (("right", "right"), ("4.2 million euros",)),
        (("right", "here"), ("4.2 million euros",)),
        (("right", "other"), None),
        (("right", "wrong"), None),
        (("right", "absent"), None),
        (("here", "absent"), None),
        (("other", "wrong"), ("5.6 million euros",)),
        (("absent", "wrong"), ()),
        (("absent", "present"), None),
        (("absent", "wrong", "present"), None),
        (("right", "present"), ("4.2 million euros",)),
        (("other", "present"), ("5.6 million euros",)),
        (("absent", "absent"), ()),
        (("right", "here", "other"), None),
    ],
)
def test_people_who_differ_do_not_overwrite_each_other(
    feedback: Feedback, library: ScriptedLibrary, said: tuple[str, ...], kept: tuple[str, ...] | None
) -> None:
    answer = library.ask(COST)
    ours, other = tuple(map(mark_of, answer.citations)), mark_of(answer.alternatives[0].citations[0])
    verdicts = {
        "right": (Kind.RIGHT, ours),
        "here": (Kind.HERE, ours[1:]),
        "other": (Kind.HERE, (other,)),
        "wrong": (Kind.WRONG, ()),
        "absent": (Kind.ABSENT, ()),
        "present": (Kind.PRESENT, ()),
    }
    for order in (said, said[::-1]):
        for person, word in zip(("ada", "bo", "cy"), order, strict=False):
            kind, marks = verdicts[word]
            feedback.keep(Verdict(COST, kind, marks, owner=person))
        lines, left_out = gold_lines(feedback.everyones(), library.documents())
        people = ", ".join(("ada", "bo", "cy")[: len(said)])
        differing = f"{COST!r} was judged differently by {people}. Export again when they agree."
        assert [tuple(line["answers"]) for line in lines] == ([] if kept is None else [kept])
        assert left_out == ([differing] if kept is None else [])


def test_that_it_is_in_the_documents_is_no_gold_until_someone_says_where(
    judging: Judging, feedback: Feedback, library: ScriptedLibrary, conversation: Conversation
) -> None:
    _judged(judging, conversation, exchange=1, verdict="present")
    shown = conversation_html(conversation, verdicts=feedback.verdicts())
    assert 'data-exchange="1" data-verdict="present" aria-pressed="true">It is<' in shown
    assert "select the words that are right" in shown and "Or: " not in shown
    lines, left_out = gold_lines(feedback.everyones(), library.documents())
    assert lines == []
    assert left_out == [f"{HELD!r} is answered in the documents, but nobody said where."]


def test_that_it_is_in_the_documents_was_not_said_of_an_answer_found_since(
    feedback: Feedback, conversation: Conversation
) -> None:
    feedback.keep(Verdict(COST, Kind.PRESENT))
    shown = exchange_html(conversation[0], 0, feedback.verdicts())
    assert 'aria-pressed="true"' not in shown and "select the words" not in shown


def test_what_was_said_of_words_that_are_gone_differs_from_nothing(
    feedback: Feedback, library: ScriptedLibrary
) -> None:
    answer = library.ask(COST)
    before, now = mark_of(answer.citations[0]), mark_of(answer.alternatives[0].citations[0])
    feedback.keep(Verdict(COST, Kind.HERE, (before,), owner="ada"))
    feedback.keep(Verdict(COST, Kind.HERE, (now,), owner="bo"))
    left = [doc for doc in library.documents() if doc.id != before.document]
    lines, left_out = gold_lines(feedback.everyones(), left)
    assert [line["answers"] for line in lines] == [["5.6 million euros"]] and left_out == []


def test_a_mark_is_lost_with_its_words_and_never_found_elsewhere(library: ScriptedLibrary) -> None:
    doc = library.documents()[0]
    verdict = Verdict("Q?", Kind.HERE, (mark_of(quoted(doc, "fourteen months")),))
    moved = replace(doc, text="New: " + doc.text)
    assert place_of(verdict.marks[0], {doc.id: doc}) == quoted(doc, "fourteen months")
    assert place_of(verdict.marks[0], {doc.id: moved}) is None
    lines, left_out = gold_lines([verdict], [moved])
    assert lines == [] and left_out == ["'Q?' was answered in a document that has changed or is gone."]


def test_the_words_of_documents_are_not_kept(judging: Judging, conversation: Conversation, tmp_path: Path) -> None:
    _judged(judging, conversation, exchange=0, verdict="right")
    assert "4.2 million" not in (tmp_path / "feedback.jsonl").read_text("utf-8")


def test_what_was_said_is_shown_below_the_answer(
    judging: Judging, feedback: Feedback, conversation: Conversation
) -> None:
    assert 'aria-pressed="true"' not in conversation_html(conversation, verdicts=feedback.verdicts())
    _judged(judging, conversation, exchange=0, verdict="right")
    shown = conversation_html(conversation, verdicts=feedback.verdicts())
    assert 'data-exchange="0" data-verdict="right" aria-pressed="true"' in shown
    _judged(judging, conversation, exchange=0, verdict="wrong")
    shown = conversation_html(conversation, verdicts=feedback.verdicts())
    assert 'data-verdict="right" aria-pressed="true"' not in shown and "select the words that are right" in shown
    _picked(judging, conversation, exchange=0, place=0, start=0, end=6)
    assert "You marked <q><bdi>Survey</bdi></q> as right." in conversation_html(
        conversation, verdicts=feedback.verdicts()
    )


def test_right_was_not_said_of_other_words(judging: Judging, feedback: Feedback, conversation: Conversation) -> None:
    _judged(judging, conversation, exchange=0, verdict="right")
    answer = conversation[0].answer
    assert answer is not None and answer.citation is not None
    other = replace(answer, citations=(Citation(answer.citation.document, 0, 6),))
    assert 'aria-pressed="true"' not in exchange_html(Exchange(COST, other), 0, feedback.verdicts())


def test_words_that_were_marked_show_as_characters(feedback: Feedback, library: ScriptedLibrary) -> None:
    doc = document("<img src=x> is the answer", title="T", source="t.txt")
    cited = Citation(doc, 0, 11)
    answer = replace(library.ask(COST), citations=(cited,), alternatives=())
    feedback.keep(Verdict(COST, Kind.HERE, (mark_of(cited),)))
    assert "<img" not in exchange_html(Exchange(COST, answer), 0, feedback.verdicts())


def test_what_was_said_is_exported_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "ferry.txt").write_text("The ferry leaves at nine. It is blue.", "utf-8")
    with open_library(tmp_path / "library", create=True, encoder=WordEncoder()) as library:
        library.sync(tmp_path / "documents")
        (doc,) = library.documents()
    feedback = Feedback(tmp_path / "library")
    feedback.keep(Verdict("When does it leave?", Kind.HERE, (mark_of(quoted(doc, "at nine")),), doc.id))
    feedback.keep(Verdict("Who steers it?", Kind.ABSENT, (), doc.id))
    feedback.keep(Verdict("What is it?", Kind.WRONG, (), doc.id))
    feedback.keep(Verdict("What colour is it?", Kind.HERE, (mark_of(quoted(doc, "blue")),), doc.id, owner="ada"))
    feedback.keep(Verdict("What colour is it?", Kind.ABSENT, (), doc.id, owner="bo"))
    monkeypatch.setattr(sys, "argv", ["quoteback", "gold", "export", "--library", str(tmp_path / "library")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 0
    lines = map(json.loads, said.out.splitlines())
    assert [(line["question"], line["answers"], line["evidence"]) for line in lines] == [
        ("When does it leave?", ["at nine"], [["ferry.txt", 17, 24]]),
        ("Who steers it?", [], []),
    ]
    assert "Left out: 'What is it?'" in said.err
    assert "Left out: 'What colour is it?' was judged differently by ada, bo." in said.err
