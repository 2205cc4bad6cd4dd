"""Documents in: files become documents, passages, vectors and terms in a library on disk."""
