"""The one door through which the tags of every picture come, wherever the picture is stored.

Pictures that combine a minor with sexual content are stopped here, so that no setting, command or stage can
go around it: nothing else reads tag files or judges them, and a test of the house checks that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dataset.evidence import Evidence, evidence_in
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
    files = [*candidates, *further]
    evidence, unread = _evidence_in(files)
    read = [_read(file) for file in files]
    lists = [each for each in read if isinstance(each, TagList)]
    found = next((each for each in read[: len(candidates)] if isinstance(each, TagList)), None)
    kept = names.kept(found.tags) if found else ()
    tags = dict.fromkeys(tag for each in (*(one.tags for one in lists), kept) for tag in each)
    evidence.texts += [*tags, *always]
    evidence.texts += [text for tag in tags for text in added(tag)]
    evidence.ratings += [Rating("rating", each.rating) for each in lists if each.rating]
    judgement = judge(dict.fromkeys(evidence.texts), evidence.ratings)
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


def _evidence_in(files: Sequence[TagFile]) -> tuple[Evidence, ItemError | None]:
    """The evidence in the files, and the error of the first one that cannot be read."""
    evidence, unread = Evidence(), None
    for file in files:
        try:
            if file.error is not None:
                raise file.error
            evidence += evidence_in(text_of_tag_file(file.data), file.name)
        except ItemError as error:
            unread = unread or error
    return evidence, unread


def _read(file: TagFile) -> TagList | ItemError:
    if file.error is not None:
        return file.error
    try:
        return read_tags(file.data, file.name)
    except ItemError as error:
        return error
