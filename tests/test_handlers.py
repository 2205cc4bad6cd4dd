import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from rag.types import Answer
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library
from ui.conversing import Conversing, Page
from ui.feedback import Feedback
from ui.handlers import Handlers
from ui.history import FILE, History
from ui.roles import Conversation, Exchange
from ui.talk import Talks

WHO = "0" * 32  # a browser's word


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path)


@pytest.fixture()
def handlers(library: ScriptedLibrary) -> Handlers:
    return Handlers(library, EXAMPLES, Feedback(library.path))


def _event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def _last(handlers: Handlers, question: str, conversation: Conversation = ()) -> Conversation:
    """The conversation after a question."""
    return _asked(handlers, question, conversation)[2]


def _asked(handlers: Handlers, question: str, conversation: Conversation = (), who: str = WHO) -> Page:
    """The page after a question."""
    *page, asked = list(_conversing(handlers).answered(question, conversation, who, "", _event(), gr.Request()))[-1]
    assert asked == ""  # nothing is being asked any more
    return tuple(page)


def _conversing(handlers: Handlers) -> Conversing:
    """As a server has it that was just started."""
    library = handlers._library
    return Conversing(library, Talks(library, History(library.path)), handlers)


def test_an_answer_is_kept_in_the_conversation(handlers: Handlers) -> None:
    conversation = _last(handlers, EXAMPLES[0])
    assert [exchange.question for exchange in conversation] == [EXAMPLES[0]]
    assert conversation[0].answer is not None and conversation[0].answer.text == "4.2 million euros"


def test_a_blank_question_is_not_asked(handlers: Handlers, library: ScriptedLibrary) -> None:
    assert _last(handlers, " \n ") == ()
    assert library.asked == []


def test_a_problem_is_kept_and_is_no_part_of_the_history(handlers: Handlers, library: ScriptedLibrary) -> None:
    conversation = _last(handlers, EXAMPLES[0], _last(handlers, "Is the disk full?"))
    assert conversation[0].problem.startswith("The disk is full")
    _last(handlers, EXAMPLES[1], conversation)
    assert [turn.question for turn in library.asked[-1][1]] == [EXAMPLES[0]]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"exchange": -1, "place": 0},
        {"exchange": 7, "place": 0},
        {"exchange": 0, "place": 99},
        {"exchange": 0, "place": -1},
        {"exchange": "0", "place": "0"},
        {"exchange": None, "place": [0]},
        {"exchange": 0.0, "place": 0},
    ],
)
def test_a_place_that_does_not_exist_opens_nothing(handlers: Handlers, data: dict[str, Any]) -> None:
    conversation = _last(handlers, EXAMPLES[0])
    for opened in (handlers.opened_place, handlers.opened_page):
        assert "qb-viewer" not in opened(conversation, _event(**data))
    assert "qb-viewer" not in handlers.opened_place((Exchange("q", problem="p"),), _event(exchange=0, place=0))


def test_any_amount_of_text_may_be_asked_for(handlers: Handlers) -> None:
    conversation = _last(handlers, EXAMPLES[0])
    shown = handlers.opened_place(conversation, _event(exchange=0, place=0, earlier=99_999, later=99_999))
    assert "data-earlier" not in shown


def test_a_page_that_the_server_has_forgotten_goes_on_where_it_was(handlers: Handlers) -> None:
    *_, who = _asked(handlers, EXAMPLES[0])
    shown = _conversing(handlers).seen(handlers.showed)((), who, _event(exchange=0), gr.Request())
    assert shown == handlers.last_evidence(_last(handlers, EXAMPLES[0]))
    assert [e.question for e in _asked(handlers, EXAMPLES[1], (), who)[2]] == [EXAMPLES[0], EXAMPLES[1]]


@pytest.mark.parametrize("who", ["", "x", "0" * 31, "0" * 33, f"{WHO} ../x 1", f"{WHO}\n", f"{WHO} {WHO} -1"])
def test_a_page_that_says_nonsense_of_itself_is_answered_all_the_same(handlers: Handlers, who: str) -> None:
    box, _, conversation, _, now = _asked(handlers, EXAMPLES[0], who=who)
    assert len(conversation) == 1 and now == "" and box is not None
    assert not (handlers._library.path / FILE).exists()


def test_a_user_has_the_same_conversations_in_every_browser(handlers: Handlers) -> None:
    conversing, ada = _conversing(handlers), gr.Request(username="ada")
    *_, who, _ = list(conversing.answered(EXAMPLES[0], (), WHO, "", _event(), ada))[-1]
    elsewhere, place = "f" * 32, who.split(" ", 1)[1]
    assert conversing.arrived((), f"{elsewhere} {place}", ada)[2] != ()
    assert (
        conversing.arrived((), who, gr.Request())[2]
        == ()
        == conversing.arrived((), who, gr.Request(username="bob"))[2]
    )


def test_an_answer_is_given_also_where_conversations_can_not_be_kept(handlers: Handlers) -> None:
    (handlers._library.path / FILE).write_bytes(b"no database" * 400)
    _, shown, conversation, _, _ = _asked(handlers, EXAMPLES[0])
    assert conversation[0].answer is not None
    assert "4&#46;2 million euros" in shown and "move the file away" in shown


def test_questions_to_go_on_with_are_tried_for_one_page_at_a_time(
    handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying, at_once = [0], []

    def tried(answer: Answer, ask: Callable[[str], Answer]) -> list[str]:
        trying[0] += 1
        at_once.append(trying[0])
        time.sleep(0.05)
        trying[0] -= 1
        return []

    monkeypatch.setattr("ui.conversing.suggestions", tried)
    conversing, conversation = _conversing(handlers), _last(handlers, EXAMPLES[0])
    with ThreadPoolExecutor(4) as pages:
        list(pages.map(lambda _: conversing.suggested(conversation, WHO, "", gr.Request()), range(4)))
    assert at_once == [1, 1, 1, 1]
