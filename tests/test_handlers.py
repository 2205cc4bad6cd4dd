from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library
from ui.conversing import Conversing
from ui.feedback import Feedback
from ui.handlers import Handlers
from ui.history import History
from ui.roles import Conversation, Exchange
from ui.scope import EVERYTHING
from ui.talk import Talks

WHO = "0" * 32  # a browser's word


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path / "library")


@pytest.fixture()
def handlers(library: ScriptedLibrary) -> Handlers:
    return Handlers(library, EXAMPLES, Feedback(library.path))


def _event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def _last(handlers: Handlers, question: str, conversation: Conversation = ()) -> Conversation:
    """The conversation after a question."""
    library = handlers._library
    conversing = Conversing(library, Talks(library, History(library.path)), handlers)
    return list(conversing.answered(question, conversation, WHO, EVERYTHING, _event(), gr.Request()))[-1][2]


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
