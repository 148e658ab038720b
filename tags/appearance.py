"""The words that say how somebody looks, from appearance.json, which has their meaning at its top.

What reads texts shares them: the composer for what is known of characters, and the check for captions.
"""

from collections.abc import Mapping
from functools import cache

from tags.tables import table


@cache
def said_by(*names: str) -> Mapping[str, tuple[str, ...]]:
    """The words of texts that say each word of tags, by one or more of the tables: aqua, cyan and teal."""
    tables, found = table("appearance"), dict[str, tuple[str, ...]]()
    for name in names:
        for word, others in tables[name].items():
            found[word] = (*found.get(word, ()), *others.split())
    return found
