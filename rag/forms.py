"""Which form of a reader is run: the int8 one where its file lies beside the weights, else torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from index.encoder import sha256_of_file, sha256_of_parameters
from index.errors import ModelNotFoundError
from index.onnx_session import INT8_FILE, OnnxSession
from index.onnx_session import load_tokenizer as load_bare_tokenizer
from rag.forward import Forward, TorchForward, load_network, load_tokenizer
from rag.forward_onnx import OnnxForward

WEIGHTS_FILE = "model.safetensors"
HEAD = "qa_outputs"


@dataclass(frozen=True, slots=True)
class BareTokenizer:
    """As much of a tokenizer of transformers as `rag.windows` uses; that library would load torch."""

    backend_tokenizer: Any


@dataclass(frozen=True, slots=True)
class Form:
    """A reader's network with its tokenizer.

    Attributes:
        n_positions: The most tokens that a window may have.
        is_int8: Whether its matrices are in eight bits.
        sha256: Reads the file of the weights that are run, or the weights themselves if they have no single file,
            and gives its digest; None if they are not known.
    """

    forward: Forward
    tokenizer: Any
    n_positions: int
    is_int8: bool = False
    sha256: Callable[[], str] | None = None


def load_form(model: str | Path, *, in_torch: bool = False) -> Form:
    """Load a reader's int8 form if its folder has one, unless torch is wanted.

    Raises:
        ModelNotFoundError: There is no such model, or the int8 form is damaged or not one of these weights.
    """
    if not in_torch and (Path(model) / INT8_FILE).exists():
        return load_int8(Path(model))
    network = load_network(model)
    weights = Path(model) / WEIGHTS_FILE
    return Form(
        TorchForward(network),
        load_tokenizer(model),
        network.config.max_position_embeddings - 2,  # RoBERTa counts its positions from 2
        sha256=partial(sha256_of_file, weights) if weights.is_file() else partial(sha256_of_parameters, network),
    )


def load_int8(folder: Path, *, n_threads: int | None = None) -> Form:
    """Load the form that `python -m rag.export` puts into a reader's folder.

    Args:
        folder: Holds `model_int8.onnx` and `tokenizer.json`.
        n_threads: Windows that are read at once; None for one a core.

    Raises:
        ModelNotFoundError: A file is missing or damaged, or the form was made from other weights.
    """
    session = OnnxSession(folder / INT8_FILE, n_threads=n_threads)
    weights = folder / WEIGHTS_FILE
    if weights.exists() and sha256_of_file(weights) != session.metadata.get("weights_sha256"):
        raise ModelNotFoundError(
            f"{folder / INT8_FILE} was not made from the weights beside it. "
            f"Make it anew: python -m rag.export --reader {folder}"
        )
    return Form(
        OnnxForward(session),
        BareTokenizer(load_bare_tokenizer(folder)),
        int(session.metadata["n_positions"]),
        is_int8=True,
        sha256=partial(sha256_of_file, folder / INT8_FILE),
    )
