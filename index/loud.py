"""Finds the channels of a BERT that are far louder than the others: the step of eight bits would follow them.

A trained BERT has one or two in its lower layers, which hardly depend on the text and speak at [CLS] (Dettmers et al.
2022, Sun et al. 2024).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.bert_graph import BertShape, Weights, bert_graph

_TIMES, _RANK = 2.0, 16  # loud is what speaks twice as loud as the sixteenth loudest


def loud_channels(
    weights: Weights, shape: BertShape, ids: NDArray[np.int64], types: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Find the channels between the two feed-forward matrices of each layer that are loud on a text.

    Args:
        weights: As `read_weights` gives them.
        shape: Of the model.
        ids: The text's tokens, shape (n_tokens,).
        types: Their types, the same shape.
    """
    import onnxruntime
    from onnx import TensorProto, helper

    model = bert_graph(weights, shape, int8=False)
    between = [node.output[0] for node in model.graph.node if node.op_type == "Gelu"]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in between)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    spoken = session.run(between, {"input_ids": ids[None, :], "token_type_ids": types[None, :]})
    return [_loud(values[0].max(axis=0)) for values in spoken]


def _loud(peaks: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.flatnonzero(peaks > _TIMES * np.sort(peaks)[-_RANK:][0])
