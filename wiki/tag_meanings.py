"""What is known of a tag: from the user's own file, the cache, or the glossary that ships."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tags.categories import CHARACTER, COPYRIGHT
from tags.spelling import qualifier
from wiki.cache import Cache, Entry

GLOSSARY = Path(__file__).with_name("glossary.json")

# Words that stand in the brackets of tags and name no series, whether or not the cache knows their category.
_NO_SERIES = {
    *("animal", "artist", "character", "company", "cosplay", "creature", "flower", "food", "fruit", "medium"),
    *("meme", "object", "place", "planet", "series", "song", "style", "symbol", "vehicle", "weapon"),
    "weather",
}


@dataclass(frozen=True, slots=True)
class TagMeanings:
    """Looks tags up in the user's own file, in the cache, and in the glossary that ships.

    `told` are the categories that the tag files themselves name. None of these may change while the object
    is used, because each answer is remembered.
    """

    own: Mapping[str, Entry]
    cache: Cache
    told: Mapping[str, str]
    _seen: dict[str, Entry] = field(default_factory=dict)

    def look_up(self, tag: str) -> Entry:
        """What is known of a tag: each field comes from the first of the three that has it."""
        known = self._seen.get(tag)
        if known is None:
            known = self._seen[tag] = self._look_up(tag)
        return known

    def implied(self, tag: str) -> Sequence[str]:
        """The tags that this one implies by a rule of the wiki; empty where no rule is known."""
        return self.look_up(tag).implies

    def categories(self, tags: Sequence[str]) -> dict[str, str]:
        """The categories of the tags of one picture, as far as they are known or follow from their brackets.

        `alice_(alice_in_wonderland)` is a character if the picture also has the tag of that series, or if
        that tag is known to be a series.
        """
        known = {tag: category for tag in tags if (category := self.look_up(tag).category)}
        present, told = set(tags), dict[str, str]()
        for tag in tags:
            series = qualifier(tag) if tag not in known else ""
            if not series or series in _NO_SERIES:
                continue
            if series in present and known.get(series, COPYRIGHT) == COPYRIGHT:
                told |= {tag: CHARACTER, series: COPYRIGHT}
            elif self.look_up(series).category == COPYRIGHT:
                told[tag] = CHARACTER
        return known | told

    def _look_up(self, tag: str) -> Entry:
        found = (self.own.get(tag), self.cache.get(tag), load_glossary().get(tag))
        known = [entry for entry in found if entry is not None]
        best = next((entry for entry in known if entry.description), Entry(""))
        # The implications of an alias are those of the tag that it stands for.
        targets = [target for entry in known if entry.alias_of and (target := self.cache.get(entry.alias_of))]
        return replace(
            best,
            category=next((entry.category for entry in known if entry.category), None) or self.told.get(tag),
            post_count=next((entry.post_count for entry in known if entry.post_count is not None), None),
            implies=next((entry.implies for entry in [*known, *targets] if entry.implies), ()),
        )


@functools.cache
def load_glossary() -> Mapping[str, Entry]:
    """What the program knows of the most common tags, so that a first run needs neither a wiki nor a model.

    The sentences are this project's own; names, categories and numbers of posts (to two digits) are
    Danbooru's. Words that look like tags but are none there, such as `masterpiece` or `rating:general`, are
    of the category `meta` and have 0 posts. The file is read once, on the first call.
    """
    glossary = json.loads(GLOSSARY.read_text(encoding="utf-8"))
    return {tag: Entry(**facts, source="glossary") for tag, facts in glossary.items()}


def is_no_tag(tag: str) -> bool:
    """Whether a wiki need not be asked, because this is a word for quality or rating and no tag."""
    entry = load_glossary().get(tag)
    return entry is not None and entry.category == "meta" and entry.post_count == 0
