import pytest

from index.types import Document, Hit, Passage
from rag.answers import candidates, compose, echoes, evidence, group
from rag.calibration import Calibration, Evidence
from rag.types import Answer, Outcome, Span

SURE = Calibration(retrieval_weight=1.0, weights=(1.0, 0.0, 0.0, 0.0), bias=0.0, threshold=0.5)


def hit(text: str, rank: int = 1, document: str = "", score: float = 0.5) -> Hit:
    whole = Document(document or f"d{rank}", text, f"{rank}.txt", f"T{rank}")
    return Hit(Passage(whole, 0, len(text)), score, rank)


def span(hit: Hit, words: str, score: float, *, null: float = 0.0, at: int = 0) -> Span:
    start = hit.passage.start + hit.passage.text.index(words, at)
    return Span(hit.passage, start, start + len(words), score, null)


def answer(*found: tuple[Hit, list[Span]], calibration: Calibration = SURE) -> Answer:
    return compose("Q?", "Q?", [h for h, _ in found], [spans for _, spans in found], calibration)


def test_equal_answers_become_one_with_many_citations() -> None:
    a, b = hit("It sent 30,000 troops.", 1), hit("In all there were 30 000 of them.", 2)
    given = answer((a, [span(a, "30,000", 5.0)]), (b, [span(b, "30 000", 4.0)]))
    assert given.text == "30,000"
    assert [citation.text for citation in given.citations] == ["30,000", "30 000"]
    assert given.alternatives == ()


def test_different_answers_stay_beside_the_best() -> None:
    a, b = hit("It sent 30,000 troops.", 1), hit("It sent 10,000 troops.", 2)
    given = answer((a, [span(a, "30,000", 5.0)]), (b, [span(b, "10,000", 4.0)]))
    assert given.text == "30,000"
    assert [(other.text, other.citations[0].document.id) for other in given.alternatives] == [("10,000", "d2")]
    assert given.alternatives[0].confidence < given.confidence


def test_a_sentence_gives_one_of_the_different_answers_only() -> None:
    a, b = hit("It carries 42 cars.", 1), hit("It will carry 280 people and 44 cars.", 2)
    given = answer((a, [span(a, "42", 5.0)]), (b, [span(b, "44", 4.0), span(b, "280", 3.0)]))
    assert [other.text for other in given.alternatives] == ["44"]


def test_every_citation_is_a_slice_of_its_document() -> None:
    a = hit("It sent 30,000 troops.")
    given = answer((a, [span(a, "30,000", 5.0)]))
    citation = given.citation
    assert citation is not None
    assert citation.document.text[citation.start : citation.end] == given.text == citation.text
    assert citation.sentence.text == "It sent 30,000 troops."


def test_a_sure_reader_of_an_irrelevant_window_does_not_win() -> None:
    """Its span scores higher, but its window says "not here" still louder."""
    a, b = hit("The mayor is Ada.", 1), hit("The cook is Bo.", 2)
    given = answer((a, [span(a, "Ada", 3.0, null=-2.0)]), (b, [span(b, "Bo", 9.0, null=10.0)]))
    assert given.text == "Ada"


def test_of_overlapping_spans_only_the_best_counts() -> None:
    a = hit("Ada Lind is mayor.")
    ranked = candidates([a], [[span(a, "Ada Lind", 3.0), span(a, "Lind", 2.0)]], retrieval_weight=0.0)
    assert [candidate.span.text for candidate in ranked] == ["Ada Lind"]


def test_copies_of_a_sentence_are_one_source() -> None:
    text = "The council met on Monday and chose Ada Lind as its mayor."
    a, b, c = (
        hit(text, 1),
        hit(text.replace("council", "Council"), 2),
        hit("We spoke with mayor Ada Lind.", 3),
    )
    ranked = candidates([a, b, c], [[span(h, "Ada Lind", 5.0 - h.rank)] for h in (a, b, c)], retrieval_weight=0.0)
    (members,) = group(ranked)
    assert len(members) == 3
    assert evidence([members], 0).n_sources == 2


def test_a_weak_answer_is_withheld_and_still_there() -> None:
    a = hit("It sent 30,000 troops.")
    given = answer((a, [span(a, "30,000", -1.0)]))
    assert given.outcome is Outcome.BELOW_THRESHOLD
    assert given.text == "" and given.span is None and given.citations == ()
    assert given.withheld is not None and given.withheld.text == "30,000"
    assert given.closest == (a,) and 0 < given.confidence < 0.5


def test_no_hits_and_no_spans_are_different_outcomes() -> None:
    assert answer().outcome is Outcome.NOTHING_RETRIEVED
    assert answer((hit("Nothing."), [])).outcome is Outcome.NO_SPAN


def test_confidence_rises_with_what_speaks_for_an_answer() -> None:
    calibration = Calibration()
    weak = calibration.confidence(Evidence(margin=0.0, retrieval=0.2, gap=0.5, n_sources=1))
    strong = calibration.confidence(Evidence(margin=8.0, retrieval=0.9, gap=5.0, n_sources=3))
    assert 0 < weak < strong < 1


def test_a_calibration_comes_back_from_its_file() -> None:
    calibration = Calibration(weights=(0.1, 0.2, 0.3, 0.4), threshold=0.25)
    assert Calibration.from_json(calibration.to_json()) == calibration


def test_a_second_thing_in_the_same_sentence_is_no_other_answer() -> None:
    a = hit("It sent 30,000 troops and 40 tanks.")
    given = answer((a, [span(a, "30,000", 5.0), span(a, "40", 4.0)]))
    assert given.alternatives == ()


@pytest.mark.parametrize(
    ("question", "text", "echo"),
    [
        ("Who is Ada Lind?", "Dr. Ada Lind", True),
        ("Who is Ada Lind?", "the harbour master", False),
        ("Is the ferry blue or red?", "red", False),
        ("When was the ferry built?", "the ferries", True),
        ("Who is the mayor?", "Ada Lind, the mayor", False),
    ],
)
def test_a_text_that_only_repeats_the_question_is_no_answer(question: str, text: str, echo: bool) -> None:
    assert echoes(question, text) is echo


def test_a_sentence_that_gives_two_figures_is_quoted_for_both() -> None:
    """The best answer's own sentence says no other; that of a further citation may."""
    a, b = hit("Up to 30,000 troops came.", 1), hit("He spoke of 30,000, experts of 10,000.", 2)
    given = answer((a, [span(a, "30,000", 5.0)]), (b, [span(b, "30,000", 4.0), span(b, "10,000", 3.0)]))
    assert [other.text for other in given.alternatives] == ["10,000"]


def test_what_the_answers_own_sentence_denies_is_no_source_of_another() -> None:
    a, b = hit("The ship will carry 42 cars and not 44.", 1), hit("The ship carries 44 cars.", 2)
    given = answer((a, [span(a, "42", 5.0), span(a, "44", 3.0)]), (b, [span(b, "44 cars", 4.0)]))
    (other,) = given.alternatives
    assert given.text == "42" and [citation.document.id for citation in other.citations] == ["d2"]
