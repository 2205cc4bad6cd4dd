"""A library whose answers are written down beforehand: real documents, real answers, no models."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from threading import Event

from index.errors import InvalidQuestionError, RefusedError
from index.parsers import parse
from index.sentences import sentences
from index.types import Document, Filter, Heading, Hit, Passage, Refused, SyncReport
from rag.types import Alternative, Answer, Citation, Outcome, Span, Turn
from ui.roles import Progress

REPORT = """Survey of the Lower Quay Bridge

1. Summary

The bridge was surveyed in March 2024 after two bearings had been found cracked. The survey team \
inspected all \
eleven spans from a boat and from the deck. Repairs are expected to cost 4.2 million euros and to take \
fourteen months. Traffic can go on in one lane while the work is done.

2. Findings

2.1 Bearings

Six of the twenty-two bearings have to be replaced. The two cracked ones stand under the third \
pier, where the \
river is deepest.

2.2 Deck

The deck is sound. Salt has reached the reinforcement in the outer metre of the northern footway \
only, and the \
asphalt was last renewed in 2011.

3. What to do next

The third pier should be propped before the autumn floods. A tender for the bearings can be published in June.
"""

NEWS_OLD = """Bridge to be closed for a year, says mayor

The Lower Quay Bridge will be closed to lorries from September. "We can't wait any longer," the \
mayor said on \
Tuesday. The city reckons with costs of 3.1 million euros, of which the state pays half.

Ferries will carry pedestrians during the weekends on which the deck is lifted.
"""

NEWS_NEW = """Costs of the bridge rise again

The repair of the Lower Quay Bridge will cost 5.6 million euros, the city council was told on \
Thursday. Steel has \
become dearer, and the third pier needs a new foundation. The council had expected 4.2 million euros.

The works are to begin in February. Anna Lindqvist, who heads the bridge department, said that the \
ferry would \
run every twenty minutes.
"""

MARKUP = """Notes on **markup** & <b>signs</b>

