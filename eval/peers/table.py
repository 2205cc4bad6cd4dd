"""The systems side by side as a Markdown table, costs also as ratios to the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from eval.gold import Gold, GoldQuestion
from eval.metrics import RIGHT_F1, auroc, best_f1, exact_match, mean, reciprocal_rank, success_at_k, token_f1
from eval.peers.work import Reply, Result

Pair = tuple[GoldQuestion, Reply]


def markdown(results: Sequence[Result], gold: Gold) -> str:
    """One row a measure, one column a system; a dash where a system doesn't do that."""
    questions = {question.id: question for question in gold.questions}
    columns = [_column(result, [(questions[reply.id], reply) for reply in result.replies]) for result in results]
    lines = [["", *(result.system for result in results)], ["---"] * (len(results) + 1)]
    for label in columns[0]:
        lines.append([label, *(column.get(label, "–") for column in columns)])
    for label, of in _COSTS.items():
        lines.append([label, *_costs([of(result) for result in results])])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _column(result: Result, pairs: Sequence[Pair]) -> Mapping[str, str]:
    answerable = [pair for pair in pairs if pair[0].answers]
    ranks = [np.inf if reply.rank is None else reply.rank for _, reply in answerable]
    retrieval = {
        "Success@1 / @5 / @10": " / ".join(
            f"{mean(np.array([success_at_k(r, k) for r in ranks])):.3f}" for k in (1, 5, 10)
        ),
        "MRR@10": f"{mean(np.array([reciprocal_rank(r, 10) for r in ranks])):.3f}",
    }
    return (_reading(pairs, answerable) if result.reads else {}) | retrieval


def _reading(pairs: Sequence[Pair], answerable: Sequence[Pair]) -> dict[str, str]:
    f1 = np.array([token_f1(reply.text, question.answers) for question, reply in pairs])
    score = np.array([np.nan if reply.score is None else reply.score for _, reply in pairs], dtype=float)
    has_answer = np.array([bool(question.answers) for question, _ in pairs])
    right, has_span = has_answer & (f1 >= RIGHT_F1), ~np.isnan(score)
    em = mean(np.array([exact_match(reply.text, question.answers) for question, reply in answerable]))
    return {
        "answerable, always answering: F1 / EM": f"{mean(f1[has_answer]):.3f} / {em:.3f}",
        "all, no answer below the best threshold: F1": f"{best_f1(f1, score, has_answer)[0]:.3f}",
        "AUROC of the score": f"{auroc(right[has_span], score[has_span]):.3f}",
    }


def _seconds(share: float, of: Callable[[Reply], float]) -> Callable[[Result], float]:
    return lambda result: 1000 * float(np.quantile([of(reply) for reply in result.replies], share))


_COSTS: Mapping[str, Callable[[Result], float | None]] = {
    "passages": lambda result: result.n_passages,
    "indexing, s": lambda result: result.index_seconds,
    "retrieve, median ms": _seconds(0.5, lambda reply: reply.retrieve_seconds),
    "retrieve, 95 % ms": _seconds(0.95, lambda reply: reply.retrieve_seconds),
    "ask, median ms": lambda result: _seconds(0.5, lambda reply: reply.seconds)(result) if result.reads else None,
    "ask, 95 % ms": lambda result: _seconds(0.95, lambda reply: reply.seconds)(result) if result.reads else None,
    "peak memory, MiB": lambda result: result.peak_mib,
}


def _costs(values: Sequence[float | None]) -> list[str]:
    """ "92", then "184 (×2.0)": the ratio is to the first."""
    first = values[0]
    cells = []
    for place, value in enumerate(values):
        ratio = f" (×{value / first:.1f})" if place and value is not None and first else ""
        cells.append("–" if value is None else f"{value:,.0f}{ratio}")
    return cells
