"""What a process that reads other people's files may not do: the limits that the system enforces."""

from __future__ import annotations

import os
import sys

_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_OWN_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET


def limit_process(*, memory_bytes: int) -> None:
    """Take from this process, for good, what reading a document does not need: files, memory, the network.

    Does what the system can do and nothing where it can't: macOS has no limit on memory, Windows has none of these.
    """
    os.umask(0o077)
    try:
        import resource
    except ImportError:  # not a Unix
        return
    for name, value in (("AS", memory_bytes), ("FSIZE", 0), ("NOFILE", 64), ("CORE", 0)):
        limit = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            continue
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        libc.unshare(_OWN_NETWORK)  # a network without a way out, where the kernel allows that to everybody


def allow_cpu_seconds(seconds: int) -> None:
    """Let this process compute for that long from now on; then the system ends it."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
