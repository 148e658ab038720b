"""The members of a shard ─▶ pictures with their tag files, as WebDataset groups them by their key.

The key of `a/12.orig.png` is `a/12`: the name up to the first dot. Where several pictures have one key, as
`Mr. Cat.png` and `Mr. Dog.png`, the name up to the last dot tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dataset.file_names import cut_suffix, natural_order
from dataset.listing import CONVERT, PICTURE_SUFFIXES, UNSUPPORTED_SUFFIXES, forms_of
from dataset.pictures import Picture
from errors import NO_TAG_FILE, Problem

_TAG_FIRST = (
    "name a table or a folder as [Dataset] tags, or pack NAME.txt with its tags into the shard, as without "
    "tags it cannot be judged whether a picture may be sent"
)


@dataclass(slots=True)
class Sample:
    """A picture in a shard: its member, and those that are its tag files, the best first.

    By the `further` ones it is only judged.
    """

    picture: str
    tags: list[str] = field(default_factory=list)
    further: list[str] = field(default_factory=list)


def samples_of(names: Iterable[str], tag_extension: str) -> tuple[dict[Picture, Sample], list[Problem]]:
    """The pictures among the members of a shard, in natural order, and what cannot be used.

    `tag_extension` is "auto" or the one extension that tag files have, as for folders.
    """
    forms = forms_of(tag_extension)
    groups, problems = _groups(names)
    found: dict[Picture, Sample] = {}
    for key in sorted(groups, key=natural_order):
        for stem, members in _by_picture(key, groups[key]):
            pictures = [name for name in members if _is_picture(name)]
            problems += [
                Problem(name, "format not supported", CONVERT)
                for name in members
                if _suffix(name) in UNSUPPORTED_SUFFIXES
            ]
            if len(pictures) > 1:
                shown = " and ".join(sorted(pictures))
                message = f"{shown} would share one caption: rename all but one"
                problems += [Problem(name, "same name twice", message) for name in pictures]
            elif pictures:
                picture, sample = _sample(stem, pictures[0], members, *forms)
                found[picture] = sample
                if not sample.tags:
                    problems.append(Problem(picture.name, NO_TAG_FILE, _TAG_FIRST))
    return found, problems


def _groups(names: Iterable[str]) -> tuple[dict[str, list[str]], list[Problem]]:
    """The members by their keys; a key with a name that is there twice is left out."""
    groups: dict[str, list[str]] = {}
    twice: set[str] = set()
    seen: set[str] = set()
    for name in names:
        key = _key(name)
        groups.setdefault(key, []).append(name)
        if name in seen:
            twice.add(key)
        seen.add(name)
    message = "the shard holds a file of this key twice: pack it anew with one of them"
    for key in twice:
        del groups[key]
    return groups, [Problem(key, "same name twice", message) for key in sorted(twice)]


def _by_picture(key: str, members: Sequence[str]) -> Iterable[tuple[str, Sequence[str]]]:
    """The members of each picture of a key, behind the name that its caption gets."""
    stems = {cut_suffix(name)[0] for name in members if _is_picture(name)}
    if len(stems) < 2:
        return [(key, members)]
    found = []
    for stem in sorted(stems, key=natural_order):
        # The names of tag files may begin with the whole name of the picture: `a.png.txt`.
        own = {stem, *(name for name in members if cut_suffix(name)[0] == stem and _is_picture(name))}
        found.append((stem, [name for name in members if cut_suffix(name)[0] in own]))
    return found


def _sample(
    stem: str, member: str, members: Sequence[str], forms: Sequence[str], further: Sequence[str]
) -> tuple[Picture, Sample]:
    rank = {form.lstrip("*"): at for at, form in reversed([*enumerate(forms)])}
    known = {*rank, *(form.lstrip("*") for form in further)}
    others = [name for name in members if _suffix(name) in known and not _is_picture(name)]
    tags = sorted((name for name in others if _suffix(name) in rank), key=lambda each: rank[_suffix(each)])
    picture = Picture(stem + _suffix(member), _suffix(tags[0]) if tags else "")
    return picture, Sample(member, tags, [name for name in others if name not in tags])


def _key(name: str) -> str:
    folder, slash, base = name.rpartition("/")
    return f"{folder}{slash}{base.partition('.')[0]}"


def _suffix(name: str) -> str:
    return cut_suffix(name)[1].lower()


def _is_picture(name: str) -> bool:
    return _suffix(name) in PICTURE_SUFFIXES
