"""Data sets whose pictures are stored many in a file: which files, what is in them, and their texts."""
