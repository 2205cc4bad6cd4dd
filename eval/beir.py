"""BEIR folders: retrieval alone, against graded judgements of whole documents (Thakur et al. 2021)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from eval.gold import GoldError, json_lines
from eval.metrics import mean, ndcg, reciprocal_rank, success_at_k
from eval.records import Metric, ReportError
from eval.statistics import groups_of, interval
from index.errors import InvalidQuestionError
from index.types import Document, Hit
from rag.question import MAX_CHARACTERS, checked_question

_PASSAGES_A_DOCUMENT = 5  # passages fetched for each document wanted, as several may be of one document
_N_SHOWN = 10

_Copies: TypeAlias = tuple[str, ...]  # names of the documents with one text


@dataclass(frozen=True, slots=True)
class Beir:
    """A retrieval benchmark.

    Attributes:
        documents: Named as `eval.squad.write_documents` writes them.
        queries: Text by id.
        grades: By query id, the grade of each judged document by its name; higher is more relevant, 0 is not.
    """

    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, float]]


def read_beir(folder: Path, *, split: str = "test") -> Beir:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/<split>.tsv`.

    Raises:
        GoldError: A file can't be read, or lines of it are wrong (the first ten are named).
    """
    problems: list[str] = []
    corpus = _by_id(folder, "corpus.jsonl", problems)
    queries = _by_id(folder, "queries.jsonl", problems)
    grades = _grades(folder, f"qrels/{split}.tsv", corpus.keys(), queries.keys(), problems)
    if problems:
        more = f"; and {len(problems) - _N_SHOWN} more" if len(problems) > _N_SHOWN else ""
        raise GoldError(f"{folder} is not a sound BEIR folder: {'; '.join(problems[:_N_SHOWN])}{more}.")
    documents = tuple(_document(id_, line) for id_, line in corpus.items())
    return Beir(documents, {id_: line["text"] for id_, line in queries.items()}, grades)


