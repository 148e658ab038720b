"""The one door through which the tags of every picture come, wherever the picture is stored.

Pictures whose tags combine a minor with sexual content are stopped here, so that no setting, command or
stage can go around it: nothing else reads tag files or judges them, and a test of the house checks that.
"""

from __future__ import annotations

from dataclasses import replace

from dataset.images import TagList
from dataset.tag_file import read_tags
from errors import ExcludedError
from settings import TagsSettings
from tags.exclusion import judge
from tags.filters import NameFilter


def name_filter(settings: TagsSettings) -> NameFilter:
    """The filter that [Tags] asks for; the trigger stands before the caption, so no model has to say it."""
    left_out = (*settings.exclude, *settings.hide, *settings.trigger.split(","))
    return NameFilter.of(left_out, settings.replace)


def admitted(data: bytes, name: str, names: NameFilter) -> TagList:
    """The tags in a tag file of this name that may be used, as [Tags] wants them.

    Raises ItemError when the tag file cannot be read, and ExcludedError when the picture must not be sent,
    which is judged by all its tags and its rating, before any of them is filtered.
    """
    found = read_tags(data, name)
    judgement = judge(found.tags, found.rating)
    if judgement.excluded_because is not None:
        raise ExcludedError(judgement.excluded_because)
    return replace(found, tags=names.kept(found.tags), explicit=judgement.explicit)
