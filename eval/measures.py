"""The one list of what is measured: over which questions, in which order, and what each number says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eval import metrics
from eval.columns import Columns, with_span
from eval.metrics import Bools, mean


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric by name, with the questions it is over and what it says of them, with its source."""

    name: str
    label: str
    says: str
    over: Callable[[Columns], Bools]
    of: Callable[[Columns], float]
    lower_is_better: bool = False


def _all(c: Columns) -> Bools:
    return np.ones(len(c), dtype=bool)


def _answerable(c: Columns) -> Bools:
    return c.answerable


def _unanswerable(c: Columns) -> Bools:
    return ~c.answerable


def _right_and_given(c: Columns) -> Bools:
    return c.given & c.right


def _success(k: int) -> Callable[[Columns], float]:
    return lambda c: mean(np.array([metrics.success_at_k(rank, k) for rank in c.rank]))


def _mrr(c: Columns) -> float:
    return mean(np.array([metrics.reciprocal_rank(rank, 10) for rank in c.rank]))


def _coverage(precision: float) -> Callable[[Columns], float]:
    def of(c: Columns) -> float:
        spans = c.at(with_span(c))
        n_answerable = int(c.answerable.sum())
        return metrics.coverage_at_precision(
            spans.right, spans.confidence, precision=precision, n_answerable=n_answerable
        )

    return of


_COVERAGE = "Answers that can be given with {} % of them right, as a share of the answerable (Kamath et al. 2020)"
_SUCCESS = "How often evidence is among the first {} passages (Karpukhin et al. 2020)"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "em",
        "EM",
        "How often the answer is a gold answer to the word, or rightly none (Rajpurkar et al. 2018)",
        _all,
        lambda c: mean(c.em),
    ),
    Measure("f1", "F1", "The same, with part of the score for part of the words", _all, lambda c: mean(c.f1)),
    Measure(
        "em_answerable",
        "EM, answerable",
        "EM where there is an answer; what is withheld scores 0",
        _answerable,
        lambda c: mean(c.em),
    ),
    Measure("f1_answerable", "F1, answerable", "F1 of the same", _answerable, lambda c: mean(c.f1)),
    Measure(
        "f1_unanswerable",
        "F1, unanswerable",
        "How often none is given where there is none",
        _unanswerable,
        lambda c: mean(c.f1),
    ),
    Measure(
        "em_always",
        "EM, answerable, always answering",
        "EM of the best span, also where it was withheld",
        _answerable,
        lambda c: mean(c.best_em),
    ),
    Measure(
        "f1_always", "F1, answerable, always answering", "F1 of the same", _answerable, lambda c: mean(c.best_f1)
    ),
    Measure(
        "f1_best",
        "F1, best threshold",
        "The best F1 that a threshold on the confidence could give (Rajpurkar et al. 2018)",
        _all,
        lambda c: metrics.best_f1(c.best_f1, c.confidence, c.answerable)[0],
    ),
    Measure("success@1", "Success@1", "How often the first passage holds evidence", _answerable, _success(1)),
    Measure("success@5", "Success@5", _SUCCESS.format("five"), _answerable, _success(5)),
    Measure("success@10", "Success@10", _SUCCESS.format("ten"), _answerable, _success(10)),
    Measure("mrr@10", "MRR@10", "Mean of 1 / rank of the first evidence (Voorhees 1999)", _answerable, _mrr),
    Measure(
        "followup_success@10",
        "Success@10, follow-ups",
        "How often a resolved follow-up question finds evidence",
        lambda c: c.follow_up & c.answerable,
        _success(10),
    ),
    Measure(
        "answer_precision",
        "Answers given that are right",
        "Right is an F1 of at least 0.5",
        lambda c: c.given,
        lambda c: mean(c.right),
    ),
    Measure(
        "citation_precision",
        "Citation precision",
        "Of a right answer's citations, the share that stands on gold evidence (Gao et al. 2023)",
        _right_and_given,
        lambda c: mean(c.on_evidence),
    ),
    Measure(
        "citation_recall",
        "Citation recall",
        "Of the gold evidence that says what a right answer says, the share that it cites (Gao et al. 2023)",
        _right_and_given,
        lambda c: mean(c.cited),
    ),
    Measure(
        "abstention_precision",
        "Abstention precision",
        "Of the questions left unanswered, the share that has no answer",
        lambda c: ~c.given,
        lambda c: mean(~c.answerable),
    ),
    Measure(
        "abstention_recall",
        "Abstention recall",
        "Of the questions without an answer, the share left unanswered",
        _unanswerable,
        lambda c: mean(~c.given),
    ),
    Measure(
        "disagreement_precision",
        "Disagreement precision",
        "Where other answers are shown beside one, how often gold says that the documents disagree",
        lambda c: c.others if c.disagree.any() else np.zeros(len(c), dtype=bool),
        lambda c: mean(c.disagree),
    ),
    Measure(
        "disagreement_recall",
        "Disagreement recall",
        "Where the documents disagree, how often two of their answers are shown",
        lambda c: c.disagree,
        lambda c: mean(c.shows),
    ),
    Measure(
        "auroc",
        "AUROC of the confidence",
        "How often a right answer is surer than a wrong one (Hanley & McNeil 1982)",
        with_span,
        lambda c: metrics.auroc(c.right, c.confidence),
    ),
    Measure(
        "aurc",
        "AURC",
        "Mean share of wrong answers over all thresholds (Geifman & El-Yaniv 2017)",
        with_span,
        lambda c: metrics.aurc(c.right, c.confidence),
        True,
    ),
    Measure("coverage@80", "Coverage at 80\u00a0% precision", _COVERAGE.format(80), _all, _coverage(0.80)),
    Measure("coverage@90", "Coverage at 90\u00a0% precision", _COVERAGE.format(90), _all, _coverage(0.90)),
    Measure("coverage@95", "Coverage at 95\u00a0% precision", _COVERAGE.format(95), _all, _coverage(0.95)),
    Measure(
        "ece",
        "ECE",
        "How far a confidence is from how often it is right, in ten bins (Naeini et al. 2015)",
        with_span,
        lambda c: metrics.ece(c.right, c.confidence),
        True,
    ),
    Measure(
        "brier",
        "Brier",
        "Mean squared distance of confidence and outcome (Brier 1950)",
        with_span,
        lambda c: metrics.brier(c.right, c.confidence),
        True,
    ),
)
