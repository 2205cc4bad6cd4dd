"""Commands for gold questions: `quoteback gold ...`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag import open_library
from ui import terminal

app = typer.Typer(no_args_is_help=True, help="Gold questions, for eval and calibrate.")

_LIBRARY = typer.Option(
    "--library", "-l", envvar="QUOTEBACK_LIBRARY", help="A library's name, or the path of its folder."
)


@app.command()
def check(
    gold: Annotated[Path, typer.Argument(help="Gold questions: .jsonl, or SQuAD's .json.")],
    library: Annotated[str, _LIBRARY] = "default",
) -> None:
    """Find questions that are asked twice, have lost their evidence, or are answered elsewhere too; exit 1 if any."""
    from eval.check import check_gold
    from eval.gold import load_gold

    with open_library(library) as opened:
        documents = opened.documents()
    findings = check_gold(load_gold(gold, documents, strict=False), documents)
    for finding in findings:
        terminal.out.print(f"{finding.id} {finding.problem}", markup=False)
    if findings:
        raise typer.Exit(1)