def document_name(id_: str) -> str:
    """File name of a document; a digest keeps ids apart that differ only in characters a name can't have."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", id_)[:80].lstrip(".")
    return f"{plain}.txt" if plain == id_ else f"{plain}-{hashlib.sha256(id_.encode()).hexdigest()[:8]}.txt"


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """One query and what became of it; `rank` is that of the first relevant document, None below k."""

    id: str
    text: str
    ndcg: float
    rank: int | None

    @property
    def is_cut(self) -> bool:
        """Whether it is longer than a question may be, so that its end was not searched with."""
        return _asked(self.text) != self.text.strip()


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Metrics over every query for which some document is relevant, each with its 95 % interval."""

    library: Mapping[str, str]
    benchmark: str
    k: int
    metrics: tuple[Metric, ...]
    queries: tuple[JudgedQuery, ...]

    def to_json(self) -> str:
        """The whole report, queries and all."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> RetrievalReport:
        """Read what `to_json` wrote.

        Raises:
            ReportError: It is something else.
        """
        try:
            content = json.loads(text)
            metrics = tuple(Metric(**metric) for metric in content.pop("metrics"))
            queries = tuple(JudgedQuery(**query) for query in content.pop("queries"))
            return cls(**content, metrics=metrics, queries=queries)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReportError(f"This is not a report on retrieval ({type(error).__name__}: {error}).") from error


class Searched(Protocol):
    """What is asked of a library whose retrieval is measured."""

    def retrieve(self, question: str, *, k: int = 10) -> list[Hit]: ...

    def fingerprint(self) -> Mapping[str, str]: ...


def evaluate_retrieval(
    library: Searched,
    beir: Beir,
    *,
    name: str,
    k: int = 10,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalReport:
    """Measure nDCG@k, Success@k and MRR@k; a document stands at the rank of its best passage.

    A document with the id of the query is left out, as the benchmark's own script does. Documents with the same
    text are one, as they are in a library, with the best of their grades. A query that is too long for a question
    loses its last words; one without words finds nothing.
    """
    copies = _copies(beir.documents)
    judged = [query for query, grades in beir.grades.items() if max(grades.values()) > 0]
    queries = []
    for query in judged:
        queries.append(_judged(query, library, beir, copies, k))
        if progress is not None:
            progress(len(queries), len(judged))
    return RetrievalReport(dict(library.fingerprint()), name, k, _metrics(queries, k), tuple(queries))


def _judged(query: str, library: Searched, beir: Beir, copies: Mapping[str, _Copies], k: int) -> JudgedQuery:
    grades: dict[_Copies, float] = {}
    for name, grade in beir.grades[query].items():
        grades[copies[name]] = max(grade, grades.get(copies[name], 0.0))
    names = _names(_hits(library, beir.queries[query], k=k * _PASSAGES_A_DOCUMENT))
    found = dict.fromkeys(copies.get(name, (name,)) for name in names)
    ranked = [grades.get(of_one, 0.0) for of_one in found if of_one != (document_name(query),)][:k]
    rank = next((place for place, grade in enumerate(ranked, start=1) if grade > 0), None)
    return JudgedQuery(query, beir.queries[query], ndcg(ranked, list(grades.values()), k), rank)


def _copies(documents: Sequence[Document]) -> dict[str, _Copies]:
    """By the name of each document, the names of all that have its text, which a library holds only once."""
    of_text: dict[str, list[str]] = {}
    for document in documents:
        of_text.setdefault(document.text, []).append(document.source)
    return {name: tuple(names) for names in of_text.values() for name in names}


def _hits(library: Searched, query: str, *, k: int) -> list[Hit]:
    try:
        asked = checked_question(_asked(query), 1)
    except InvalidQuestionError:  # it has no words
        return []
    return library.retrieve(asked, k=k)


def _asked(query: str) -> str:
    """As many whole words of a query as a question may have."""
    query = query.strip()
    return query if len(query) <= MAX_CHARACTERS else query[:MAX_CHARACTERS].rsplit(maxsplit=1)[0]


def _metrics(queries: Sequence[JudgedQuery], k: int) -> tuple[Metric, ...]:
    ranks = [np.inf if query.rank is None else query.rank for query in queries]
    values = {
        f"ndcg@{k}": [query.ndcg for query in queries],
        f"success@{k}": [success_at_k(rank, k) for rank in ranks],
        f"mrr@{k}": [reciprocal_rank(rank, k) for rank in ranks],
    }
    return tuple(_metric(name, np.array(of, dtype=float)) for name, of in values.items())


def _metric(name: str, values: np.ndarray[Any, np.dtype[np.float64]]) -> Metric:
    if not len(values):
        return Metric(name, None, None, None, 0)
    low, high = interval(lambda drawn: mean(values[drawn]), groups_of(range(len(values)))) or (None, None)
    return Metric(name, mean(values), low, high, len(values))


def _names(hits: list[Hit]) -> list[str]:
    """Names of the documents hit, each once, best first."""
    return list(dict.fromkeys(hit.passage.document.source.rsplit("/", 1)[-1] for hit in hits))


def _document(id_: str, line: dict[str, Any]) -> Document:
    name, title = document_name(id_), str(line.get("title") or "")
    text = f"{title}\n\n{line['text']}" if title else line["text"]
    return Document(id=name, text=text, source=name, title=title or name)


def _by_id(folder: Path, name: str, problems: list[str]) -> dict[str, dict[str, Any]]:
    """The lines of a file by their `_id`, each with a text; what is wrong with others joins the problems."""
    found: dict[str, dict[str, Any]] = {}
    for place, line in json_lines(_read(folder, name)):
        if isinstance(line, str):
            problems.append(f"{name} {place} {line}")
        elif not isinstance(id_ := line.get("_id"), str | int) or not str(id_).strip():
            problems.append(f"{name} {place} has no _id")
        elif not isinstance(line.get("text"), str):
            problems.append(f"{name} {place} has no text")
        elif str(id_) in found:
            problems.append(f"{name} {place} has the _id {id_!r} of an earlier line")
        else:
            found[str(id_)] = line
    return found


def _grades(
    folder: Path, name: str, documents: Collection[str], queries: Collection[str], problems: list[str]
) -> dict[str, dict[str, float]]:
    """The grade of each judged document of each query; what is wrong with others joins the problems."""
    grades: dict[str, dict[str, float]] = {}
    for number, row in enumerate(_read(folder, name).decode("utf-8", errors="replace").split("\n"), start=1):
        if not row.strip() or (number == 1 and _grade(row.split("\t")[-1]) is None):  # the heads of the columns
            continue
        match row.rstrip("\r").split("\t"):
            case [query, _, _] if query not in queries:
                problems.append(f"{name} line {number} judges the query {query!r}, which is not in queries.jsonl")
            case [_, document, _] if document not in documents:
                problems.append(f"{name} line {number} judges {document!r}, which is not in corpus.jsonl")
            case [query, document, last] if (grade := _grade(last)) is not None:
                grades.setdefault(query, {})[document_name(document)] = grade
            case _:
                problems.append(f"{name} line {number} is {row[:60]!r}, which is not query, document and grade")
    return grades


def _grade(text: str) -> float | None:
    """A grade, 0 for one below (as trec_eval counts it); None if it is none."""
    try:
        grade = float(text)
    except ValueError:
        return None
    return max(grade, 0.0) if isfinite(grade) else None


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise GoldError(
            f"{folder} is not a BEIR folder: {name} can't be read ({error.strerror}). "
            "It needs corpus.jsonl, queries.jsonl and qrels/test.tsv."
        ) from error
