"""What a person is told when something goes wrong: our own sentence, or a number that leads to the log."""

from __future__ import annotations

import logging
import secrets

from index.errors import QuotebackError

_log = logging.getLogger(__name__)


def explained(error: Exception) -> str:
    """The sentence to show for an error, as plain text."""
    if isinstance(error, QuotebackError):
        return str(error)
    number = secrets.token_hex(2)
    _log.error("error %s", number, exc_info=error)
    return f"Something went wrong (error {number}); the details are in the log."
