"""The quick form of the default encoder says what the torch form says, and never takes its place unseen."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import encoder_onnx
from index.encoder import SentenceEncoder, default_folder, sha256_of_file
from index.encoder_onnx import MAX_TOKENS, SHIPPED, OnnxEncoder, load_encoder
from index.errors import EncoderMismatchError, ModelNotFoundError
from index.library import Library
from index.onnx_export import export_bert, export_encoder
from index.onnx_session import INT8_FILE, OnnxSession
from tests.tiny_readers import TEXT, save_bert

ROOT = Path(__file__).parents[1]
SENTENCES = TEXT.split(". ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder in the int8 form."""
    made = save_bert(tmp_path_factory.mktemp("encoder"))
    export_bert(made, made / INT8_FILE, name="tiny")
    return made


@pytest.fixture(scope="module")
def tiny(folder: Path) -> OnnxEncoder:
    return OnnxEncoder(folder)


@settings(max_examples=40)
@given(texts=st.lists(st.text(max_size=200), max_size=5))
def test_every_vector_is_of_length_one(tiny: OnnxEncoder, texts: list[str]) -> None:
    vectors = tiny.encode_passages(texts)
    assert vectors.shape == (len(texts), tiny.dim) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@settings(max_examples=20)
@given(order=st.permutations(SENTENCES))
def test_a_vector_depends_on_its_text_alone(tiny: OnnxEncoder, order: list[str]) -> None:
    for text, vector in zip(order, tiny.encode_passages(order), strict=True):
        assert (tiny.encode_question(text)[0] == vector).all()


def test_a_text_counts_up_to_its_last_token_that_fits(tiny: OnnxEncoder) -> None:
    word = "captain "
    several = [tiny.encode_question(word * n)[0] for n in (MAX_TOKENS - 3, MAX_TOKENS - 2, MAX_TOKENS + 50)]
    assert (several[0] != several[1]).any()
    assert (several[1] == several[2]).all()


def test_a_library_of_one_form_refuses_the_other(tiny: OnnxEncoder, tmp_path: Path) -> None:
    library = Library(tmp_path / "library", create=True)
    with library.writing() as writer, writer.batch():
        writer.set_fingerprint(tiny.fingerprint)
    with pytest.raises(EncoderMismatchError, match=r"tiny \(int8\)"):
        library.check_fingerprint(tiny.fingerprint | {"encoder": "tiny"})
    library.close()


def test_the_fingerprint_knows_the_weights(folder: Path, tiny: OnnxEncoder, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    export_bert(other, other / INT8_FILE, name="tiny", int8=False)
    assert OnnxEncoder(other).fingerprint["encoder_sha256"] != tiny.fingerprint["encoder_sha256"]
    assert OnnxEncoder(folder).fingerprint == tiny.fingerprint


@pytest.mark.parametrize("name", [INT8_FILE, "tokenizer.json"])
def test_a_missing_file_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    (other / name).unlink()
    with pytest.raises(ModelNotFoundError, match=name):
        OnnxEncoder(other)


def test_the_form_that_is_installed_is_the_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_onnx, "SHIPPED", folder)
    assert load_encoder().fingerprint["encoder"] == "tiny (int8)"


@pytest.mark.models
def test_without_the_quick_form_and_on_demand_torch_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(load_encoder("torch"), SentenceEncoder)
    monkeypatch.setattr(encoder_onnx, "SHIPPED", tmp_path)
    assert isinstance(load_encoder(), SentenceEncoder)


@pytest.mark.models
def test_the_shipped_form_is_made_of_the_known_weights_by_the_command(tmp_path: Path) -> None:
    again = export_encoder(tmp_path)
    assert again.read_bytes() == (SHIPPED / INT8_FILE).read_bytes()
    assert (tmp_path / "tokenizer.json").read_bytes() == (SHIPPED / "tokenizer.json").read_bytes()
    of_weights = OnnxSession(SHIPPED / INT8_FILE).metadata["weights_sha256"]
    assert of_weights == sha256_of_file(default_folder() / "model.safetensors")
    assert of_weights in (SHIPPED / "README.md").read_text(encoding="utf-8")


@pytest.mark.models
def test_the_shipped_form_is_small_enough_to_be_shipped() -> None:
    assert (SHIPPED / INT8_FILE).stat().st_size < 25_000_000


@pytest.mark.models
def test_a_float32_graph_of_the_encoder_gives_the_vectors_of_torch(tmp_path: Path) -> None:
    export_encoder(tmp_path)
    export_bert(default_folder(), tmp_path / INT8_FILE, name="float32", int8=False)
    texts = [*SENTENCES, TEXT * 8, ""]
    difference = OnnxEncoder(tmp_path).encode_passages(texts) - SentenceEncoder().encode_passages(texts)
    assert np.abs(difference).max() < 1e-4


@pytest.mark.models
def test_the_shipped_form_gives_nearly_the_vectors_of_torch() -> None:
    files = sorted((ROOT / "examples" / "library").glob("*.txt"))
    texts = [part for file in files for part in file.read_text(encoding="utf-8").split("\n\n") if len(part) > 100]
    cosines = (OnnxEncoder().encode_passages(texts) * SentenceEncoder().encode_passages(texts)).sum(axis=1)
    assert len(texts) > 20
    assert cosines.min() > 0.97 and cosines.mean() > 0.99


@pytest.mark.models
def test_encoding_loads_no_torch() -> None:
    code = (
        "import sys; from index.encoder_onnx import load_encoder; load_encoder().encode_question('Who?')\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"
