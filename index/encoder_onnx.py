"""The default encoder in its quick form: int8 matrices on ONNX Runtime, without loading torch.

Its vectors are near to those of the torch form but not the same, so a library keeps to the form it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, SentenceEncoder, sha256_of_files
from index.onnx_session import INT8_FILE, TORCH, OnnxSession, load_tokenizer

SHIPPED = Path(__file__).parent / "models" / "encoder"
MAX_TOKENS = 256  # of a text; the model was trained on no longer ones


class OnnxEncoder:
    """A BERT whose vectors are the means of its hidden states; safe to share between threads.

    Args:
        folder: Holds `model_int8.onnx` and `tokenizer.json`; None for the one that comes with the program.
        n_threads: Texts that are encoded at once; None for one a core.

    Raises:
        ModelNotFoundError: The folder lacks a file, or one is damaged.
    """

    def __init__(self, folder: Path | None = None, *, n_threads: int | None = None) -> None:
        folder = SHIPPED if folder is None else folder
        self._tokenizer = load_tokenizer(folder)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._session = OnnxSession(folder / INT8_FILE, n_threads=n_threads)
        self.dim = self._session.width
        self.fingerprint = {
            "encoder": f"{self._session.metadata.get('name', folder.name)} (int8)",
            "encoder_sha256": sha256_of_files(folder, [folder / INT8_FILE, folder / "tokenizer.json"]),
            "dim": str(self.dim),
            "modules": "Bert+Mean+Normalize",
            "prompts": "[]",
            "max_tokens": str(MAX_TOKENS),
        }

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dim)."""
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]
        states = self._session.run(ids, [np.zeros_like(of_text) for of_text in ids])
        means = np.array([of_text.mean(axis=0) for of_text in states], dtype=np.float32).reshape(-1, self.dim)
        unit: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """One unit row, shape (1, dim)."""
        return self.encode_passages([question])


def load_encoder(model: str | Path | None = None) -> Encoder:
    """Load an encoder.

    Args:
        model: A sentence-transformers model by folder or hub name; None for the default in its quick form (or in
            torch, if that is not installed); "torch" for the default in torch, which the quick form was made from.

    Raises:
        ModelNotFoundError: There is no such model.
    """
    if model == TORCH:
        return SentenceEncoder()
    if model is None and (SHIPPED / INT8_FILE).exists():
        return OnnxEncoder()
    return SentenceEncoder(model)
