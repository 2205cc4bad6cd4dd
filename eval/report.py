"""A report as one HTML page that needs nothing else: no script, no font, no address outside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.loss import Loss
from eval.measures import MEASURES
from eval.plots import reliability_svg, risk_coverage_svg
from eval.records import Record, Report
from eval.summary import losses
from eval.table import kind_rows, latency_rows, metric_rows

_N_EXAMPLES = 20  # of a stage
_HEADLINE = ("f1", "f1_answerable", "success@10", "abstention_recall", "answer_precision", "coverage@90")
_SAYS = {measure.name: measure.says for measure in MEASURES}
_MEANING = {
    Loss.NOT_IN_LIBRARY: "the document is not in the library",
    Loss.LOST_IN_PARSING: "the document is there, but no passage holds the words",
    Loss.NOT_RETRIEVED: "no passage with the evidence was found",
    Loss.RANKED_BELOW_READ: "a passage with the evidence was found, but ranked below those that were read",
    Loss.MISREAD: "the evidence was read, and another answer was preferred",
    Loss.WRONGLY_WITHHELD: "the right words were found and not given",
    Loss.WRONGLY_ANSWERED: "the question has no answer, and one was given",
}


def write_html(report: Report, path: Path) -> None:
    """Write the report as a page, as UTF-8."""
    path.write_text(to_html(report), encoding="utf-8")


def to_html(report: Report) -> str:
    """The page; everything from documents and questions is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    page = Environment(
        loader=PackageLoader("eval", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("report.html.j2")
    rows = {metric.name: row for metric, row in zip(report.metrics, metric_rows(report), strict=True)}
    return page.render(
        report=report,
        headline=[rows[name] for name in _HEADLINE if name in rows],
        metrics=[(*row, _SAYS.get(name, "")) for name, row in rows.items()],
        kinds=kind_rows(report),
        latencies=latency_rows(report),
        losses=[(stage, n, _MEANING[Loss(stage)]) for stage, n in losses(report.records).items()],
        examples=[(stage, n, _examples(report.records, stage)) for stage, n in losses(report.records).items()],
        risk_coverage=Markup(risk_coverage_svg(report.records)),
        reliability=Markup(reliability_svg(report.records)),
    )


def _examples(records: Sequence[Record], stage: str) -> list[Record]:
    return sorted((record for record in records if record.loss == stage), key=_worst_first)[:_N_EXAMPLES]


def _worst_first(record: Record) -> tuple[bool, float, str]:
    """Wrong answers that were given with most confidence, then what was withheld or not found."""
    return not record.prediction, -(record.confidence or 0.0), record.id
