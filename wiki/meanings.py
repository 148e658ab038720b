"""What is known of a tag, from whoever knows best: the user, the wiki, the glossary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from wiki import glossary
from wiki.cache import Cache, Entry

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Meanings:
    """Looks tags up in the user's own file, then the cache, then the glossary that ships.

    `told` are categories that the tag files themselves tell. None of the sources may change meanwhile:
    what was looked up once is remembered.
    """

    own: Mapping[str, Entry]
    cache: Cache
    told: Mapping[str, str]
    _seen: dict[str, Entry] = field(default_factory=dict)

    def of(self, tag: str) -> Entry:
        """What is known of a tag; each field from the best source that has it."""
        if tag not in self._seen:
            self._seen[tag] = self._look_up(tag)
        return self._seen[tag]

    def category(self, tag: str) -> str:
        """The category of a tag; general where nobody knows."""
        return self.of(tag).category or GENERAL

    def categories(self, tags: Iterable[str]) -> dict[str, str]:
        """The categories of those tags whose category somebody knows."""
        return {tag: category for tag in tags if (category := self.of(tag).category)}

    def _look_up(self, tag: str) -> Entry:
        known = [
            entry for entry in (self.own.get(tag), self.cache.get(tag), _shipped(tag)) if entry is not None
        ]
        best = next((entry for entry in known if entry.description), Entry(""))
        return replace(
            best,
            category=next((entry.category for entry in known if entry.category), None) or self.told.get(tag),
            post_count=next((entry.post_count for entry in known if entry.post_count is not None), None),
        )


def _shipped(tag: str) -> Entry | None:
    entry = glossary.load().get(tag)
    if entry is None:
        return None
    return Entry(entry.description, entry.category, entry.post_count, source="glossary")
