"""What is known of a tag, from whoever knows best: the user, the wiki, the glossary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tags.categories import CHARACTER, COPYRIGHT
from tags.spelling import qualifier
from wiki import glossary
from wiki.cache import Cache, Entry

# What stands in the brackets of tags and is no series, although no source may have told so.
_NO_SERIES = {
    *("animal", "artist", "character", "company", "cosplay", "creature", "flower", "food", "fruit", "medium"),
    *("meme", "object", "place", "planet", "series", "song", "style", "symbol", "vehicle", "weapon"),
    "weather",
}


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
        known = self._seen.get(tag)
        if known is None:
            known = self._seen[tag] = self._look_up(tag)
        return known

    def implied(self, tag: str) -> Sequence[str]:
        """The tags that the wiki says stand beside this one; none where it does not tell."""
        return self.of(tag).implies

    def categories(self, tags: Sequence[str]) -> dict[str, str]:
        """The categories of those tags of one picture whose category is known, or told by their brackets.

        `alice_(alice_in_wonderland)` is a character of that series where the series stands beside it or
        is known as one.
        """
        known = {tag: category for tag in tags if (category := self.of(tag).category)}
        present, told = set(tags), dict[str, str]()
        for tag in tags:
            series = qualifier(tag) if tag not in known else ""
            if not series or series in _NO_SERIES:
                continue
            if series in present and known.get(series, COPYRIGHT) == COPYRIGHT:
                told |= {tag: CHARACTER, series: COPYRIGHT}
            elif self.of(series).category == COPYRIGHT:
                told[tag] = CHARACTER
        return known | told

    def _look_up(self, tag: str) -> Entry:
        known = [
            entry for entry in (self.own.get(tag), self.cache.get(tag), _shipped(tag)) if entry is not None
        ]
        best = next((entry for entry in known if entry.description), Entry(""))
        # What an alias implies stands under the tag that it is another name of.
        homes = [home for entry in known if entry.alias_of and (home := self.cache.get(entry.alias_of))]
        return replace(
            best,
            category=next((entry.category for entry in known if entry.category), None) or self.told.get(tag),
            post_count=next((entry.post_count for entry in known if entry.post_count is not None), None),
            implies=next((entry.implies for entry in [*known, *homes] if entry.implies), ()),
        )


def _shipped(tag: str) -> Entry | None:
    entry = glossary.load().get(tag)
    if entry is None:
        return None
    return Entry(entry.description, entry.category, entry.post_count, source="glossary")
