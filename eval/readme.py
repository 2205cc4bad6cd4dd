"""The command that makes the README's table of figures from reports, so that none is copied by hand."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.records import Metric, Report, ReportError
from eval.summary import latencies
from index.errors import QuotebackError

START, END = "<!-- figures: python -m eval.readme -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a column is made of; kept, so that the table can be made again without the reports.

    Attributes:
        metrics: With their intervals and n.
        milliseconds: Median of each stage and of "ask".
    """

    title: str
    gold_sha256: str
    n_questions: int
    n_answerable: int
    metrics: tuple[Metric, ...]
    milliseconds: dict[str, float]

    def value(self, name: str) -> str:
        """A metric with three decimals; a dash if it could not be measured."""
        value = next((metric.value for metric in self.metrics if metric.name == name), None)
        return "–" if value is None else f"{value:.3f}"


def figures_of(title: str, report: Report) -> Figures:
    """The column of a report."""
    return Figures(
        title,
        report.gold_sha256,
        len(report.records),
        sum(bool(record.answers) for record in report.records),
        report.metrics,
        {stage: round(1000 * median, 1) for stage, (median, _, _) in latencies(report.records).items()},
    )


def _values(*names: str) -> Callable[[Figures], str]:
    return lambda figures: " / ".join(figures.value(name) for name in names)


_ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("questions (answerable)", lambda f: f"{f.n_questions:,} ({f.n_answerable:,})"),
    ("Success@1 / @5 / @10", _values("success@1", "success@5", "success@10")),
    ("MRR@10", _values("mrr@10")),
    ("answerable, always answering: F1 / EM", _values("f1_always", "em_always")),
    ("all, withholding what is unsure: F1 / EM", _values("f1", "em")),
    ("abstention precision / recall", _values("abstention_precision", "abstention_recall")),
    ("AUROC of the confidence", _values("auroc")),
    ("calibration error (10 bins)", _values("ece")),
    ("answers at 80 % precision, of the answerable", _values("coverage@80")),
    (
        "`ask`, median ms (of it `retrieve`)",
        lambda f: f"{f.milliseconds['ask']:.0f} ({f.milliseconds['retrieve']:.0f})",
    ),
)


def markdown(columns: Sequence[Figures]) -> str:
    """The table, a row a measure and a column a report."""
    lines = [
        f"| {' | '.join(['', *(column.title for column in columns)]).lstrip()} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    lines += [f"| {label} | {' | '.join(of(column) for column in columns)} |" for label, of in _ROWS]
    return "\n".join(lines) + "\n"


def with_table(readme: str, table: str) -> str:
    """The README with the table between its markers.

    Raises:
        ReportError: It lacks the markers.
    """
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ReportError(f"The README lacks the lines {START!r} and {END!r}, between which the table stands.")
    return f"{before}{START}\n\n{table}\n{END}{after}"


def read_figures(path: Path) -> list[Figures]:
    """Read what `main` wrote."""
    return [
        Figures(**{**column, "metrics": tuple(Metric(**metric) for metric in column["metrics"])})
        for column in json.loads(path.read_text(encoding="utf-8"))
    ]


def main(arguments: list[str] | None = None) -> int:
    """Write the table of figures into a README; without reports, from the figures that were kept."""
    options = _parser().parse_args(arguments)
    try:
        columns = _columns(options.report, options.figures, may_drop=options.drop)
        readme = with_table(options.readme.read_text(encoding="utf-8"), markdown(columns))
    except (QuotebackError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    kept = json.dumps([asdict(column) for column in columns], ensure_ascii=False, indent=1)
    options.figures.write_text(kept + "\n", encoding="utf-8")
    options.readme.write_text(readme, encoding="utf-8")
    return 0


def _columns(reports: list[str], figures: Path, *, may_drop: bool) -> list[Figures]:
    if not reports:
        return read_figures(figures)
    columns = [_column(text) for text in reports]
    kept = [column.title for column in read_figures(figures)] if figures.exists() else []
    dropped = [title for title in kept if title not in [column.title for column in columns]]
    if dropped and not may_drop:
        raise ReportError(
            f"The table would lose the column {' and '.join(map(repr, dropped))}. Give its report too, or --drop."
        )
    return columns


def _column(text: str) -> Figures:
    title, _, path = text.rpartition("=")
    if not title:
        raise ReportError(f"{text!r} is not a column's title, '=' and a report. Write 'dev=report.json'.")
    return figures_of(title, Report.from_json(Path(path).read_text(encoding="utf-8")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.readme", description=main.__doc__)
    parser.add_argument("report", nargs="*", help="a column: its title, '=' and the path of a report.json")
    parser.add_argument("--drop", action="store_true", help="leave out the table's columns that are not given")
    parser.add_argument("--readme", type=Path, default=Path("README.md"), help="default: README.md")
    parser.add_argument("--figures", type=Path, default=Path("docs/figures.json"), help="default: docs/figures.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
