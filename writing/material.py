"""The values of the variables that templates can use, for one picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from composer import compose
from composer.picture import is_medium
from composer.who_is_who import without_contradicted
from dataset.pictures import Picture, Surveyed, TagList
from errors import ItemError
from settings import TagsSettings
from tags.categories import (
    ARTIST,
    CHARACTER,
    COPYRIGHT,
    GENERAL,
    META,
    NO_SERIES,
    on_danbooru,
    without_categories,
)
from tags.filters import HiddenTraits
from tags.implications import without_implied
from tags.spelling import words
from wiki.cache import Cache, Entry
from wiki.explanations import Explanations
from wiki.tag_meanings import TagMeanings
from writing.sheets import Sheets

# A caption that says all its tags needs at most this many words, and this many more for each tag.
_WORDS, _WORDS_PER_TAG = 20, 2
# What was composed is kept for this many pictures, in about 8 MB: it is asked for by the digest that tells
# whether a picture is due, by its prompt, and by the check.
_MOST_COMPOSED = 10_000
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
    _composed: dict[tuple[str, ...], str] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, surveyed: Surveyed, own: Mapping[str, Entry], cache: Cache, chosen: TagsSettings) -> Material:
        """What can be said by the tags of all pictures that are surveyed, the user's `own` and the cache."""
        survey = surveyed.survey()
        meanings = TagMeanings(own, cache, survey.categories)
        return cls(
            meanings,
            Explanations(meanings, survey.counts, chosen.describe, chosen.describe_tokens),
            frozenset(chosen.exclude_categories),
            HiddenTraits.of(chosen.hide),
            chosen.drop_implied,
            Sheets(surveyed, meanings),
        )

    def own_tags(self, tags: TagList) -> Mapping[str, Sequence[str]]:
        """The tags of a picture of several characters that are one's alone, by character."""
        return self.sheets.own_tags(tags.tags, self.meanings.categories(tags.tags))

    def sort_key(self, tags: TagList) -> tuple[bool, Sequence[str], Sequence[str], Sequence[str]]:
        """What the last message begins with in the templates that ship, in their order.

        When pictures are sorted by it, each prompt begins like the one before it, and the server can reuse
        what it has read.
        """
        categories = self.meanings.categories(tags.tags)
        shown = self._shown(tags, categories)
        characters, series = (
            [tag for tag in shown if categories.get(tag) == kind] for kind in (CHARACTER, COPYRIGHT)
        )
        return tags.explicit, characters, series, [tag for tag, _ in self.explanations.choose(shown)]

    def values(
        self, picture: Picture, tags: TagList, description: str, uses: Collection[str]
    ) -> dict[str, object]:
        """The values of PICTURE_VARIABLES for one picture.

        All are texts, empty where there is nothing to say, except `explicit`: whether the picture is sexual,
        and `words`: the most words that a caption of these tags needs. Character sheets and the draft are
        only made if they are among the variables that the template `uses`.
        """
        categories = self.meanings.categories(tags.tags)
        all_tags = [tag for tag in self._without_implied(tags, categories) if tag != NO_SERIES]
        shown = [tag for tag in self._shown(tags, categories) if tag != NO_SERIES]
        kinds = [(tag, on_danbooru(categories.get(tag, GENERAL))) for tag in all_tags]
        groups = {
            name: _listed([tag for tag, kind in kinds if kind == category])
            for name, category in _LISTS.items()
        }
        # A model that is asked to name both tags of one person writes of two people.
        groups["characters"] = _listed(self.sheets.people(all_tags, categories))
        people = self.sheets.people(shown, categories) if "character_sheets" in uses else []
        own = self.sheets.own_tags(shown, categories) if len(people) > 1 else {}
        # The sheets of several characters say what their meanings would say again.
        explained = [tag for tag in shown if len(people) < 2 or categories.get(tag) != CHARACTER]
        lines = (sheet.line(tags.tags, own.get(sheet.tag, ())) for sheet in self.sheets.of(people))
        return {
            **groups,
            "tags": _listed(shown),
            "tag_descriptions": self._descriptions(explained, tags.tags, categories),
            "image_description": self.hidden.cut_from(description),
            "file_name": _as_text(picture.name.rpartition("/")[2]),
            "folder": _as_text(picture.folder),
            "explicit": tags.explicit,
            "character_sheets": "\n".join(map(self.hidden.cut_from, lines)),
            "draft": self.draft(tags) if "draft" in uses else "",
            "words": _WORDS + _WORDS_PER_TAG * len(shown),
        }

    def _descriptions(
        self, explained: Sequence[str], tags: Sequence[str], categories: Mapping[str, str]
    ) -> str:
        """A line for each tag with a meaning; that of a character without what the tags contradict."""
        meanings = (
            (tag, without_contradicted(text, tags) if categories.get(tag) == CHARACTER else text)
            for tag, text in self.explanations.choose(explained)
        )
        described = {words(tag): self.hidden.cut_from(text) for tag, text in meanings}
        return "\n".join(f"- {name}: {text}" for name, text in described.items() if text)

    def draft(self, tags: TagList) -> str:
        """What the composer writes of a picture, without what prompts leave out; "" where nothing is left."""
        try:
            return self.hidden.cut_from(self.composed(self._shown(tags, self.meanings.categories(tags.tags))))
        except ItemError:
            return ""

    def composed(self, tags: Sequence[str]) -> str:
        """What the composer writes of tags; raises ItemError where there is nothing to say.

        A character in another form has two tags and is one person: only the form is named.
        """
        asked = tuple(tags)
        # One look-up: another thread may clear the table after it.
        text = self._composed.get(asked)
        if text is None:
            categories = self.meanings.categories(tags)
            people = set(self.sheets.people(tags, categories))
            said = [tag for tag in tags if categories.get(tag) != CHARACTER or tag in people]
            text = compose(said, categories, self.sheets.own_tags(said, categories))
            if len(self._composed) >= _MOST_COMPOSED:
                self._composed.clear()
            self._composed[asked] = text
        return text

    def explained(self, tags: Sequence[str]) -> dict[str, str]:
        """The meanings that a prompt would tell of these tags, without hidden traits; "" for the others."""
        meanings = dict(self.explanations.choose(tags))
        return {tag: self.hidden.cut_from(meanings.get(tag, "")) for tag in tags}

    def _shown(self, tags: TagList, categories: Mapping[str, str]) -> list[str]:
        """The tags that a prompt says: without the categories left out, but with media, which are seen."""
        kept = self._without_implied(tags, categories)
        said = {*without_categories(kept, categories, self.left_out)}
        return [tag for tag in kept if tag in said or (categories.get(tag) == META and is_medium(tag))]

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
