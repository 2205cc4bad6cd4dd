"""The window and the command line: the only packages that a person sees."""
