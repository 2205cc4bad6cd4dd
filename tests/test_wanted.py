from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.types import Turn
from tests.scripted_library import EXAMPLES, bridge_library
from ui.roles import Conversation, Exchange
from ui.wanted import Wanted, wanted

FOLLOW_UP = "And how long will it take?"
FIRST = Turn(EXAMPLES[0], "4.2 million euros")


def _said(*questions: str) -> Conversation:
    library = bridge_library(Path("/nowhere"))
    return tuple(Exchange(question, library.ask(question)) for question in questions)


TALK = _said(EXAMPLES[0], FOLLOW_UP)


def _wanted(**sent: Any) -> Wanted:
    want = wanted("typed", sent, TALK, examples=EXAMPLES)
    assert want is not None
    return want


def test_what_was_typed_follows_the_conversation() -> None:
    assert wanted(" typed\n", {}, TALK) == Wanted("typed", TALK)
    assert _wanted().history[0] == FIRST


def test_an_example_follows_the_conversation() -> None:
    assert _wanted(example=1) == Wanted(EXAMPLES[1], TALK)


def test_again_asks_the_last_question_in_its_place() -> None:
    assert _wanted(again=1) == Wanted(FOLLOW_UP, TALK[:1])
    assert _wanted(again=1).history == [FIRST]


def test_again_searches_as_it_was_searched_before() -> None:
    plain = _said(EXAMPLES[0], EXAMPLES[1])
    want = wanted("", {"again": 1}, plain)
    assert want is not None and want.history == []
    want = wanted("", {"again": 1}, (*plain, Exchange("And he?", problem="The disk is full.")))
    assert want is not None and want.question == "And he?" and len(want.history) == 2


def test_an_edited_question_takes_the_place_of_the_last_and_may_follow_up() -> None:
    assert _wanted(instead=" And when? ") == Wanted("And when?", TALK[:1])
    assert _wanted(instead="And when?").history == [FIRST]


@pytest.mark.parametrize(("sent", "question"), [({"plain": 1}, FOLLOW_UP), ({"exactly": " How long? "}, "How long?")])
def test_a_search_can_be_what_the_person_says_it_is(sent: dict[str, Any], question: str) -> None:
    want = _wanted(**sent)
    assert (want.question, want.before, want.history) == (question, TALK[:1], [])


@pytest.mark.parametrize(
    "sent",
    [
        {"example": -1},
        {"example": 3},
        {"example": "0"},
        {"example": None},
        {"instead": 7},
        {"instead": None},
        {"exactly": "  "},
        {"exactly": ["a"]},
        {"nothing": 1},
    ],
)
def test_what_makes_no_sense_is_not_asked(sent: dict[str, Any]) -> None:
    assert wanted("typed", sent, TALK, examples=EXAMPLES) is None


def test_nothing_is_asked_again_before_anything_was_asked() -> None:
    assert all(wanted("typed", {does: "x"}, ()) is None for does in ("again", "plain", "instead", "exactly"))
    assert wanted("  ", {}, ()) is None
