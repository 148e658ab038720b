"""What is known of one picture, as the values of the variables that templates can use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dataset.images import Picture, TagList
from tags.categories import ARTIST, CHARACTER, COPYRIGHT, GENERAL, META, on_danbooru, without_categories
from tags.filters import HiddenTraits
from tags.implications import without_implied
from tags.spelling import words
from wiki.explanations import Explanations
from wiki.tag_meanings import TagMeanings
from writing.sheets import Sheets

# The variables that list the tags of one category.
_LISTS = {"characters": CHARACTER, "series": COPYRIGHT, "artists": ARTIST, "general": GENERAL, "meta": META}


@dataclass(frozen=True, slots=True)
class Material:
    """What prompts can say of pictures.

    They leave out tags of the categories `left_out`, the traits that are `hidden`, and, if `drops_implied`,
    tags that another tag of the picture implies.
    """

    meanings: TagMeanings
    explanations: Explanations
    left_out: frozenset[str]
    hidden: HiddenTraits
    drops_implied: bool
    sheets: Sheets

    def sort_key(self, tags: TagList) -> tuple[bool, Sequence[str], Sequence[str], Sequence[str]]:
        """What the last message begins with in the templates that ship, in their order.

        When pictures are sorted by it, each prompt begins like the one before it, and the server can reuse
        what it has read.
        """
        categories = self.meanings.categories(tags.tags)
        shown = without_categories(self._without_implied(tags, categories), categories, self.left_out)
        characters, series = (
            [tag for tag in shown if categories.get(tag) == kind] for kind in (CHARACTER, COPYRIGHT)
        )
        return tags.explicit, characters, series, [name for name, _ in self.explanations.choose(shown)]

    def values(
        self, picture: Picture, tags: TagList, description: str, uses: Collection[str]
    ) -> dict[str, object]:
        """The values of PICTURE_VARIABLES for one picture.

        All are texts, empty where there is nothing to say, except `explicit`: whether the picture is sexual.
        Character sheets are only made if they are among the variables that the template `uses`.
        """
        categories = self.meanings.categories(tags.tags)
        all_tags = self._without_implied(tags, categories)
        shown = without_categories(all_tags, categories, self.left_out)
        groups = {
            name: _listed([tag for tag in all_tags if on_danbooru(categories.get(tag, GENERAL)) == category])
            for name, category in _LISTS.items()
        }
        characters = [tag for tag in shown if categories.get(tag) == CHARACTER]
        has_sheets = "character_sheets" in uses and bool(characters)
        # A character in another form only gets the sheet of that form, or there would seem to be two of them.
        people = without_implied(characters, categories, self.meanings.implied)
        sheets = self.sheets.of(people) if has_sheets else []
        # The sheets of several characters say what their meanings would say again.
        explained = [tag for tag in shown if tag not in characters] if len(sheets) > 1 else shown
        meanings = ((name, self.hidden.cut_from(text)) for name, text in self.explanations.choose(explained))
        return {
            **groups,
            "tags": _listed(shown),
            "tag_descriptions": "\n".join(f"- {name}: {text}" for name, text in meanings if text),
            "image_description": self.hidden.cut_from(description),
            "file_name": _as_text(picture.name.rpartition("/")[2]),
            "folder": _as_text(picture.folder),
            "explicit": tags.explicit,
            "character_sheets": "\n".join(self.hidden.cut_from(str(sheet)) for sheet in sheets),
        }

    def _without_implied(self, tags: TagList, categories: Mapping[str, str]) -> Sequence[str]:
        """The tags of all categories, without implied ones if these are to be dropped."""
        if not self.drops_implied:
            return tags.tags
        return without_implied(tags.tags, categories, self.meanings.implied)


def _listed(tags: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(words(tag) for tag in tags))


def _as_text(name: str) -> str:
    """A file name as JSON can hold it: bytes that are no valid Unicode become question marks."""
    return name.encode("utf-8", "replace").decode("utf-8")
