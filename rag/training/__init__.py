"""Makes the reader: `python -m rag.training --help`."""
