"""Makes the int8 form of a BERT: one ONNX file, which says what it was made from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.bert_graph import bert_graph, read_shape, read_weights
from index.encoder import DEFAULT_NAME, default_folder, sha256_of_file
from index.encoder_onnx import SHIPPED
from index.errors import QuotebackError
from index.loud import loud_channels
from index.onnx_session import INT8_FILE, load_tokenizer


def export_bert(
    folder: Path,
    out: Path,
    *,
    name: str,
    head: str | None = None,
    int8: bool = True,
    sample: tuple[str, str] | None = None,
) -> Path:
    """Write a BERT's graph, the same bytes for the same weights; an older file is replaced when it is finished.

    Args:
        folder: Holds config.json and model.safetensors.
        out: The file to write.
        name: Written into the file, with the sha256 of the weights and the most tokens that a text may have.
        head: Name of the last linear layer; None for a model that ends with its hidden states.
        int8: Whether matrices are in eight bits; in float32 a graph does what torch does, to rounding.
        sample: A question and a text; channels that are far louder on them than others stay in float32, and
            tokenizer.json is needed. None if none do.

    Raises:
        ModelNotFoundError: The folder is not that of a BERT, or its weights can't be read.
        QuotebackError: The package onnx is not installed; only exporting needs it.
    """
    try:
        import onnx
    except ImportError as error:
        raise QuotebackError("Making an int8 form needs onnx. Install it: pip install onnx") from error
    shape, weights = read_shape(folder), read_weights(folder)
    loud: list[NDArray[np.int64]] = []
    if sample is not None:
        tokens = load_tokenizer(folder).encode(*sample)
        loud = loud_channels(weights, shape, np.array(tokens.ids), np.array(tokens.type_ids))
    model = bert_graph(weights, shape, int8=int8, head=head, loud=loud)
    facts = {
        "name": name,
        "weights_sha256": sha256_of_file(folder / "model.safetensors"),
        "n_positions": str(shape.n_positions),
    }
    onnx.helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.part")
    unfinished.write_bytes(model.SerializeToString(deterministic=True))
    os.replace(unfinished, out)
    return out


def export_encoder(out: Path = SHIPPED) -> Path:
    """Write the default encoder's int8 form and its tokenizer into a folder; the .onnx file's path."""
    folder = default_folder()
    path = export_bert(folder, out / INT8_FILE, name=DEFAULT_NAME)
    shutil.copyfile(folder / "tokenizer.json", out / "tokenizer.json")
    return path
