"""The command that measures Quoteback and its peers in one run, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.peers import table
from eval.peers.work import Peer, Reply, Result, draw_work, run
from index.errors import QuotebackError


def _int8() -> Peer:
    from eval.peers.own import Quoteback

    return Quoteback()


def _torch() -> Peer:
    from eval.peers.own import Quoteback

    return Quoteback("torch")


def _haystack() -> Peer:
    from eval.peers.haystack_peer import Haystack  # the extra [peers]

    return Haystack()


def _txtai() -> Peer:
    from eval.peers.txtai_peer import Txtai  # the extra [peers]

    return Txtai()


SYSTEMS: dict[str, Callable[[], Peer]] = {
    "Quoteback (int8)": _int8,
    "Quoteback (torch)": _torch,
    "Haystack": _haystack,
    "txtai": _txtai,
}


def main(arguments: list[str] | None = None) -> int:
    """Ask Quoteback, Haystack and txtai the same questions about the same documents; print a table of both."""
    options = _parser().parse_args(arguments)
    try:
        work = draw_work(
            options.documents,
            options.gold,
            n_questions=options.questions,
            n_documents=options.n_documents,
            seed=options.seed,
        )
    except QuotebackError as error:
        print(error, file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="peers-") as folder:
        for document in work.documents:
            (Path(folder) / document.id).write_bytes(document.text.encode())
        if options.only:
            print(json.dumps(asdict(run(options.only, SYSTEMS[options.only], work, Path(folder)))))
            return 0
    results = []
    for name in options.systems:
        line = _in_a_process(name, arguments if arguments is not None else sys.argv[1:])
        results.append(read_result(line))
        if options.out is not None:
            with options.out.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    n_answerable = sum(bool(question.answers) for question in work.gold.questions)
    print(
        f"{len(work.documents):,} documents, {len(work.gold.questions):,} questions ({n_answerable:,} answerable)\n"
    )
    print(table.markdown(results, work.gold), end="")
    return 0


def read_result(text: str) -> Result:
    """What `--only` printed."""
    content = json.loads(text)
    return Result(**{**content, "replies": tuple(Reply(**reply) for reply in content["replies"])})


def _in_a_process(name: str, arguments: list[str]) -> str:
    print(f"{name} ...", file=sys.stderr, flush=True)
    quiet = {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}
    command = [sys.executable, "-m", "eval.peers", *arguments, "--only", name]
    done = subprocess.run(command, env=os.environ | quiet, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.peers", description=main.__doc__)
    parser.add_argument("--documents", type=Path, required=True, help="a folder of plain text files")
    parser.add_argument("--gold", type=Path, required=True, help="gold questions on them (.jsonl)")
    parser.add_argument("--questions", type=int, default=200, help="how many are drawn (default 200)")
    parser.add_argument("--n-documents", type=int, help="how many documents are drawn (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing (default 1)")
    parser.add_argument(
        "--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS), metavar="NAME", help=", ".join(SYSTEMS)
    )
    parser.add_argument("--out", type=Path, help="a file to which every system's replies are added, one line each")
    parser.add_argument("--only", choices=SYSTEMS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
