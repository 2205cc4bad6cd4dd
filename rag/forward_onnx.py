"""The reader's network on ONNX Runtime: nearly the numbers of torch, several times as quick, and loaded at once."""

from __future__ import annotations

import numpy as np

from index.onnx_session import OnnxSession
from rag.forward import Ids, Logits


class OnnxForward:
    """A graph that ends with start and end logits, behind the protocol of `rag.forward`.

    Every window is run by itself, without its padding, so its logits depend on nothing else.
    """

    def __init__(self, session: OnnxSession) -> None:
        self._session = session

    def __call__(self, input_ids: Ids, attention_mask: Ids, token_type_ids: Ids) -> tuple[Logits, Logits]:
        lengths = attention_mask.sum(axis=1).tolist()
        ids = [row[:n_tokens] for row, n_tokens in zip(input_ids, lengths, strict=True)]
        types = [row[:n_tokens] for row, n_tokens in zip(token_type_ids, lengths, strict=True)]
        logits = np.full((*input_ids.shape, 2), -np.inf, dtype=np.float32)  # padding is never chosen
        for row, of_window in enumerate(self._session.run(ids, types)):
            logits[row, : len(of_window)] = of_window
        return logits[..., 0], logits[..., 1]
