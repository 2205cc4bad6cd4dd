"""The report's two curves as SVG, in colours that the page may set. The same records give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from eval.columns import columns_of, with_span
from eval.metrics import reliability, risk_coverage
from eval.records import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _FAINT, _BLUE, _ORANGE = "#3d4451", "#d5d9e0", "#2a6fb0", "#c2571a"
_VARIABLES = {_INK: "--ink", _FAINT: "--line", _BLUE: "--curve", _ORANGE: "--stand"}
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "quoteback",  # element ids are random without it
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so that text is measured alike everywhere
    "font.size": 9.0,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


def risk_coverage_svg(records: Sequence[Record]) -> str:
    """Share of wrong answers over the share of questions answered; "" if no question has a span.

    The dot is where the program stood, with the threshold that it used.
    """
    columns = columns_of(records)
    spans = columns.at(with_span(columns))
    if not len(spans):
        return ""
    coverage, risk = risk_coverage(spans.right, spans.confidence)

    def draw(axes: Axes) -> None:
        axes.step(coverage * len(spans) / len(records), risk, where="pre", color=_BLUE, linewidth=1.6)
        if columns.given.any():
            axes.plot(
                [columns.given.mean()],
                [(~columns.right[columns.given]).mean()],
                "o",
                color=_ORANGE,
                markersize=7,
                clip_on=False,  # a dot on the edge is whole
            )
        axes.set_xlabel("share of questions answered")
        axes.set_ylabel("share of those answers that are wrong")

    return _svg(draw)


def reliability_svg(records: Sequence[Record]) -> str:
    """Share of right answers over confidence, in ten bins; "" if no question has a span.

    The area of a dot grows with the number of answers in its bin.
    """
    columns = columns_of(records)
    spans = columns.at(with_span(columns))
    if not len(spans):
        return ""
    bins = reliability(spans.right, spans.confidence)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], "--", color=_INK, linewidth=0.8)
        axes.plot([b.confidence for b in bins], [b.accuracy for b in bins], color=_BLUE, linewidth=1.2)
        areas = [20 + 180 * b.n / len(spans) for b in bins]
        dots = axes.scatter([b.confidence for b in bins], [b.accuracy for b in bins], s=areas, color=_BLUE, zorder=3)
        dots.set_clip_on(False)
        axes.set_xlabel("confidence")
        axes.set_ylabel("share that is right")

    return _svg(draw)


def _svg(draw: Callable[[Axes], None]) -> str:
    # matplotlib takes a second to import, and reads files in the home folder
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 3.4), layout="constrained")
        axes = figure.add_subplot()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.grid(color=_FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        output = StringIO()
        figure.savefig(output, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = output.getvalue()
    for colour, name in _VARIABLES.items():
        text = text.replace(colour, f"var({name}, {colour})")
    return text[text.index("<svg") :]
