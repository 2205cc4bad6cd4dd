"""Two reports on retrieval alone over the same queries: what changed, and whether chance would change as much."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO

import numpy as np

from eval.beir import JudgedQuery, RetrievalReport
from eval.compare import Difference, measured, print_table
from eval.metrics import reciprocal_rank, success_at_k
from eval.records import ReportError
from eval.unlike import unlike

_N_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RetrievalComparison:
    """Attributes:
    differences: nDCG first; the verdict is about it.
    better: Pairs (before, after) of queries whose nDCG rose, the most first.
    worse: Pairs whose nDCG fell, the most first.
    n_left_out: Queries that stand in one report only, or with another text.
    unlike: What the two were made with, where it is not the same (`eval.unlike`).
    """

    differences: tuple[Difference, ...]
    better: tuple[tuple[JudgedQuery, JudgedQuery], ...]
    worse: tuple[tuple[JudgedQuery, JudgedQuery], ...]
    n_left_out: int
    unlike: str = ""

    @property
    def verdict(self) -> str:
        """The outcome in one line."""
        ndcg = self.differences[0]
        return f"{ndcg.said} queries; {len(self.better)} became better, {len(self.worse)} became worse."


def is_retrieval(text: str) -> bool:
    """Whether a report's JSON is of retrieval alone."""
    try:
        content = json.loads(text)
    except ValueError:
        return False
    return isinstance(content, dict) and "queries" in content


def compare_retrieval(before: RetrievalReport, after: RetrievalReport) -> RetrievalComparison:
    """Compare two reports on the queries that both hold.

    Raises:
        ReportError: They have no query in common, or another k.
    """
    if before.k != after.k:
        raise ReportError(f"One report was made with k = {before.k}, the other with {after.k}. Make both with one.")
    known = {(query.id, query.text): query for query in before.queries}
    pairs = [(known[query.id, query.text], query) for query in after.queries if (query.id, query.text) in known]
    if not pairs:
        raise ReportError(f"The reports on {before.benchmark} and {after.benchmark} have no query in common.")
    k = before.k
    scores: dict[str, Callable[[JudgedQuery], float]] = {
        f"nDCG@{k}": lambda query: query.ndcg,
        f"Success@{k}": lambda query: success_at_k(_rank(query), k),
        f"MRR@{k}": lambda query: reciprocal_rank(_rank(query), k),
    }
    by_change = sorted(pairs, key=lambda pair: pair[1].ndcg - pair[0].ndcg)
    return RetrievalComparison(
        differences=tuple(_difference(label, score, pairs) for label, score in scores.items()),
        better=tuple(pair for pair in reversed(by_change) if pair[1].ndcg > pair[0].ndcg),
        worse=tuple(pair for pair in by_change if pair[1].ndcg < pair[0].ndcg),
        n_left_out=len(before.queries) + len(after.queries) - 2 * len(pairs),
        unlike=unlike(before.library, after.library),
    )


def render_retrieval(comparison: RetrievalComparison, *, width: int = 100) -> str:
    """The comparison as plain text for the terminal; the verdict stands last."""
    output = StringIO()
    print_table(comparison.differences, output, width)
    for title, pairs in (("Became better", comparison.better), ("Became worse", comparison.worse)):
        if pairs:
            print(f"\n{title}: {len(pairs)}", *map(_change, pairs[:_N_SHOWN]), sep="\n", file=output)
        if len(pairs) > _N_SHOWN:
            print(f"  and {len(pairs) - _N_SHOWN} more", file=output)
    if comparison.n_left_out:
        print(f"\n{comparison.n_left_out} queries stand in one report only and are left out.", file=output)
    if comparison.unlike:
        print(f"\nNot made alike: {comparison.unlike}", file=output)
    print(f"\n{comparison.verdict}", file=output)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def _difference(
    label: str, score: Callable[[JudgedQuery], float], pairs: list[tuple[JudgedQuery, JudgedQuery]]
) -> Difference:
    before, after = (np.array([score(pair[side]) for pair in pairs], dtype=float) for side in (0, 1))
    return measured(label, before, after, range(len(pairs)))


def _change(pair: tuple[JudgedQuery, JudgedQuery]) -> str:
    before, after = pair
    return f"  {before.id}  {before.text}  {before.ndcg:.3f} -> {after.ndcg:.3f}"


def _rank(query: JudgedQuery) -> float:
    return float("inf") if query.rank is None else query.rank
