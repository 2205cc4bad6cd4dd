"""Records as arrays, which the metrics are computed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from eval import metrics
from eval.metrics import Bools, Floats
from eval.records import Record
from rag.types import Outcome


@dataclass(frozen=True, slots=True)
class Columns:
    """Records as arrays of shape (n_questions,).

    `confidence` is NaN without a span, `rank` infinite without evidence among the hits; `right` is said of
    the best span, whether it was given or withheld; `others` are answers shown beside the one given.
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
    on_evidence: Floats
    cited: Floats
    disagree: Bools
    shows: Bools
    others: Bools
    follow_up: Bools

    def at(self, chosen: NDArray[np.intp] | Bools) -> Columns:
        """The chosen questions only, by index or mask."""
        return Columns(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def __len__(self) -> int:
        return len(self.f1)


def columns_of(records: Sequence[Record]) -> Columns:
    """Arrays of the records, in their order."""

    def floats(of: Callable[[Record], float | None], missing: float = np.nan) -> Floats:
        return np.array([missing if (value := of(r)) is None else value for r in records], dtype=float)

    def bools(of: Callable[[Record], bool]) -> Bools:
        return np.array([of(r) for r in records], dtype=bool)

    return Columns(
        em=floats(lambda r: r.em),
        f1=floats(lambda r: r.f1),
        best_em=floats(lambda r: r.best_em),
        best_f1=floats(lambda r: r.best_f1),
        confidence=floats(lambda r: r.confidence),
        rank=floats(lambda r: r.evidence_rank, missing=np.inf),
        answerable=bools(lambda r: bool(r.answers)),
        given=bools(lambda r: r.outcome == Outcome.ANSWERED),
        right=bools(lambda r: bool(r.answers) and r.best_f1 >= metrics.RIGHT_F1),
        on_evidence=floats(lambda r: r.citations_on_evidence),
        cited=floats(lambda r: r.evidence_cited),
        disagree=bools(lambda r: r.disagree),
        shows=bools(lambda r: r.shows_disagreement),
        others=bools(lambda r: r.shows_others),
        follow_up=bools(lambda r: r.is_follow_up),
    )


def with_span(c: Columns) -> Bools:
    """Which questions have a span at all, given or withheld."""
    return ~np.isnan(c.confidence)
