"""The command that averages readers: `python -m rag.training.average --help`.

Two readers of which one was trained on from the other are often better in the middle than at either end
(Wortsman et al. 2022).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.forward import load_network, load_tokenizer
from rag.training.checkpoints import save_reader


def main(arguments: list[str] | None = None) -> int:
    """Write the reader whose weights are the mean of those of some readers of one shape."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.average", description=main.__doc__)
    parser.add_argument("readers", nargs="+", help="folders or hub names")
    parser.add_argument("--shares", type=float, nargs="+", help="what each counts for (default: all the same)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the reader")
    options = parser.parse_args(arguments)
    shares = options.shares or [1.0] * len(options.readers)
    if len(shares) != len(options.readers):
        parser.error(f"{len(options.readers)} readers and {len(shares)} shares are given; give a share for each.")
    average(options.readers, shares, options.out)
    return 0


def average(readers: Sequence[str | Path], shares: Sequence[float], out: Path) -> None:
    """Write the mean of readers to a folder, with the tokenizer of the first.

    Raises:
        ValueError: Their weights have different names or shapes.
    """
    import torch

    network = load_network(readers[0])
    states = [load_network(reader).state_dict() for reader in readers]
    shapes = [{name: tensor.shape for name, tensor in state.items()} for state in states]
    for reader, shape in zip(readers, shapes, strict=True):
        if shape != shapes[0]:
            raise ValueError(f"{reader} has other weights than {readers[0]}. Give readers of one kind.")
    weights = torch.tensor(shares) / sum(shares)
    mean = {
        name: sum(weight * state[name] for weight, state in zip(weights, states, strict=True)) for name in states[0]
    }
    network.load_state_dict(mean)
    save_reader(out, model=network, tokenizer=load_tokenizer(readers[0]))


if __name__ == "__main__":
    sys.exit(main())
