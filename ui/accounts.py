"""Who may open the window: a file with a name and a scrypt hash a line, which nobody but its owner may read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from index.errors import QuotebackError

MIN_CHARACTERS = 10  # of a password
_NAME = re.compile(r"[\w.@-]{1,64}")
_N, _R, _P = 2**15, 8, 1  # 32 MB and about a tenth of a second, as OWASP asks for
_LINE = re.compile(r"(?P<name>[^:]+):scrypt\$(?P<salt>[\w+/=]+)\$(?P<hash>[\w+/=]+)")
_UNKNOWN = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "="  # of no password; as long to check as any other


class AccountsError(QuotebackError, ValueError):
    """The file of accounts, a name or a password can't be used."""


def read_accounts(path: Path) -> dict[str, str]:
    """The hash of each name's password.

    Raises:
        AccountsError: The file is not there, is readable by others, or a line of it is wrong.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AccountsError(
            f"{path} can't be read ({error}). Make it: quoteback user add NAME --auth {path}"
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise AccountsError(f"{path} can be read by others (mode {stat.S_IMODE(mode):03o}). Run: chmod 600 {path}")
    lines = {number: line for number, line in enumerate(text.splitlines(), 1) if line.strip()}
    found = {number: _LINE.fullmatch(line) for number, line in lines.items()}
    wrong = [number for number, match in found.items() if match is None]
    if wrong:
        raise AccountsError(f"Line {wrong[0]} of {path} is no account. Remove it, then: quoteback user add NAME")
    return {match["name"]: match.string.partition(":")[2] for match in found.values() if match is not None}


def keep_account(path: Path, name: str, password: str) -> None:
    """Add a name to the file, or give it another password; others keep theirs.

    Raises:
        AccountsError: The name, the password or the file can't be used.
    """
    if not _NAME.fullmatch(name):
        raise AccountsError(f"{name!r} is no name. Use up to 64 letters, digits and the signs . _ @ -")
    if len(password) < MIN_CHARACTERS:
        raise AccountsError(f"The password has {len(password)} characters. Take at least {MIN_CHARACTERS}.")
    _write(path, (read_accounts(path) if path.exists() else {}) | {name: hashed(password)})


def remove_account(path: Path, name: str) -> None:
    """Take a name out of the file.

    Raises:
        AccountsError: It is not in there.
    """
    accounts = read_accounts(path)
    if accounts.pop(name, None) is None:
        raise AccountsError(f"There is no {name!r} in {path}; there are: {', '.join(sorted(accounts)) or 'none'}.")
    _write(path, accounts)


def hashed(password: str, salt: bytes | None = None) -> str:
    """The salted scrypt hash of a password."""
    salt = secrets.token_bytes(16) if salt is None else salt
    made = hashlib.scrypt(_bytes(password), salt=salt, n=_N, r=_R, p=_P, maxmem=2**26, dklen=32)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def is_right(accounts: Mapping[str, str], name: str, password: str) -> bool:
    """Whether this is the password of the name. Takes as long for a name that there is not."""
    kept = accounts.get(name, _UNKNOWN)
    given = hashed(password, base64.b64decode(kept.split("$")[1]))
    return hmac.compare_digest(given, kept) and name in accounts


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _write(path: Path, accounts: Mapping[str, str]) -> None:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(f"{name}:{kept}\n" for name, kept in accounts.items()))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
