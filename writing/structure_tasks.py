"""Ideogram 4's JSON and NewBie's XML of one picture: from tags alone, and as a model is asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from composer import compose
from errors import ItemError
from styling import ideogram4, newbie
from styling.ideogram4 import Json, object_schema
from styling.sections import section_of
from styling.structures import IDEOGRAM4, NEWBIE
from tags.categories import CHARACTER, GENERAL
from tags.people_counts import count_in, fewest_people
from tags.spelling import canonical, words
from writing.judging import PictureTags
from writing.subjects import is_place, key_of_all, key_of_character

_SEXES = {"girl": "1girl", "boy": "1boy", "other": "1other"}
_WHO_HAS_WHICH = """Do not write the caption, but say who in this picture has which of its tags. Answer with \
one JSON object and nothing else: {{"characters": [{{"n": …, "gender": …, "tags": […]}}]}}. "n" is one of \
{}, each once; "gender" is 1girl, 1boy or 1other; "tags" are those of the tags above that are about this one \
alone or about all: looks, clothes, expression and action."""
_WHERE = ' Each also has "position", behind "gender": where it is in the picture, one of {}.'
# With more people, a model cannot say who has which tag.
_MOST_PEOPLE = 6


class StructureTask(Protocol):
    """How a structured caption is made from tags, and asked of a model."""

    def from_tags(self, picture: PictureTags, draft: str) -> str:
        """The caption without a model; `draft` is what the composer writes of the picture."""

    def request(self, picture: PictureTags) -> str:
        """What is added to a prompt; "" where the tags alone tell all of the caption."""

    def schema(self, picture: PictureTags) -> Json:
        """The JSON schema of the answer."""

    def read(self, answer: Json, picture: PictureTags) -> tuple[str, list[str]]:
        """The caption of an answer, and what is wrong with the answer."""


class _Ideogram4:
    """One JSON object with a description, the background and what stands out."""

    def from_tags(self, picture: PictureTags, draft: str) -> str:
        places = [tag for tag in picture.tags if is_place(tag)]
        others = [tag for tag in picture.tags if tag not in places]
        groups = [[name, *tags] for name, tags in picture.own_tags.items()] or [others]
        described = filter(None, (_composed(tags, picture) for tags in groups))
        return ideogram4.caption_of(draft, _composed(places, picture), list(described))

    def request(self, picture: PictureTags) -> str:
        return ideogram4.request(sees=picture.seen)

    def schema(self, picture: PictureTags) -> Json:
        return ideogram4.schema(sees=picture.seen)

    def read(self, answer: Json, picture: PictureTags) -> tuple[str, list[str]]:
        caption = ideogram4.mended(answer, sees=picture.seen)
        return ideogram4.rendered(caption), ideogram4.faults(caption)


def _composed(tags: Sequence[str], picture: PictureTags) -> str:
    try:
        return picture.hidden.cut_from(compose(tags, picture.categories))
    except ItemError:
        return ""


class _Newbie:
    """XML of tags, which a model is asked about only where several people could have a tag."""

    def from_tags(self, picture: PictureTags, draft: str) -> str:
        return _xml(picture, picture.own_tags, {})

    def request(self, picture: PictureTags) -> str:
        people = _people(picture)
        if not 2 <= len(people) <= _MOST_PEOPLE:
            return ""
        where = _WHERE.format(", ".join(newbie.POSITIONS)) if picture.seen else ""
        return _WHO_HAS_WHICH.format(", ".join(people)) + where

    def schema(self, picture: PictureTags) -> Json:
        tags = [words(tag) for tag in picture.tags if _key_of_character(tag, picture)]
        properties = {
            "n": {"enum": _people(picture)},
            "gender": {"enum": list(_SEXES.values())},
            **({"position": {"enum": list(newbie.POSITIONS)}} if picture.seen else {}),
            "tags": {"type": "array", "items": {"enum": tags} if tags else {"type": "string"}},
        }
        return object_schema({"characters": {"type": "array", "items": object_schema(properties)}})

    def read(self, answer: Json, picture: PictureTags) -> tuple[str, list[str]]:
        people, faults = _people(picture), []
        own: dict[str, list[str]] = {}
        said: dict[str, Mapping[str, str]] = {}
        by_words = {words(tag): tag for tag in picture.tags} | {tag: tag for tag in picture.tags}
        found = answer.get("characters")
        for each in found if isinstance(found, list) else []:
            name, tags = str(each.get("n", "")) if isinstance(each, dict) else "", []
            if name not in people or name in own:
                faults.append(f'"{name}" should be another one of {", ".join(people)}')
                continue
            listed = each.get("tags")
            for written in map(str, listed if isinstance(listed, list) else []):
                tag = by_words.get(written) or by_words.get(canonical(written))
                if tag:
                    tags.append(tag)
                else:
                    faults.append(f"{written} is none of the tags")
            own[name], said[name] = tags, {"gender": str(each.get("gender", ""))}
            if picture.seen and each.get("position") in newbie.POSITIONS:
                said[name] = {**said[name], "position": each["position"]}
        faults += [f"{name} is missing" for name in people if name not in own]
        return _xml(picture, own, said), faults


def _people(picture: PictureTags) -> list[str]:
    """The people of a picture: the characters by name, or how many girls and boys its tags count."""
    names = [words(tag) for tag in picture.tags if picture.categories.get(tag) == CHARACTER]
    if len(names) >= fewest_people(picture.tags):
        return names
    counts = [count for tag in picture.tags if (count := count_in(tag)) and not count.number.isalpha()]
    return [f"{count.kind} {number}" for count in counts for number in range(1, count.fewest + 1)]


def _xml(
    picture: PictureTags, own: Mapping[str, Sequence[str]], said: Mapping[str, Mapping[str, str]]
) -> str:
    """The caption where `own` are the tags of each of several people; of one person all tags are its own.

    `said` is what else is said of each, by the keys of its block.
    """
    names = {
        form: tag
        for tag in picture.tags
        for form in (tag, words(tag))
        if picture.categories.get(tag) == CHARACTER
    }
    if fewest_people(picture.tags) == 1 and len(own) < 2:
        sexes = [tag for tag in picture.tags if tag in _SEXES.values()]
        name = next(iter(names.values()), "")
        own, said = {name: picture.tags}, {name: {"gender": "".join(sexes[:1])}}
    characters = []
    for name, tags in own.items():
        tag = names.get(name)
        block: dict[str, list[str]] = {
            "n": [tag] if tag else [],
            **{key: [value] for key, value in said.get(name, {}).items() if value},
        }
        for each in tags:
            if key := _key_of_character(each, picture):
                block.setdefault(key, []).append(each)
        characters.append(block)
    used = {tag for block in characters for tags in block.values() for tag in tags}
    general: dict[str, list[str]] = {}
    for tag in picture.tags:
        section = section_of(tag, picture.categories.get(tag, GENERAL))
        if section == "count" or tag not in used:
            general.setdefault(_general_key(tag, section), []).append(tag)
    return newbie.rendered(characters, general)


def _key_of_character(tag: str, picture: PictureTags) -> str:
    """The key of a character's block for a tag; "" for names and for tags that are about no character."""
    if section_of(tag, picture.categories.get(tag, GENERAL)) != "general":
        return ""
    return key_of_character(tag)


def _general_key(tag: str, section: str) -> str:
    if section in ("count", "artists", "quality"):
        return section
    return key_of_all(tag) if section == "general" else "other"


TASKS: Mapping[str, StructureTask] = {IDEOGRAM4: _Ideogram4(), NEWBIE: _Newbie()}
