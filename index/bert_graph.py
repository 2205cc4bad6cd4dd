"""Writes a BERT as an ONNX graph straight from its weights, with matrices in eight bits or all in float32.

A graph takes one text without padding, so it needs no mask, and what it says of a text never depends on others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelNotFoundError

Weights = Mapping[str, NDArray[np.float32]]

# Seven of the eight bits: pairs of products then fit in the 16 bits that processors without VNNI add them in.
_WEIGHT_RANGE = 63
_ROW_RANGE = 127  # rows of embeddings are only looked up, never multiplied


@dataclass(frozen=True, slots=True)
class BertShape:
    """What a graph needs to know besides the weights; `n_positions` is the most tokens that a text may have."""

    n_layers: int
    n_heads: int
    n_positions: int
    epsilon: float


def read_shape(folder: Path) -> BertShape:
    """Read the shape from a model's config.json.

    Raises:
        ModelNotFoundError: There is no such file, or the model is not a plain BERT.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelNotFoundError(f"{folder} has no config.json that can be read. Give a model's folder.") from error
    kind = config.get("model_type"), config.get("hidden_act"), config.get("position_embedding_type", "absolute")
    if kind != ("bert", "gelu", "absolute"):
        raise ModelNotFoundError(
            f"{folder} holds a model of the kind {kind}; only a plain BERT has an int8 form. Use it as it is."
        )
    return BertShape(
        n_layers=config["num_hidden_layers"],
        n_heads=config["num_attention_heads"],
        n_positions=config["max_position_embeddings"],
        epsilon=config["layer_norm_eps"],
    )


