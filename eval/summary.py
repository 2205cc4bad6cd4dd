"""From records to metrics: the one list of what is measured, over which questions, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from math import isnan

import numpy as np
from numpy.typing import NDArray

from eval import metrics
from eval.metrics import Bools, Floats, mean
from eval.records import Metric, Record
from eval.statistics import groups_of, interval
from rag.types import Outcome


@dataclass(frozen=True, slots=True)
class Columns:
    """Records as arrays of shape (n_questions,).

    `confidence` is NaN without a span, `rank` infinite without evidence among the hits; `right` is said of
    the best span, whether it was given or withheld.
    """

    em: Floats
    f1: Floats
    best_em: Floats
    best_f1: Floats
    confidence: Floats
    rank: Floats
    answerable: Bools
    given: Bools
    right: Bools
    cites: Bools
    disagree: Bools
    shows: Bools

    def at(self, chosen: NDArray[np.intp] | Bools) -> Columns:
        """The chosen questions only, by index or mask."""
        return Columns(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def __len__(self) -> int:
        return len(self.f1)


def columns_of(records: Sequence[Record]) -> Columns:
    """Arrays of the records, in their order."""
    answerable = np.array([bool(r.answers) for r in records], dtype=bool)
    best_f1 = np.array([r.best_f1 for r in records], dtype=float)
    return Columns(
        em=np.array([r.em for r in records], dtype=float),
        f1=np.array([r.f1 for r in records], dtype=float),
        best_em=np.array([r.best_em for r in records], dtype=float),
        best_f1=best_f1,
        confidence=np.array([np.nan if r.confidence is None else r.confidence for r in records], dtype=float),
        rank=np.array([np.inf if r.evidence_rank is None else r.evidence_rank for r in records], dtype=float),
        answerable=answerable,
        given=np.array([r.outcome == Outcome.ANSWERED for r in records], dtype=bool),
        right=answerable & (best_f1 >= metrics.RIGHT_F1),
        cites=np.array([r.cites_evidence for r in records], dtype=bool),
        disagree=np.array([r.disagree for r in records], dtype=bool),
        shows=np.array([r.shows_disagreement for r in records], dtype=bool),
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric by name, with the questions it is over."""

    name: str
    label: str
    over: Callable[[Columns], Bools]
    of: Callable[[Columns], float]
    lower_is_better: bool = False


def _all(c: Columns) -> Bools:
    return np.ones(len(c), dtype=bool)


def _answerable(c: Columns) -> Bools:
    return c.answerable


def _unanswerable(c: Columns) -> Bools:
    return ~c.answerable


def _with_span(c: Columns) -> Bools:
    return ~np.isnan(c.confidence)


def _success(k: int) -> Callable[[Columns], float]:
    return lambda c: mean(np.array([metrics.success_at_k(rank, k) for rank in c.rank]))


def _coverage(precision: float) -> Callable[[Columns], float]:
    def of(c: Columns) -> float:
        spans = c.at(_with_span(c))
        n_answerable = int(c.answerable.sum())
        return metrics.coverage_at_precision(
            spans.right, spans.confidence, precision=precision, n_answerable=n_answerable
        )

    return of


MEASURES: tuple[Measure, ...] = (
    Measure("em", "EM", _all, lambda c: mean(c.em)),
    Measure("f1", "F1", _all, lambda c: mean(c.f1)),
    Measure("em_answerable", "EM, answerable", _answerable, lambda c: mean(c.em)),
    Measure("f1_answerable", "F1, answerable", _answerable, lambda c: mean(c.f1)),
    Measure("f1_unanswerable", "F1, unanswerable", _unanswerable, lambda c: mean(c.f1)),
    Measure("em_always", "EM, answerable, always answering", _answerable, lambda c: mean(c.best_em)),
    Measure("f1_always", "F1, answerable, always answering", _answerable, lambda c: mean(c.best_f1)),
    Measure(
        "f1_best",
        "F1, best threshold",
        _all,
        lambda c: metrics.best_f1(c.best_f1, c.confidence, c.answerable)[0],
    ),
    Measure("success@1", "Success@1", _answerable, _success(1)),
    Measure("success@5", "Success@5", _answerable, _success(5)),
    Measure("success@10", "Success@10", _answerable, _success(10)),
    Measure(
        "mrr@10",
        "MRR@10",
        _answerable,
        lambda c: mean(np.array([metrics.reciprocal_rank(rank, 10) for rank in c.rank])),
    ),
    Measure("answer_precision", "Answers given that are right", lambda c: c.given, lambda c: mean(c.right)),
    Measure(
        "citation_precision",
        "Right answers that cite gold evidence",
        lambda c: c.given & c.right,
        lambda c: mean(c.cites),
    ),
    Measure(
        "abstention_precision",
        "Abstention precision",
        lambda c: ~c.given,
        lambda c: mean(~c.answerable),
    ),
    Measure("abstention_recall", "Abstention recall", _unanswerable, lambda c: mean(~c.given)),
    Measure(
        "disagreement_shown",
        "Disagreements shown",
        lambda c: c.disagree,
        lambda c: mean(c.shows),
    ),
    Measure("auroc", "AUROC of the confidence", _with_span, lambda c: metrics.auroc(c.right, c.confidence)),
    Measure("aurc", "AURC", _with_span, lambda c: metrics.aurc(c.right, c.confidence), True),
    Measure("coverage@80", "Coverage at 80\u00a0% precision", _all, _coverage(0.80)),
    Measure("coverage@90", "Coverage at 90\u00a0% precision", _all, _coverage(0.90)),
    Measure("coverage@95", "Coverage at 95\u00a0% precision", _all, _coverage(0.95)),
    Measure("ece", "ECE", _with_span, lambda c: metrics.ece(c.right, c.confidence), True),
    Measure("brier", "Brier", _with_span, lambda c: metrics.brier(c.right, c.confidence), True),
)


def summarise(records: Sequence[Record]) -> tuple[Metric, ...]:
    """Every metric over the records, each with its interval."""
    columns, groups = columns_of(records), groups_of([record.group for record in records])
    return tuple(_metric(measure, columns, groups) for measure in MEASURES)


def _metric(measure: Measure, columns: Columns, groups: Sequence[NDArray[np.intp]]) -> Metric:
    over = measure.over(columns)
    n = int(over.sum())
    value = measure.of(columns.at(over)) if n else np.nan
    if isnan(value):
        return Metric(measure.name, None, None, None, n)
    inside = [group[over[group]] for group in groups if over[group].any()]
    ends = interval(lambda drawn: measure.of(columns.at(drawn)), inside)
    low, high = ends if ends is not None else (None, None)
    return Metric(measure.name, value, low, high, n)


def latencies(records: Sequence[Record]) -> dict[str, tuple[float, float, int]]:
    """Median and 95th percentile of the seconds of each stage and of the whole "ask", with n."""
    stages = [s for s in dict.fromkeys(s for r in records for s in r.timings) if s != "total"]  # "ask" is it
    times = {stage: [r.timings[stage] for r in records if stage in r.timings] for stage in stages}
    times["ask"] = [record.seconds for record in records]
    return {
        stage: (float(np.quantile(of, 0.5)), float(np.quantile(of, 0.95)), len(of))
        for stage, of in times.items()
        if of
    }


def by_kind(records: Sequence[Record]) -> dict[str, tuple[float, float, int]]:
    """Mean EM, mean F1 and number of the questions of each kind, largest kind first."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(record.kind, []).append(record)
    return {
        kind: (sum(r.em for r in of) / len(of), sum(r.f1 for r in of) / len(of), len(of))
        for kind, of in sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    }


def losses(records: Sequence[Record]) -> dict[str, int]:
    """Number of questions lost at each stage, most first; stages that lost none are left out."""
    stages = [record.loss for record in records if record.loss is not None]
    return dict(sorted(((s, stages.count(s)) for s in set(stages)), key=lambda pair: (-pair[1], pair[0])))
