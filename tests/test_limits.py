"""The limits hold in a process that sets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIMITED = "from index.limits import *; limit_process(memory_bytes=1_000_000_000); "


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LIMITED + code], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_memory_beyond_the_limit_is_not_given() -> None:
    assert "MemoryError" in run("bytearray(2_000_000_000)").stderr


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_computing_beyond_the_limit_ends_the_process() -> None:
    assert run("allow_cpu_seconds(0); max(iter(int, 1))").returncode < 0


def test_limits_may_be_set_again_and_time_is_given_anew() -> None:
    code = "limit_process(memory_bytes=900_000_000); [allow_cpu_seconds(5) for _ in range(3)]; print('fine')"
    assert run(code).stdout == "fine\n"
