"""Gold questions that a reader was not trained on: `python -m rag.training.heldout FILE.json.gz GOLD.jsonl > OUT.jsonl`.

A confidence fitted to questions that the reader learnt from is worthless, so it is fitted to these.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rag.training.data import read_articles, split


def heldout_lines(questions: set[str], gold: Path) -> Iterator[str]:
    """The lines of a gold file whose question is one of these."""
    with gold.open(encoding="utf-8") as lines:
        yield from (line for line in lines if json.loads(line)["question"].strip() in questions)


def main(arguments: list[str] | None = None) -> None:
    """Print the lines of GOLD whose questions training keeps for development."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.heldout", description=main.__doc__)
    parser.add_argument("file", type=Path, help="the SQuAD file that training was given with --dev")
    parser.add_argument("--dev-share", type=float, default=0.08, help="as training was given it")
    parser.add_argument("gold", type=Path, help="gold questions, one JSON object a line")
    options = parser.parse_args(arguments)
    trained, dev = split(read_articles(options.file), options.dev_share)
    questions = {each.question.strip() for each in dev} - {each.question.strip() for each in trained}
    sys.stdout.writelines(heldout_lines(questions, options.gold))


if __name__ == "__main__":
    main()
