"""The reader: finds the spans of a passage that may answer a question, with scores that compare across passages."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.onnx_session import TORCH
from index.sentences import trim
from index.types import Passage
from rag.calibration import Calibration
from rag.forms import Form, load_form
from rag.forward import Forward, load_tokenizer
from rag.spans import best_spans
from rag.types import Span
from rag.windows import MAX_TOKENS, Tokenizer, Tokens, Window, cut_windows

SHIPPED = Path(__file__).parent / "models" / "reader"


class Reader:
    """An extractive question-answering model; safe to share between threads.

    Args:
        model: A folder, or a name on the model hub; None for the reader that comes with the program, "torch" for
            that one in torch, also where its int8 form is there.
        forward: Runs the network in place of the model's own weights, with the model's tokenizer.
        max_answer_tokens: The most tokens an answer may have.
        batch_tokens: The most tokens, padding included, in one pass of the network.

    Attributes:
        name: Of the model, without the folders above it.
        calibration: What turns this model's scores into confidences.

    Raises:
        ModelNotFoundError: There is no such model, or it has no safetensors weights.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        forward: Forward | None = None,
        max_answer_tokens: int = 48,
        batch_tokens: int = 4096,
    ) -> None:
        in_torch = model == TORCH
        model = SHIPPED if model is None or in_torch else model
        if forward is None:
            form = load_form(model, in_torch=in_torch)
        else:
            form = Form(forward, load_tokenizer(model), MAX_TOKENS)
        self.name = f"{Path(model).name}{' (int8)' if form.is_int8 else ''}"
        self.calibration = Calibration.of_model(Path(model))
        self._max_tokens = min(MAX_TOKENS, form.n_positions)
        self._forward = form.forward
        self._sha256 = form.sha256
        self._tokenizer = Tokenizer(form.tokenizer)
        self._max_answer_tokens = max_answer_tokens
        self._batch_tokens = batch_tokens

    @cached_property
    def fingerprint(self) -> dict[str, str]:
        """What tells this model from others: its name, and the sha256 of its weights if they are known."""
        known = {} if self._sha256 is None else {"reader_sha256": self._sha256()}
        return {"reader": self.name, **known}

    def read(self, question: str, passages: Sequence[Passage], *, n_best: int = 5) -> list[list[Span]]:
        """Read every passage for the question.

        Returns:
            One list a passage, in the order given: at most `n_best` spans that do not overlap, best first.
        """
        tokens = self._tokenizer.tokens([passage.text for passage in passages])
        found: list[list[Span]] = [[] for _ in passages]
        for reading in self._readings(question, passages, tokens):
            i = reading.passage
            found[i] += self._spans(reading, passages[i], tokens[i], n_best)
        return [_apart(spans)[:n_best] for spans in found]

    def _readings(self, question: str, passages: Sequence[Passage], tokens: Sequence[Tokens]) -> list[_Reading]:
        tasks = self._tasks(question, passages, tokens)
        readings = []
        for batch in _batches(tasks, self._batch_tokens):
            start_logits, end_logits = self._forward(*pad([window for _, window in batch]))
            rows = zip(batch, start_logits, end_logits, strict=True)
            readings += [_Reading(passage, window, start, end) for (passage, window), start, end in rows]
        return readings

    def _tasks(
        self, question: str, passages: Sequence[Passage], tokens: Sequence[Tokens]
    ) -> list[tuple[int, Window]]:
        asked = self._tokenizer.tokens([question])[0].ids
        prefixes = {title: self._tokenizer.prefix(title) for title in {p.document.title for p in passages}}
        return [
            (i, window)
            for i, passage in enumerate(passages)
            for window in cut_windows(
                asked,
                prefixes[passage.document.title],
                tokens[i].ids,
                frame=self._tokenizer.frame,
                max_tokens=self._max_tokens,
            )
        ]

    def _spans(self, reading: _Reading, passage: Passage, tokens: Tokens, n_best: int) -> list[Span]:
        window = reading.window
        inside = slice(window.offset, window.offset + window.n_passage)
        null_score = float(reading.start_logits[0] + reading.end_logits[0])
        spans = []
        for first, last, score in best_spans(
            reading.start_logits[inside],
            reading.end_logits[inside],
            max_tokens=self._max_answer_tokens,
            n_best=n_best,
        ):
            start = passage.start + int(tokens.starts[window.first + first])
            end = passage.start + int(tokens.ends[window.first + last])
            end = _with_marks(passage.document.text, end, passage.end)
            place = trim(passage.document.text, start, end)  # some tokenizers count in the space before a word
            if place is not None:
                spans.append(Span(passage, *place, score=score, null_score=null_score))
        return spans


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the network says of one window of passage number `passage`; logits of shape (n_tokens,)."""

    passage: int
    window: Window
    start_logits: NDArray[np.float32]
    end_logits: NDArray[np.float32]


def pad(windows: Sequence[Window]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Input ids, attention mask and type ids of a batch, each shape (n_windows, n_tokens of the longest)."""
    shape = len(windows), max(len(window) for window in windows)
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window.ids
        mask[row, : len(window)] = 1
        types[row, : len(window)] = window.types
    return ids, mask, types


def _with_marks(text: str, end: int, limit: int) -> int:
    """Where the character ends that `end` may stand inside: some tokenizers leave out the marks of a letter."""
    return next((i for i in range(end, limit) if not unicodedata.category(text[i]).startswith("M")), limit)


def _batches(tasks: Sequence[tuple[int, Window]], batch_tokens: int) -> list[list[tuple[int, Window]]]:
    batches: list[list[tuple[int, Window]]] = []
    for task in sorted(tasks, key=lambda task: -len(task[1])):
        if batches and (len(batches[-1]) + 1) * len(batches[-1][0][1]) <= batch_tokens:
            batches[-1].append(task)
        else:
            batches.append([task])
    return batches


def _apart(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start, span.end)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept
