"""Fit to gold questions how much retrieval counts, what a score is worth, and when to be silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from eval.gold import Gold, GoldQuestion
from eval.metrics import RIGHT_F1, auroc, coverage_at_precision, ece, mean, risk_coverage, token_f1
from index.errors import QuotebackError
from index.types import Hit
from rag.answers import candidates, evidence, group, without_echoes
from rag.calibration import Calibration
from rag.conversation import resolve
from rag.types import Span

_RETRIEVAL_WEIGHTS = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0)
_MIN_QUESTIONS = 30
_MIN_GIVEN = 10  # answers that a threshold is chosen on, at least: fewer say nothing about an error rate


class TooFewQuestionsError(QuotebackError, ValueError):
    """There is too little gold to fit anything to."""


class Read(Protocol):
    """What is asked of a library that is calibrated."""

    def retrieve(self, question: str, *, k: int = 10) -> list[Hit]: ...

    def read(self, question: str, hits: Sequence[Hit]) -> list[list[Span]]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What was retrieved and read for a gold question; `spans` as `rag.answers.without_echoes` leaves them."""

    gold: GoldQuestion
    hits: Sequence[Hit]
    spans: Sequence[Sequence[Span]]


def read_all(
    library: Read, gold: Gold, *, k: int = 10, progress: Callable[[int, int], None] | None = None
) -> list[Reading]:
    """Retrieve and read for every gold question."""
    readings = []
    for question in gold.questions:
        asked = resolve(question.question, question.history)
        hits = library.retrieve(asked, k=k)
        readings.append(Reading(question, hits, without_echoes(asked, library.read(asked, hits))))
        if progress is not None:
            progress(len(readings), len(gold.questions))
    return readings


def fit(
    readings: Sequence[Reading], *, start: Calibration, error_rate: float, min_questions: int = _MIN_QUESTIONS
) -> Calibration:
    """Fit retrieval weight, logistic weights and threshold.

    Args:
        readings: Of questions whose documents the reader was not trained on.
        start: What is not fitted is kept from it.
        error_rate: Share of the given answers that may be wrong, in (0, 1).

    Raises:
        TooFewQuestionsError: There are fewer than `min_questions`, or all are right, or none is.
    """
    from sklearn.linear_model import LogisticRegression

    weight = max(_RETRIEVAL_WEIGHTS, key=lambda w: _f1_always_answering(readings, w))
    features, right = _features(readings, weight)
    if len(right) < min_questions or right.all() or not right.any():
        raise TooFewQuestionsError(
            f"{len(right)} questions with a span, {int(right.sum())} of them right, can't be calibrated on. "
            f"Give at least {min_questions}, some right and some wrong or unanswerable."
        )
    model = LogisticRegression(C=10.0, max_iter=5_000).fit(features, right)
    fitted = replace(
        start,
        retrieval_weight=weight,
        weights=tuple(round(float(w), 6) for w in model.coef_[0]),
        bias=round(float(model.intercept_[0]), 6),
    )
    confidence = np.asarray(model.predict_proba(features)[:, 1], dtype=np.float64)
    return replace(fitted, threshold=choose_threshold(right, confidence, error_rate=error_rate))


@dataclass(frozen=True, slots=True)
class Honesty:
    """How good confidences are on documents that they were not fitted to.

    Attributes:
        n: Questions with a span.
        coverage_at_80: Answers that can be given at 80 % precision, as a share of the answerable questions.
    """

    n: int
    auroc: float
    ece: float
    coverage_at_80: float


def cross_validate(readings: Sequence[Reading], *, start: Calibration, n_folds: int = 5) -> Honesty | None:
    """Fit on all documents but some and judge on those, in turn, so that no question is judged by a fit to it.

    Returns:
        None if the questions are on one document, or those on some documents are too few to be fitted to.
    """
    from sklearn.model_selection import GroupKFold

    documents = [reading.gold.document or reading.gold.id for reading in readings]
    n_documents = len(set(documents))
    if n_documents < 2:
        return None
    right: list[bool] = []
    confidence: list[float] = []
    for train, test in GroupKFold(min(n_folds, n_documents)).split(documents, groups=documents):
        try:
            fitted = fit([readings[i] for i in train], start=start, error_rate=0.2, min_questions=2)
        except TooFewQuestionsError:
            return None
        features, right_here = _features([readings[i] for i in test], fitted.retrieval_weight)
        confidence += [fitted.confidence_of(tuple(row)) for row in features.tolist()]
        right += right_here.tolist()
    is_right, sure = np.array(right, dtype=bool), np.array(confidence)
    n_answerable = sum(bool(reading.gold.answers) for reading in readings)
    return Honesty(
        n=len(is_right),
        auroc=auroc(is_right, sure),
        ece=ece(is_right, sure),
        coverage_at_80=coverage_at_precision(is_right, sure, precision=0.8, n_answerable=n_answerable),
    )


def choose_threshold(right: NDArray[np.bool_], confidence: NDArray[np.float64], *, error_rate: float) -> float:
    """The lowest threshold at which the answers given are wrong at most so often (El-Yaniv & Wiener 2010).

    The last resort is the highest confidence seen: then hardly anything is answered.
    """
    coverage, risk = risk_coverage(right, confidence)
    descending = np.sort(confidence)[::-1]
    n_given = np.round(np.asarray(coverage) * len(confidence)).astype(int)
    allowed = [n for n, r in zip(n_given, risk, strict=True) if r <= error_rate and n >= _MIN_GIVEN]
    return round(float(descending[max(allowed) - 1] if allowed else descending[0]), 4)


def _f1_always_answering(readings: Sequence[Reading], weight: float) -> float:
    scores = []
    for reading in readings:
        if reading.gold.answers:
            ranked = candidates(reading.hits, reading.spans, retrieval_weight=weight)
            scores.append(token_f1(ranked[0].span.text, reading.gold.answers) if ranked else 0.0)
    return mean(np.array(scores))


def _features(readings: Sequence[Reading], weight: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows, right = [], []
    for reading in readings:
        groups = group(candidates(reading.hits, reading.spans, retrieval_weight=weight))
        if groups:
            rows.append(evidence(groups, 0).features())
            answers = reading.gold.answers
            right.append(bool(answers) and token_f1(groups[0][0].span.text, answers) >= RIGHT_F1)
    return np.array(rows, dtype=np.float64), np.array(right, dtype=bool)
