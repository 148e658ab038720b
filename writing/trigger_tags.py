"""What the tags of a whole data set say of its trigger word: which tag it may be, and `hide = auto`.

A trait of the body that stands on nearly all pictures of a character is part of who it is, and a LoRA learns
it best from the pictures. What varies, as clothes do, has to be said, or it is learnt too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from composer.words import is_known, role_of
from dataset.pictures import Surveyed, evenly_spread
from dataset.tagged_pictures import TaggedPictures
from english import amount, nearest
from errors import ItemError
from settings import TagsSettings
from tags.categories import CHARACTER
from tags.people_counts import fewest_people
from tags.spelling import as_written, canonical, words
from wiki.tag_meanings import glossary_sentence

# The composer's slots for what somebody is rather than wears or does.
_SLOTS = frozenset({"hair", "hairstyle", "fringe", "eyes", "body", "kind", "quality"})
# A trait is part of the character if it stands on this share of its pictures, and varies if on fewer.
_NEARLY_ALL, _SOME = 0.8, 0.1
# A data set is of one character if its tag is on this share of the pictures.
_ONE_CHARACTER = 0.8
_FEWEST_PICTURES = 10
_NOBODY = "no_humans"
# At most this many pictures are read, as more hardly change the shares.
_MOST_READ = 2_000
# With fewer pictures, many tags are on all of them.
_FEWEST_FOR_TRIGGER = 5
_MOST_VARYING = 8

Counts = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class OwnTraits:
    """The traits that are part of a character and those that vary, each with its number of pictures.

    `of` says whose they are, and `pictures` on how many pictures it is alone. `why_none` is why nothing can
    be told, "" if it can.
    """

    of: str
    pictures: int
    own: Counts = ()
    varying: Counts = ()
    why_none: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags to hide."""
        return tuple(tag for tag, _ in self.own)

    @property
    def line(self) -> str:
        """All of it in one line."""
        if self.why_none:
            return f"hide = auto leaves nothing out: {self.why_none}"
        left_out = f"part of {self.of} on {self.pictures} pictures, and left out: {_listed(self.own)}"
        varying = f"; what varies stays: {_listed(self.varying[:_MOST_VARYING])}" if self.varying else ""
        return f"hide = auto: {left_out}{varying}"


def find_own_traits(
    collection: TaggedPictures, trigger: str, categories_of: Callable[[Sequence[str]], Mapping[str, str]]
) -> OwnTraits:
    """The traits of the trigger's character: of the pictures that have the trigger as a tag, or else of all.

    The collection has to show all tags, the trigger included.
    """
    if not trigger:
        return OwnTraits(
            "", 0, why_none="[Tags] trigger is empty, so it is not known whose traits to look for"
        )
    read = []
    for picture in evenly_spread(collection.pictures, _MOST_READ):
        with suppress(ItemError):
            read.append(collection.tags(picture))
    called = {canonical(part) for part in trigger.split(",")}
    named = [each for each in read if not called.isdisjoint(each.tags)]
    counts: Counter[str] = Counter()
    for each in named or read:
        categories = {**categories_of(each.tags), **each.categories}
        counts.update(tag for tag in each.tags if categories.get(tag) == CHARACTER and tag not in called)
    main = None if named or not counts else counts.most_common(1)[0][0]
    if main and counts[main] < _ONE_CHARACTER * len(read):
        several = ", ".join(words(tag) for tag, _ in counts.most_common(3))
        return OwnTraits(
            trigger,
            len(read),
            why_none=f"the pictures show several characters ({several}), and {trigger} is no tag of theirs: "
            "tag the pictures of the character with it",
        )
    alone = [
        each.tags
        for each in named or read
        if fewest_people(each.tags) <= 1 and _NOBODY not in each.tags and main in (None, *each.tags)
    ]
    return _traits_of(trigger, alone)


def _traits_of(trigger: str, alone: Sequence[Sequence[str]]) -> OwnTraits:
    counts = Counter(tag for tags in alone for tag in tags if role_of(tag).slot in _SLOTS)
    own = [(tag, count) for tag, count in counts.most_common() if count >= _NEARLY_ALL * len(alone)]
    varying = [(tag, count) for tag, count in counts.most_common() if _SOME * len(alone) <= count]
    why_none = ""
    if len(alone) < _FEWEST_PICTURES:
        pictures = amount(len(alone), "picture")
        why_none = f"{trigger} is alone on {pictures}, and fewer than {_FEWEST_PICTURES} tell nothing"
    elif not own:
        why_none = f"no trait stands on {_NEARLY_ALL:.0%} of {len(alone)} pictures"
    if why_none:
        return OwnTraits(trigger, len(alone), why_none=why_none)
    return OwnTraits(trigger, len(alone), own, [each for each in varying if each not in own])


def _listed(counts: Counts) -> str:
    return ", ".join(f"{words(tag)} ({count})" for tag, count in counts)


def find_missing_traits(collection: TaggedPictures, chosen: TagsSettings) -> str:
    """A sentence about traits of `hide` that no picture has, and which tag may be meant; "" where all are.

    Nothing is said of tags that are left out anyway.
    """
    renamed = {canonical(old): canonical(new) for old, new in chosen.replace.items()}
    left_out = frozenset(map(canonical, chosen.exclude))
    missing = dict.fromkeys(tag for tag in map(canonical, chosen.hide) if tag and tag not in left_out)
    pictures, seen = evenly_spread(collection.surveyed, _MOST_READ), set[str]()
    for picture in pictures:
        if not missing:
            return ""
        with suppress(ItemError):
            tags = collection.tags(picture)
            seen.update(tags.whole or tags.tags)
            missing = {tag: None for tag in missing if seen.isdisjoint((tag, renamed.get(tag, tag)))}
    if not missing or not seen:
        return ""
    near = ((tag, nearest(tag, seen)) for tag in missing)
    named = ", ".join(words(tag) + (f" (did you mean {words(like)}?)" if like else "") for tag, like in near)
    is_all = len(pictures) == len(collection.pictures)
    none = "no picture" if is_all else f"none of {len(pictures):,} pictures"
    return f"[Tags] hide names what {none} has as a tag; correct what is misspelt: {named}"


def find_trigger(
    collection: Surveyed,
    categories_of: Callable[[Sequence[str]], Mapping[str, str]],
    is_in_wiki: Callable[[str], bool],
) -> str:
    """A sentence that proposes a trigger for these pictures; "" where no tag is on every picture.

    That is the character of the pictures, or else a word that is known neither to the wiki nor here, as
    trainers put one in front of all tag files.
    """
    read: list[tuple[str, ...]] = []
    common: set[str] = set()
    for picture in evenly_spread(collection.surveyed, _MOST_READ):
        with suppress(ItemError):
            read.append(collection.tags(picture).tags)
            common = common & {*read[-1]} if len(read) > 1 else {*read[-1]}
            if not common:
                return ""
    if len(read) < _FEWEST_FOR_TRIGGER:
        return ""
    categories = categories_of(read[0])
    candidates = [tag for tag in common if categories.get(tag) == CHARACTER]
    candidates = candidates or [
        tag
        for tag in common
        if not (categories.get(tag) or is_known(tag) or glossary_sentence(tag) or is_in_wiki(tag))
    ]
    if len(candidates) != 1:
        return ""
    tag = as_written(candidates[0])
    return (
        f"{tag} stands on every picture: write trigger = {tag} under [Tags] if captions shall begin with it"
    )
