import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import paragraph_around, sentence_around, sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. Lind paid $3.5 million on Jan. 5. It was late.",
            ["Dr. Lind paid $3.5 million on Jan. 5.", "It was late."],
        ),
        ("Name | Office\nAda Lind | Chair\n", ["Name | Office", "Ada Lind | Chair"]),
        ("# Fares\nA ticket costs four crowns.", ["# Fares", "A ticket costs four crowns."]),
        ("- one goes on\n  and on.\n- two", ["- one goes on\n  and on.", "- two"]),
        ("12 March 2024\nThe board met.", ["12 March 2024", "The board met."]),
        (
            "The ferry that leaves the northern quay at nine in the\nmorning is blue. The other is red.",
            ["The ferry that leaves the northern quay at nine in the\nmorning is blue.", "The other is red."],
        ),
        ("東京は首都です。大阪は違います。", ["東京は首都です。", "大阪は違います。"]),
        ("one\r\n\r\ntwo", ["one", "two"]),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(st.text(st.sampled_from("aB1 .!?\n\r\f|#-é語。🎉\u202e"), max_size=300))
def test_sentences_hold_every_visible_character_once(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in zip(sentences(text), sentences(text)[1:], strict=False))


@given(st.text(st.sampled_from("aB1 .!?\n|é語。🎉"), min_size=1, max_size=300), st.data())
def test_the_sentence_around_a_span_holds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    around = sentence_around(text, start, end)
    assert around[0] <= start < end <= around[1]


def test_a_span_deep_in_a_long_text_has_the_sentence_that_splitting_gives() -> None:
    text = "The ferry leaves at nine. " * 400
    start, end = sentences(text)[200]
    assert sentence_around(text, start + 4, end - 5) == (start, end)


def test_where_every_line_is_a_paragraph_a_line_ends_a_sentence() -> None:
    text = "221 sailings lost to weather in 2023, most of them in October\nLongest gap on Stenna: four days\n"
    assert [text[start:end] for start, end in sentences(text, is_wrapped=False)] == text.splitlines()
    assert text[slice(*sentence_around(text, 0, 3, is_wrapped=False))] == text.splitlines()[0]


def test_a_paragraph_ends_at_a_blank_line_or_with_its_line_where_lines_are_paragraphs() -> None:
    text = "Heading\n\nOne. Two\nthree. Four.\n \nFive.\n"
    at = text.index("Two")
    assert text[slice(*paragraph_around(text, at, at + 3))] == "One. Two\nthree. Four."
    assert text[slice(*paragraph_around(text, at, at + 3, is_wrapped=False))] == "One. Two"
    assert text[slice(*paragraph_around(text, text.index("Five"), len(text) - 1))].strip() == "Five."


@given(st.text(st.sampled_from("aB .!\n\f|é語🎉"), min_size=1, max_size=300), st.booleans(), st.data())
def test_the_paragraph_around_a_span_holds_it(text: str, is_wrapped: bool, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = paragraph_around(text, start, end, is_wrapped=is_wrapped)
    assert first <= start < end <= last
    assert (first == 0 or text[first - 1].isspace()) or first == start
