"""What a tag means: wiki pages, in plain text, kept in a cache."""
