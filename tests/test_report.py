"""The report as a page: complete, self-contained, deaf to what documents say, and the same every time."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eval.gold import load_gold
from eval.plots import reliability_svg, risk_coverage_svg
from eval.report import to_html, write_html
from eval.run import evaluate
from tests.overlap_library import OverlapLibrary

EVIL = "<script>alert(1)</script> & {{ 7 * 7 }}"
TEXT = f"The master is Ida Lund {EVIL}. The mate is Åke 🚢 Berg."
SCRIPT = {
    "Who is the master?": ("Åke 🚢 Berg", 0.9),
    "Who is the mate?": ("Åke 🚢 Berg", 0.8),
    f"Who is the cook {EVIL}?": ("master", 0.7),
    "Who is the pilot?": ("mate", 0.1),
}


@pytest.fixture(scope="module", autouse=True)
def _few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.statistics.N_RESAMPLES", 100)
        yield


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    library = OverlapLibrary({"ship.txt": TEXT}, SCRIPT)
    answers = {"Who is the master?": "Ida Lund", "Who is the mate?": "Åke 🚢 Berg"}
    lines = []
    for number, question in enumerate(SCRIPT):
        answer = answers.get(question)
        at = TEXT.index(answer) if answer else None
        evidence = [["ship.txt", at, at + len(answer)]] if answer else []
        lines.append(
            {
                "id": str(number),
                "question": question,
                "answers": [answer][: len(evidence)],
                "evidence": evidence,
            }
        )
    path = tmp_path_factory.mktemp("gold") / "ship.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return evaluate(library, load_gold(path, library.documents()))


@pytest.fixture(scope="module")
def html(report):
    return to_html(report)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.addresses, self.text, self.marked, self._in_mark = [], [], "", [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "data")]
        self._in_mark = tag == "mark"

    def handle_data(self, data):
        self.text += data
        if self._in_mark:
            self.marked.append(data)
            self._in_mark = False


@pytest.fixture(scope="module")
def read(html):
    reader = _Reader()
    reader.feed(html)
    return reader


def test_the_page_needs_nothing_outside_itself(html, read):
    assert not {"script", "link", "img", "iframe", "object", "embed", "form"} & set(read.tags)
    assert all(address.startswith("#") for address in read.addresses)
    assert not re.search(r"@import|url\((?!#)", html)


def test_words_of_documents_and_questions_stay_characters(read):
    assert read.text.count(EVIL) >= 2


def test_gold_and_given_words_are_marked_where_they_stand(read):
    assert read.marked[2:] == ["Ida Lund", "Åke 🚢 Berg", "master"]


def test_every_metric_stage_and_lost_question_is_on_the_page(report, read):
    for label in (
        "F1, best threshold",
        "Success@10",
        "ECE (lower is better)",
        "misread",
        "wrongly answered",
        "retrieve",
    ):
        assert label in read.text
    for record in report.records:
        assert (record.loss is not None) == (f"{record.id} · " in read.text)


def test_every_stage_has_its_own_examples_with_the_worst_first(report):
    by_stage = {record.loss: record for record in report.records}
    misread, answered = by_stage["misread"], by_stage["wrongly_answered"]
    many = [replace(misread, id=f"many {i:02}", confidence=i / 100) for i in range(30)]
    withheld = replace(misread, id="withheld", prediction="", confidence=0.99)
    page = to_html(replace(report, records=(withheld, *many, answered)))
    assert re.findall(r"<h3>(.*?)</h3>", page) == ["Misread: 20 of 31", "Wrongly answered"]
    shown = re.findall(r"<p><small>(.*?) ·", page)
    assert shown == [*(f"many {i:02}" for i in range(29, 9, -1)), answered.id]


def test_what_was_evaluated_is_on_the_page(report):
    made = replace(
        report, library={"reader_sha256": "ab" * 32}, versions={"numpy": "2.9"}, command="quoteback <eval>"
    )
    page = to_html(made)
    assert f"<dt>reader_sha256</dt><dd>{'ab' * 32}</dd>" in page
    assert "<dt>numpy</dt><dd>2.9</dd>" in page
    assert "<code>quoteback &lt;eval&gt;</code>" in page
    assert "<dt>command</dt>" not in to_html(replace(report, command=""))


def test_the_same_records_give_the_same_bytes(report, html):
    assert to_html(report) == html
    assert "<dc:date>" not in html


def test_a_report_that_lost_nothing_has_no_list_of_lost_questions(report):
    perfect = replace(report, records=report.records[1:2])
    assert "None was lost." in to_html(perfect)
    assert "Lost questions" not in to_html(perfect)


def test_without_a_span_there_are_no_curves(report):
    silent = [
        replace(record, confidence=None, best="", prediction="", outcome="no_span") for record in report.records
    ]
    assert risk_coverage_svg(silent) == reliability_svg(silent) == ""
    assert "<svg" not in to_html(replace(report, records=tuple(silent)))


def test_the_curves_take_their_colours_from_the_page_in_light_and_dark(report, html):
    svg = risk_coverage_svg(report.records) + reliability_svg(report.records)
    names = set(re.findall(r"var\((--\w+), #\w{6}\)", svg))
    assert names == {"--ink", "--line", "--curve", "--stand"}
    assert not re.search(r"#[0-9a-f]{6}\b", re.sub(r"var\(.*?\)", "", svg))
    light, dark = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    assert all(f"{name}: #" in scheme for name in names for scheme in (light, dark))


def test_the_page_is_written_as_utf_8(report, html, tmp_path):
    write_html(report, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes().decode("utf-8") == html
