"""Where the window may be served: on this machine to itself, and to others only behind a login."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from ipaddress import ip_address

from index.errors import QuotebackError, UsageError


class AddressError(UsageError):
    """The window is not to be served at that address, or not so."""


class PortError(QuotebackError, OSError):
    """The window can't be served there now."""


def check_access(host: str, *, has_login: bool, names: Sequence[str], mcp: bool) -> None:
    """Raise AddressError for what does not go together."""
    if has_login and mcp:
        raise AddressError("--mcp and --auth don't go together: MCP clients can't log in. Leave one of them out.")
    if names and not has_login:
        raise AddressError("--name is for a window that is served to others, which needs --auth FILE.")
    if has_login and host in ("0.0.0.0", "::") and not names:
        raise AddressError(f"{host} is every address of this machine. Say how others call it: --name ADDRESS")


def listener_at(host: str, port: int, *, is_for_others: bool = False) -> socket.socket:
    """Take a port of this machine.

    Raises:
        AddressError: If it is not a loopback address and not for others, or there is no such port.
        PortError: If the port is taken, or not to be had.
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_allowed = ip_address(address).is_loopback or is_for_others
    except ValueError:
        is_allowed = False
    if not is_allowed:
        raise AddressError(
            f"Without --auth the window is served on this machine only, and {host!r} is not its own address. "
            "Use 127.0.0.1, or let others log in: --auth FILE."
            if not is_for_others
            else f"{host!r} is not an address such as 192.168.1.5. Use one of this machine, and --name for its name."
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OverflowError as error:
        listener.close()
        raise AddressError(f"There is no port {port}: they go from 0 to 65535.") from error
    except OSError as error:
        listener.close()
        raise PortError(_why_not(error, host, port)) from error
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program. Choose another one with --port, or 0 for any free one."
    if error.errno == errno.EACCES:
        return f"Port {port} is kept for the administrator of this machine. Choose one above 1023 with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine. Use one that it has."
    return f"Port {port} of {host} can't be used: {os.strerror(error.errno or 0)}. Choose another one with --port."
