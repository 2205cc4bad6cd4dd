"""Bytes become text in their own encoding, or are refused: never words with wrong letters and no warning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers.decoding import clean, decode

FRENCH = (
    "Le conseil d'administration s'est réuni à Genève le neuf février pour étudier les propositions de l'été. Après "
    "de longues délibérations, les membres ont décidé d'élever les tarifs, à l'exception de ceux des élèves. "
    "Une réclamation a été présentée par les habitants de l'île, où le bateau n'a pas été aperçu depuis l'année. "
)
RUSSIAN = (
    "Правление общества сообщило, что в следующем году произойдут большие изменения. Паром будет ходить каждый день, "
    "кроме воскресенья, а зимой возможны только три рейса. Жители должны записаться заранее. "
)
JAPANESE = (
    "会社の取締役会は来年に大きな変更があると発表した。フェリーは日曜日を除いて毎日運航し、冬は三便だけになる。"
)
POLISH = (
    "Zarząd spółki ogłosił, że w przyszłym roku nastąpią duże zmiany. Prom będzie kursował codziennie z wyjątkiem "
    "niedziel, a zimą możliwe będą tylko trzy przeprawy. Mieszkańcy muszą zgłosić się wcześniej. "
)
ENGLISH = "The ferry leaves at nine. It was late today. " * 20


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        *[
            (text, encoding)
            for text in (ENGLISH, FRENCH, RUSSIAN, JAPANESE, "A")
            for encoding in ("utf-16", "utf-32")
        ],
        *[(ENGLISH, f"utf-{bits}-{order}") for bits in (16, 32) for order in ("le", "be")],
        (JAPANESE, "iso2022_jp"),
        ("“Late” – as ever… he said.", "cp1252"),
        ("The Café", "utf-8"),
    ],
)
def test_certain_encodings_are_read_without_a_warning(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        (FRENCH, "latin-1"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (POLISH, "cp1250"),
    ],
)
def test_guessed_encodings_are_right_on_enough_text_and_told(text: str, encoding: str) -> None:
    found, warnings = decode((text * 2).encode(encoding))
    assert found == text * 2
    assert [warning.startswith("the encoding was guessed to be ") for warning in warnings] == [True]


@pytest.mark.parametrize(
    ("text", "encoding"), [("Café à midi", "latin-1"), ("Паром", "cp1251"), ("フェリー", "shift_jis")]
)
def test_short_texts_are_refused_rather_than_guessed(text: str, encoding: str) -> None:
    with pytest.raises(RefusedError, match="save it as UTF-8"):
        decode(text.encode(encoding))


def test_few_strange_bytes_in_a_long_text_are_marked_and_counted() -> None:
    text, warnings = decode((ENGLISH + "Café").encode("latin-1"))
    assert text == ENGLISH + "Caf�"
    assert warnings == ("1 character can't be told and shown as �",)


def test_damaged_utf8_stays_utf8() -> None:
    text, warnings = decode((FRENCH * 3).encode() + b"\xc3 cut")
    assert text == FRENCH * 3 + "� cut"
    assert warnings == ("1 place is not valid utf-8 and shown as �",)


def test_surrogates_are_merged_or_marked() -> None:
    assert decode("a\ud83d\ude00b".encode("utf-8", "surrogatepass"))[0] == "a😀b"
    assert decode("a\ud83db".encode("utf-8", "surrogatepass"))[0] == "a�b"


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 8, b"\x00" * 100, b"PNG\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f"]
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        decode(data)


@given(st.text(st.characters(codec=None)))
def test_cleaning_keeps_the_length_and_leaves_what_a_database_can_hold(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\x00" not in cleaned


@given(st.binary())
def test_any_bytes_are_decoded_cleanly_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except RefusedError:
        return
    assert clean(text) == text
