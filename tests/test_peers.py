"""The work that all systems do, what is kept of it, and the table made of that."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import GoldError
from eval.peers import table
from eval.peers.__main__ import SYSTEMS, main, read_result
from eval.peers.work import Found, Place, Reply, Result, draw_work, run, windows
from index.types import Document

TEXTS = {
    f"{name}.txt": f"The {name} costs {price} euros." for name, price in [("boat", 12), ("dock", 30), ("oar", 7)]
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents with a question each, on two of them one that has no answer, and seven other documents."""
    (tmp_path / "documents").mkdir()
    for name, text in (TEXTS | {f"other-{i}.txt": f"Number {i}." for i in range(7)}).items():
        (tmp_path / "documents" / name).write_text(text)
    lines = []
    for name, text in TEXTS.items():
        start = text.index("costs ") + len("costs ")
        evidence = [start, text.index(".")]
        line = {"document": name, "question": f"What does the {name[:-4]} cost?", "answers": [text[slice(*evidence)]]}
        lines.append({"id": name, **line, "evidence": evidence})
    lines.append({"id": "u", "document": "oar.txt", "question": "Who made the oar?", "answers": [], "evidence": None})
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


def _work(folder: Path, n_questions: int = 4, n_documents: int | None = None, seed: int = 1):  # type: ignore[no-untyped-def]
    return draw_work(
        folder / "documents", folder / "gold.jsonl", n_questions=n_questions, n_documents=n_documents, seed=seed
    )


def test_the_same_seed_draws_the_same_work_and_every_document_that_it_needs(folder: Path) -> None:
    drawn = set()
    for seed in range(8):
        work = _work(folder, 2, 4, seed)
        assert work == _work(folder, 2, 4, seed)
        assert (len(work.documents), len(work.gold.questions)) == (4, 2)
        assert {question.document for question in work.gold.questions} <= {d.id for d in work.documents}
        drawn.add(work.gold.questions)
    assert len(drawn) > 1
    assert len(_work(folder).documents) == 10


def test_documents_that_are_needed_are_never_left_out(folder: Path) -> None:
    with pytest.raises(GoldError, match="need 3 documents, not 2"):
        _work(folder, n_documents=2)


@given(st.integers(0, 400), st.sampled_from([" ", "\n", "  \t"]))
def test_windows_cover_every_word_and_overlap_by_thirty(n_words: int, space: str) -> None:
    document = Document("a", space.join(f"w{i}" for i in range(n_words)) + space, "a", "")
    texts = [document.text[place.start : place.end].split() for place in windows(document)]
    assert {word for words in texts for word in words} == set(document.text.split())
    assert all(len(words) == 110 for words in texts[:-1])
    assert all(before[80:] == after[:30] for before, after in pairwise(texts))
    assert n_words == 0 or texts


class WholeDocuments:
    """Finds documents that share a word with the question, and answers with their last two words."""

    reads = True

    def index(self, folder: Path, documents: Sequence[Document]) -> int:
        assert {path.name for path in folder.iterdir()} >= {document.id for document in documents}
        self._documents = documents
        return len(documents)

    def ask(self, question: str) -> Found:
        words = set(question.lower().rstrip("?").split()) - {"the"}
        hits = [d for d in self._documents if words & set(d.text.lower().split())]
        text = " ".join(hits[0].text.rstrip(".").split()[-2:]) if hits else ""
        places = tuple(Place(d.id, 0, len(d.text)) for d in hits)
        return Found(places, text, 0.5 if "Who" in question else 0.9, 0.25)


@pytest.fixture
def result(folder: Path) -> Result:
    return run("Whole documents", WholeDocuments, _work(folder), folder / "documents")


def test_every_question_gets_a_reply_with_the_rank_of_its_evidence(result: Result) -> None:
    assert {reply.id: (reply.text, reply.rank) for reply in result.replies} == {
        "boat.txt": ("12 euros", 1),
        "dock.txt": ("30 euros", 1),
        "oar.txt": ("7 euros", 1),
        "u": ("7 euros", None),
    }
    assert (result.n_passages, result.reads) == (10, True)
    assert result.peak_mib is None or result.peak_mib > 1


def test_a_result_survives_its_line_of_json(result: Result) -> None:
    assert read_result(json.dumps(asdict(result))) == result


def test_the_table_has_measures_and_costs_with_ratios_to_the_first(folder: Path, result: Result) -> None:
    replies = tuple(Reply(r.id, "", None, 4, 0.5, 0.5) for r in result.replies)
    first = Result("First", True, 10, 20.0, 100.0, tuple(_timed(r) for r in result.replies))
    other = Result("Other", False, 5, 50.0, None, replies)
    lines = table.markdown([first, other], _work(folder).gold).splitlines()
    assert lines[0] == "|  | First | Other |"
    rows = dict(line.strip("| ").split(" | ", 1) for line in lines[2:])
    assert rows["answerable, always answering: F1 / EM"] == "1.000 / 1.000 | –"
    assert rows["all, no answer below the best threshold: F1"] == "1.000 | –"
    assert rows["AUROC of the score"] == "1.000 | –"
    assert rows["Success@1 / @5 / @10"] == "1.000 / 1.000 / 1.000 | 0.000 / 1.000 / 1.000"
    assert rows["MRR@10"] == "1.000 | 0.250"
    assert rows["indexing, s"] == "20 | 50 (×2.5)"
    assert rows["retrieve, median ms"] == "250 | 500 (×2.0)"
    assert rows["ask, median ms"] == "400 | –"
    assert rows["peak memory, MiB"] == "100 | –"


def _timed(reply: Reply) -> Reply:
    return Reply(reply.id, reply.text, reply.score, reply.rank, 0.25, 0.4)


def test_a_folder_or_gold_that_is_wrong_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--documents", str(folder / "documents"), "--gold", str(folder / "none.jsonl")]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("The gold file")


@pytest.mark.models
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_does_the_work(folder: Path, system: str, capsys: pytest.CaptureFixture[str]) -> None:
    if system in ("Haystack", "txtai") and find_spec(system.lower()) is None:
        pytest.skip("needs the extra [peers]")
    arguments = ["--documents", str(folder / "documents"), "--gold", str(folder / "gold.jsonl")]
    assert main([*arguments, "--n-documents", "4", "--only", system]) == 0
    done = read_result(capsys.readouterr().out.splitlines()[-1])
    assert len(done.replies) == 4 and done.n_passages >= 4
    assert [reply.rank for reply in done.replies if reply.id == "boat.txt"] == [1]
    assert done.reads == any(reply.text for reply in done.replies)
