from dataclasses import replace
from random import Random

import numpy as np
import pytest

from eval.calibrate import Reading, TooFewQuestionsError, choose_threshold, cross_validate, fit
from eval.gold import GoldQuestion
from index.types import Document, Hit, Passage
from rag.calibration import Calibration
from rag.types import Span


def reading(i: int) -> Reading:
    """A question about one of ten documents; the surer the reader, the more often it is right."""
    random = Random(i)
    right = random.random() < 0.6
    text = "The answer is alpha or else it is beta."
    document = Document(f"d{i % 10}", text, f"{i % 10}.txt", "T")
    hit = Hit(Passage(document, 0, len(text)), 0.9, 1)
    at = text.index("alpha" if right else "beta")
    span = Span(hit.passage, at, at + (5 if right else 4), random.gauss(4.0 if right else 0.0, 1.5), 0.0)
    gold = GoldQuestion(id=str(i), question="What?", answers=("alpha",), document=document.source)
    return Reading(gold, [hit], [[span]])


READINGS = [reading(i) for i in range(400)]


def test_a_fitted_confidence_is_how_often_such_answers_are_right() -> None:
    honesty = cross_validate(READINGS, start=Calibration())
    assert honesty is not None and honesty.n == 400 and honesty.ece < 0.06 and honesty.auroc > 0.9


def test_what_can_be_fitted_just_so_is_judged_on_the_documents_left_out() -> None:
    fit(READINGS[:30], start=Calibration(), error_rate=0.2)
    honesty = cross_validate(READINGS[:30], start=Calibration())
    assert honesty is not None and honesty.n == 30


def test_questions_on_too_few_documents_are_not_judged() -> None:
    one = [replace(r, gold=replace(r.gold, document="0.txt")) for r in READINGS[:60]]
    unanswerable = [replace(r, gold=replace(r.gold, answers=(), document="")) for r in READINGS[60:120]]
    for readings in (one, one + unanswerable):
        fit(readings, start=Calibration(), error_rate=0.2)
        assert cross_validate(readings, start=Calibration()) is None


def test_the_threshold_keeps_the_error_rate() -> None:
    fitted = fit(READINGS, start=Calibration(), error_rate=0.1)
    strict = fit(READINGS, start=Calibration(), error_rate=0.02)
    assert 0 < fitted.threshold < strict.threshold < 1


def test_a_threshold_is_as_low_as_the_error_rate_allows() -> None:
    confidence = np.linspace(1.0, 0.01, 100)
    right = np.array([True] * 40 + [True, False] * 30)
    threshold = choose_threshold(right, confidence, error_rate=0.25)
    given = confidence >= threshold
    assert np.mean(~right[given]) <= 0.25
    assert np.mean(~right[confidence >= threshold - 0.02]) > 0.25 or given.all()


def test_too_little_gold_is_refused_with_its_number() -> None:
    with pytest.raises(TooFewQuestionsError, match="5 questions"):
        fit(READINGS[:5], start=Calibration(), error_rate=0.2)
