"""The words that say how somebody looks, from appearance.json, which has their meaning at its top.

What reads texts shares them: the composer for what is known of characters, and the check for captions.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".json")


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    content: dict[str, Mapping[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


@cache
def said_by(*names: str) -> Mapping[str, tuple[str, ...]]:
    """The words of texts that say each word of tags, by one or more of the tables: aqua, cyan and teal."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        for word, others in _tables()[name].items():
            found[word] = (*found.get(word, ()), *others.split())
    return found
