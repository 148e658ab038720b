"""What the most common tags look like, so that a first run needs neither a wiki nor a model.

The sentences are this project's own; names, categories and orders of magnitude are Danbooru's.
Anything that the user's tags cache says about a tag is better: it was asked for.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

GLOSSARY = Path(__file__).with_name("glossary.json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag that the program knows without asking.

    `description` is one plain sentence on what is seen, empty where there is nothing to see.
    `category` is `general`, `character`, `copyright` or `meta`.
    `post_count` is the number of posts on Danbooru to two digits, and 0 for words that look like
    tags but are none there, such as `masterpiece` or `rating:general`.
    """

    description: str
    category: str
    post_count: int


@functools.cache
def load() -> dict[str, Entry]:
    """Look up what is known of a tag by its canonical name; the file is read once, on the first call.

    Everybody gets the same dictionary: read it, and copy it before changing anything.
    """
    known = json.loads(GLOSSARY.read_text(encoding="utf-8"))
    return {tag: Entry(**facts) for tag, facts in known.items()}


def is_no_tag(tag: str) -> bool:
    """Say whether a wiki need not be asked: words for quality or rating look like tags and are none."""
    entry = load().get(tag)
    return entry is not None and entry.category == "meta" and entry.post_count == 0
