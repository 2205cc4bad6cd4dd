"""What an evaluation keeps: a record for each question, the metrics over them, and their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from index.errors import QuotebackError

_FORMAT = 2


class ReportError(QuotebackError, ValueError):
    """The file is not a report that this version can read."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a document around `[start, end)`, kept so that a report can be read without its library.

    Attributes:
        before: Text before the words; `marked` are the words themselves, `after` what follows.
    """

    source: str
    title: str
    start: int
    end: int
    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Record:
    """One question and what became of it.

    Attributes:
        asked: The question really searched for.
        group: Questions of one group are not independent; see `eval.statistics`.
        prediction: The answer's words; "" if none was given.
        best: Words of the best span, also if it was withheld; "" without a span.
        confidence: Of the best span; None without a span.
        em, f1: Of the prediction. `best_em` and `best_f1` are those of the best span.
        evidence_rank: Rank of the first hit that holds evidence, from 1; None if none of the hits does.
        citations_on_evidence: Share of the answer's citations that touch evidence; 0.0 without an answer.
        evidence_cited: Share of the evidence that says what the answer says and that its citations touch.
        shows_others: Whether other answers are shown beside the one given.
        shows_disagreement: Whether the answer and its alternatives together touch two different gold answers.
        is_follow_up: Whether it was asked with a history.
        loss: Stage that lost the answer (`eval.loss`); None if nothing was lost.
        seconds: Wall time of `ask`; `timings` are the stages within it.
        gold_excerpt, best_excerpt: Kept for lost questions only.
    """

    id: str
    question: str
    asked: str
    kind: str
    group: str
    answers: tuple[str, ...]
    disagree: bool
    outcome: str
    prediction: str
    best: str
    confidence: float | None
    em: float
    f1: float
    best_em: float
    best_f1: float
    evidence_rank: int | None
    citations_on_evidence: float
    evidence_cited: float
    shows_others: bool
    shows_disagreement: bool
    is_follow_up: bool
    loss: str | None
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)
    gold_excerpt: Excerpt | None = None
    best_excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One number over `n` questions; `value` is None if there is nothing to measure, `low` and `high` are its
    95 % interval, None where it can't be told."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation. Two of the same command, library, models and gold differ only in clock, timings and memory.

    Attributes:
        library: The library's fingerprint: encoder, reader, calibration, generation.
        gold: Name of the gold file.
        k: Hits a question.
        started: ISO 8601, UTC.
        seconds: Wall time of the whole.
        peak_mib: The most memory that the process has held, in MiB; None where the system doesn't tell.
        command: The command that asks the same again; "" if none was given.
        versions: Of Python and of the packages that the numbers depend on.
    """

    library: Mapping[str, str]
    gold: str
    gold_sha256: str
    k: int
    started: str
    seconds: float
    metrics: tuple[Metric, ...]
    records: tuple[Record, ...]
    peak_mib: float | None = None
    command: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def made_with(self) -> dict[str, str]:
        """What the numbers depend on, by name, but for the versions of other programs."""
        return {**self.library, "gold_sha256": self.gold_sha256, "k": str(self.k)}

    def metric(self, name: str) -> Metric:
        """The metric of that name.

        Raises:
            KeyError: There is none; the message lists those there are.
        """
        for metric in self.metrics:
            if metric.name == name:
                return metric
        raise KeyError(f"There is no metric {name!r}; there are {', '.join(m.name for m in self.metrics)}.")

    def to_json(self) -> str:
        """The whole report, records and all, with the figures of its page; `from_json` gives an equal one."""
        from eval.summary import figures  # it needs Record

        content = {"format": _FORMAT, **asdict(self), "figures": figures(self.records)}
        return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what `to_json` wrote.

        Raises:
            ReportError: It is something else, or of another format.
        """
        try:
            content = json.loads(text)
            given = content.pop("format")
            if given != _FORMAT:
                raise ReportError(f"The report has format {given!r}, but {_FORMAT} is read here. Evaluate again.")
            content.pop("figures", None)  # they come out of the records
            metrics = tuple(Metric(**metric) for metric in content.pop("metrics"))
            records = tuple(_record(record) for record in content.pop("records"))
            return cls(**content, metrics=metrics, records=records)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, ReportError):
                raise
            raise ReportError(f"This is not a report of an evaluation ({type(error).__name__}: {error}).") from error


def _record(content: dict[str, Any]) -> Record:
    excerpts = {
        name: None if content[name] is None else Excerpt(**content[name]) for name in ("gold_excerpt", "best_excerpt")
    }
    return Record(**{**content, **excerpts, "answers": tuple(content["answers"])})
