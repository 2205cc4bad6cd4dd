from collections.abc import Sequence
from dataclasses import replace

import pytest

from index.types import Document, Heading, Hit, Passage
from rag.suggestions import suggestions
from rag.types import Answer, Outcome
from tests.scripted_library import document, quoted, span_at

FERRY = replace(
    document(
        "# Is there a ferry?\n\nIn 2019 it carried 7 people, in 2022 the ferry carried 300 people. "
        "In 2023 the ferry carried 400 people, most from Port Ansel to Little Merrow. "
        "In 2024 the ferry carried 300 people again.",
        title="The ferry",
        source="/x/ferry.txt",
    ),
    headings=(Heading(0, len("# Is there a ferry?"), 1),),
)
PIERS = document(
    "The pier at Port Ansel was built in 1994. Later the pier at Kettle Bay was built for Kit Lanyon in 2009.",
    title="Piers",
    source="/x/piers.txt",
)


def _answer(question: str, document: Document, words: str, confidence: float = 0.9) -> Answer:
    cited = quoted(document, words)
    hits = tuple(Hit(Passage(doc, 0, len(doc.text)), 1.0, rank) for rank, doc in enumerate((document, PIERS), 1))
    return Answer(question, question, Outcome.ANSWERED, span_at(cited), confidence, (cited,), closest=hits)


def _offered(asked: Answer, known: Sequence[Answer], n: int = 3) -> list[str]:
    script = {answer.question: answer for answer in known}
    return suggestions(asked, lambda q: script.get(q, Answer(q, q, Outcome.NOTHING_RETRIEVED)), n=n)


IN_2023 = _answer("How many people did the ferry carry in 2023?", FERRY, "400 people")
IN_2022 = _answer("How many people did the ferry carry in 2022?", FERRY, "300 people")
IN_2024 = _answer("How many people did the ferry carry in 2024?", FERRY, "300 people again")


def test_the_same_is_asked_of_the_years_beside() -> None:
    assert _offered(IN_2023, [IN_2022, IN_2024]) == [IN_2022.question, IN_2024.question]
    assert _offered(IN_2023, [IN_2022, IN_2024], n=1) == [IN_2022.question]


def test_the_same_is_asked_of_another_name() -> None:
    asked = _answer("When was the pier at Kettle Bay built?", PIERS, "2009")
    other = _answer("When was the pier at Port Ansel built?", PIERS, "1994")
    assert _offered(asked, [other]) == [other.question]


def test_what_the_document_itself_asks_is_offered() -> None:
    asked = _answer("How many came?", FERRY, "7 people")
    assert _offered(asked, [_answer("Is there a ferry?", FERRY, "300 people")]) == ["Is there a ferry?"]
    assert _offered(asked, [_answer("Is there a ferry?", PIERS, "Kettle Bay")]) == []  # not below that heading


@pytest.mark.parametrize(
    "other",
    [
        _answer(IN_2022.question, FERRY, "300 people", confidence=0.5),
        _answer(IN_2022.question, PIERS, "1994"),  # says nothing of 2022
        _answer(IN_2022.question, FERRY, "400 people"),  # what was just said
    ],
)
def test_what_is_unsure_or_about_something_else_is_not_offered(other: Answer) -> None:
    assert _offered(IN_2023, [other]) == []


def test_nothing_follows_where_there_was_no_answer() -> None:
    nothing = Answer(IN_2023.question, IN_2023.question, Outcome.NO_SPAN, closest=IN_2023.closest)
    assert _offered(nothing, [IN_2022]) == []
