"""A larger reader whose opinion of every token a smaller one learns (Hinton et al. 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.forward import TorchForward, load_network, load_tokenizer
from rag.windows import Tokenizer, Window

NEVER = -1e4  # a logit where nothing may be pointed at
Logits = NDArray[np.float32]


class Teacher:
    """Start and end logits of a trained reader for another reader's windows; what it read once it remembers.

    Args:
        model: Folder or hub name of a reader whose tokenizer cuts texts into the same pieces as the pupil's.
        pupil: The pupil's body: folder or hub name.
        bfloat16: Whether to multiply in bfloat16.

    Raises:
        ValueError: If the two cut words differently.
    """

    def __init__(self, model: str | Path, *, pupil: str | Path, bfloat16: bool = False) -> None:
        own, theirs = load_tokenizer(model), load_tokenizer(pupil)
        self._forward = TorchForward(load_network(model), bfloat16=bfloat16)
        self._frame, self._pupils_frame = Tokenizer(own).frame, Tokenizer(theirs).frame
        self._ids = _translation(theirs, own, model)
        self._known: dict[bytes, tuple[Logits, Logits]] = {}

    def logits(self, windows: Sequence[Window], n_tokens: int) -> tuple[Logits, Logits]:
        """What the teacher makes of the windows.

        Returns:
            Start and end logits, shape (len(windows), n_tokens), at the places of the pupil's own tokens: [CLS] and
            the passage, -10,000 elsewhere.
        """
        new = {window.ids.tobytes(): window for window in windows if window.ids.tobytes() not in self._known}
        if new:
            self._read(new)
        both = np.full((2, len(windows), n_tokens), NEVER, dtype=np.float32)
        for row, window in enumerate(windows):
            known = self._known[window.ids.tobytes()]
            for side in (0, 1):
                both[side, row, 0] = known[side][0]
                both[side, row, window.offset : window.offset + window.n_passage] = known[side][1:]
        return both[0], both[1]

    def _read(self, windows: dict[bytes, Window]) -> None:
        translated = [self._translated(window) for window in windows.values()]
        shape = len(translated), max(len(row) for row in translated)
        ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for i, row in enumerate(translated):
            ids[i, : len(row)] = row.ids
            mask[i, : len(row)] = 1
            types[i, : len(row)] = row.types
        start, end = self._forward(ids, mask, types)
        for i, (key, row) in enumerate(zip(windows, translated, strict=True)):
            places = np.concatenate([[0], np.arange(row.offset, row.offset + row.n_passage)])
            self._known[key] = start[i, places].astype(np.float16), end[i, places].astype(np.float16)

    def _translated(self, window: Window) -> Window:
        """The window as the teacher's own tokenizer would have made it."""
        frame, theirs = self._frame, self._pupils_frame
        question = window.ids[len(theirs.before) : window.n_head - len(theirs.between)]
        rest = self._ids[window.ids[window.n_head : len(window) - len(theirs.after)]]
        head = np.concatenate([frame.before, self._ids[question], frame.between])
        ids = np.concatenate([head, rest, frame.after]).astype(np.int64)
        types = np.full(len(ids), frame.types[1], dtype=np.int64)
        types[: len(head)] = frame.types[0]
        offset = window.offset - window.n_head + len(head)
        return replace(window, ids=ids, types=types, n_head=len(head), offset=offset)


def _translation(theirs: Any, own: Any, model: str | Path) -> NDArray[np.int64]:
    """The teacher's id of every id of the pupil; the unknown word's for special and unused ones."""
    known = own.get_vocab()
    pieces = {p: i for p, i in theirs.get_vocab().items() if i not in theirs.all_special_ids}
    missing = [piece for piece in pieces if piece not in known and not piece.startswith("[unused")]
    if missing:
        raise ValueError(
            f"{model} cuts words differently: {len(missing)} pieces are not known to it, such as {missing[0]!r}. "
            "Give a teacher with the tokenizer of the model that learns."
        )
    ids = np.full(len(theirs), own.unk_token_id, dtype=np.int64)
    for piece, i in pieces.items():
        ids[i] = known.get(piece, own.unk_token_id)
    return ids
