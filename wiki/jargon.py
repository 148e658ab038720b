"""Which tags do not mean what their words say: `cowboy_shot`, `wariza`, `ahoge`.

plain_words.txt has words that every model knows and that tags use in their usual sense. They were chosen from
the words of Danbooru's general tags, by how common they are in English.
"""

import re
from functools import lru_cache
from pathlib import Path

from english import stem
from tags.people import count_in
from tags.spelling import without_qualifiers

_PLAIN_WORDS = Path(__file__).with_name("plain_words.txt")
_SEPARATORS = re.compile(r"[_\-'/]+")
_WORD = re.compile(r"[^\W\d_]+")
# A word is plain if it is made of a plain one: snowy, mountainous.
_ENDINGS = ("y", "ous", "ish", "ful", "less", "like")
# Of plain words, but idioms.
_IDIOMS = frozenset(
    (
        *(
            "butterfly_sitting",
            "cape_coat",
            "figure_four_sitting",
            "hair_bell",
            "leg_up",
            "low-tied_long_hair",
        ),
        *("one_side_up", "princess_carry", "reference_sheet", "side-tie_skirt", "two_side_up"),
    )
)


def is_jargon(tag: str, description: str) -> bool:
    """Whether the words of a tag do not tell what is seen, so that a model needs its description.

    They do not if one of them is no plain word, or if the description of a tag of several words does without
    all of them: that of `cowboy_shot` speaks of no cowboy and no shot.
    """
    if count_in(tag):
        return False
    words = [word for word in _SEPARATORS.split(without_qualifiers(tag)) if word]
    if tag in _IDIOMS or not words or not all(word.isalpha() and _is_plain(word) for word in words):
        return True
    return len(words) > 1 and _is_figurative(words, description)


def _is_figurative(words: list[str], description: str) -> bool:
    """Whether a description does without all of the words, which paraphrases "closed mouth"."""
    said = {stem(word) for word in _WORD.findall(description.lower())}
    return bool(said) and not words[0].endswith(("ed", "ing")) and said.isdisjoint(map(stem, words))


def _is_plain(word: str) -> bool:
    plain = _plain_stems()
    if stem(word) in plain:
        return True
    return any(stem(word.removesuffix(ending)) in plain for ending in _ENDINGS if word.endswith(ending))


@lru_cache(maxsize=1)
def _plain_stems() -> frozenset[str]:
    return frozenset(map(stem, _PLAIN_WORDS.read_text(encoding="utf-8").split()))
