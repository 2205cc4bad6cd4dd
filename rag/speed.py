"""The command that measures how much quicker the int8 forms are than torch on this machine."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from index.encoder import SentenceEncoder
from index.encoder_onnx import OnnxEncoder
from index.errors import ModelNotFoundError
from index.types import Document, Passage
from rag.forms import load_form, load_int8
from rag.reader import SHIPPED, Reader

_TEXT = Path(__file__).parents[1] / "examples" / "library" / "staff-handbook.md"
_QUESTION = "How many passengers did the ferries carry in 2023?"

Task = Callable[[], object]


def main(arguments: list[str] | None = None) -> int:
    """Time reading 10 passages of 120 words and encoding 64 of 110, in torch (float32) and in int8 by turns."""
    options = _parser().parse_args(arguments)
    import torch

    torch.set_num_threads(options.threads)
    words = options.text.read_text(encoding="utf-8").split()
    try:
        reading = _reading(options.reader, _passages(words, 10, 120), options.threads)
        encoding = _encoding(_passages(words, 64, 110), options.threads)
    except ModelNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    print("| task | torch, median ms | int8, median ms | ratio |\n|---|---|---|---|")
    for task, forms in (("read 10 passages of 120 words", reading), ("encode 64 passages of 110 words", encoding)):
        before, after = median_seconds(forms, n_rounds=options.rounds)
        print(f"| {task} | {1000 * before:.0f} | {1000 * after:.0f} | {before / after:.1f} |", flush=True)
    return 0


def median_seconds(tasks: Sequence[Task], *, n_rounds: int) -> list[float]:
    """Median time of each task. They take turns, so that a busy moment meets all; the first turn is not counted."""
    seconds: list[list[float]] = [[] for _ in tasks]
    for _ in range(n_rounds + 1):
        for task, of_task in zip(tasks, seconds, strict=True):
            started = time.perf_counter()
            task()
            of_task.append(time.perf_counter() - started)
    return [statistics.median(of_task[1:]) for of_task in seconds]


def _reading(folder: Path, passages: list[Passage], n_threads: int) -> tuple[Task, Task]:
    in_torch = Reader(folder, forward=load_form(folder, in_torch=True).forward)
    in_int8 = Reader(folder, forward=load_int8(folder, n_threads=n_threads).forward)
    return (lambda: in_torch.read(_QUESTION, passages)), (lambda: in_int8.read(_QUESTION, passages))


def _encoding(passages: list[Passage], n_threads: int) -> tuple[Task, Task]:
    texts = [passage.text for passage in passages]
    in_torch, in_int8 = SentenceEncoder(), OnnxEncoder(n_threads=n_threads)
    return (lambda: in_torch.encode_passages(texts)), (lambda: in_int8.encode_passages(texts))


def _passages(words: list[str], n_passages: int, n_words: int) -> list[Passage]:
    """Passages of one length, from anywhere in the text."""
    step = max(1, (len(words) - n_words) // n_passages)
    texts = [" ".join(words[i * step : i * step + n_words]) for i in range(n_passages)]
    return [Passage(Document(str(i), text, "text", "Text"), 0, len(text)) for i, text in enumerate(texts)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag.speed", description=main.__doc__)
    parser.add_argument("--reader", type=Path, default=SHIPPED, help="a folder with both forms")
    parser.add_argument("--threads", type=int, default=2, help="for either form (default 2)")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each task (default 15)")
    parser.add_argument("--text", type=Path, default=_TEXT, help="words to read (default: an example document)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
