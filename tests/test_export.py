"""The int8 form of a reader is made from its weights, gives nearly their numbers, and is used where it lies."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from index.bert_graph import quantised
from index.errors import ModelNotFoundError
from index.onnx_export import export_bert
from index.onnx_session import INT8_FILE, OnnxSession, n_cores
from index.types import Document, Passage
from rag import reader as readers
from rag.export import export_reader, main
from rag.forms import HEAD, load_form, load_int8
from rag.forward import Ids, Logits, load_network
from rag.forward_onnx import OnnxForward
from rag.reader import SHIPPED, Reader, pad
from rag.speed import main as measure
from rag.speed import median_seconds
from rag.windows import Tokenizer, cut_windows
from tests.tiny_readers import TEXT, save_bert, save_roberta

ROOT = Path(__file__).parents[1]
QUESTION = "Who is the captain?"
PASSAGE = Passage(Document("d", TEXT, "d.txt", "Ferries"), 0, len(TEXT))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def exported(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(bert, tmp_path_factory.mktemp("exported") / "tiny")
    export_reader(folder)
    return folder


def windows(folder: Path) -> tuple[Ids, Ids, Ids]:
    """A padded batch of windows of very different lengths."""
    tokenizer = Tokenizer(load_form(folder, in_torch=True).tokenizer)
    question, *texts = tokenizer.tokens([QUESTION, TEXT, "Ingrid", TEXT * 2, "storm captain"])
    no_title = np.zeros(0, dtype=np.int64)
    return pad([w for t in texts for w in cut_windows(question.ids, no_title, t.ids, frame=tokenizer.frame)])


def inside(logits: tuple[Logits, Logits], mask: Ids) -> NDArray[np.float32]:
    """Both kinds of logits without the padding's."""
    return np.concatenate([of_kind[mask == 1] for of_kind in logits])


def test_a_float32_graph_gives_the_logits_of_torch(bert: Path, tmp_path: Path) -> None:
    path = export_bert(bert, tmp_path / "float32.onnx", name="tiny", head=HEAD, int8=False)
    ids, mask, types = windows(bert)
    expected = inside(load_form(bert, in_torch=True).forward(ids, mask, types), mask)
    found = inside(OnnxForward(OnnxSession(path))(ids, mask, types), mask)
    assert np.abs(found - expected).max() < 1e-4


@pytest.mark.models
def test_the_shipped_weights_say_the_same_in_a_float32_graph_as_in_torch(tmp_path: Path) -> None:
    path = export_bert(SHIPPED, tmp_path / "float32.onnx", name="reader", head=HEAD, int8=False)
    ids, mask, types = windows(SHIPPED)
    expected = inside(load_form(SHIPPED, in_torch=True).forward(ids, mask, types), mask)
    found = inside(OnnxForward(OnnxSession(path))(ids, mask, types), mask)
    assert np.abs(found - expected).max() < 1e-4


def test_an_int8_graph_gives_nearly_the_logits_of_torch(exported: Path) -> None:
    ids, mask, types = windows(exported)
    expected = inside(load_form(exported, in_torch=True).forward(ids, mask, types), mask)
    found = inside(load_int8(exported).forward(ids, mask, types), mask)
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    assert (found != expected).any()


def test_logits_do_not_depend_on_the_windows_beside(exported: Path) -> None:
    ids, mask, types = windows(exported)
    forward = load_int8(exported).forward
    together = forward(ids, mask, types)
    for row, n_tokens in enumerate(mask.sum(axis=1)):
        alone = forward(*(array[row : row + 1, :n_tokens] for array in (ids, mask, types)))
        for one, several in zip(alone, together, strict=True):
            assert (one[0] == several[row, :n_tokens]).all()


def test_padding_can_never_be_chosen(exported: Path) -> None:
    ids, mask, types = windows(exported)
    for logits in load_int8(exported).forward(ids, mask, types):
        assert np.isneginf(logits[mask == 0]).all() and np.isfinite(logits[mask == 1]).all()


def test_threads_read_what_one_thread_reads(exported: Path) -> None:
    reader = Reader(exported)
    questions = [f"How many {word}?" for word in TEXT.split()[:12]]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: reader.read(question, [PASSAGE]), questions))
    assert together == [reader.read(question, [PASSAGE]) for question in questions]


def test_a_reader_uses_the_int8_form_that_lies_beside_its_weights(exported: Path, bert: Path) -> None:
    assert (Reader(exported).name, Reader(bert).name) == ("tiny (int8)", bert.name)
    by_int8 = Reader(exported).read(QUESTION, [PASSAGE])
    assert by_int8 == Reader(exported, forward=load_int8(exported).forward).read(QUESTION, [PASSAGE])
    assert by_int8 != Reader(bert).read(QUESTION, [PASSAGE])


def test_the_shipped_reader_can_be_had_in_torch(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "SHIPPED", exported)
    assert (Reader().name, Reader("torch").name) == ("tiny (int8)", "tiny")


