"""The drafts of whole pictures: accepted by a reader word for word, and what must hold of each of them.

sets.txt has tag sets; drafts.txt has for each the draft that a reader accepted. After a change,
`python -m tests.composer.test_drafts` writes drafts.txt anew: read what differs before you commit it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from check import Coverage, check
from composer import compose
from tags.categories import CHARACTER, COPYRIGHT
from tags.people_counts import fewest_people
from tests.cases import in_one_test

_SETS, _DRAFTS = (Path(__file__).with_name(name) for name in ("sets.txt", "drafts.txt"))
_MARKS = {"c": "character", "s": "copyright", "m": "meta"}
_LAST_RESORT = "Also shown:"
_TEMPLATES = Path(__file__).parents[2] / "templates"
# Whose is what in the example of two characters.
_WHOSE = {
    "geppetto": ("old_man", "white_hair", "beard", "glasses", "apron"),
    "pinocchio": ("short_hair", "black_hair", "red_shorts", "bow"),
}
_EXAMPLES = re.compile(
    r"^Characters: (?P<characters>[^{\n]*)\nSeries: (?P<series>[^{\n]*)\n(?:What .*\n)?"
    r"Tags: (?P<tags>[^{\n]*)\nDraft: (?P<draft>.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class TagSet:
    """One line of sets.txt."""

    name: str
    tags: list[str]
    categories: dict[str, str]

    @cached_property
    def draft(self) -> str:
        """What the composer makes of it."""
        return compose(self.tags, self.categories)

    @cached_property
    def coverage(self) -> Coverage:
        """How its draft covers its tags."""
        return check(self.draft, self.tags, self.categories)


def read_sets(path: Path = _SETS) -> Iterator[TagSet]:
    """All sets of a file; a third column is for readers."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, bar, columns = line.partition(" | ")
        written = columns.partition(" | ")[0]
        if bar and not line.startswith("#"):
            pairs = [
                word.rpartition("@") if word[-2:-1] == "@" else (word, "", "") for word in written.split()
            ]
            categories = {tag: _MARKS[mark] for tag, _, mark in pairs if mark}
            yield TagSet(name, [tag for tag, _, _ in pairs], categories)


def as_file() -> str:
    """The content of drafts.txt: a name, and the draft below it."""
    return "\n".join(f"{each.name}\n    {each.draft}\n" for each in ALL)


ALL = list(read_sets())
# What these sets lose in the check is what they contradict themselves in.
_CONTRADICT_THEMSELVES = {"robots_chess"}
# A draft leaves out what may be the same as another tag, or goes without saying.
_LEAST, _MOST_LEFT_OUT = 0.75, 0.04
_SEVERAL = frozenset(
    ("duo", "group", "2cats", "multiple_cats", "multiple_rabbits", "multiple_bears", "eevee")
)


def test_drafts_are_those_that_a_reader_accepted() -> None:
    assert as_file() == _DRAFTS.read_text(encoding="utf-8")


def _shows_several(picture: TagSet) -> bool:
    characters = list(picture.categories.values()).count("character")
    return characters > 1 or fewest_people(picture.tags) > 1 or not _SEVERAL.isdisjoint(picture.tags)


@in_one_test("picture", ALL)
def test_a_draft_says_most_tags_and_has_no_fault(picture: TagSet) -> None:
    if picture.name in _CONTRADICT_THEMSELVES:
        return
    found = picture.coverage
    assert (found.contradicted, found.faults) == ((), ())
    assert found.score >= _LEAST, found.missed


def test_the_last_resort_is_for_few_pictures() -> None:
    with_it = [picture.name for picture in ALL if _LAST_RESORT in picture.draft]
    assert len(with_it) <= len(ALL) // 10, with_it


def test_no_draft_hedges_on_what_several_people_have() -> None:
    hedges = ("between them", "at least one", "one or both", "some of them")
    assert not [picture.name for picture in ALL if any(hedge in picture.draft for hedge in hedges)]


@pytest.mark.parametrize("are_several", [True, False])
def test_drafts_leave_out_few_tags(are_several: bool) -> None:
    pictures = [picture for picture in ALL if _shows_several(picture) == are_several]
    scores = [picture.coverage.score for picture in pictures]
    assert sum(scores) / len(scores) > 1 - _MOST_LEFT_OUT


def test_examples_of_templates_have_the_drafts_that_a_model_is_given() -> None:
    examples = [
        example
        for template in _TEMPLATES.glob("interpreter*.txt")
        for example in _EXAMPLES.finditer(template.read_text(encoding="utf-8"))
    ]
    assert examples
    for example in examples:
        tags, characters, series = (
            [name.replace(" ", "_") for name in example[group].split(", ")]
            for group in ("tags", "characters", "series")
        )
        categories = {**dict.fromkeys(characters, CHARACTER), **dict.fromkeys(series, COPYRIGHT)}
        assert compose(tags, categories, _WHOSE) == example["draft"]


if __name__ == "__main__":
    _DRAFTS.write_text(as_file(), encoding="utf-8", newline="\n")
