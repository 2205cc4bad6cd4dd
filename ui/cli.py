"""The command line. Answers go to stdout, progress and complaints to stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no answer in the documents, 4 no such library or one made by another
encoder, 5 a benchmark below its floor, 6 done but for files that were refused, 130 interrupted.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from index.documents import unread_kinds
from index.errors import (
    EncoderMismatchError,
    InvalidQuestionError,
    LibraryNotFoundError,
    QuotebackError,
    UsageError,
)
from index.places import library_folder
from index.storage import FILE
from index.sync import checked_folder
from rag import Turn, open_library
from ui import benchmark, gold, terminal, users
from ui.records import answer_record, hit_record
from ui.wording import counted

FAILED, USAGE, NO_ANSWER, NO_LIBRARY, BELOW_FLOOR, REFUSED, INTERRUPTED = 1, 2, 3, 4, 5, 6, 130

app = typer.Typer(
    no_args_is_help=True,
    help="Ask your own documents, and get their exact words back.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
)

LibraryOption = Annotated[
    str,
    typer.Option("--library", "-l", envvar="QUOTEBACK_LIBRARY", help="A library's name, or the path of its folder."),
]
EncoderOption = Annotated[
    str | None,
    typer.Option(envvar="QUOTEBACK_ENCODER", help="A sentence-transformers model: folder or hub name."),
]
ReaderOption = Annotated[
    str | None,
    typer.Option(envvar="QUOTEBACK_READER", help="An extractive question-answering model: folder or hub name."),
]
KOption = Annotated[int, typer.Option("--top-k", "-k", min=1, max=50, help="How many passages are read.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")]


@app.command()
def sync(
    folder: Annotated[Path, typer.Argument(help="The folder with your documents.")],
    library: LibraryOption = "default",
    encoder: EncoderOption = None,
    quiet: QuietOption = False,
) -> None:
    """Bring a library in line with a folder: new files in, changed ones again, removed ones out.

    A file that can't be read is refused, with the reason, and the rest goes on; the exit code is then 6, or 1 if
    nothing could be indexed.
    """
    folder = checked_folder(folder)
    try:
        with (
            open_library(library, create=True, encoder=encoder) as opened,
            terminal.sync_progress(quiet=quiet) as tell,
        ):
            report = opened.sync(folder, progress=tell)
    except KeyboardInterrupt:
        terminal.fail("Stopped. What was saved is saved; run the same command to go on.")
        raise typer.Exit(INTERRUPTED) from None
    terminal.show_report(report)
    terminal.show_left_out(unread_kinds(folder))
    indexed = [*report.added, *report.updated, *report.renamed, *report.unchanged]
    if report.refused:
        raise typer.Exit(REFUSED if indexed else FAILED)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In plain words; - reads it from standard input.")],
    library: LibraryOption = "default",
    k: KOption = 10,
    as_json: JsonOption = False,
    encoder: EncoderOption = None,
    reader: ReaderOption = None,
) -> None:
    """Answer a question with the exact words of your documents."""
    if question == "-":
        question = sys.stdin.read()
    with open_library(library, encoder=encoder, reader=reader) as opened:
        answer = opened.ask(question, k=k)
    if as_json:
        _print_json(answer_record(answer))
    else:
        terminal.show_answer(answer)
    if answer.span is None:
        raise typer.Exit(NO_ANSWER)


@app.command()
def retrieve(
    question: Annotated[str, typer.Argument(help="In plain words; - reads it from standard input.")],
    library: LibraryOption = "default",
    k: KOption = 10,
    as_json: JsonOption = False,
    encoder: EncoderOption = None,
) -> None:
    """Show the passages that most likely hold the answer, without reading them."""
    if question == "-":
        question = sys.stdin.read()
    with open_library(library, encoder=encoder) as opened:
        hits = opened.retrieve(question, k=k)
    if as_json:
        for hit in hits:
            _print_json(hit_record(hit))
    else:
        terminal.show_hits(hits)
    if not hits:
        raise typer.Exit(NO_ANSWER)


@app.command()
def chat(
    library: LibraryOption = "default",
    k: KOption = 10,
    encoder: EncoderOption = None,
    reader: ReaderOption = None,
) -> None:
    """Ask one question after another in the terminal; follow-ups keep their subject. An empty line ends it."""
    history: list[Turn] = []
    with open_library(library, encoder=encoder, reader=reader) as opened:
        terminal.err.print("Ask your documents. An empty line ends the conversation.")
        while question := _next_question():
            try:
                answer = opened.ask(question, history=history, k=k)
            except InvalidQuestionError as error:
                terminal.fail(str(error))
                continue
            terminal.show_answer(answer)
            history.append(Turn(answer.asked, answer.text))


@app.command()
def serve(
    library: LibraryOption = "default",
    host: Annotated[str, typer.Option(help="A loopback address; with --auth any of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 7860,
    encoder: EncoderOption = None,
    reader: ReaderOption = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Offer ask and retrieve as MCP tools at /gradio_api/mcp/ (extra mcp).")
    ] = False,
    auth: Annotated[Path | None, typer.Option(help="Who may log in: a file that `quoteback user add` makes.")] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="How others call this machine, with --auth; may be repeated.")
    ] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="A question to offer at the start; may be repeated.")
    ] = None,
) -> None:
    """Serve the chat window to the browsers of this machine; with --auth, to others too."""
    from ui.accounts import read_accounts
    from ui.listening import check_access, listener_at
    from ui.server import check_mcp
    from ui.server import serve as serve_window

    accounts = None if auth is None else read_accounts(auth)
    # All that can be wrong with the options first: no library is begun for a window that can't be served.
    if mcp:
        check_mcp()
    check_access(host, has_login=accounts is not None, names=name or (), mcp=mcp)
    listener_at(host, port, is_for_others=accounts is not None).close()
    _say_if_new(library)
    with open_library(library, create=True, encoder=encoder, reader=reader) as opened:
        serve_window(
            opened,
            host=host,
            port=port,
            examples=example or (),
            mcp=mcp,
            accounts=accounts,
            names=name or (),
            ready=_say_address,
        )


@app.command("list")
def list_documents(library: LibraryOption = "default", as_json: JsonOption = False) -> None:
    """List the documents of a library."""
    with open_library(library) as opened:
        for document in opened.documents():
            facts = {
                "id": document.id,
                "title": document.title,
                "kind": document.kind,
                "date": document.date.isoformat() if document.date else None,
                "pages": len(document.pages) or None,
                "passages": len(opened.passages(document.id)),
                "source": document.source,
            }
            if as_json:
                _print_json(facts)
            else:
                terminal.out.print(
                    f"{document.id}  {facts['date'] or '':<10}  {document.kind:<5} {terminal.plain(document.title)}",
                    markup=False,
                )


@app.command("rm")
def remove(
    documents: Annotated[list[str], typer.Argument(help="Ids, as `quoteback list` shows them.")],
    library: LibraryOption = "default",
) -> None:
    """Delete documents from a library, with every trace of them.

    Files in your own folders stay, and the next sync of their folder brings them back; copies that were added in the
    window go.
    """
    with open_library(library) as opened:
        missing = [id_ for id_ in documents if not opened.delete(id_)]
    for id_ in missing:
        terminal.fail(f"There is no document {id_} in {library}. See: quoteback list --library {library}")
    if missing:
        raise typer.Exit(FAILED)


@app.command()
def doctor(library: LibraryOption = "default") -> None:
    """Check that everything in a library is as it was written; exit 1 if not."""
    with open_library(library) as opened:
        problems = opened.problems()
        if not problems:
            documents = opened.documents()
            n_passages = sum(len(opened.passages(document.id)) for document in documents)
            terminal.out.print(
                f"{opened.path} is sound: {terminal.documents_line(len(documents), n_passages)}.",
                markup=False,
            )
    for problem in problems:
        terminal.fail(problem)
    if problems:
        raise typer.Exit(FAILED)


@app.command()
def rebuild(library: LibraryOption = "default", encoder: EncoderOption = None, quiet: QuietOption = False) -> None:
    """Make all passages, vectors and terms anew from the texts, for instance with another encoder."""
    with open_library(library, encoder=encoder) as opened, terminal.sync_progress(quiet=quiet) as tell:
        n_documents = opened.rebuild(progress=tell)
    terminal.err.print(f"{counted(n_documents, 'document')} made anew.")


@app.command()
def info(
    library: Annotated[
        str | None, typer.Option("--library", "-l", envvar="QUOTEBACK_LIBRARY", help="Tell of this library too.")
    ] = None,
) -> None:
    """Versions and places, and what a library was made with, to put into a report of a fault."""
    from ui.info import facts

    for name, value in facts(library).items():
        terminal.out.print(f"{name}: {value}", markup=False)


benchmark.add_commands(app, below_floor=BELOW_FLOOR)
app.add_typer(gold.app, name="gold")
app.add_typer(users.app, name="user")


def main() -> NoReturn:
    """Run the command line; every expected error is one plain sentence and an exit code."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _interrupt)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app(standalone_mode=True)
    except (LibraryNotFoundError, EncoderMismatchError) as error:
        terminal.fail(str(error))
        sys.exit(NO_LIBRARY)
    except UsageError as error:
        terminal.fail(str(error))
        sys.exit(USAGE)
    except QuotebackError as error:
        terminal.fail(str(error))
        sys.exit(FAILED)
    sys.exit(0)


def _next_question() -> str:
    try:
        return input("\n> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _print_json(record: object) -> None:
    print(json.dumps(record, ensure_ascii=False), flush=True)


def _say_if_new(library: str) -> None:
    folder = library_folder(library)
    if library != "default" and not (folder / FILE).exists():
        terminal.err.print(f"There is no library {library!r} yet. A new, empty one is begun: {folder}", markup=False)


def _say_address(address: str) -> None:
    terminal.out.print(f"Quoteback is open at {address} (Ctrl-C ends it)", markup=False)


def _interrupt(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
