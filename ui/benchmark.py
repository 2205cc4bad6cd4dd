"""Commands for those who measure: eval, compare, calibrate."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import QuotebackError
from rag import open_library
from ui import terminal

if TYPE_CHECKING:
    from eval.calibrate import Honesty
    from eval.records import Metric
    from rag.pipeline import OpenLibrary

_LIBRARY = typer.Option(
    "--library", "-l", envvar="QUOTEBACK_LIBRARY", help="A library's name, or the path of its folder."
)
_GOLD = typer.Argument(help="Gold questions: .jsonl, or SQuAD's .json.")
_K = typer.Option("--top-k", "-k", min=1, max=50, help="How many passages are read.")


def add_commands(app: typer.Typer, *, below_floor: int) -> None:
    """Add the commands to the command line; `below_floor` is the exit code of a benchmark that failed its floors."""

    @app.command("eval")
    def evaluate(
        gold: Annotated[Path, typer.Argument(help="Gold questions: .jsonl, SQuAD's .json, or a BEIR folder.")],
        library: Annotated[str, _LIBRARY] = "default",
        contexts: Annotated[
            bool,
            typer.Option("--contexts", help="First make the library of SQuAD's or BEIR's own documents."),
        ] = False,
        k: Annotated[int, _K] = 10,
        out: Annotated[
            Path | None,
            typer.Option(help="A folder for report.json and report.html (retrieval.json of a BEIR folder)."),
        ] = None,
        fail_under: Annotated[
            list[str] | None, typer.Option(help="name=value, such as f1=0.7; exit 5 if it is worse; may be repeated.")
        ] = None,
        encoder: Annotated[str | None, typer.Option(envvar="QUOTEBACK_ENCODER")] = None,
        reader: Annotated[str | None, typer.Option(envvar="QUOTEBACK_READER")] = None,
    ) -> None:
        """Ask every gold question and report how good the answers are; of a BEIR folder, how good retrieval is."""
        from eval import contexts as own_documents
        from eval.floors import check_floors, parse_floors

        parse_floors(fail_under or [])  # a mistyped one must not cost the whole run
        with open_library(library, create=contexts, encoder=encoder, reader=reader) as opened:
            if contexts:
                with terminal.sync_progress() as tell:
                    terminal.show_report(own_documents.fill(opened, gold, progress=tell))
            if gold.is_dir():
                metrics = _retrieval(opened, gold, k, out)
            else:
                options = {"--library": library, "--top-k": str(k), "--encoder": encoder, "--reader": reader}
                metrics = _answers(opened, gold, k, out, command=_command(gold, options, contexts=contexts))
        failures = check_floors(metrics, fail_under or [])
        for failure in failures:
            terminal.fail(failure)
        if failures:
            raise typer.Exit(below_floor)

    @app.command()
    def compare(
        a: Annotated[Path, typer.Argument(help="report.json or retrieval.json of the one before.")],
        b: Annotated[Path, typer.Argument(help="report.json or retrieval.json of the one after.")],
    ) -> None:
        """Compare two reports on the same gold, question by question."""
        from eval import compare as comparing
        from eval import compare_retrieval as comparing_retrieval
        from eval.beir import RetrievalReport
        from eval.records import Report

        texts = [_text_of(path) for path in (a, b)]
        if all(map(comparing_retrieval.is_retrieval, texts)):
            searched = comparing_retrieval.compare_retrieval(*map(RetrievalReport.from_json, texts))
            shown = comparing_retrieval.render_retrieval(searched)
        else:
            shown = comparing.render(comparing.compare(*map(Report.from_json, texts)))
        terminal.out.print(shown, markup=False)

    @app.command()
    def calibrate(
        gold: Annotated[Path, typer.Option(help="Gold questions on this library.")],
        library: Annotated[str, _LIBRARY] = "default",
        error_rate: Annotated[
            float, typer.Option(min=0.01, max=0.9, help="Share of given answers that may be wrong.")
        ] = 0.25,
        k: Annotated[int, _K] = 10,
        out: Annotated[
            Path | None, typer.Option(help="Write the calibration to a file instead of the library.")
        ] = None,
        encoder: Annotated[str | None, typer.Option(envvar="QUOTEBACK_ENCODER")] = None,
        reader: Annotated[str | None, typer.Option(envvar="QUOTEBACK_READER")] = None,
    ) -> None:
        """Make a confidence on your own documents mean how often such answers are right."""
        from eval import calibrate as calibrating
        from eval.gold import load_gold

        with (
            open_library(library, encoder=encoder, reader=reader) as opened,
            terminal.counting("reading") as tell,
        ):
            # Strict: an answer whose document is gone would teach that what is found in its place is wrong.
            questions = load_gold(gold, opened.documents())
            readings = calibrating.read_all(opened, questions, k=k, progress=tell)
            fitted = calibrating.fit(readings, start=opened.calibration, error_rate=error_rate)
            honesty = calibrating.cross_validate(readings, start=opened.calibration)
            if out is None:
                opened.keep_calibration(fitted)
            else:
                out.write_text(fitted.to_json() + "\n", encoding="utf-8")
        terminal.out.print(
            f"Fitted to {len(readings):,} questions; answers below {fitted.threshold:.0%} are withheld.\n"
            f"{_said(honesty)}"
        )


def _said(honesty: Honesty | None) -> str:
    if honesty is None:
        return "There are too few documents or questions to tell how good it is on others."
    return (
        f"On documents left out in turn (n = {honesty.n:,}): AUROC {honesty.auroc:.3f}, calibration error "
        f"{honesty.ece:.3f}, answers that can be given at 80 % precision {honesty.coverage_at_80:.3f}."
    )


def _command(gold: Path, options: Mapping[str, str | None], *, contexts: bool) -> str:
    """What asks the same again, with what came from the environment; where its report is written doesn't matter."""
    given = [word for name, value in options.items() if value is not None for word in (name, value)]
    return shlex.join(["quoteback", "eval", str(gold), *given, *(["--contexts"] if contexts else [])])


def _answers(library: OpenLibrary, path: Path, k: int, out: Path | None, *, command: str) -> tuple[Metric, ...]:
    from eval import report as reports
    from eval import run, table  # SciPy, matplotlib: only here
    from eval.gold import gone_sentence, load_gold

    gold = load_gold(path, library.documents(), strict=False)
    if gone := gone_sentence(gold):
        terminal.err.print(terminal.plain(gone), markup=False)
    with terminal.counting("asking") as tell:
        report = run.evaluate(library, gold, k=k, command=command, progress=tell)
    terminal.out.print(table.render(report), markup=False)
    if out is not None:
        _write(out, "report.json", report.to_json())
        reports.write_html(report, out / "report.html")
    return report.metrics


def _retrieval(library: OpenLibrary, folder: Path, k: int, out: Path | None) -> tuple[Metric, ...]:
    from eval import beir, table

    judged = beir.read_beir(folder)
    with terminal.counting("searching") as tell:
        report = beir.evaluate_retrieval(library, judged, name=folder.resolve().name, k=k, progress=tell)
    terminal.out.print(table.render_retrieval(report), markup=False)
    if out is not None:
        _write(out, "retrieval.json", report.to_json())
    return report.metrics


def _write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    terminal.err.print(f"Written: {folder / name}", markup=False)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise QuotebackError(
            f"{path} can't be read: {error.strerror}. Give a report.json of `quoteback eval --out`."
        ) from error
