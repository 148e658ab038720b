"""What a user should know of captions that exist: pictures that are excluded by now, and mixed forms."""

from __future__ import annotations

from collections.abc import Iterable

from captioning.project import Project
from dataset.pictures import Picture, evenly_spread
from errors import ExcludedError, ItemError, Problem

# After a run, the times of the tag files and captions of at most this many pictures are compared.
_MOST_LOOKED_AT = 20_000
# At most this many captions are read for their form, which takes a few hundredths of a second.
_MOST_READ = 500


def perhaps_excluded_since(project: Project) -> list[Picture]:
    """The pictures found to be excluded, and those of which something changed after the caption was written.

    In a large data set a sample is looked at, which takes some tenths of a second.
    """
    collection, texts = project.collection, project.captions.texts
    names = {each.name for each in evenly_spread(collection.pictures, _MOST_LOOKED_AT)}
    return [
        each
        for each in collection.pictures
        if each.name in collection.found_excluded
        or (each.name in names and collection.changed_since(each, texts.saved_at(each.stem_name)))
    ]


def still_captioned(project: Project, pictures: Iterable[Picture]) -> list[Problem]:
    """The pictures among these that have a caption although they are excluded by now."""
    found, there = [], project.captions.texts.names()
    for picture in pictures:
        name = picture.stem_name
        if name not in there:
            continue
        texts = (project.captions.read(name), project.descriptions.read(name))
        try:
            project.collection.admit(picture, *texts[0].split("\n"), texts[1])
        except ItemError as error:
            if isinstance(error, ExcludedError):
                found.append(error.problem(str(project.captions.texts.path(name))))
    return found


def mixed_forms_sentence(project: Project) -> str:
    """The message about a data set whose captions have several forms; "" where they have one."""
    from review.habits import form_of, mixed_forms  # a run that finds nothing to do needs none of it

    captioned = project.captioned()
    chosen = evenly_spread(captioned, _MOST_READ)
    texts = ((each.name, project.captions.read(each.stem_name)) for each in chosen)
    counts = mixed_forms((name, form_of(text.partition("\n")[0])) for name, text in texts if text)
    if not counts:
        return ""
    of_sample = f", of {len(chosen):,} that were read" if len(chosen) < len(captioned) else ""
    return (
        f"The captions mix forms: {counts}{of_sample}. A model that is trained on both learns the "
        "form as a switch; [Dataset] existing = overwrite writes all in one form."
    )
