"""A report as text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import TypeAlias

from eval.beir import RetrievalReport
from eval.measures import MEASURES
from eval.records import Metric, Report
from eval.summary import by_kind, latencies, losses
from rag.question import MAX_CHARACTERS

_METRIC = ("metric", "value", "95 %", "n")
_Table: TypeAlias = tuple[Sequence[str], Sequence[Sequence[str]]]  # the heads of its columns, its rows


def render(report: Report, *, width: int = 100) -> str:
    """The metrics with their intervals and n, the latencies and what was lost where, as plain text."""
    tables: list[_Table] = [
        (_METRIC, metric_rows(report)),
        (("kind of question", "EM", "F1", "n"), kind_rows(report)),
        (("stage", "p50 ms", "p95 ms", "n"), latency_rows(report)),
        (("lost", "questions"), [(stage, str(n)) for stage, n in losses(report.records).items()]),
    ]
    peak = "" if report.peak_mib is None else f", {report.peak_mib:.0f} MiB at most"
    head = f"{report.gold}: {len(report.records)} questions, k = {report.k}, {report.seconds:.0f} s{peak}"
    return _text(f"{head}\n95 % intervals: bootstrap over documents", tables, width)


def render_retrieval(report: RetrievalReport, *, width: int = 100) -> str:
    """The metrics with their intervals and n, as plain text."""
    head = f"{report.benchmark}: {len(report.queries)} queries, k = {report.k}"
    n_cut = sum(query.is_cut for query in report.queries)
    cut = f"\nQueries of more than {MAX_CHARACTERS:,} characters, asked without their end: {n_cut}" if n_cut else ""
    return _text(f"{head}{cut}\n95 % intervals: bootstrap over queries", [(_METRIC, metric_rows(report))], width)


def _text(head: str, tables: Sequence[_Table], width: int) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    output = StringIO()
    console = Console(file=output, width=width, color_system=None, force_terminal=False, markup=False)
    console.print(head)
    for columns, rows in tables:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for place, column in enumerate(columns):
            table.add_column(column, justify="left" if place == 0 else "right")
        for row in rows:
            table.add_row(*row)
        console.print()
        console.print(table)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()).rstrip() + "\n"


def metric_rows(report: Report | RetrievalReport) -> list[tuple[str, str, str, str]]:
    """Label, value, interval and n of each metric, as shown to people."""
    return [(_label(m.name), _number(m.value), _interval(m), str(m.n)) for m in report.metrics]


def kind_rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Kind of question, EM, F1 and n."""
    return [(kind, _number(em), _number(f1), str(n)) for kind, (em, f1, n) in by_kind(report.records).items()]


def latency_rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Stage, median and 95th percentile in milliseconds, and n."""
    return [
        (stage, f"{1000 * median:.0f}", f"{1000 * late:.0f}", str(n))
        for stage, (median, late, n) in latencies(report.records).items()
    ]


def _label(name: str) -> str:
    if name.startswith("ndcg@"):
        return f"nDCG@{name.removeprefix('ndcg@')}"
    for measure in MEASURES:
        if measure.name == name:
            return f"{measure.label} (lower is better)" if measure.lower_is_better else measure.label
    return name


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(metric: Metric) -> str:
    return "–" if metric.low is None else f"{_number(metric.low)} – {_number(metric.high)}"
