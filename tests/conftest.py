"""Settings that hold for every test: no network, no telemetry, no deadlines on a shared machine."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
settings.register_profile("shared", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=20)
settings.load_profile("shared")

ROOT = Path(__file__).parents[1]
_SLOW = {
    "test_reader",
    "test_server",
    "test_handlers",
    "test_endpoints",
    "test_evaluating",
    "test_feedback",
    "test_login",
    "test_mcp",
    "test_programs",
    "test_shelving",
    "test_worker",
    "test_limits",
    "test_pages",
    "test_training",
    "test_teacher",
    "test_export",
    "test_planted_faults",
    "test_calibrate",
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave modules unread when their tests are not asked for: importing Gradio alone takes seconds."""
    asked, name = config.getoption("markexpr"), collection_path.stem
    unread = ("not slow" in asked and name in _SLOW) or ("not browser" in asked and name.startswith("test_window_"))
    return True if unread else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes or a server, loads much, hashes passwords or trains; the rest can be run alone."""
    for item in items:
        if item.path.stem in _SLOW or "survives_being_killed" in item.name:
            item.add_marker(pytest.mark.slow)
        if item.path.stem == "test_encoder_onnx":
            item.add_marker(pytest.mark.models)


@pytest.fixture(scope="session")
def examples_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example library, indexed with the real encoder."""
    from rag import open_library

    place = tmp_path_factory.mktemp("libraries") / "examples"
    with open_library(place, create=True) as library:
        report = library.sync(ROOT / "examples" / "library")
    assert len(report.added) >= 14 and not report.refused
    return place
