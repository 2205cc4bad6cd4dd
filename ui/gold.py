"""Commands for gold questions: `quoteback gold ...`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from index.errors import QuotebackError
from rag import open_library
from ui import authoring, terminal

app = typer.Typer(no_args_is_help=True, help="Gold questions, for eval and calibrate.")

_LIBRARY = typer.Option(
    "--library", "-l", envvar="QUOTEBACK_LIBRARY", help="A library's name, or the path of its folder."
)


@app.command()
def new(
    gold: Annotated[Path, typer.Argument(help="The .jsonl file that the questions are added to.")],
    library: Annotated[str, _LIBRARY] = "default",
    seed: Annotated[int, typer.Option(help="Another one shows the passages in another order.")] = 1,
) -> None:
    """Write questions on passages drawn evenly from your documents; stop at any time, go on later."""
    from eval import author

    if gold.suffix != ".jsonl":
        raise typer.BadParameter(f"{str(gold)!r} does not end in .jsonl. Name such a file.", param_hint="GOLD")
    lines = author.written_lines(gold)
    with open_library(library) as opened:
        documents = opened.documents()
        names = author.names_of(documents)
        drawn = author.draw_passages([opened.passages(document.id) for document in documents], seed=seed)
    left = authoring.passages_left(drawn, lines, names)
    if not left:
        raise QuotebackError(f"There is no passage left to write on in {library}. Another --seed starts anew.")
    terminal.err.print(f"{len(lines):,} questions so far." if lines else "A new file.")
    n_written = authoring.write_questions(left, gold, names, ask=input, say=_say)
    if n_written:
        terminal.err.print(
            f"{n_written:,} added to {gold}. Next: quoteback eval {gold} --library {library}", markup=False
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


@app.command()
def export(library: Annotated[str, _LIBRARY] = "default") -> None:
    """Write what people said about answers in the window to stdout, as gold questions for eval and calibrate."""
    from ui.feedback import Feedback, gold_lines

    with open_library(library) as opened:
        lines, left_out = gold_lines(Feedback(opened.path).everyones(), opened.documents())
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    for sentence in left_out:
        terminal.err.print(f"Left out: {terminal.plain(sentence)}", markup=False)
    if not lines:
        raise QuotebackError(f"Nothing was said about an answer of {library} that could be gold. Ask in the window.")


def _say(line: str) -> None:
    terminal.out.print(line, markup=False)
