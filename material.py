"""What is known of one picture, as the values that a template can fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataset.images import Picture
from dataset.sidecar import TagList
from dataset.tags import words
from wiki.meanings import Meanings
from wiki.telling import Telling

VARIABLES = (
    "tags",
    "tag_descriptions",
    "image_description",
    "characters",
    "series",
    "artists",
    "general",
    "meta",
    "file_name",
    "folder",
)
_CATEGORY_OF = {
    "characters": "character",
    "series": "copyright",
    "artists": "artist",
    "general": "general",
    "meta": "meta",
}


@dataclass(frozen=True, slots=True)
class Material:
    """Gathers the values of templates; `left_out` are the categories that prompts do without."""

    meanings: Meanings
    telling: Telling
    left_out: frozenset[str]

    def values(self, picture: Picture, tags: TagList, description: str) -> dict[str, object]:
        """The value of each of VARIABLES for one picture; all are texts, empty where there is nothing."""
        by_category = {tag: self.meanings.category(tag) for tag in tags.tags}
        shown = [tag for tag, category in by_category.items() if category not in self.left_out]
        groups = {
            name: _listed([tag for tag, its in by_category.items() if its == category])
            for name, category in _CATEGORY_OF.items()
        }
        return {
            **groups,
            "tags": _listed(shown),
            "tag_descriptions": "\n".join(f"- {name}: {text}" for name, text in self.telling.of(shown)),
            "image_description": description,
            "file_name": _as_text(picture.name.rpartition("/")[2]),
            "folder": _as_text(picture.folder),
        }


def _listed(tags: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(words(tag) for tag in tags))


def _as_text(name: str) -> str:
    """A file name that a server can read: bytes that are no valid Unicode become question marks."""
    return name.encode("utf-8", "replace").decode("utf-8")
