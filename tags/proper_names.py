"""General tags that name one place or thing of its own: Hyrule Castle is no castle among others.

proper_names.json has them by what they are: a place that somebody is in, a landmark, a thing, or a part of a
body; each with how a text says it, with its capitals and without "a" where it has none.
"""

import json
from functools import cache
from pathlib import Path

PLACE = "place"
_FILE = Path(__file__).with_suffix(".json")


@cache
def proper_names() -> dict[str, tuple[str, str]]:
    """What each tag names and how it is said: {"hyrule_castle": ("landmark", "Hyrule Castle")}."""
    content: dict[str, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {tag: (kind, said) for kind, names in content.items() for tag, said in names.items()}
