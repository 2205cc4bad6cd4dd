import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer, Citation, Outcome
from tests.scripted_library import ScriptedLibrary, bridge_library, document, quoted, span_at
from ui.evidence import evidence_html
from ui.render import conversation_html, exchange_html
from ui.roles import Exchange, places
from ui.wording import meaning, percent, source_name, sureness

COST = "How much will the repair of the bridge cost?"


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path)


def _exchange(library: ScriptedLibrary, question: str) -> Exchange:
    return Exchange(question, library.ask(question))


def _text(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def test_the_exact_words_are_bold_inside_their_sentence(library: ScriptedLibrary) -> None:
    shown = re.sub(r"</?span[^>]*>", "", html.unescape(exchange_html(_exchange(library, COST), 0)))
    assert "Repairs are expected to cost <strong>4.2 million euros</strong> and to take fourteen months." in shown


def test_the_layers_around_the_words_are_their_sentence_and_their_paragraph(library: ScriptedLibrary) -> None:
    answer = library.ask(COST)
    source = exchange_html(Exchange(COST, answer), 0)
    layers = re.findall(r'<span class="qb-around-(\w+)">(.*?)</span>', source)
    assert [name for name, _ in layers] == ["paragraph", "sentence", "sentence", "paragraph"]
    before, inner, outer, after = (html.unescape(text) for _, text in layers)
    assert inner + answer.text + outer == answer.citations[0].sentence.text
    assert before + inner + answer.text + outer + after == answer.citations[0].paragraph.text
    assert before.startswith("The bridge was surveyed") and after.endswith("while the work is done.")


def test_confidence_is_said_in_words_and_as_a_number_with_its_meaning(library: ScriptedLibrary) -> None:
    shown = _text(exchange_html(_exchange(library, COST), 0))
    assert "Very likely, 87\xa0%" in exchange_html(_exchange(library, COST), 0).replace("&nbsp;", "\xa0")
    assert "Of 100 answers given with this confidence, about 87 are right." in shown


@pytest.mark.parametrize(
    ("confidence", "words", "number"),
    [
        (1.0, "Very likely", 99),
        (0.85, "Very likely", 85),
        (0.7, "Likely", 70),
        (0.4, "Possible", 40),
        (0.0, "Unlikely", 1),
    ],
)
def test_no_answer_is_called_certain(confidence: float, words: str, number: int) -> None:
    assert (sureness(confidence), percent(confidence)) == (words, number)
    assert str(number) in meaning(confidence)


def test_the_source_line_names_title_page_heading_and_date(library: ScriptedLibrary) -> None:
    shown = _text(exchange_html(_exchange(library, COST), 0))
    assert "Survey of the Lower Quay Bridge page 1 1. Summary 2 April 2024" in shown


def test_different_answers_stand_side_by_side_with_who_says_them_and_when(library: ScriptedLibrary) -> None:
    source = exchange_html(_exchange(library, COST), 0)
    assert "Your documents give 3 answers" in _text(source)
    sides = re.findall(r'data-place="(\d)"><span class="qb-who">(.*?)</button>', source)
    assert [(int(place), _text(side.removeprefix(">"))) for place, side in sides] == [
        (0, "2 of 3 sources say 4.2 million euros 2 April 2024"),
        (2, "One of them also says 5.6 million euros 23 January 2025 newest"),
        (3, "One says 3.1 million euros 14 November 2023"),
    ]


def test_alternatives_are_shown_with_their_own_sources_and_age(library: ScriptedLibrary) -> None:
    shown = _text(evidence_html(_exchange(library, COST), 0))
    assert re.search(r"2 of 3 sources say 4\.2 million euros 2 April 2024 Very likely, 87.% 1 Survey", shown)
    assert re.search(
        r"One of them also says 5\.6 million euros 23 January 2025 newest Possible, 58.% 3 Costs of the bridge", shown
    )
    assert re.search(r"One says 3\.1 million euros 14 November 2023 Unlikely, 31.% 4 Bridge to be closed", shown)


def test_where_all_agree_only_their_number_is_said(library: ScriptedLibrary) -> None:
    answer = replace(library.ask(COST), alternatives=())
    shown = exchange_html(Exchange(COST, answer), 0)
    assert "2 sources say this." in _text(shown) and "qb-side" not in shown


def test_the_places_are_numbered_from_one_and_their_buttons_open_them(library: ScriptedLibrary) -> None:
    for question, n_unnumbered in ((COST, 0), ("When was the bridge built?", 1)):  # what was held back has no number
        exchange = _exchange(library, question)
        assert exchange.answer is not None
        source = evidence_html(exchange, 3)
        cards = re.findall(
            r'data-exchange="3" data-place="(\d+)">(?:<span class="qb-badge">(\d+)</span>)?(.*?)</li>', source
        )
        n_places = len(places(exchange.answer))
        assert [int(index) for index, _, _ in cards] == list(range(n_places))
        numbers = [str(1 + i) for i in range(n_places - n_unnumbered)]
        assert [number for _, number, _ in cards] == [""] * n_unnumbered + numbers
        for index, _, card in cards:
            assert html.escape(places(exchange.answer)[int(index)].text[:20]).split()[0] in html.unescape(card)


@pytest.mark.parametrize(
    ("question", "said", "tips"),
    [
        (
            "What is the weather?",
            "Nothing in your documents comes close to this question.",
            ("Try other words", "add the documents"),
        ),
        (
            "What colour is the bridge?",
            "none of them states an answer",
            ("Try other words", "read the closest passages", "ask more documents"),
        ),
        (
            "When was the bridge built?",
            "Nothing in your documents answers this surely enough.",
            ("was held back", "open it under Evidence", "try other words"),
        ),
    ],
)
def test_each_kind_of_no_answer_is_said_in_plain_words_with_tips(
    library: ScriptedLibrary, question: str, said: str, tips: tuple[str, ...]
) -> None:
    exchange = _exchange(library, question)
    shown = _text(exchange_html(exchange, 0))
    assert said in shown and all(tip in shown for tip in tips)
    assert "qb-quote" not in exchange_html(exchange, 0)


def test_a_very_long_question_is_not_repeated_in_full_above_its_evidence(library: ScriptedLibrary) -> None:
    answer = library.ask(COST)
    long = replace(answer, asked=answer.asked + " please" * 200)
    assert len(re.findall("please", evidence_html(Exchange(COST, long), 0))) < 30


def test_a_withheld_span_is_one_click_away(library: ScriptedLibrary) -> None:
    source = evidence_html(_exchange(library, "When was the bridge built?"), 0)
    folded = re.search(r"<details>(.*)</details>", source, re.DOTALL)
    assert folded is not None and "<mark>2011</mark>" in folded[1]
    assert "<mark>2011</mark>" not in source.replace(folded[0], "")
    assert "The closest passages" in source


def test_the_question_really_searched_for_is_shown_when_it_differs(library: ScriptedLibrary) -> None:
    followed = _text(exchange_html(_exchange(library, "And how long will it take?"), 0))
    assert "Searched for: And how long will it take? repair of the bridge" in followed
    assert "Searched for" not in exchange_html(_exchange(library, COST), 0)


def test_a_very_long_sentence_is_cut_between_words_around_the_answer() -> None:
    doc = document("word " * 300 + "ANSWER" + " word" * 300, title="T", source="t.txt")
    cited = quoted(doc, "ANSWER")
    answer = Answer("q", "q", Outcome.ANSWERED, span_at(cited), 0.9, (cited,))
    shown = _text(exchange_html(Exchange("q", answer), 0))
    assert 400 < len(shown) < 1_200
    assert re.search(r"… word( word)* ANSWER( word)* …", shown)


@given(st.data())
def test_the_bold_words_are_the_cited_slice(data: st.DataObject) -> None:
    text = data.draw(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn"]), min_size=1, max_size=900))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cited = Citation(document(text, title="T", source="t.txt"), start, end)
    answer = Answer("q", "q", Outcome.ANSWERED, span_at(cited), 0.9, (cited,))
    for source, tag in (
        (exchange_html(Exchange("q", answer), 0), "strong"),
        (evidence_html(Exchange("q", answer), 0), "mark"),
    ):
        (shown,) = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        assert html.unescape(shown) == cited.text


def test_markup_in_questions_titles_and_text_shows_as_characters(library: ScriptedLibrary) -> None:
    exchange = Exchange("<b>*bold*</b>", library.ask("What does the site say?"))
    for source in (conversation_html((exchange,)), evidence_html(exchange, 0)):
        assert "<img" not in source and "<b>*" not in source
    assert "<b>*bold*</b>" in html.unescape(conversation_html((exchange,)))
    assert "<img src=x onerror=alert(1)>" in html.unescape(exchange_html(exchange, 0))


def test_a_problem_is_shown_as_plain_characters() -> None:
    assert "<i>" not in exchange_html(Exchange("q", problem="The file <i> is *full*."), 0)


def test_sources_are_named_without_their_folders() -> None:
    assert source_name(document("x", title="T", source="/home/me/x.txt")) == "x.txt"
    assert source_name(document("x", title="T", source="https://news.example/a/b?key=1")) == "news.example/a/b"
