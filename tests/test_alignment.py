from hypothesis import given
from hypothesis import strategies as st

from ui.alignment import raw_characters

WORDS = st.lists(st.text("abcé漢.,", min_size=1, max_size=4), min_size=1, max_size=30)


def _found(text: str, raw: str, words: str, *, after: int = 0) -> str:
    start = text.index(words, after)
    return "".join(raw[at] for at in raw_characters(text, raw, start, start + len(words)))


@given(WORDS, st.data())
def test_other_line_breaks_move_nothing(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    gaps = data.draw(st.lists(st.sampled_from([" ", "\r\n", "  "]), min_size=len(words), max_size=len(words)))
    raw = "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = raw_characters(text, raw, start, end)
    assert "".join(raw[at] for at in found) == "".join(text[start:end].split())
    assert found == sorted(found)


def test_a_word_that_a_hyphen_broke_is_found_in_both_its_parts() -> None:
    raw = "the bea\ufffe\r\nrings are cracked"
    assert _found("the bearings are cracked", raw, "bearings are") == "bearingsare"
    assert raw_characters("the bearings are cracked", raw, 4, 12) == [4, 5, 6, 10, 11, 12, 13, 14]


def test_of_two_equal_places_the_right_one_is_found() -> None:
    text = "It cost 5 euros in May. It cost 5 euros in June."
    second = text.rindex("5 euros")
    assert raw_characters(text, text, second, second + 7) == [
        at for at in range(second, second + 7) if text[at] != " "
    ]


def test_what_stands_on_the_page_besides_is_left_out() -> None:
    raw = "Page 3 of 9\r\nName Seats\r\nCoyle 8\r\nfooter"
    assert _found("Name | Seats\nCoyle | 8", raw, "Coyle | 8") == "Coyle8"


def test_words_that_were_read_differently_are_missing() -> None:
    assert _found("one two three", "one 2 three", "two three") == "three"
    assert raw_characters("one", "", 0, 3) == []
