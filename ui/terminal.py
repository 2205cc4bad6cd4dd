"""An answer, a report and progress as a terminal shows them: answers on stdout, all else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from index.sync import Progress as SyncProgress
from index.types import Hit, SyncReport
from rag.agreement import statements
from rag.types import Alternative, Answer, Citation
from ui.escape import is_unseen
from ui.quoting import shortened
from ui.wording import counted, disagreement, no_answer, percent, place, source_name, sureness

_MAX_PASSAGE = 400  # characters shown

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def show_answer(answer: Answer) -> None:
    """Print the quoted words, how sure they are, and where they stand; or which kind of "no answer" it is."""
    if answer.asked != answer.question:
        out.print(Text(f"(asked as: {plain(answer.asked)})", style="dim"))
    if answer.span is None:
        _show_no_answer(answer)
        return
    first, *others = answer.citations
    out.print(Text(plain(answer.text), style="bold"), Text(f"   {_sure(answer.confidence)}", style="dim"))
    out.print()
    _show_place(first)
    for citation in others[:3]:
        _show_place(citation)
    if answer.alternatives:
        out.print(Text(f"Your documents differ: {plain(disagreement(statements(answer)))}."))
        for alternative in answer.alternatives:
            _show_alternative(alternative)


def show_hits(hits: tuple[Hit, ...] | list[Hit]) -> None:
    """Print passages, the best first, each with its place."""
    for hit in hits:
        passage = hit.passage
        where = _where(Citation(passage.document, passage.start, passage.end))
        out.print(f"{hit.rank}. ", Text(where, style="cyan"), Text(f"  {hit.score:.2f}", style="dim"), sep="")
        out.print(Text("   " + shortened(plain(passage.text), _MAX_PASSAGE)))


def show_report(report: SyncReport) -> None:
    """Print to stderr what a sync did, and name each file that was refused."""
    counts = [
        (report.added, "added"),
        (report.updated, "updated"),
        (report.renamed, "renamed"),
        (report.deleted, "deleted"),
        (report.unchanged, "unchanged"),
        (report.duplicates, "left out as duplicates"),
        (report.refused, "refused"),
    ]
    said = [f"{len(sources):,} {what}" for sources, what in counts if sources]
    err.print(", ".join(said).capitalize() + "." if said else "Nothing to do.")
    for refused in report.refused:
        err.print(Text(f"  refused {plain(refused.source)}: {plain(refused.reason)}", style="yellow"))
    for warning in report.warnings:
        err.print(Text(f"  note on {plain(warning.source)}: {plain(warning.reason)}", style="dim"))


def show_left_out(kinds: Mapping[str, int]) -> None:
    """Print to stderr how many files were of kinds that are not read, by their extension."""
    if kinds:
        said = ", ".join(f"{plain(kind) or 'no extension'}: {n:,}" for kind, n in sorted(kinds.items()))
        err.print(Text(f"  left out, of kinds that are not read: {sum(kinds.values()):,} ({said})", style="dim"))


@contextmanager
def sync_progress(*, quiet: bool = False) -> Iterator[SyncProgress]:
    """A bar on stderr while documents are read and encoded; nothing where stderr is no terminal."""
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[source]}"),
        console=err,
        disable=quiet or not err.is_terminal,
    ) as bar:
        task = bar.add_task("looking", total=None, source="")

        def tell(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
            name = plain(source.rsplit("/", 1)[-1])[:40]
            bar.update(task, description=stage, completed=n_done + share, total=n_total, source=name)

        yield tell


@contextmanager
def counting(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr for `progress(n_done, n_total)`; nothing where stderr is no terminal."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def tell(n_done: int, n_total: int) -> None:
            bar.update(task, completed=n_done, total=n_total)

        yield tell


def fail(sentence: str) -> None:
    """Say on stderr what went wrong."""
    err.print(Text(plain(sentence), style="red" if sys.stderr.isatty() else ""))


def plain(text: str) -> str:
    """One line of visible characters: nothing in a document steers the terminal."""
    shown = "".join(" " if character.isspace() else character for character in text)
    return " ".join("".join("\N{REPLACEMENT CHARACTER}" if is_unseen(c) else c for c in shown).split())


def _show_no_answer(answer: Answer) -> None:
    sentence, advice = no_answer(answer.outcome)
    out.print(Text(sentence, style="bold"))
    withheld = answer.withheld
    if withheld is not None:
        out.print(Text(f"Held back: {plain(withheld.text)!r}   {_sure(answer.confidence)}", style="dim"))
    elif not answer.closest:
        out.print(advice)
    if answer.closest:
        out.print("The closest passages:")
        show_hits(answer.closest[:3])


def _show_place(citation: Citation) -> None:
    sentence = citation.sentence
    before = sentence.document.text[sentence.start : citation.start]
    after = sentence.document.text[citation.end : sentence.end]
    text = Text("  " + plain(before) + (" " if before[-1:].isspace() else ""))
    text.append(plain(citation.text), style="bold reverse" if out.is_terminal else "")
    text.append((" " if after[:1].isspace() else "") + plain(after))
    out.print(text)
    out.print(Text(f"  — {_where(citation)}", style="cyan"))
    out.print()


def _show_alternative(alternative: Alternative) -> None:
    out.print(
        "  ",
        Text(plain(alternative.text), style="bold"),
        Text(f"   {_sure(alternative.confidence)}", style="dim"),
        sep="",
    )
    out.print(Text(f"    — {_where(alternative.citations[0])}", style="cyan"))


def _where(citation: Citation) -> str:
    parts = [citation.document.title, *place(citation)]
    return f"{plain(', '.join(parts))} ({plain(source_name(citation.document))})"


def _sure(confidence: float) -> str:
    return f"{sureness(confidence).lower()}, {percent(confidence)} %"


def documents_line(n_documents: int, n_passages: int) -> str:
    """ "12 documents, 340 passages"."""
    return f"{counted(n_documents, 'document')}, {counted(n_passages, 'passage')}"