The variable `x_1` costs $5 and $$6, says [the site](http://example.com/a.png) <img src=x onerror=alert(1)>. \
${alert(1)} and {{value}} are only signs. فارسی comes\u200b before \u202egnihtyreve else.
"""


def document(text: str, *, title: str, source: str, day: date | None = None, kind: str = "txt") -> Document:
    """A document whose headings are its numbered lines, with a page for each first-level heading in a PDF."""
    headings, pages, at = [], [0], 0
    for line in text.splitlines(keepends=True):
        numbered = re.match(r"(\d+(\.\d+)*)\.? \S", line)
        if numbered:
            level = 1 + numbered[1].count(".")
            headings.append(Heading(at, at + len(line.rstrip()), level))
            if level == 1 and len(headings) > 1:
                pages.append(at)
        at += len(line)
    return Document(
        id=hashlib.sha256(source.encode()).hexdigest()[:16],
        text=text,
        source=source,
        title=title,
        date=day,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        kind=kind,
        pages=tuple(pages) if kind == "pdf" else (),
        headings=tuple(headings),
    )


def example_pdf() -> Document:
    """A report of three pages from the example library, read by the program itself."""
    path = Path(__file__).parents[1] / "examples" / "library" / "incident-report-kettle-bay.pdf"
    data = path.read_bytes()
    read = parse(data, "pdf")
    return Document(
        id="kettle-bay",
        text=read.text,
        source=str(path),
        title=read.title,
        sha256=hashlib.sha256(data).hexdigest(),
        kind="pdf",
        pages=read.pages,
        headings=read.headings,
    )


def quoted(doc: Document, words: str) -> Citation:
    """The first place of `words` in a document."""
    start = doc.text.index(words)
    return Citation(doc, start, start + len(words))


def passages_of(doc: Document, *, n_sentences: int = 3) -> list[Passage]:
    """Passages of a few sentences each."""
    found = sentences(doc.text)
    groups = [found[i : i + n_sentences] for i in range(0, len(found), n_sentences)]
    return [Passage(doc, group[0][0], group[-1][1]) for group in groups]


def span_at(citation: Citation, *, score: float = 8.0) -> Span:
    """The span of a citation, in the passage that holds it."""
    doc = citation.document
    holding = [p for p in passages_of(doc) if p.start <= citation.start and citation.end <= p.end]
    passage = holding[0] if holding else Passage(doc, 0, len(doc.text))
    return Span(passage, citation.start, citation.end, score, -3.0)


class ScriptedLibrary:
    """Answers by a script from question to answer; any other question retrieves nothing."""

    def __init__(self, path: Path, documents: Sequence[Document]) -> None:
        self.path = path
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.may_answer = Event()
        self.may_answer.set()
        self._documents = {doc.id: doc for doc in documents}
        self._answers: dict[str, Answer | Exception] = {}

    def script(self, question: str, answer: Answer | Exception) -> None:
        """What the question will get."""
        self._answers[question] = answer

    def documents(self) -> list[Document]:
        return list(self._documents.values())

    def document(self, document_id: str) -> Document:
        return self._documents[document_id]

    def passages(self, document_id: str) -> list[Passage]:
        return passages_of(self._documents[document_id])

    def retrieve(self, question: str, *, k: int = 10, where: Filter | None = None) -> list[Hit]:
        if not question.strip():
            raise InvalidQuestionError("Please type a question.")
        admitted = filter((where or Filter()).admits, self.documents())
        passages = [p for doc in admitted for p in passages_of(doc)]
        words = set(question.casefold().split())
        shared = [len(words & set(p.text.casefold().split())) for p in passages]
        best = sorted(range(len(passages)), key=lambda i: -shared[i])[:k]
        return [Hit(passages[i], shared[i] / (1 + len(words)), rank) for rank, i in enumerate(best, 1)]

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        k: int = 10,
        where: Filter | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Answer:
        self.asked.append((question, tuple(history)))
        if progress is not None:
            progress("searching", len(self._documents))
        self.may_answer.wait(120)
        answer = self._answers.get(question, Answer(question, question, Outcome.NOTHING_RETRIEVED))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def add(self, paths: Sequence[Path], *, progress: Progress | None = None) -> SyncReport:
        added, refused = [], []
        for path in paths:
            if progress is not None:
                progress(str(path), "parsing", n_done=len(added), n_total=len(paths))
            try:
                doc = document(path.read_bytes().decode(), title=path.stem, source=str(self.path / path.name))
                self._documents[doc.id] = doc
                added.append(doc.source)
            except UnicodeDecodeError:
                refused.append(Refused(str(path), "is not a text file: it holds bytes that are no text"))
        return SyncReport(added=tuple(added), refused=tuple(refused))

    def delete(self, document_id: str) -> bool:
        return self._documents.pop(document_id, None) is not None

    def fingerprint(self) -> dict[str, str]:
        return {"reader": "scripted"}


def bridge_library(path: Path) -> ScriptedLibrary:
    """Three sources on one bridge that disagree on its costs, and one full of markup."""
    report = document(
        REPORT,
        title="Survey of the Lower Quay Bridge",
        source="/home/me/survey.pdf",
        day=date(2024, 4, 2),
        kind="pdf",
    )
    old = document(
        NEWS_OLD,
        title="Bridge to be closed for a year",
        source="/home/me/news-2023.txt",
        day=date(2023, 11, 14),
    )
    new = document(
        NEWS_NEW,
        title="Costs of the bridge rise again",
        source="https://news.example/bridge",
        day=date(2025, 1, 23),
        kind="html",
    )
    markup = document(MARKUP, title="Notes on **markup** & <b>signs</b>", source="/home/me/notes <i>.md", kind="md")
    library = ScriptedLibrary(path, [report, old, new, markup])
    _script(library, report, old, new, markup)
    return library


def _script(library: ScriptedLibrary, report: Document, old: Document, new: Document, markup: Document) -> None:
    closest = tuple(library.retrieve("How much will the repair of the bridge cost?", k=8))
    timings = {"retrieve": 0.08, "read": 0.34}
    cost, again = quoted(report, "4.2 million euros"), quoted(new, "4.2 million euros")
    newer, older = quoted(new, "5.6 million euros"), quoted(old, "3.1 million euros")
    question = "How much will the repair of the bridge cost?"
    library.script(
        question,
        Answer(
            question,
            question,
            Outcome.ANSWERED,
            span_at(cost),
            0.87,
            (cost, again),
            (
                Alternative(span_at(newer), 0.58, (newer,)),
                Alternative(span_at(older), 0.31, (older,)),
            ),
            None,
            closest,
            timings,
        ),
    )
    who = quoted(new, "Anna Lindqvist")
    library.script(
        "Who heads the bridge department?",
        Answer(
            "Who heads the bridge department?",
            "Who heads the bridge department?",
            Outcome.ANSWERED,
            span_at(who),
            0.95,
            (who,),
            closest=closest,
            timings=timings,
        ),
    )
    long = quoted(report, "fourteen months")
    library.script(
        "And how long will it take?",
        Answer(
            "And how long will it take?",
            "And how long will it take? repair of the bridge",
            Outcome.ANSWERED,
            span_at(long),
            0.71,
            (long,),
            closest=closest,
            timings=timings,
        ),
    )
    held = quoted(report, "2011")
    library.script(
        "When was the bridge built?",
        Answer(
            "When was the bridge built?",
            "When was the bridge built?",
            Outcome.BELOW_THRESHOLD,
            None,
            0.22,
            withheld=span_at(held),
            closest=closest,
            timings=timings,
        ),
    )
    library.script(
        "What colour is the bridge?",
        Answer(
            "What colour is the bridge?",
            "What colour is the bridge?",
            Outcome.NO_SPAN,
            closest=closest,
            timings=timings,
        ),
    )
    sign = quoted(markup, "<img src=x onerror=alert(1)>")
    library.script(
        "What does the site say?",
        Answer(
            "What does the site say?",
            "What does the site say?",
            Outcome.ANSWERED,
            span_at(sign),
            0.5,
            (sign,),
            closest=closest,
            timings=timings,
        ),
    )
    library.script("Is the disk full?", RefusedError("The disk is full: 3 MB are free, 40 MB are needed."))
    library.script("Will it break?", RuntimeError("secret /home/me/path"))


EXAMPLES = (
    "How much will the repair of the bridge cost?",
    "Who heads the bridge department?",
    "When was the bridge built?",
)