def test_an_int8_reader_reads_without_torch(exported: Path) -> None:
    code = (
        "import sys; from index.types import Document, Passage; from rag.reader import Reader\n"
        f"reader = Reader({str(exported)!r}); passage = Passage(Document('d', 'Ask the captain.', 'd', ''), 0, 16)\n"
        "assert reader.read('Who?', [passage])[0]\n"
        "print(sorted({'torch', 'transformers', 'onnx'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


def test_the_same_weights_give_the_same_file(bert: Path, exported: Path, tmp_path: Path) -> None:
    again = export_reader(shutil.copytree(bert, tmp_path / "tiny"))
    assert again.read_bytes() == (exported / INT8_FILE).read_bytes()


def test_a_loud_channel_does_not_drown_the_others_in_eight_bits(bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "loud"
    shutil.copytree(bert, folder)
    network = load_network(folder)
    layer = network.bert.encoder.layer[0]
    layer.intermediate.dense.bias.data[5] = 3_000
    layer.output.dense.weight.data[:, 5] /= 3_000
    network.save_pretrained(folder)

    def distance(path: Path) -> float:
        ids, mask, types = windows(folder)
        expected = inside(load_form(folder, in_torch=True).forward(ids, mask, types), mask)
        found = inside(OnnxForward(OnnxSession(path))(ids, mask, types), mask)
        return float(np.abs(found - expected).mean())

    drowned = export_bert(folder, tmp_path / "drowned.onnx", name="loud", head=HEAD)
    assert distance(export_reader(folder)) < 0.3 * distance(drowned)


def test_weights_in_float16_give_the_form_that_they_give_in_float32(bert: Path, tmp_path: Path) -> None:
    import torch

    folder = shutil.copytree(bert, tmp_path / "half")
    load_network(bert).to(torch.float16).save_pretrained(folder)
    export_reader(folder)
    ids, mask, types = windows(folder)
    expected = inside(load_form(folder, in_torch=True).forward(ids, mask, types), mask)
    assert np.corrcoef(inside(load_int8(folder).forward(ids, mask, types), mask), expected)[0, 1] > 0.99


def test_an_int8_form_of_other_weights_is_refused(exported: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(exported, tmp_path / "retrained")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes() + b" ")
    with pytest.raises(ModelNotFoundError, match=r"not made from the weights beside it.*rag\.export --reader"):
        Reader(folder)


@pytest.mark.parametrize("name", [INT8_FILE, "tokenizer.json"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_file_cut_short_is_refused(exported: Path, tmp_path: Path, name: str, share: float) -> None:
    folder = shutil.copytree(exported, tmp_path / "cut")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelNotFoundError, match=r"(can't|can) be loaded"):
        Reader(folder)


def test_the_command_makes_a_reader_that_is_then_used(bert: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    folder = shutil.copytree(bert, tmp_path / "mine")
    assert main(["--reader", str(folder)]) == 0
    assert "model_int8.onnx: 0.1 MB" in capsys.readouterr().out
    assert Reader(folder).name == "mine (int8)"
    assert not list(folder.glob(".*"))


def test_what_has_no_int8_form_is_said_in_a_sentence(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    roberta = save_roberta(tmp_path / "roberta")
    bert = save_bert(tmp_path / "headless")
    load_network(bert).bert.save_pretrained(bert)
    for folder, reason in (
        (roberta, "only a plain BERT has an int8 form"),
        (bert, "was not trained to answer questions"),
        (tmp_path / "absent", "has no tokenizer.json"),
    ):
        assert main(["--reader", str(folder)]) == 2
        assert reason in capsys.readouterr().err
        assert not (folder / INT8_FILE).exists()


@given(
    matrix=hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-100, 100, width=32)),
    limit=st.sampled_from([63, 127]),
)
def test_rounding_a_row_moves_no_number_by_more_than_half_a_step(matrix: NDArray[np.float32], limit: int) -> None:
    integers, scales = quantised(matrix, limit)
    assert np.abs(integers.astype(int)).max() <= limit
    assert (np.abs(integers * scales[:, None] - matrix) <= scales[:, None] * 0.5001).all()


def test_timed_tasks_take_turns() -> None:
    done: list[str] = []
    seconds = median_seconds([lambda: done.append("a"), lambda: done.append("b")], n_rounds=2)
    assert done == ["a", "b"] * 3
    assert len(seconds) == 2 and all(s >= 0 for s in seconds)


@pytest.mark.models
def test_the_benchmark_gives_a_line_for_each_task(exported: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert measure(["--reader", str(exported), "--rounds", "1"]) == 0
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].split()[0] for line in lines] == ["read", "encode"]
    for line in lines:
        before, after, ratio = (float(cell) for cell in line.split("|")[2:5])
        assert before > 0 and after > 0 and ratio > 0


def test_there_is_at_least_one_core() -> None:
    assert n_cores() >= 1
