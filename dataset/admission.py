"""The one door through which the tags of every picture come, wherever the picture is stored.

Pictures that combine a minor with sexual content are stopped here, so that no setting, command or stage can
go around it: nothing else reads tag files or judges them, and a test of the house checks that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from dataset.evidence import Evidence
from dataset.pictures import TagList
from dataset.tag_files import TagFile
from dataset.tag_parsing import read_tags, text_of_tag_file
from errors import ExcludedError, ItemError
from settings import TagsSettings
from tags.exclusion import NOTHING_FOUND, Judgement, judge
from tags.filters import NameFilter
from tags.ratings import Rating

_UNTIL = "; this holds until the picture or its description changes, or its line in excluded.jsonl is gone"

Added = Callable[[str], Iterable[str]]
"""Further texts that belong to a tag: the user's description of it, its other name, what it implies."""


def name_filter(settings: TagsSettings) -> NameFilter:
    """The filter that [Tags] asks for; the trigger stands before the caption, so no model has to say it."""
    left_out = (*settings.exclude, *settings.trigger.split(","))
    return NameFilter.of(left_out, settings.replace, settings.hide)


def said_always(settings: TagsSettings) -> tuple[str, ...]:
    """What the settings put into every caption."""
    return tuple(filter(None, map(str.strip, settings.trigger.split(","))))


def admitted(
    candidates: Sequence[TagFile],
    further: Sequence[TagFile],
    names: NameFilter,
    always: Sequence[str] = (),
    added: Added = lambda tag: (),
    seen: Judgement = NOTHING_FOUND,
) -> TagList:
    """The tags of a picture as [Tags] wants them: those of the first of `candidates` that holds tags.

    A picture without candidates has none. Where the others tell categories of these tags, they count too.
    Raises ItemError when a tag file cannot be read or no candidate holds tags, and ExcludedError when the
    picture must not be sent. It is judged by all its tag files, the `further` ones too, before any tag is
    filtered, by what the settings put in the place of tags and `always` say, by what is `added` to tags, and
    by what a vision model has `seen`.
    """
    evidence, read, unread = _read([*candidates, *further])
    lists = [each for each in read if isinstance(each, TagList)]
    found = next((each for each in read[: len(candidates)] if isinstance(each, TagList)), None)
    kept = names.kept(found.tags) if found else ()
    tags = dict.fromkeys(chain(*(each.tags for each in lists), kept))
    texts = dict.fromkeys(chain(evidence.texts, tags, always, *map(added, tags)))
    evidence.ratings += [Rating("rating", each.rating) for each in lists if each.rating]
    judgement = judge(texts, evidence.ratings)
    _refuse(judgement)
    judgement += seen
    _refuse(judgement, _UNTIL)
    if candidates and isinstance(read[0], ItemError) and found is None:
        raise read[0]
    if unread is not None:
        raise unread
    if found is None:
        return TagList((), {}, judgement=judgement)
    all_categories = {tag: category for each in reversed(lists) for tag, category in each.categories.items()}
    categories = {tag: all_categories[tag] for tag in found.tags if tag in all_categories}
    shown = names.shown(found.tags)
    return TagList(shown, categories, found.rating, judgement, kept if kept != shown else (), found.year)


def refuse_with(found: Judgement, texts: Iterable[str]) -> None:
    """Raise ExcludedError where these texts, beside what is known of a picture, say that it is not sent."""
    _refuse(found + judge(texts))


def named_in(descriptions: Iterable[str]) -> Judgement:
    """What descriptions of a picture name, without what else is known of it."""
    return judge(descriptions)


def _refuse(found: Judgement, until: str = "") -> None:
    if found.excluded_because is not None:
        raise ExcludedError(found.excluded_because + until)


def _read(files: Iterable[TagFile]) -> tuple[Evidence, list[TagList | ItemError], ItemError | None]:
    """The evidence in all files, the tags in each or why it has none, and why the first is unread that is."""
    evidence, unread = Evidence(), None
    read: list[TagList | ItemError] = []
    for file in files:
        try:
            if file.error is not None:
                raise file.error
            text = text_of_tag_file(file.data)
            evidence.take(text, file.name)
        except ItemError as error:
            unread = unread or error
            read.append(error)
            continue
        try:
            read.append(read_tags(text, file.name))
        except ItemError as error:
            read.append(error)
    return evidence, read, unread
