"""Which tag of a data set is perhaps meant as its trigger word: one that stands on every picture."""

from __future__ import annotations

from contextlib import suppress

from captioning.project import Project
from composer.words import REST, role_of
from dataset.pictures import evenly_spread
from errors import ItemError
from tags.categories import CHARACTER, is_unsaid
from tags.people import count_in
from tags.spelling import as_written
from wiki.tag_meanings import glossary_sentence

# With fewer pictures, many tags are on all of them; more pictures than this are not needed.
_FEWEST, _MOST_READ = 5, 2_000


def proposed_trigger(project: Project) -> str:
    """A sentence that proposes a trigger; "" where one is set, or no tag stands on every picture.

    That is the character of the pictures, or else a word that is known neither to the wiki nor here, as
    trainers put one in front of all tag files.
    """
    if project.settings.tags.trigger:
        return ""
    read: list[tuple[str, ...]] = []
    common: set[str] = set()
    for picture in evenly_spread(project.collection.surveyed, _MOST_READ):
        with suppress(ItemError):
            read.append(project.collection.tags(picture).tags)
            common = common & {*read[-1]} if len(read) > 1 else {*read[-1]}
            if not common:
                return ""
    if len(read) < _FEWEST:
        return ""
    categories = project.known_categories(read[0])
    candidates = [tag for tag in common if categories.get(tag) == CHARACTER]
    candidates = candidates or [tag for tag in common if _is_made_up(project, tag, categories.get(tag))]
    if len(candidates) != 1:
        return ""
    tag = as_written(candidates[0])
    return (
        f"{tag} stands on every picture: write trigger = {tag} under [Tags] if captions shall begin with it"
    )


def _is_made_up(project: Project, tag: str, category: str | None) -> bool:
    if category or count_in(tag) or is_unsaid(tag) or role_of(tag).slot != REST:
        return False
    return not glossary_sentence(tag) and not project.cache.get(tag)
