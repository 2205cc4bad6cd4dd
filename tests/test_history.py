"""Conversations that outlive the page and the program, and the answers in them."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Document
from rag.types import Citation
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library
from ui import history
from ui.history import FILE, History, HistoryError, Place
from ui.keeping import Kept, again, kept
from ui.remnants import Remnant
from ui.roles import Exchange, places

HELD = "When was the bridge built?"
ASKED = (*EXAMPLES, "And how long will it take?", "What colour is the bridge?", "What does the site say?", HELD)


def _said(question: str) -> Kept:
    return kept(Exchange(question, problem="The disk is full."))


def _library(folder: Path) -> ScriptedLibrary:
    return bridge_library(folder / "library")


def _by_id(documents: list[Document]) -> dict[str, Document]:
    return {document.id: document for document in documents}


def _original(citation: Citation) -> tuple[str, int, int, str]:
    document = citation.document
    shift = document.shift if isinstance(document, Remnant) else 0
    return document.id, citation.start + shift, citation.end + shift, citation.text


@pytest.mark.parametrize("question", ASKED)
def test_what_is_read_back_is_the_same_answer(tmp_path: Path, question: str) -> None:
    library = _library(tmp_path)
    exchange = Exchange(question, library.ask(question))
    through_json = json.loads(json.dumps(kept(exchange)))
    assert again(through_json, _by_id(library.documents())) == exchange


@pytest.mark.parametrize("question", ASKED)
def test_quotes_of_documents_that_are_gone_are_shown_as_they_were(tmp_path: Path, question: str) -> None:
    before = Exchange(question, _library(tmp_path).ask(question))
    after = again(kept(before), {})
    assert before.answer is not None and after.answer is not None
    assert after.answer.text == before.answer.text
    for then, now in zip(places(before.answer), places(after.answer), strict=True):
        assert isinstance(now.document, Remnant) and now.document.was_removed
        assert _original(now) == _original(then)
        assert (now.page, now.heading, now.document.title) == (then.page, then.heading, then.document.title)
        assert now.sentence.text in then.sentence.text or then.text in now.sentence.text
    assert [_original(c) for c in places(_answer_of(again(kept(after), {})))] == [
        _original(c) for c in places(before.answer)
    ]


def _answer_of(exchange: Exchange):  # type: ignore[no-untyped-def]
    assert exchange.answer is not None
    return exchange.answer


@given(st.data())
def test_no_mark_is_ever_set_on_other_words(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    library = bridge_library(Path("/nowhere"))
    exchange = Exchange(EXAMPLES[0], library.ask(EXAMPLES[0]))
    stored = kept(exchange)
    changed = {}
    for document in library.documents():
        start = data.draw(st.integers(0, len(document.text)))
        end = data.draw(st.integers(start, min(len(document.text), start + 300)))
        put_in = data.draw(st.text(max_size=20))
        changed[document.id] = replace(document, text=document.text[:start] + put_in + document.text[end:])
    then, now = _answer_of(exchange), _answer_of(again(stored, changed))
    assert now.text == then.text
    for before, after in zip(places(then), places(now), strict=True):
        assert after.text == before.text
        assert isinstance(after.document, Remnant) or after.document is changed[before.document.id]


def test_a_conversation_comes_back_after_the_program_ended(tmp_path: Path) -> None:
    store = History(tmp_path)
    place = store.save("ada", Place(), [_said("Who?")])
    place = store.save("ada", place, [_said("Who?"), _said("When?")])
    store.close()
    found, exchanges = History(tmp_path).load("ada", place.id)
    assert found == place and [e["question"] for e in exchanges] == ["Who?", "When?"]


def test_nobody_sees_or_deletes_what_is_anothers(tmp_path: Path) -> None:
    store = History(tmp_path)
    place = store.save("ada", Place(), [_said("Who?")])
    assert store.load("bob", place.id) == (Place(), []) and store.earlier("bob") == []
    store.delete("bob", place.id)
    store.save("bob", place, [_said("Mine")])
    assert [e["question"] for e in store.load("ada", place.id)[1]] == ["Who?"]
    assert [e.title for e in store.earlier("bob")] == ["Mine"]


def test_the_conversation_spoken_in_last_comes_first(tmp_path: Path) -> None:
    store = History(tmp_path)
    first = store.save("ada", Place(), [_said("One\n two?")])
    store.save("ada", Place(), [_said("Three?")])
    store.save("ada", first, [_said("One\n two?"), _said("More?")])
    assert [(e.title, e.n_questions) for e in store.earlier("ada")] == [("One two?", 2), ("Three?", 1)]


def test_what_could_not_be_asked_names_no_conversation(tmp_path: Path) -> None:
    store, library = History(tmp_path), _library(tmp_path)
    asked = [kept(Exchange(question, library.ask(question))) for question in EXAMPLES]
    place = store.save("ada", Place(), [_said("????")])
    assert [e.title for e in store.earlier("ada")] == ["????"]
    store.save("ada", place, [_said("????"), *asked])
    assert [(e.title, e.n_questions) for e in store.earlier("ada")] == [(EXAMPLES[0], 1 + len(EXAMPLES))]


def test_two_pages_of_one_conversation_lose_nothing(tmp_path: Path) -> None:
    store = History(tmp_path)
    place = store.save("ada", Place(), [_said("Who?")])
    here = store.save("ada", place, [_said("Who?"), _said("Here?")])
    there = store.save("ada", place, [_said("Who?"), _said("There?")])
    assert here.id == place.id != there.id
    assert [e["question"] for e in store.load("ada", here.id)[1]] == ["Who?", "Here?"]
    assert [e["question"] for e in store.load("ada", there.id)[1]] == ["Who?", "There?"]


def test_a_conversation_without_questions_is_not_kept(tmp_path: Path) -> None:
    store = History(tmp_path)
    place = store.save("ada", Place(), [_said("Who?")])
    assert store.save("ada", place, []) == Place()
    assert store.earlier("ada") == []


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_MAX_OF_ONE", 3)
    monkeypatch.setattr(history, "_MAX_OF_ALL", 4)
    store = History(tmp_path)
    for n in range(5):
        store.save("ada", Place(), [_said(f"{n}?")])
    assert [e.title for e in store.earlier("ada")] == ["4?", "3?", "2?"]
    for n in range(2):
        store.save("bob", Place(), [_said(f"{n}!")])
    assert [e.title for e in store.earlier("ada")] == ["4?", "3?"]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    History(tmp_path).save("ada", Place(), [_said("Who?")])
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"not a database at all, whatever it says it is" * 40, None])
def test_a_file_that_is_no_history_is_said_to_be_none(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        with sqlite3.connect(tmp_path / FILE) as newer:
            newer.execute("PRAGMA user_version = 99")
        newer.close()
    else:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(HistoryError, match="move the file away"):
        History(tmp_path).earlier("ada")


_SAVING = """
import sys
from pathlib import Path
from ui.history import History, Place
store, place = History(Path(sys.argv[1])), Place()
exchanges = []
while True:
    exchanges.append({"question": f"{len(exchanges)}?" + "x" * 5_000, "problem": "", "answer": None})
    place = store.save("ada", place, exchanges[-40:])
    print(place.id, place.revision, flush=True)
"""


def test_a_conversation_survives_being_killed(tmp_path: Path) -> None:
    told: list[str] = []
    for n_saves in (1, 7, 19):
        child = subprocess.Popen(
            [sys.executable, "-c", _SAVING, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        assert child.stdout is not None
        told += [child.stdout.readline() for _ in range(n_saves)]
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        id_, revision = told[-1].split()
        place, exchanges = History(tmp_path).load("ada", id_)
        assert place.revision >= int(revision) and len(exchanges) == min(40, place.revision)
    assert len(History(tmp_path).earlier("ada")) == 3
