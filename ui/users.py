"""Commands for who may open the window: `quoteback user ...`."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from ui import terminal
from ui.accounts import AccountsError, keep_account, remove_account

app = typer.Typer(no_args_is_help=True, help="Who may open a window that is served with --auth.")

_AUTH = typer.Option("--auth", help="The file with their names and hashes of their passwords.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Letters, digits and the signs . _ @ -")],
    auth: Annotated[Path, _AUTH],
) -> None:
    """Give someone a password, or another one; it is asked for twice, and counts from the window's next start on."""
    password = _asked("Password: ")
    if _asked("The same again: ") != password:
        raise AccountsError("The two passwords are not the same. Try again.")
    keep_account(auth, name, password)
    terminal.err.print(f"{name} may log in: quoteback serve --auth {auth}", markup=False)


@app.command("rm")
def remove(name: Annotated[str, typer.Argument()], auth: Annotated[Path, _AUTH]) -> None:
    """Let someone in no more, from the next start on."""
    remove_account(auth, name)


def _asked(what: str) -> str:
    return getpass(what) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
