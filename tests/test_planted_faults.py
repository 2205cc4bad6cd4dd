"""Faults planted in a real library, each of which the table of lost questions must name, and nothing else."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eval.gold import Gold, load_gold
from eval.records import Report
from eval.run import evaluate
from eval.summary import losses
from eval.table import render
from index.collection import Collection
from index.library import Library
from index.parsers import Parsed, parse
from index.types import Passage
from rag.calibration import Calibration
from rag.pipeline import OpenLibrary
from rag.types import Citation, Span
from tests.fakes import WordEncoder

ROOT = Path(__file__).parents[1]
FILES = (
    "annual-report-2023.pdf",
    "incident-report-kettle-bay.pdf",
    "staff-handbook.md",
    "minutes/board-2024-05-14.md",
)
REPORT, LOST_PAGE = FILES[0], 2


class KnowingReader:
    """Finds the gold answers of each question wherever a passage has them, and nothing for other questions."""

    calibration = replace(Calibration(), threshold=0.0)

    def __init__(self, answers: Mapping[str, Sequence[str]]) -> None:
        self.fingerprint = {"reader": type(self).__name__}
        self._answers = answers

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        return [self._spans(passage, self._answers[question]) for passage in passages]

    def _spans(self, passage: Passage, answers: Sequence[str]) -> list[Span]:
        starts = [(passage.start + passage.text.find(answer), answer) for answer in answers if answer in passage.text]
        return [Span(passage, start, start + len(answer), score=9.0, null_score=0.0) for start, answer in starts]


class RandomReader(KnowingReader):
    """Finds two words anywhere in every passage, as surely as chance will have it."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        return [[self._span(passage, Random(f"{question}{passage.start}"))] for passage in passages]

    def _span(self, passage: Passage, random: Random) -> Span:
        start = random.randrange(passage.start, passage.end - 1)
        return Span(passage, start, min(start + 12, passage.end), score=random.gauss(0, 5), null_score=0.0)


class DroppingWorker:
    """Reads as the real one does, and drops the report's second page."""

    def __enter__(self) -> "DroppingWorker":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def parse(self, data: bytes, kind: str) -> Parsed:
        parsed = parse(data, kind)
        if data != (ROOT / "examples" / "library" / REPORT).read_bytes():
            return parsed
        start, end = parsed.pages[LOST_PAGE - 1 : LOST_PAGE + 1]
        return replace(parsed, text=parsed.text[:start] + " " * (end - start) + parsed.text[end:], headings=())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Four documents of the example library, and the gold questions on them alone or on nothing."""
    folder = tmp_path_factory.mktemp("faults")
    for name in FILES:
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "examples" / "library" / name, path)
    lines = (ROOT / "eval" / "data" / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "gold.jsonl").write_text("\n".join(line for line in lines if _is_about(FILES, json.loads(line))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.statistics.N_RESAMPLES", 20)
        yield folder


def _is_about(names: Sequence[str], line: dict[str, Any]) -> bool:
    return "history" not in line and all(name in names for name, _, _ in line["evidence"])


def _measure(
    folder: Path,
    place: Path,
    *,
    reader: type[KnowingReader] = KnowingReader,
    plant: Callable[[OpenLibrary], None] = lambda _: None,
) -> tuple[Report, Gold]:
    """Bring the library in line with the documents, plant a fault, and evaluate."""
    lines = [json.loads(line) for line in (folder / "gold.jsonl").read_text().splitlines()]
    answers = {line["question"]: line["answers"] for line in lines}
    with OpenLibrary(Library(place, create=True), encoder=WordEncoder(), reader=reader(answers)) as library:
        library.sync(folder / "docs")
        plant(library)
        gold = load_gold(folder / "gold.jsonl", library.documents(), strict=False)
        return evaluate(library, gold, k=100), gold


@pytest.fixture(scope="module")
def sound(folder: Path) -> Gold:
    """The gold of the library without a fault, which loses nothing."""
    report, gold = _measure(folder, folder / "sound")
    assert len(report.records) > 40
    assert losses(report.records) == {}
    return gold


@pytest.fixture
def copy(folder: Path, sound: Gold, tmp_path: Path) -> Path:
    """A copy of that library."""
    return shutil.copytree(folder / "sound", tmp_path / "library")


def _ids(gold: Gold, is_hit: Callable[[Citation], bool]) -> set[str]:
    """The questions all of whose evidence is hit."""
    return {q.id for q in gold.questions if q.evidence and all(is_hit(place) for place in q.evidence)}


def _is_in_report(place: Citation) -> bool:
    return place.document.source.endswith(REPORT)


def _lost(report: Report, stage: str) -> set[str]:
    assert f"{stage} " in render(report)
    assert set(losses(report.records)) == {stage}
    return {record.id for record in report.records if record.loss == stage}


def test_a_page_that_the_parser_drops_is_lost_in_parsing(
    folder: Path, sound: Gold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sync.ParseWorker", DroppingWorker)
    report, _ = _measure(folder, tmp_path / "l")
    hit = _ids(sound, lambda place: _is_in_report(place) and place.page == LOST_PAGE)
    assert len(hit) >= 3
    assert _lost(report, "lost_in_parsing") == hit


def test_a_document_that_the_index_loses_is_not_retrieved(
    folder: Path, sound: Gold, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for search in ("nearest", "matching"):
        monkeypatch.setattr(Collection, search, _without_report(getattr(Collection, search)))
    report, _ = _measure(folder, copy)
    hit = _ids(sound, _is_in_report)
    assert len(hit) >= 10
    assert _lost(report, "not_retrieved") == hit


def _without_report(search: Callable[..., list[tuple[int, float]]]) -> Callable[..., list[tuple[int, float]]]:
    def searched(self: Collection, *args: Any, **options: Any) -> list[tuple[int, float]]:
        hits = search(self, *args, **options)
        return [(id_, score) for id_, score in hits if REPORT not in self.passage(id_).document.source]

    return searched


def test_a_document_that_is_gone_is_not_in_the_library(folder: Path, sound: Gold, copy: Path) -> None:
    def lose(library: OpenLibrary) -> None:
        (document,) = [d for d in library.documents() if d.source.endswith(REPORT)]
        assert library.delete(document.id)

    report, _ = _measure(folder, copy, plant=lose)
    assert _lost(report, "not_in_library") == _ids(sound, _is_in_report)


def test_a_reader_that_answers_at_random_misreads(folder: Path, sound: Gold, copy: Path) -> None:
    report, _ = _measure(folder, copy, reader=RandomReader)
    lost = losses(report.records)
    n_unanswerable = sum(not question.answers for question in sound.questions)
    assert set(lost) == {"wrongly_answered", "misread"}
    assert lost["wrongly_answered"] == n_unanswerable
    assert lost["misread"] >= 0.8 * (len(sound.questions) - n_unanswerable)
    assert "misread" in render(report)
