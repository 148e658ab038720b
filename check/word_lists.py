"""The lists of words that the checks of a caption go by, read from word_lists.json.

To teach the checks a word, add it to a list there; the order of a list matters for "numbers" alone.
"""

import json
from functools import lru_cache
from pathlib import Path

_LISTS = Path(__file__).with_name("word_lists.json")


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, list[str]]]:
    lists: dict[str, dict[str, list[str]]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return lists


def word_list(subject: str, name: str) -> list[str]:
    """Return the words of one list, such as "people", "roles"."""
    return [word for line in _all()[subject][name] for word in line.split()]
