"""What can go wrong with a person's library, each with one plain sentence for them."""


class QuotebackError(Exception):
    """Base of every error whose message is written for the person who uses the program."""


class UsageError(QuotebackError, ValueError):
    """What was given can't be used, whatever the state of the library: to be given otherwise."""


class InvalidQuestionError(UsageError):
    """The question is empty or too long."""


class LibraryNotFoundError(QuotebackError, FileNotFoundError):
    """There is no library of that name."""


class LibraryDamagedError(QuotebackError):
    """What is on disk does not match its checksum."""


class LibraryBusyError(QuotebackError):
    """Another process is writing to the library."""


class LibraryVersionError(QuotebackError):
    """The library was written by a newer version of the program."""


class EncoderMismatchError(QuotebackError, ValueError):
    """The library's vectors were made by another encoder."""


class ModelNotFoundError(QuotebackError, FileNotFoundError):
    """A model folder is missing or is not what is needed."""


class VectorStoreError(QuotebackError, ValueError):
    """There is no such store of vectors, or it is not installed."""


class StoppedError(QuotebackError):
    """What was being done was stopped, by a person or because the program ends."""


class RefusedError(QuotebackError):
    """A source can't be indexed; the message is the reason."""
