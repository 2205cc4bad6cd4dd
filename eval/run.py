"""Ask a library every gold question and keep what happened: the same `Answer` that a person would get."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Protocol

from eval.gold import Gold, GoldQuestion
from eval.loss import Shelf, evidence_rank, loss_of
from eval.memory import peak_mib
from eval.metrics import exact_match, normalise, token_f1
from eval.records import Excerpt, Record, Report
from eval.summary import summarise
from eval.versions import versions
from rag.types import Answer, Citation, Outcome, Turn

_RANKED = 10  # hits that Success@10 and MRR@10 need, whatever k is
_AROUND = 300  # characters of an excerpt on each side


class Asked(Shelf, Protocol):
    """What is asked of a library that is evaluated; `rag.open_library` gives one."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), k: int = 10) -> Answer: ...

    def fingerprint(self) -> Mapping[str, str]: ...


def evaluate(
    library: Asked,
    gold: Gold,
    *,
    k: int = 10,
    command: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Ask every question of the gold and measure the answers.

    Args:
        library: An open library.
        gold: From `eval.gold.load_gold` with this library's documents.
        k: Hits read for a question. Retrieval is measured on 10 hits or more.
        command: Kept in the report, to run it again.
        progress: Called with the number of questions done and of all, after each.
    """
    started, clock, fingerprint = datetime.now(UTC), perf_counter(), dict(library.fingerprint())
    records: list[Record] = []
    for question in gold.questions:
        records.append(_record(library, question, k))
        if progress is not None:
            progress(len(records), len(gold.questions))
    return Report(
        library=fingerprint,
        gold=gold.name,
        gold_sha256=gold.sha256,
        k=k,
        started=started.isoformat(timespec="seconds"),
        seconds=perf_counter() - clock,
        metrics=summarise(records),
        records=tuple(records),
        peak_mib=peak_mib(),
        command=command,
        versions=versions(),
    )


def _record(library: Asked, gold: GoldQuestion, k: int) -> Record:
    clock = perf_counter()
    answer = library.ask(gold.question, history=gold.history, k=k)
    seconds = perf_counter() - clock
    hits = answer.closest if k >= _RANKED else library.retrieve(answer.asked, k=_RANKED)
    loss = loss_of(gold, answer, library)
    best = answer.span or answer.withheld
    prediction = answer.text if answer.outcome is Outcome.ANSWERED else ""
    best_text = "" if best is None else best.text
    return Record(
        id=gold.id,
        question=gold.question,
        asked=answer.asked,
        kind=gold.kind or ("answerable" if gold.answers else "unanswerable"),
        group=gold.document or gold.id,
        answers=gold.answers,
        disagree=gold.disagree,
        outcome=str(answer.outcome),
        prediction=prediction,
        best=best_text,
        confidence=None if best is None else float(answer.confidence),
        em=exact_match(prediction, gold.answers),
        f1=token_f1(prediction, gold.answers),
        best_em=exact_match(best_text, gold.answers),
        best_f1=token_f1(best_text, gold.answers),
        evidence_rank=evidence_rank(hits, gold.evidence),
        citations_on_evidence=_share(bool(_touch(cited, gold.evidence)) for cited in answer.citations),
        evidence_cited=_evidence_cited(answer, gold),
        shows_others=bool(answer.alternatives),
        shows_disagreement=len(_answers_touched(answer, gold)) > 1,
        is_follow_up=bool(gold.history),
        loss=None if loss is None else str(loss),
        seconds=seconds,
        timings=dict(answer.timings),
        gold_excerpt=_excerpt(gold.evidence[0]) if loss is not None and gold.evidence else None,
        best_excerpt=_excerpt(Citation(best.passage.document, best.start, best.end))
        if loss is not None and best is not None
        else None,
    )


def _touch(cited: Citation, evidence: Sequence[Citation]) -> list[Citation]:
    """The evidence that shares a character with the citation."""
    return [
        place
        for place in evidence
        if place.document.id == cited.document.id and cited.start < place.end and cited.end > place.start
    ]


def _evidence_cited(answer: Answer, gold: GoldQuestion) -> float:
    touched = {place for cited in answer.citations for place in _touch(cited, gold.evidence)}
    return _share(place in touched for place in gold.evidence if place in touched or _says(place.text, answer.text))


def _says(words: str, answer: str) -> bool:
    """Whether one is the other, or is within it, after normalising."""
    one, other = f" {normalise(words)} ", f" {normalise(answer)} "
    return bool(answer) and (one in other or other in one)


def _share(values: Iterable[bool]) -> float:
    """Share of true values; 0.0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def _answers_touched(answer: Answer, gold: GoldQuestion) -> set[str]:
    """The different gold answers that the answer and its alternatives point at, normalised."""
    cited = [*answer.citations, *(c for other in answer.alternatives for c in other.citations)]
    return {normalise(place.text) for citation in cited for place in _touch(citation, gold.evidence)}


def _excerpt(place: Citation) -> Excerpt:
    text = place.document.text
    return Excerpt(
        source=place.document.source,
        title=place.document.title,
        start=place.start,
        end=place.end,
        before=text[max(0, place.start - _AROUND) : place.start],
        marked=place.text,
        after=text[place.end : place.end + _AROUND],
    )
