"""Where the window may be served: on this machine to itself, and to others only behind a login."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address

from index.errors import QuotebackError


class AddressError(QuotebackError, ValueError):
    """The window can't be served at that address."""


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
        AddressError: If it is not a loopback address and not for others, or the port is taken.
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
    except (OSError, OverflowError) as error:
        listener.close()
        raise AddressError(f"Port {port} of {host} can't be used ({error}). Choose another one.") from error
    return listener
