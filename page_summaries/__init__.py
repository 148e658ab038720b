"""From a wiki page to one sentence in tags_cache.json."""
