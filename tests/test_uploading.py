import html
import re

from index.types import Refused, SyncReport
from ui.uploading import progress_html, report_html, stages_html, uploader_html


def _text(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def test_the_outcome_of_each_file_is_told_refusals_first() -> None:
    report = SyncReport(
        added=("/lib/uploads/a.txt",),
        unchanged=("/lib/uploads/b.txt", "/lib/uploads/earlier.txt"),
        refused=(Refused("/lib/uploads/c<i>.pdf", "is protected by a password; save it without one"),),
    )
    shown = _text(report_html(report, {"a.txt", "b.txt", "c<i>.pdf"}))
    assert shown == (
        "c<i>.pdf is protected by a password; save it without one a.txt added b.txt was already there, unchanged"
    )


def test_stages_are_told_in_plain_words() -> None:
    assert _text(stages_html({"a.txt": "parsing", "b.txt": "waiting"})) == "a.txt is being read b.txt waiting"


def test_progress_is_told_in_percent_with_a_way_to_stop() -> None:
    assert _text(progress_html({"a.txt": "embedding"}, 37)) == "37 % Stop a.txt is being indexed"


def test_the_uploader_offers_the_formats_that_can_be_read() -> None:
    source = uploader_html([".txt", ".pdf"], 20_000_000)
    assert 'accept=".pdf,.txt"' in source and "20 MB" in source