def read_weights(folder: Path) -> Weights:
    """Read a model's weights as float32, named as in a bare BERT (without "bert." before them).

    Raises:
        ModelNotFoundError: There are none that can be read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        stored = load_file(folder / "model.safetensors")
    except (OSError, SafetensorError) as error:
        raise ModelNotFoundError(
            f"{folder} has no model.safetensors that can be read. Give the folder of a trained model."
        ) from error
    return {name.removeprefix("bert."): array.astype(np.float32) for name, array in stored.items()}


def bert_graph(
    weights: Weights,
    shape: BertShape,
    *,
    int8: bool = True,
    head: str | None = None,
    loud: Sequence[NDArray[np.int64]] = (),
) -> Any:
    """Make the ONNX model.

    Args:
        weights: As `read_weights` gives them.
        int8: Whether matrices are stored and multiplied in eight bits (the head stays in float32).
        head: Name of a last linear layer, such as "qa_outputs"; None for a model that ends with its hidden states.
        loud: Of each layer the channels between the two feed-forward matrices that are kept out of eight bits,
            as `index.loud` finds them; () for none at all.

    Returns:
        An `onnx.ModelProto`: int64 `input_ids` and `token_type_ids` of shape (1, n_tokens) to a float32 `output`
        of shape (1, n_tokens, width).
    """
    graph = _Graph(weights, shape, int8=int8)
    hidden = graph.embeddings()
    none = np.zeros(0, dtype=np.int64)
    for number, channels in enumerate(loud or [none] * shape.n_layers):
        hidden = graph.layer(hidden, f"encoder.layer.{number}", channels)
    output = hidden if head is None else graph.linear_in_float32(hidden, head)
    width = len(weights[f"{head}.bias"]) if head is not None else weights["embeddings.LayerNorm.bias"].size
    return graph.finished(output, width)


class _Graph:
    """An ONNX graph in the making. Methods add nodes and give the name of what these put out."""

    def __init__(self, weights: Weights, shape: BertShape, *, int8: bool) -> None:
        self._weights, self._shape, self._int8 = dict(weights), shape, int8
        self._nodes: list[Any] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def embeddings(self) -> str:
        words = self._lookup("embeddings.word_embeddings.weight", "input_ids")
        types = self._lookup("embeddings.token_type_embeddings.weight", "token_type_ids")
        table = self._constant("embeddings.position_embeddings.weight")
        zero = self._constant("zero", np.zeros(1, dtype=np.int64))
        positions = self._node("Slice", [table, zero, self._node("Shape", ["input_ids"], start=1, end=2), zero])
        summed = self._node("Add", [self._node("Add", [words, types]), positions])
        return self._normalised(summed, "embeddings.LayerNorm")

    def layer(self, hidden: str, name: str, loud: NDArray[np.int64]) -> str:
        attention = f"{name}.attention"
        heads = self._linears(hidden, [f"{attention}.self.{part}" for part in ("query", "key", "value")])
        seen = self._node("MultiHeadAttention", heads, "com.microsoft", num_heads=self._shape.n_heads)
        (seen,) = self._linears(seen, [f"{attention}.output.dense"])
        hidden = self._normalised(self._node("Add", [seen, hidden]), f"{attention}.output.LayerNorm")
        inner, outer = f"{name}.intermediate.dense", f"{name}.output.dense"
        if loud.size:
            narrow = self._parted(hidden, inner, outer, loud)
        else:
            (wide,) = self._linears(hidden, [inner])
            (narrow,) = self._linears(self._node("Gelu", [wide]), [outer])
        return self._normalised(self._node("Add", [narrow, hidden]), f"{name}.output.LayerNorm")

    def linear_in_float32(self, hidden: str, name: str) -> str:
        matrix = self._constant(f"{name}.transposed", self._weights[f"{name}.weight"].T)
        return self._node("Add", [self._node("MatMul", [hidden, matrix]), self._constant(f"{name}.bias")])

    def finished(self, output: str, width: int) -> Any:
        from onnx import TensorProto, helper, numpy_helper

        self._nodes.append(helper.make_node("Identity", [output], ["output"]))
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, [1, "n_tokens"])
            for name in ("input_ids", "token_type_ids")
        ]
        outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, "n_tokens", width])]
        constants = [
            numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in self._constants.items()
        ]
        graph = helper.make_graph(self._nodes, "bert", inputs, outputs, constants)
        versions = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=10)

    def _parted(self, hidden: str, inner: str, outer: str, loud: NDArray[np.int64]) -> str:
        """The feed-forward layer as the sum of two: what loud channels bring is added in float32."""
        weights = self._weights
        quiet = np.delete(np.arange(len(weights[f"{inner}.bias"])), loud)
        for part, channels in (("quiet", quiet), ("loud", loud)):
            weights[f"{inner}.{part}.weight"] = weights[f"{inner}.weight"][channels]
            weights[f"{inner}.{part}.bias"] = weights[f"{inner}.bias"][channels]
        weights[f"{outer}.quiet.weight"] = weights[f"{outer}.weight"][:, quiet]
        weights[f"{outer}.quiet.bias"] = weights[f"{outer}.bias"]
        wide, few = self._linears(hidden, [f"{inner}.quiet", f"{inner}.loud"])
        (narrow,) = self._linears(self._node("Gelu", [wide]), [f"{outer}.quiet"])
        matrix = self._constant(f"{outer}.loud.transposed", weights[f"{outer}.weight"][:, loud].T)
        return self._node("Add", [narrow, self._node("MatMul", [self._node("Gelu", [few]), matrix])])

    def _linears(self, hidden: str, names: Sequence[str]) -> list[str]:
        """Several linear layers of one input, which is put into eight bits only once."""
        if not self._int8:
            return [self.linear_in_float32(hidden, name) for name in names]
        rounded, scale, zero = self._add("DynamicQuantizeLinear", [hidden], "", 3, {})
        return [self._linear_in_int8(rounded, scale, zero, name) for name in names]

    def _linear_in_int8(self, rounded: str, scale: str, zero: str, name: str) -> str:
        matrix, scales = quantised(self._weights[f"{name}.weight"], _WEIGHT_RANGE)
        inputs = [
            rounded,
            self._constant(f"{name}.int8", matrix.T),
            scale,
            self._constant(f"{name}.scales", scales),
            zero,
            "",  # the matrix is symmetric, its zero is 0
            self._constant(f"{name}.bias"),
        ]
        return self._node("MatMulIntegerToFloat", inputs, "com.microsoft")

    def _lookup(self, name: str, ids: str) -> str:
        if not self._int8:
            return self._node("Gather", [self._constant(name), ids])
        from onnx import TensorProto

        rows, scales = quantised(self._weights[name], _ROW_RANGE)
        found = self._node("Gather", [self._constant(f"{name}.int8", rows), ids])
        scale = self._node("Gather", [self._constant(f"{name}.scales", scales[:, None]), ids])
        return self._node("Mul", [self._node("Cast", [found], to=TensorProto.FLOAT), scale])

    def _normalised(self, hidden: str, name: str) -> str:
        scale, bias = (self._constant(f"{name}.{part}") for part in ("weight", "bias"))
        return self._node("LayerNormalization", [hidden, scale, bias], axis=-1, epsilon=self._shape.epsilon)

    def _constant(self, name: str, array: NDArray[Any] | None = None) -> str:
        self._constants[name] = self._weights[name] if array is None else array
        return name

    def _node(self, kind: str, inputs: Sequence[str], domain: str = "", **attributes: Any) -> str:
        return self._add(kind, inputs, domain, 1, attributes)[0]

    def _add(
        self, kind: str, inputs: Sequence[str], domain: str, n_outputs: int, attributes: Mapping[str, Any]
    ) -> list[str]:
        from onnx import helper

        outputs = [f"{kind}_{len(self._nodes)}_{i}" for i in range(n_outputs)]
        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs


def quantised(matrix: NDArray[np.float32], limit: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round each row to integers in [-limit, limit]: `integers * scales[:, None]` is nearly the matrix.

    Returns:
        Integers of the matrix's shape and one scale a row, shape (n_rows,).
    """
    scales = (np.abs(matrix).max(axis=1) / limit).astype(np.float32)
    scales[scales < np.finfo(np.float32).tiny] = 1  # rows of nothing but zeros
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales
