import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunker import ChunkerSettings, chunk, count_words
from index.types import Document, Heading

PROSE = st.text(st.sampled_from('aZé1 .!?\n\r\t\fßñ語る文。🎉ﬁ\u0301\u200b\u202eשלום-–’"'), max_size=600)
SMALL = ChunkerSettings(max_words=12, overlap_words=4, min_words=5)


def document(text: str, *headings: str) -> Document:
    places = [(text.index(heading), len(heading)) for heading in headings]
    return Document("d", text, "d.txt", "D", headings=tuple(Heading(at, at + n, 1) for at, n in places))


@given(PROSE)
def test_every_visible_character_is_in_a_passage(text: str) -> None:
    covered: set[int] = set()
    for passage in chunk(document(text), SMALL):
        covered.update(range(passage.start, passage.end))
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())


@given(PROSE)
def test_passages_are_bounded_and_in_reading_order(text: str) -> None:
    passages = chunk(document(text), SMALL)
    assert all(count_words(passage.text) <= SMALL.max_words for passage in passages)
    assert [p.start for p in passages] == sorted({p.start for p in passages})
    assert all(passage.text == passage.text.strip() != "" for passage in passages)


def test_passages_end_with_sentences_and_repeat_the_last_one() -> None:
    text = "The first one is here. The second one is here. The third one is here. The fourth one is here."
    passages = chunk(document(text), ChunkerSettings(max_words=16, overlap_words=6, min_words=5))
    assert [passage.text for passage in passages] == [
        "The first one is here. The second one is here.",
        "The second one is here. The third one is here.",
        "The third one is here. The fourth one is here.",
    ]


def test_a_heading_starts_a_passage_and_is_never_the_end_of_one() -> None:
    text = "# Boats\n\nWe have two boats and both are blue.\n\n# Fares\n\nA ticket costs four crowns today."
    passages = chunk(document(text, "# Boats", "# Fares"), ChunkerSettings(40, 5, 5))
    assert [passage.text[:7] for passage in passages] == ["# Boats", "# Fares"]
    assert [passage.heading for passage in passages] == ["# Boats", "# Fares"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_marks_of_a_heading_stay_with_it(end: str) -> None:
    text = "# Boats\n\nWe have two boats and both are blue.\n\n  ## Fares\n\nA ticket costs four crowns.".replace(
        "\n", end
    )
    boats, fares = chunk(document(text, "Boats", "Fares"), ChunkerSettings(40, 5, 5))
    assert boats.text.startswith("# Boats") and boats.text.endswith("both are blue.")
    assert fares.text.startswith("## Fares") and fares.text.endswith("four crowns.")
    assert (boats.heading, fares.heading) == ("Boats", "Fares")


def test_words_before_a_heading_on_its_line_are_no_marks() -> None:
    text = "We have two boats and both are blue. Also: Fares of all boats are the same today."
    first, second = chunk(document(text, "Fares"), ChunkerSettings(40, 5, 5))
    assert first.text.endswith("Also:") and second.text.startswith("Fares") and second.heading == "Fares"


def test_a_word_of_a_million_characters_is_cut() -> None:
    passages = chunk(document("x" * 1_000_000))
    assert max(len(passage.text) for passage in passages) <= 110 * 16
    assert "".join(p.text for p in passages).count("x") >= 1_000_000


def test_a_text_without_spaces_is_counted_by_the_character() -> None:
    assert count_words("東京は日本の首都です") == 10
