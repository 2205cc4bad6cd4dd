"""The work that all do: the same documents, the same questions, and what is kept of each answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Protocol

from eval.gold import Gold, GoldError, GoldQuestion, load_gold
from eval.memory import peak_mib
from eval.metrics import holds
from index.types import Document

K = 10
_WORDS, _STEP = 110, 80  # of a peer's passage, and from one's start to the next's


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `[start, end)` of the document of that name: a passage that was found."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a system says to a question.

    Attributes:
        places: Passages, best first.
        text: The best span's words, also if it would rather not answer; "" without a span.
        score: Of that span, higher is surer; None without one.
        retrieve_seconds: Time until the passages were known.
    """

    places: tuple[Place, ...]
    text: str
    score: float | None
    retrieve_seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What is kept of it: `rank` is the place of the first passage that holds evidence, None if none does."""

    id: str
    text: str
    score: float | None
    rank: int | None
    retrieve_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """A system's run over the work. `reads` says whether it answers or only retrieves."""

    system: str
    reads: bool
    n_passages: int
    index_seconds: float
    peak_mib: float | None
    replies: tuple[Reply, ...]


class Peer(Protocol):
    """A program that is measured; it loads its models when it is made."""

    reads: bool

    def index(self, folder: Path, documents: Sequence[Document]) -> int:
        """Take in the documents, which are the files of the folder; the number of passages."""
        ...

    def ask(self, question: str) -> Found: ...


@dataclass(frozen=True, slots=True)
class Work:
    """Documents, named and identified by their file's name, and the questions on them."""

    documents: tuple[Document, ...]
    gold: Gold


def draw_work(folder: Path, gold: Path, *, n_questions: int, n_documents: int | None, seed: int) -> Work:
    """Draw questions, and documents among which are all that these were written on.

    Args:
        folder: Plain text files; file names are the names in the gold.
        n_documents: None for all.

    Raises:
        GoldError: The gold is wrong, or fewer documents are asked for than the questions need.
    """
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    documents = [Document(path.name, path.read_bytes().decode(), path.name, path.stem) for path in paths]
    loaded = load_gold(gold, documents)
    random = Random(seed)
    questions = random.sample(loaded.questions, min(n_questions, len(loaded.questions)))
    needed = {q.document for q in questions} | {p.document.id for q in questions for p in q.evidence}
    if n_documents is not None and n_documents < len(needed):
        raise GoldError(f"The {len(questions)} questions drawn need {len(needed)} documents, not {n_documents}.")
    others = [document for document in documents if document.id not in needed]
    n_others = len(others) if n_documents is None else min(len(others), n_documents - len(needed))
    kept = needed | {document.id for document in random.sample(others, n_others)}
    chosen = tuple(document for document in documents if document.id in kept)
    return Work(chosen, Gold(loaded.name, loaded.sha256, tuple(questions)))


def windows(document: Document) -> list[Place]:
    """Passages of 110 words, one every 80, for systems that don't cut documents themselves."""
    words = [match.span() for match in re.finditer(r"\S+", document.text)]
    firsts = range(0, max(1, len(words) - (_WORDS - _STEP)), _STEP) if words else range(0)
    return [Place(document.id, words[i][0], words[min(i + _WORDS, len(words)) - 1][1]) for i in firsts]


def run(name: str, make: Callable[[], Peer], work: Work, folder: Path) -> Result:
    """Index the documents, ask every question, and measure. The first question is asked once more, unmeasured."""
    peer = make()
    clock = perf_counter()
    n_passages = peer.index(folder, work.documents)
    index_seconds = perf_counter() - clock
    peer.ask(work.gold.questions[0].question)
    replies = tuple(_reply(peer, question) for question in work.gold.questions)
    return Result(name, peer.reads, n_passages, index_seconds, peak_mib(), replies)


def _reply(peer: Peer, gold: GoldQuestion) -> Reply:
    clock = perf_counter()
    found = peer.ask(gold.question)
    seconds = perf_counter() - clock
    ranks = (rank for rank, place in enumerate(found.places[:K], start=1) if _has_evidence(place, gold))
    return Reply(gold.id, found.text, found.score, next(ranks, None), found.retrieve_seconds, seconds)


def _has_evidence(place: Place, gold: GoldQuestion) -> bool:
    return any(
        e.document.id == place.document and holds(place.start, place.end, e.start, e.end) for e in gold.evidence
    )
