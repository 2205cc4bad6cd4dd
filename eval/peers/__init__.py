"""Other programs for the same work, measured beside Quoteback: `python -m eval.peers --help`."""
