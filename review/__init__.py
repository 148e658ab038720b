"""Looking at the result: captions held against their tags, and the report."""
