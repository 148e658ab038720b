"""Which tags a prompt explains: characters, and tags whose words do not mean what they say (`cowboy_shot`).

plain_words.txt has words that every model knows and that tags use in their usual sense. They were chosen from
the words of Danbooru's general tags, by how common they are in English. idioms.txt has tags of plain words
that mean something else. visible_words.txt has words of which a sentence that shows something has at least
one: parts of a body, clothes, colours, shapes, what people do, and how a thing is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from english import estimated_tokens, stem
from tags.categories import CHARACTER, COPYRIGHT, GENERAL
from tags.people_counts import count_in
from tags.spelling import without_qualifiers
from wiki.cache import BY_FIRST_SENTENCE, Entry
from wiki.tag_meanings import TagMeanings

Describe = Literal["unusual", "all", "none"]

# The dash, the colon and the line break around a name and its description.
_TOKENS_AROUND = 4
# The same tags are asked about for many pictures.
_REMEMBERED = 1 << 14
_SEPARATORS = re.compile(r"[_\-'/]+")
_WORD = re.compile(r"[^\W\d_]+")
# A word is plain if it is made of a plain one: snowy, mountainous.
_ENDINGS = ("y", "ous", "ish", "ful", "less", "like")


@dataclass(frozen=True, slots=True)
class Explanations:
    """Chooses which tags of a picture are explained, and in which order.

    `counts` is how many pictures of the data set have each tag.
    """

    meanings: TagMeanings
    counts: Mapping[str, int]
    describe: Describe
    most_tokens: int

    def choose(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        """The tags that are explained, with their descriptions.

        The tags that most pictures of the data set have come first, so that prompts begin alike and a server
        can reuse what it has computed for the one before.
        """
        if self.describe == "none":
            return []
        categories = self.meanings.categories(tags)
        entries = {tag: self.meanings.look_up(tag) for tag in tags}
        chosen = [
            tag
            for tag, entry in entries.items()
            if self._is_worth_explaining(tag, entry, categories.get(tag, GENERAL))
        ]
        # The budget leaves out the most common tags first.
        chosen.sort(key=lambda tag: (categories.get(tag) != CHARACTER, entries[tag].post_count or 0, tag))
        kept = self._within_budget(chosen, entries)
        # Counts are compared in steps of factor four, so that a few new pictures do not change other prompts.
        kept.sort(key=lambda tag: (-(self.counts.get(tag, 0).bit_length() // 2), tag))
        return [(tag, entries[tag].description) for tag in kept]

    def _is_worth_explaining(self, tag: str, entry: Entry, category: str) -> bool:
        if tag in self.meanings.own and entry.description:
            return True
        # The story of a series cannot be seen in a picture, but models write it into captions.
        if not entry.description or category == COPYRIGHT:
            return False
        if entry.by == BY_FIRST_SENTENCE and not _shows_something(entry.description):
            return False
        return category == CHARACTER or self.describe == "all" or is_jargon(tag, entry.description)

    def _within_budget(self, tags: Sequence[str], entries: Mapping[str, Entry]) -> list[str]:
        kept, left = [], self.most_tokens
        for tag in tags:
            cost = estimated_tokens(tag) + estimated_tokens(entries[tag].description) + _TOKENS_AROUND
            if cost <= left:
                kept.append(tag)
                left -= cost
        return kept


@lru_cache(_REMEMBERED)
def is_jargon(tag: str, description: str) -> bool:
    """Whether a model needs the description of a tag, because the words of the tag do not tell what is seen.

    That is so if one of them is no plain word, or if the description of a tag of several words uses none of
    them: that of `cowboy_shot` has neither cowboy nor shot.
    """
    if count_in(tag):
        return False
    words = [word for word in _SEPARATORS.split(without_qualifiers(tag)) if word]
    if tag in _listed("idioms") or not words or not all(word.isalpha() and _is_plain(word) for word in words):
        return True
    return len(words) > 1 and _is_figurative(words, description)


def _is_figurative(words: list[str], description: str) -> bool:
    """Whether a description uses none of the words; one of "closed mouth" may merely paraphrase it."""
    said = _stems_in(description)
    return bool(said) and not words[0].endswith(("ed", "ing")) and said.isdisjoint(map(stem, words))


def _is_plain(word: str) -> bool:
    plain = _listed_stems("plain_words")
    if stem(word) in plain:
        return True
    return any(stem(word.removesuffix(ending)) in plain for ending in _ENDINGS if word.endswith(ending))


@lru_cache(_REMEMBERED)
def _shows_something(sentence: str) -> bool:
    """Whether a sentence tells what can be seen, and not only what a thing is called or where it is from."""
    return not _listed_stems("visible_words").isdisjoint(_stems_in(sentence))


def _stems_in(text: str) -> set[str]:
    return set(map(stem, _WORD.findall(text.lower())))


@cache
def _listed_stems(name: str) -> frozenset[str]:
    return frozenset(map(stem, _listed(name)))


@cache
def _listed(name: str) -> frozenset[str]:
    """The words of one of the text files of this folder."""
    return frozenset(Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").split())
