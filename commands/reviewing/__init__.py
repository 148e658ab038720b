"""--review: the report served on this computer, where corrections are written at once."""
