"""The window as a program meets it: its endpoints, and where it lets itself be served."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.scripted_library import EXAMPLES, bridge_library
from tests.served_window import served
from ui.listening import AddressError, PortError, listener_at
from ui.records import answer_record
from ui.server import clean_environment


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library = bridge_library(tmp_path_factory.mktemp("library"))
    with served(library, tmp_path_factory.mktemp("incoming")) as address:
        yield address


def _call(window: str, endpoint: str, **given: object) -> tuple[str, Any]:
    """The last event of a call: its name and its data."""
    with httpx.Client(base_url=f"{window}/gradio_api/call/v2/", trust_env=False) as client:
        number = client.post(endpoint, json=given).json()["event_id"]
        lines = client.get(f"{endpoint}/{number}").text.strip().splitlines()
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


def test_ask_gives_the_record_of_the_answer(window: str, tmp_path: Path) -> None:
    event, data = _call(window, "ask", question=EXAMPLES[0])
    assert event == "complete"
    assert data == [json.loads(json.dumps(answer_record(bridge_library(tmp_path).ask(EXAMPLES[0]))))]


def test_retrieve_gives_hits_best_first(window: str) -> None:
    _, (hits,) = _call(window, "retrieve", question="the bridge", k=3)
    assert [hit["rank"] for hit in hits] == [1, 2, 3]


def test_filters_are_given_by_name(window: str) -> None:
    event, (hits,) = _call(window, "retrieve", question="the bridge", kinds=["pdf"], before="2024-12-31")
    assert event == "complete" and {hit["source"] for hit in hits} == {"survey.pdf"}
    event, said = _call(window, "ask", question="the bridge", after="yesterday")
    assert event == "error" and "after is 'yesterday', which is no date" in json.dumps(said)


def test_only_the_two_endpoints_are_described(window: str) -> None:
    described = httpx.get(f"{window}/gradio_api/info", trust_env=False).json()
    assert sorted(described["named_endpoints"]) == ["/ask", "/retrieve"]
    assert described["unnamed_endpoints"] == {}
    asked = described["named_endpoints"]["/ask"]
    assert [parameter["parameter_name"] for parameter in asked["parameters"]] == [
        "question",
        "k",
        "kinds",
        "documents",
        "after",
        "before",
    ]
    assert asked["description"] == "Answer a question by quoting the documents."


def test_a_flood_of_questions_is_refused_and_the_next_one_answered(tmp_path: Path) -> None:
    library = bridge_library(tmp_path)
    library.may_answer.clear()
    with served(library, tmp_path / "incoming") as window:
        with httpx.Client(base_url=f"{window}/gradio_api/call/v2/", trust_env=False) as client:
            sent = [client.post("ask", json={"question": EXAMPLES[0]}).status_code for _ in range(80)]
        library.may_answer.set()
        assert sent.count(200) < 40 and set(sent) == {200, 503}
        event, _ = _call(window, "ask", question=EXAMPLES[1])
        assert event == "complete"


@pytest.mark.parametrize("question", ["Will it break?", "Is the disk full?", " "])
def test_what_goes_wrong_gives_nothing_away(window: str, question: str) -> None:
    for endpoint in ("ask", "retrieve"):
        event, data = _call(window, endpoint, question=question)
        assert "secret" not in json.dumps(data) and "Traceback" not in json.dumps(data)
        assert event in ("complete", "error")


@pytest.mark.parametrize("data", [[], [None, 3], [{"a": 1}, 3], [["x"], 3], ["x", "many"], ["x", None], "text", None])
def test_wrong_types_are_no_server_error_that_leaks(window: str, data: object) -> None:
    with httpx.Client(base_url=f"{window}/gradio_api/call/", trust_env=False) as client:
        sent = client.post("ask", json={"data": data})
        if sent.status_code == 200:
            sent = client.get(f"ask/{sent.json()['event_id']}")
    assert sent.status_code < 500
    assert (
        "Traceback" not in sent.text
        and str(Path(__file__).parents[1]) not in sent.text
        and "site-packages" not in sent.text
    )


def test_nothing_of_the_machine_is_in_the_page(window: str) -> None:
    page = httpx.get(window, trust_env=False)
    assert str(Path.home()) not in page.text and str(Path(__file__).parents[1]) not in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"].split("style-src")[0]


def test_an_upload_must_come_from_the_window_itself(window: str) -> None:
    sent = httpx.post(
        f"{window}/gradio_api/upload",
        files={"files": ("a.txt", b"x")},
        headers={"origin": "http://evil.example"},
        trust_env=False,
    )
    assert sent.status_code == 403


def test_a_file_that_is_too_large_is_refused(window: str) -> None:
    for size, status in ((1_000, 200), (21_000_000, 413), (26_000_000, 413)):
        files = {"files": ("a.txt", b"x" * size)}
        assert httpx.post(f"{window}/gradio_api/upload", files=files, trust_env=False).status_code == status


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_the_window_is_served_on_this_machine_only(host: str) -> None:
    with pytest.raises(AddressError, match=r"Use 127\.0\.0\.1"):
        listener_at(host, 0)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=f"^Port {port} is in use by another program") as raised:
            listener_at("127.0.0.1", port)
    assert "Errno" not in str(raised.value)


def test_an_address_of_another_machine_is_no_port_in_use() -> None:
    with pytest.raises(PortError, match=r"^192\.0\.2\.1 is not an address of this machine"):
        listener_at("192.0.2.1", 0, is_for_others=True)


def test_the_environment_opens_no_doors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GRADIO_SHARE", "GRADIO_SERVER_NAME", "GRADIO_ALLOWED_PATHS", "GRADIO_VIBE_MODE"):
        monkeypatch.setenv(name, "True")
    monkeypatch.setenv("GRADIO_TEMP_DIR", "/elsewhere")
    clean_environment(tmp_path)
    ours = {name: value for name, value in os.environ.items() if name.startswith("GRADIO_")}
    assert ours == {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_TEMP_DIR": str(tmp_path)}
