import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import fold, match_expression, terms


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Zürich", "zurich"),
        ("ﬁnance", "Finance"),
        ("co\u00adoperate", "cooperate"),
        ("ＡＢＣ", "abc"),
        ("ﬀ", "FF"),
    ],
)
def test_spelling_does_not_hide_a_word(a: str, b: str) -> None:
    assert terms(a) == terms(b)


def test_words_are_stemmed_and_stop_words_left_out() -> None:
    assert terms("When did the ferries start?") == ["ferri", "start"]


def test_a_question_of_stop_words_keeps_them() -> None:
    assert terms("what is it") == ["what", "is", "it"]


def test_a_script_without_spaces_becomes_pairs() -> None:
    assert terms("東京都") == ["東京", "京都"]


def test_marks_that_are_letters_stay() -> None:
    assert fold("हिन्दी") == "हिन्दी"
    assert fold("한국") == "한국"


@given(st.text())
def test_any_question_is_a_valid_search(question: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(words)")
    expression = match_expression(terms(question))
    if expression:
        database.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()


@pytest.mark.parametrize("question", ['"', "-a", "NEAR(a b)", "a AND", "50%", "a*", "col:x", "'; DROP TABLE t", "^a"])
def test_search_syntax_is_only_text(question: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(words)")
    database.execute("INSERT INTO t VALUES (?)", (" ".join(terms(question)) or "x",))
    expression = match_expression(terms(question)) or '"x"'
    assert database.execute("SELECT count(*) FROM t WHERE t MATCH ?", (expression,)).fetchone() == (1,)
