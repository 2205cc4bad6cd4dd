from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Document, Passage
from rag.agreement import count_sources, sources, statements
from rag.types import Alternative, Answer, Citation, Outcome, Span
from tests.scripted_library import bridge_library
from ui.terminal import show_answer
from ui.wording import agreement, disagreement

COST = "How much will the repair of the bridge cost?"
OLD, NEW, NEWEST = date(2021, 3, 3), date(2022, 2, 9), date(2023, 5, 1)


def cited(id_: str, text: str, words: str, day: date | None = None) -> Citation:
    start = text.index(words)
    return Citation(Document(id_, text, f"{id_}.txt", id_, day), start, start + len(words))


def answer(*said: tuple[Citation, ...]) -> Answer:
    """An answer whose first statement has the first citations, and so on."""
    spans = [Span(Passage(c[0].document, 0, len(c[0].document.text)), c[0].start, c[0].end, 5.0, 0.0) for c in said]
    others = tuple(Alternative(span, 0.5, citations) for span, citations in zip(spans[1:], said[1:], strict=True))
    return Answer("Q?", "Q?", Outcome.ANSWERED, spans[0], 0.8, said[0], others)


def test_each_answer_says_how_many_of_the_sources_give_it_and_when() -> None:
    said = statements(
        answer(
            (
                cited("a", "In all 30,000 soldiers crossed the river.", "30,000", OLD),
                cited("b", "The army had 30,000 troops.", "30,000", NEW),
            ),
            (cited("c", "Ten regiments, which makes 10,000 troops.", "10,000"),),
        )
    )
    assert disagreement(said) == "2 of 3 sources say 30,000 (9 February 2022); one says 10,000"


def test_the_newest_answer_is_named_as_such() -> None:
    said = statements(
        answer((cited("a", "It cost 4 euros.", "4", OLD),), (cited("b", "Now it costs 5 euros.", "5", NEW),))
    )
    assert disagreement(said) == "1 of 2 sources says 4 (3 March 2021); one says 5 (9 February 2022, the newest)"


def test_of_two_answers_of_one_day_neither_is_the_newest() -> None:
    said = statements(answer((cited("a", "It cost 4.", "4", OLD),), (cited("b", "Now it costs 5.", "5", OLD),)))
    assert not any(one.is_newest for one in said)


def test_a_document_that_gives_an_older_answer_beside_its_own_does_not_date_the_older_one(tmp_path: Path) -> None:
    """The newest article says "5.6 million" and that "4.2 million" had been expected."""
    said = statements(bridge_library(tmp_path).ask(COST))
    assert [(one.text, one.date, one.is_newest) for one in said] == [
        ("4.2 million euros", date(2024, 4, 2), False),
        ("5.6 million euros", date(2025, 1, 23), True),
        ("3.1 million euros", date(2023, 11, 14), False),
    ]
    assert count_sources(said) == 3


def test_an_answer_that_was_said_again_later_is_dated_by_its_last_source() -> None:
    first = cited("a", "It cost 4 euros.", "4", OLD), cited("c", "We still pay 4 for it here.", "4", NEWEST)
    said = statements(answer(first, (cited("b", "Now it costs 5 euros.", "5", NEW),)))
    assert [one.is_newest for one in said] == [True, False]


def test_copies_are_one_source_in_every_answer() -> None:
    """Both copies give both answers, and the search happens to find them in another order."""
    text = "The council had expected costs of 4 million euros. Now the whole bridge will cost 5 million euros."
    a4, b4 = (cited(id_, text, "4 million") for id_ in "ab")
    a5, b5 = (cited(id_, text, "5 million") for id_ in "ab")
    said = statements(answer((a4, b4), (b5, a5)))
    assert count_sources(said) == 1
    assert disagreement(said) == "one source says 4 million; the same one says 5 million"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("a", "ab", "1 of 2 sources says 4; the same one and another say 5"),
        ("a", "abc", "1 of 3 sources says 4; the same one and 2 others say 5"),
        ("ab", "a", "2 of 2 sources say 4; one of them also says 5"),
        ("ab", "ab", "2 of 2 sources say 4; the same 2 say 5"),
        ("ab", "bc", "2 of 3 sources say 4; one of them and another say 5"),
    ],
)
def test_a_source_that_gives_two_answers_is_not_taken_for_two(first: str, second: str, words: str) -> None:
    texts = {
        "a": "It cost 4 crowns, though some paid 5 crowns.",
        "b": "We were told 4 by the guide, 5 by his wife.",
        "c": "Old maps have 4 in red ink and 5 below.",
    }
    said = statements(
        answer(tuple(cited(d, texts[d], "4") for d in first), tuple(cited(d, texts[d], "5") for d in second))
    )
    assert disagreement(said) == words


def test_copies_that_differ_in_the_answer_are_two_sources() -> None:
    text = "The council expects that the repair of the old bridge over the river will cost 4 million euros in all."
    said = statements(
        answer((cited("a", text, "4 million"),), (cited("b", text.replace("4", "5"), "5 million"),)),
    )
    assert count_sources(said) == 2


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["Ada Lind is mayor."], ""),
        (["We met Ada Lind.", "The mayor was Ada Lind again."], "2 sources say this."),
        (["The council chose Ada Lind."] * 2, "2 documents say this, copies of one text."),
    ],
)
def test_agreement_counts_sources_and_no_copies(texts: list[str], words: str) -> None:
    citations = tuple(cited(f"d{i}", text, "Ada Lind") for i, text in enumerate(texts))
    (said,) = statements(answer(citations))
    assert agreement(said) == words


def test_places_of_one_document_are_no_sources() -> None:
    text = "Ada Lind is mayor. The council likes Ada Lind."
    doc = cited("a", text, "Ada Lind")
    again = Citation(doc.document, text.rindex("Ada"), len(text) - 1)
    (said,) = statements(answer((doc, again)))
    assert agreement(said) == "2 places of one document say this."


def test_without_an_answer_nothing_is_said() -> None:
    assert statements(Answer("Q?", "Q?", Outcome.NO_SPAN)) == ()


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["It is red.", "Red it was at first."])), min_size=1)
)
def test_no_document_counts_twice(found: list[tuple[str, str]]) -> None:
    citations = [Citation(Document(id_, text, "", ""), 0, 5) for id_, text in found]
    documents = {id_ for id_, _ in found}
    assert sources(citations) <= documents
    assert 1 <= len(sources(citations)) <= min(len(documents), 2)


def test_the_terminal_says_in_one_line_that_documents_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_answer(bridge_library(tmp_path).ask(COST))
    said = capsys.readouterr().out.splitlines()
    (line,) = [one for one in said if one.startswith("Your documents differ")]
    assert line == (
        "Your documents differ: 2 of 3 sources say 4.2 million euros (2 April 2024); one of them also says "
        "5.6 million euros (23 January 2025, the newest); one says 3.1 million euros (14 November 2023)."
    )
