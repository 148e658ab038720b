"""Which tags do not mean what their words say (`cowboy_shot`, `wariza`, `ahoge`), and what explains them.

plain_words.txt has words that every model knows and that tags use in their usual sense. They were chosen from
the words of Danbooru's general tags, by how common they are in English. idioms.txt has tags of plain words
that mean something else. visible_words.txt has words of which a sentence that shows something has at least
one: parts of a body, clothes, colours, shapes, what people do, and how a thing is drawn.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from english import stem
from tags.people import count_in
from tags.spelling import without_qualifiers

# The tags of a data set come over and over.
_REMEMBERED = 1 << 14
_SEPARATORS = re.compile(r"[_\-'/]+")
_WORD = re.compile(r"[^\W\d_]+")
# A word is plain if it is made of a plain one: snowy, mountainous.
_ENDINGS = ("y", "ous", "ish", "ful", "less", "like")


@lru_cache(_REMEMBERED)
def is_jargon(tag: str, description: str) -> bool:
    """Whether the words of a tag do not tell what is seen, so that a model needs its description.

    They do not if one of them is no plain word, or if the description of a tag of several words does without
    all of them: that of `cowboy_shot` speaks of no cowboy and no shot.
    """
    if count_in(tag):
        return False
    words = [word for word in _SEPARATORS.split(without_qualifiers(tag)) if word]
    if tag in _listed("idioms") or not words or not all(word.isalpha() and _is_plain(word) for word in words):
        return True
    return len(words) > 1 and _is_figurative(words, description)


def _is_figurative(words: list[str], description: str) -> bool:
    """Whether a description does without all of the words, which paraphrases "closed mouth"."""
    said = _stems_in(description)
    return bool(said) and not words[0].endswith(("ed", "ing")) and said.isdisjoint(map(stem, words))


def _is_plain(word: str) -> bool:
    plain = _listed_stems("plain_words")
    if stem(word) in plain:
        return True
    return any(stem(word.removesuffix(ending)) in plain for ending in _ENDINGS if word.endswith(ending))


@lru_cache(_REMEMBERED)
def shows_something(sentence: str) -> bool:
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
