"""The command that says how good a reader is: `python -m rag.training.evaluate --help`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rag.reader import Reader
from rag.training.data import read_articles, split
from rag.training.scores import score


def main(arguments: list[str] | None = None) -> int:
    """Ask a reader the questions of SQuAD 2.0 files; print its scores, one line of JSON a file."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.evaluate", description=main.__doc__)
    parser.add_argument("--model", help="folder or hub name (default: the reader that comes with the program)")
    parser.add_argument("--squad", type=Path, nargs="+", required=True, help="SQuAD 2.0 files, plain or gzipped")
    parser.add_argument(
        "--last", type=float, default=1.0, help="only this last share of the articles, as kept for development"
    )
    options = parser.parse_args(arguments)
    reader = Reader(options.model)
    for path in options.squad:
        examples = split(read_articles(path), options.last)[1]
        print(json.dumps({"file": path.name, **asdict(score(reader, examples))}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
