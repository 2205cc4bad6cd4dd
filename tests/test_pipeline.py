import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import documents
from index.chunker import chunk
from index.errors import InvalidQuestionError, LibraryNotFoundError, QuotebackError, RefusedError
from index.library import Library
from index.places import library_folder
from index.sync import running_fingerprint
from index.types import Document, Filter, Heading, Passage, SyncReport
from rag.calibration import Calibration
from rag.pipeline import OpenLibrary, open_library
from rag.types import Answer, Citation, Outcome, Span, Turn
from tests.fakes import ScriptedReader, WordEncoder

PIECES = (
    "The ferry leaves at nine.", "It carries 30,000 people. ", "\r\n", "\n\n", "ﬁne ﬂags ", "🎉🚢 ",
    "שלום עולם. ", "مرحبا بالعالم. ", "東京は首都です。", "e\u0301 ", "\u200b", "\u202e",
    "“Quoted,” she said. ", "Dr. Lind paid $3.5m. ", "The ferry leaves at nine.", "\x0c", "naïve café ",
    "\t", "ß ", "ﷺ ",
)  # fmt: skip


class AnyReader:
    """Takes spans anywhere, as a reader that knows nothing would."""

    calibration = Calibration(threshold=0.0)

    def __init__(self) -> None:
        self.fingerprint = {"reader": "any"}

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        return [
            [self._span(passage, Random(f"{question}{passage.text}{i}")) for i in range(3)] for passage in passages
        ]

    def _span(self, passage: Passage, random: Random) -> Span:
        start = random.randrange(passage.start, passage.end)
        return Span(
            passage,
            start,
            random.randint(start + 1, min(passage.end, start + 60)),
            random.uniform(-5, 15),
            0.0,
        )


@pytest.fixture(scope="module")
def shelf() -> Iterator[OpenLibrary]:
    with TemporaryDirectory() as folder:
        yield OpenLibrary(Library(Path(folder), create=True), encoder=WordEncoder(), reader=AnyReader())


def put(shelf: OpenLibrary, *texts: str) -> None:
    encoder = WordEncoder()
    with shelf._library.writing() as writer, writer.batch():
        writer.set_fingerprint(running_fingerprint(encoder))
        for i, text in enumerate(texts):
            headings = (Heading(0, min(9, len(text)), 1),)
            document = Document(f"d{i}", text, f"{i}.txt", f"T{i}", pages=(0, len(text) // 2), headings=headings)
            passages = chunk(document)
            writer.put(document, passages, encoder.encode_passages([p.search_text for p in passages]))


def all_places(answer: Answer) -> list[tuple[str, Citation]]:
    places = [(answer.text, citation) for citation in answer.citations[:1]]
    places += [(citation.text, citation) for citation in answer.citations]
    return places + [(other.text, other.citations[0]) for other in answer.alternatives]


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40), min_size=3, max_size=3), st.data())
def test_answer_text_is_the_cited_slice(shelf: OpenLibrary, pieces: list[list[str]], data: st.DataObject) -> None:
    texts = ["".join(each) for each in pieces]
    put(shelf, *texts)
    question = data.draw(st.sampled_from(["When does the ferry leave?", "東京?", "שלום", "who paid", "30,000 🎉?"]))
    answer = shelf.ask(question)
    stored = {document.id: document.text for document in shelf.documents()}
    for text, citation in all_places(answer):
        assert citation.document.text == stored[citation.document.id]
        assert citation.document.text[citation.start : citation.end] == text != ""
        sentence = citation.sentence
        assert sentence.start <= citation.start < citation.end <= sentence.end
        assert citation.page in (1, 2)
    assert (answer.outcome is Outcome.ANSWERED) == (answer.span is not None)


@given(st.text(max_size=2_100))
def test_any_question_is_answered_or_refused_in_a_sentence(shelf: OpenLibrary, question: str) -> None:
    try:
        answer = shelf.ask(question)
    except InvalidQuestionError as error:
        assert str(error).endswith(".")
    else:
        assert answer.question == question.strip()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "no words"),
        (" \n\t", "no words"),
        ("?!…", "no words"),
        ("\u200b\u200d", "no words"),
        ("x" * 2_001, "2,001 characters"),
    ],
)
def test_a_question_that_is_none_is_refused(shelf: OpenLibrary, question: str, words: str) -> None:
    with pytest.raises(InvalidQuestionError, match=words):
        shelf.ask(question)


