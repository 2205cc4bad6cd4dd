"""The reader gives back slices of documents, whatever it is given to read."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.encoder import sha256_of_file
from index.errors import ModelNotFoundError
from index.types import Document, Passage
from rag.forward import Ids, Logits, load_network, load_tokenizer
from rag.reader import SHIPPED, Reader
from tests.tiny_readers import TEXT, save_bert, save_roberta


class PointingForward:
    """Points at every token of the given ids, the more the later it stands; remembers what it was given."""

    def __init__(self, *wanted: int) -> None:
        self._wanted = wanted
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, input_ids: Ids, attention_mask: Ids, token_type_ids: Ids) -> tuple[Logits, Logits]:
        self.shapes.append(input_ids.shape)
        found = np.isin(input_ids, self._wanted)
        logits = np.where(found, 5.0 + np.arange(input_ids.shape[1]) / 1000, -5.0).astype(np.float32)
        return logits, logits


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_roberta(tmp_path_factory.mktemp("roberta"))


@pytest.fixture(scope="module")
def reader(bert: Path) -> Reader:
    return Reader(bert)


def passage(text: str, *, before: str = "", after: str = "", title: str = "Ferries") -> Passage:
    document = Document(id="d", text=before + text + after, source="d.txt", title=title)
    return Passage(document, len(before), len(before) + len(text))


def id_of(folder: Path, word: str) -> int:
    return int(load_tokenizer(folder).convert_tokens_to_ids(word))


def test_a_span_counts_in_the_document_not_in_the_passage(bert: Path) -> None:
    reader = Reader(bert, forward=PointingForward(id_of(bert, "captain")))
    ((best, *_),) = reader.read("who?", [passage(TEXT, before="Foreword. ", after=" The end.")])
    assert (best.text, best.start) == ("captain", 10 + TEXT.index("captain"))


@pytest.mark.parametrize(
    ("text", "token", "quote"), [("Ask Andre\u0301 first.", "andre", "Andre\u0301"), ("वह शत्रु है", "##र", "रु")]
)
def test_a_quote_ends_with_the_marks_of_its_last_letter(text: str, token: str, quote: str) -> None:
    reader = Reader(SHIPPED, forward=PointingForward(id_of(SHIPPED, token)))
    ((best, *_),) = reader.read("who?", [passage(text)])
    assert best.text == quote


def test_a_reader_is_known_by_the_sha256_of_its_weights(bert: Path, reader: Reader, tmp_path: Path) -> None:
    assert reader.fingerprint == {
        "reader": bert.name,
        "reader_sha256": sha256_of_file(bert / "model.safetensors"),
    }
    parts = shutil.copytree(bert, tmp_path / "parts", ignore=shutil.ignore_patterns("*.safetensors"))
    load_network(bert).save_pretrained(parts, max_shard_size="40KB")
    assert len(list(parts.glob("*.safetensors"))) > 1
    of_parts = [Reader(parts).fingerprint["reader_sha256"] for _ in range(2)]
    assert of_parts[0] == of_parts[1] != reader.fingerprint["reader_sha256"]
    assert Reader(bert, forward=PointingForward()).fingerprint == {"reader": bert.name}


def test_an_answer_at_the_end_of_a_long_passage_is_found(bert: Path) -> None:
    reader = Reader(bert, forward=PointingForward(id_of(bert, "captain")))
    long = "The ferry carries people. " * 400 + "Ask the captain."
    ((best, *_),) = reader.read("who?", [passage(long)])
    assert (best.text, best.start) == ("captain", long.index("captain"))


def test_a_span_never_lies_in_the_title_or_the_question(bert: Path) -> None:
    reader = Reader(bert, forward=PointingForward(id_of(bert, "captain")))
    (spans,) = reader.read("captain?", [passage("The ferry carries people.", title="captain")])
    assert all("captain" not in span.text for span in spans)


def test_spans_come_in_the_order_of_the_passages_however_they_are_batched(bert: Path) -> None:
    lengths = [3, 40, 1, 200, 7]
    passages = [passage("people " * n + "captain") for n in lengths]
    forward = PointingForward(id_of(bert, "captain"))
    found = Reader(bert, forward=forward, batch_tokens=300).read("who?", passages)
    assert [spans[0].start for spans in found] == [7 * n for n in lengths]
    assert all(n_windows == 1 or n_windows * n_tokens <= 300 for n_windows, n_tokens in forward.shapes)
    assert len(forward.shapes) > 1


def test_reading_together_is_reading_alone(reader: Reader) -> None:
    passages = [passage(TEXT), passage(TEXT[:40]), passage(TEXT * 12)]
    together = reader.read("Who is the captain?", passages)
    for one, spans in zip(passages, together, strict=True):
        (alone,) = reader.read("Who is the captain?", [one])
        assert [(s.start, s.end) for s in alone] == [(s.start, s.end) for s in spans]
        assert np.allclose([s.score for s in alone], [s.score for s in spans], atol=1e-4)
        assert np.allclose([s.null_score for s in alone], [s.null_score for s in spans], atol=1e-4)


def test_reading_twice_is_the_same_to_the_bit(reader: Reader, bert: Path) -> None:
    passages = [passage(TEXT), passage(TEXT * 3)]
    first = reader.read("When was she launched?", passages)
    assert reader.read("When was she launched?", passages) == first
    assert Reader(bert).read("When was she launched?", passages) == first


def test_threads_read_what_one_thread_reads(reader: Reader) -> None:
    questions = [f"How many {word}?" for word in TEXT.split()[:12]]
    passages = [passage(TEXT)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: reader.read(question, passages), questions))
    assert together == [reader.read(question, passages) for question in questions]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(question=st.text(max_size=80), text=st.text(max_size=300), title=st.text(max_size=40), start=st.integers(0))
def test_spans_are_bounded_apart_and_without_white_space_around_them(
    reader: Reader, question: str, text: str, title: str, start: int
) -> None:
    document = Document(id="d", text=text, source="d.txt", title=title)
    one = Passage(document, min(start, len(text)), len(text))
    (spans,) = reader.read(question, [one])
    assert len(spans) <= 5
    for span in spans:
        assert one.start <= span.start < span.end <= one.end
        assert span.text == span.text.strip() != ""
    assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)
    places = sorted((span.start, span.end) for span in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.read("Who?", [passage(""), passage(" \n ")]) == [[], []]


def test_fewer_spans_are_given_when_fewer_are_asked_for(reader: Reader) -> None:
    (five,), (one,) = reader.read("Who?", [passage(TEXT)]), reader.read("Who?", [passage(TEXT)], n_best=1)
    assert len(five) == 5
    assert one == five[:1]


def test_a_roberta_reads_long_passages_too(roberta: Path) -> None:
    (spans,) = Reader(roberta).read("Who is the captain?", [passage(TEXT * 5)])
    assert len(spans) == 5
    assert all(span.text == span.text.strip() for span in spans)


def test_type_ids_reach_a_bert(bert: Path) -> None:
    # With both types the same, this network must say something else: so it does use them.
    network = load_network(bert)
    told = Reader(bert).read("Who?", [passage(TEXT)])[0][0].score
    types = network.bert.embeddings.token_type_embeddings.weight.data
    types[1] = types[0]

    from rag.forward import TorchForward

    assert Reader(bert, forward=TorchForward(network)).read("Who?", [passage(TEXT)])[0][0].score != told


def test_a_model_stored_in_float16_is_read_in_float32(bert: Path, tmp_path: Path) -> None:
    import torch

    load_network(bert).to(torch.float16).save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == "float16"
    assert {parameter.dtype for parameter in load_network(tmp_path).parameters()} == {torch.float32}


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="There is no folder"):
        Reader(tmp_path / "absent")
    with pytest.raises(ModelNotFoundError, match="There is no folder"):
        Reader("./absent")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="holds no"):
        Reader(tmp_path)


def test_pickled_weights_are_refused(bert: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(bert, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelNotFoundError, match="they can run code"):
        Reader(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_file_cut_short_is_refused(bert: Path, tmp_path: Path, name: str, share: float) -> None:
    folder = shutil.copytree(bert, tmp_path / "cut")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelNotFoundError, match="can be loaded"):
        Reader(folder)


def test_a_model_without_its_tokenizer_is_refused(bert: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(bert, tmp_path / "wordless")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelNotFoundError, match="has no tokenizer"):
        Reader(folder)


def test_an_encoder_is_not_taken_for_a_reader(tmp_path: Path, bert: Path) -> None:
    folder = shutil.copytree(bert, tmp_path / "encoder")
    load_network(bert).bert.save_pretrained(folder)
    with pytest.raises(ModelNotFoundError, match="was not trained to answer questions"):
        Reader(folder)


@pytest.mark.models
def test_the_shipped_reader_answers_simple_questions() -> None:
    reader = Reader()
    asked = {
        "When was the Solveig launched?": "1987",
        "Who is the captain?": "Ingrid Østby",
        "How many cars does she carry?": "120",
        "How much is a ticket?": "14.50 euros",
    }
    found = {question: reader.read(question, [passage(TEXT)])[0][0] for question in asked}
    assert {question: span.text for question, span in found.items()} == asked
    assert all(span.score > span.null_score for span in found.values())


@pytest.mark.models
def test_the_shipped_reader_says_when_a_passage_holds_no_answer() -> None:
    (best, *_), *_ = Reader().read("What is the population of Peru?", [passage(TEXT)])
    assert best.score < best.null_score


@pytest.mark.models
def test_the_shipped_reader_is_small_and_bears_its_card() -> None:
    assert (SHIPPED / "model.safetensors").stat().st_size < 50_000_000
    card = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert all(word in card for word in ("license", "CC BY-SA", "seed", "F1"))
