"""Which tags of a picture a prompt contains, and which traits are hidden from the model.

These settings of [Tags] decide it, and all of them keep the order of the tags:

    exclude, replace       by the names of tags, when the tag file is read
    trigger                in the same way: it stands before the caption, so no model has to say it
    hide                   in the same way, and their words are removed from all other texts of a prompt too
    exclude_categories     once the category of each tag is known, see tags/categories.py
    drop_implied           at the same time, see tags/implications.py
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from english import singular
from tags.spelling import canonical, words

_LINKS = r"(?:and|with|has|have|having|wearing|is|a|an|the|her|his|their|its)"
# At most one further adjective, as in "silver, wavy hair", but not the next thing that is named.
_BETWEEN = rf"(?:[\s,-]+(?!(?:{_LINKS}|or|of|in|on|at|to)\b)[\w'-]+)?[\s-]+"


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Leaves tags out by their names, or writes them differently."""

    left_out: frozenset[str]
    replaced: Mapping[str, str]
    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, left_out: Iterable[str], replaced: Mapping[str, str], hidden: Iterable[str] = ()
    ) -> NameFilter:
        """The filter for tags in any spelling."""
        renamed = {canonical(old): canonical(new) for old, new in replaced.items()}
        return cls(frozenset(map(canonical, left_out)), renamed, frozenset(map(canonical, hidden)))

    def kept(self, tags: Iterable[str]) -> tuple[str, ...]:
        """The tags that stay, those that are hidden too, each once.

        A tag is left out when its old or its new name is.
        """
        tags = dict.fromkeys(filter(None, tags))
        if not self.replaced and self.left_out.isdisjoint(tags):
            return tuple(tags)
        renamed = (self.replaced.get(tag, tag) for tag in tags if tag not in self.left_out)
        return tuple(dict.fromkeys(tag for tag in renamed if tag and tag not in self.left_out))

    def shown(self, tags: Iterable[str]) -> tuple[str, ...]:
        """The tags that stay and are not hidden, under their old or their new name."""
        if not self.hidden:
            return self.kept(tags)
        return self.kept(tag for tag in tags if self.hidden.isdisjoint((tag, self.replaced.get(tag, tag))))


@dataclass(frozen=True)
class HiddenTraits:
    """Traits that a LoRA should absorb: no prompt contains them, and no caption should say them."""

    tags: tuple[str, ...]

    @classmethod
    def of(cls, tags: Iterable[str]) -> HiddenTraits:
        """The traits that these tags, in any spelling, name."""
        return cls(tuple(dict.fromkeys(map(canonical, tags))))

    def said_in(self, text: str) -> list[str]:
        """The traits that a text says, in words: "silver hair" also as "silver-haired"."""
        return [name for name, pattern in self._patterns if pattern.search(text)]

    def cut_from(self, text: str) -> str:
        """The text without the words of the traits, and without the words that led up to them.

        "A girl with silver hair sits." becomes "A girl sits." The rest need not be good English, because it
        only goes into a prompt.
        """
        if not self.said_in(text):
            return text
        for _, pattern in self._patterns:
            led_up_to = rf"(?:(?:^|[\s,]+){_LINKS}\b)*[\s,]*(?:{pattern.pattern})"
            text = re.sub(led_up_to, "", text, flags=re.IGNORECASE)
        text = re.sub(r"[\s,]+([.;!?])", r"\1", re.sub(r"[ \t]+", " ", text))
        return re.sub(r"^[\s,.;]+", "", text)

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(words(tag), re.compile(_pattern(words(tag)), re.IGNORECASE)) for tag in self.tags if tag]


def _pattern(name: str) -> str:
    """A regular expression for the words of a tag as they are inflected in English sentences."""
    *fronts, last = name.split()
    end = rf"{re.escape(singular(last))}(?:e?s|e?d)?(?:'s)?"
    return r"(?<!\w)" + "".join(re.escape(front) + _BETWEEN for front in fronts) + end + r"(?!\w)"
