"""A calibration is used with the reader whose scores it was fitted to, and with no other."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from index.library import Library
from rag.calibration import Calibration
from rag.pipeline import OpenLibrary
from tests.fakes import ScriptedReader, WordEncoder

FITTED = Calibration(retrieval_weight=2.0, weights=(0.1, 0.2, 0.3, 0.4), bias=-1.0, threshold=0.7)


def _opened(folder: Path, reader: str) -> OpenLibrary:
    scripted = ScriptedReader({})
    scripted.fingerprint = {"reader": reader}
    return OpenLibrary(Library(folder, create=True), encoder=WordEncoder(), reader=scripted)


def test_a_calibration_outlives_the_process_that_fitted_it(tmp_path: Path) -> None:
    with _opened(tmp_path, "one") as library:
        assert library.calibration == ScriptedReader.calibration
        library.keep_calibration(FITTED)
    with _opened(tmp_path, "one") as library:
        assert library.calibration == FITTED


def test_another_reader_brings_its_own_calibration(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with _opened(tmp_path, "one") as library:
        library.keep_calibration(FITTED)
    with caplog.at_level(logging.WARNING), _opened(tmp_path, "another") as library:
        assert library.calibration == library.calibration == ScriptedReader.calibration
        (said,) = caplog.messages
        assert f"quoteback calibrate --gold FILE --library {tmp_path}" in said
        library.keep_calibration(replace(FITTED, bias=0.5))
        assert library.calibration.bias == 0.5


def test_a_calibration_that_says_of_no_reader_is_not_used(tmp_path: Path) -> None:
    with _opened(tmp_path, "one") as library:
        with library._library.writing() as writer, writer.batch():
            writer.set("calibration", FITTED.to_json())
        assert library.calibration == ScriptedReader.calibration