def test_two_thousand_characters_are_a_question(shelf: OpenLibrary) -> None:
    put(shelf, "The ferry leaves at nine.")
    assert shelf.ask("x" * 2_000).question == "x" * 2_000


def test_the_same_question_gets_the_same_answer(shelf: OpenLibrary) -> None:
    put(shelf, *["".join(PIECES) * n for n in (1, 2, 3)])
    first, second = (shelf.ask("When does the ferry leave?") for _ in range(2))
    assert (first.text, first.confidence, first.citations) == (
        second.text,
        second.confidence,
        second.citations,
    )


def test_a_follow_up_is_searched_for_as_it_stands_alone(tmp_path: Path) -> None:
    reader = ScriptedReader({"1990": 9.0})
    with OpenLibrary(Library(tmp_path, create=True), encoder=WordEncoder(), reader=reader) as library:
        put(library, "The Nordlys was built in 1990 by Lind.")
        answer = library.ask("Where was it built?", history=[Turn("Who owns the Nordlys?", "Varrick")])
    assert answer.question == "Where was it built?"
    assert answer.asked == reader.questions[-1] != answer.question


def test_what_is_being_done_is_told_while_it_is_done(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    with OpenLibrary(Library(tmp_path, create=True), encoder=WordEncoder(), reader=AnyReader()) as library:
        put(library, "The ferry leaves at nine.", "The quay closes at noon.", "It rains.")
        answer = library.ask("When does the ferry leave?", progress=lambda stage, n: told.append((stage, n)))
        assert told == [("searching", 3), ("reading", len(answer.closest))]
        one = Filter(documents=frozenset({"d0"}))
        library.ask("When does the ferry leave?", where=one, progress=lambda stage, n: told.append((stage, n)))
        assert told[2:] == [("searching", 1), ("reading", 1)]


def test_nothing_is_retrieved_from_an_empty_library(tmp_path: Path) -> None:
    with OpenLibrary(Library(tmp_path, create=True), encoder=WordEncoder(), reader=AnyReader()) as library:
        assert library.ask("Anything?").outcome is Outcome.NOTHING_RETRIEVED


def test_a_library_goes_on_after_a_rebuild_by_an_encoder_of_another_size(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "quay.txt").write_text("The quay closes at noon on Fridays.")
    with open_library(tmp_path / "l", create=True, encoder=WordEncoder()) as library:
        library.sync(tmp_path / "docs")
    small = WordEncoder("small")
    small.dim, small.fingerprint = 64, {"encoder": "small", "dim": "64"}
    with open_library(tmp_path / "l", encoder=small) as library:
        assert len(library.documents()) == library.rebuild() == 1
        (hit,) = library.retrieve("When does the quay close?")
        assert hit.passage.text.startswith("The quay")


def test_a_file_that_is_added_is_kept_and_goes_with_its_document(tmp_path: Path) -> None:
    upload = tmp_path / "note.txt"
    upload.write_text("The quay closes at noon on Fridays.")
    with OpenLibrary(Library(tmp_path / "l", create=True), encoder=WordEncoder(), reader=AnyReader()) as library:
        library.add([upload])
        upload.unlink()
        (document,) = library.documents()
        assert Path(document.source).read_text() == document.text
        assert library.delete(document.id)
        assert library.documents() == [] and not Path(document.source).exists()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[OpenLibrary]:
    with open_library(tmp_path / "library", create=True, encoder=WordEncoder(), reader=AnyReader()) as made:
        yield made


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def uploads(library: OpenLibrary) -> list[str]:
    return sorted(path.name for path in (library.path / "uploads").iterdir())


@pytest.mark.parametrize("folder", ["synced", "library/uploads"])
def test_a_deleted_document_does_not_come_back_from_a_copy(library: OpenLibrary, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    written(tmp_path / folder, "a.txt", "The ferry leaves at nine.")
    library.sync(tmp_path / folder)
    (duplicate,) = library.add([written(tmp_path, "b.txt", "The ferry leaves at nine.")]).duplicates
    assert Path(duplicate).name == "b.txt"
    (document,) = library.documents()
    library.delete(document.id)
    library.add([written(tmp_path, "c.txt", "The mill was sold.")])
    assert [document.title for document in library.documents()] == ["c"] and uploads(library) == ["c.txt"]


def test_a_file_that_is_refused_is_named_once_and_not_kept(library: OpenLibrary, tmp_path: Path) -> None:
    undecodable = os.fsdecode(b"caf\xe9.txt")
    report = library.add([written(tmp_path, "scan.txt", " "), written(tmp_path, undecodable, "The mill was sold.")])
    assert [refused.reason.split(";")[0] for refused in report.refused] == [
        "has a name that is not valid text",
        "is empty",
    ]
    assert uploads(library) == []
    report = library.add([written(tmp_path, "c.txt", "The mill was sold.")])
    assert report.refused == () and uploads(library) == ["c.txt"]


def test_a_file_takes_the_one_that_it_replaced_with_it_when_it_is_refused(
    library: OpenLibrary, tmp_path: Path
) -> None:
    library.add([written(tmp_path, "a.txt", "The ferry leaves at nine.")])
    report = library.add([written(tmp_path, "a.txt", " ")])
    assert len(report.refused) == len(report.deleted) == 1
    assert library.documents() == [] and uploads(library) == []


def test_a_document_keeps_its_file_when_the_one_to_replace_it_cannot_be_opened(
    library: OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path, root: Path) -> bytes:
        raise RefusedError("can't be read: input/output error")

    library.add([written(tmp_path, "a.txt", "The ferry leaves at nine.")])
    with monkeypatch.context() as broken:
        broken.setattr(documents, "read", read)
        new = written(tmp_path, "a.txt", "The mill was sold.")
        assert len(library.add([new, new]).refused) == 1
    (document,) = library.documents()
    assert Path(document.source).read_text("utf-8") == document.text and uploads(library) == ["a.txt"]


def test_files_that_are_not_looked_at_are_refused_with_a_reason(library: OpenLibrary, tmp_path: Path) -> None:
    names = ("photo.jpg", "README", ".notes.txt", "~$a.docx")
    left_out = [written(tmp_path, name, "The mill was sold.") for name in names]
    report = library.add(left_out)
    assert report == SyncReport(refused=report.refused)
    assert [refused.source for refused in report.refused] == [str(path) for path in left_out]
    assert [refused.reason for refused in report.refused] == [
        "is of a kind that can't be read (.jpg)",
        "is of a kind that can't be read (no extension)",
        "is hidden, because its name begins with a dot; rename it",
        "is only what Office keeps while a document is open",
    ]
    report = library.add([*left_out, written(tmp_path, "a.txt", "The ferry leaves at nine.")])
    assert len(report.refused) == 4 and len(report.added) == 1 and uploads(library) == ["a.txt"]


def test_a_library_is_a_path_or_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTEBACK_DATA_DIR", str(tmp_path))
    assert library_folder("news") == tmp_path / "libraries" / "news"
    assert library_folder("./news") == Path("news")
    assert library_folder(tmp_path / "x") == tmp_path / "x"
    with pytest.raises(LibraryNotFoundError, match=r"no library 'news' \(libraries here: none yet\).*quoteback sync"):
        open_library("news")


def test_every_error_for_people_is_one_of_ours() -> None:
    assert issubclass(LibraryNotFoundError, QuotebackError) and issubclass(LibraryNotFoundError, FileNotFoundError)


def test_many_threads_ask_one_library(shelf: OpenLibrary) -> None:
    from concurrent.futures import ThreadPoolExecutor

    put(shelf, *["".join(PIECES) * n for n in (1, 2, 3)])
    expected = shelf.ask("When does the ferry leave?").text
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shelf.ask("When does the ferry leave?").text, range(40)))
    assert set(answers) == {expected}
