"""Stand-ins for the models that mean something: a vector that is its words, a reader that is told what to find."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.lexical import terms
from index.types import Passage
from rag.calibration import Calibration
from rag.types import Span


class WordEncoder:
    """One dimension a word (of 512, by its hash), so that a cosine is the overlap of words."""

    dim = 512

    def __init__(self, name: str = "words") -> None:
        self.fingerprint = {"encoder": name, "dim": str(self.dim)}
        self.n_encoded = 0

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.n_encoded += len(texts)
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dim)

    def encode_question(self, question: str) -> NDArray[np.float32]:
        return self._vector(question)[None, :]

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dim, 1e-6, dtype=np.float32)
        for term in terms(text):
            vector[int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest()) % self.dim] += 1
        return vector / np.linalg.norm(vector)


class ScriptedReader:
    """Finds given words: for each of them a span, wherever they stand in a passage, with the given margin."""

    calibration = Calibration()

    def __init__(self, margins: Mapping[str, float]) -> None:
        self.fingerprint = {"reader": "scripted"}
        self._margins = margins
        self.questions: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        self.questions.append(question)
        return [self._spans(passage) for passage in passages]

    def _spans(self, passage: Passage) -> list[Span]:
        found = []
        for words, margin in self._margins.items():
            at = passage.text.find(words)
            if at >= 0:
                start = passage.start + at
                found.append(Span(passage, start, start + len(words), score=margin, null_score=0.0))
        return sorted(found, key=lambda span: -span.score)
