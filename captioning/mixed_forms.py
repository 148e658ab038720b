"""Whether the captions of a data set mix forms, which a model then learns as a switch."""

from __future__ import annotations

from collections import defaultdict

from captioning.project import Project
from check import is_list
from dataset.images import evenly_spread
from english import sentence_spans

# So many captions tell, in a few hundredths of a second.
_MOST_READ = 500
# Fewer of another form are told by nobody: some sentences look like a list.
_LEAST, _LEAST_SHARE = 3, 0.05
_LISTS, _SENTENCES, _BOTH = "lists of tags", "sentences", "tags and sentences"
_STRUCTURES = "JSON or XML"


def form_of(caption: str) -> str:
    """What a caption is: "lists of tags", "sentences", "tags and sentences" or "JSON or XML"."""
    if caption.startswith(("{", "<")):
        return _STRUCTURES
    are_lists = [is_list(caption[slice(*span)]) for span in sentence_spans(caption)]
    if all(are_lists):
        return _LISTS
    return _BOTH if any(are_lists) else _SENTENCES


def mixed_forms(project: Project) -> str:
    """What to tell of a data set whose first captions are of several forms; "" where they are of one."""
    there = project.captions.texts.names()
    captioned = [picture for picture in project.collection.pictures if picture.stem_name in there]
    by_form: dict[str, list[str]] = defaultdict(list)
    chosen = evenly_spread(captioned, _MOST_READ)
    for picture in chosen:
        text = project.captions.read(picture.stem_name)
        if text:
            by_form[form_of(text.partition("\n")[0])].append(picture.name)
    least = max(_LEAST, _LEAST_SHARE * len(chosen))
    found = sorted(by_form.items(), key=lambda each: len(each[1]), reverse=True)
    counts = [f"{len(names):,} are {form} ({names[0]})" for form, names in found if len(names) >= least]
    if len(counts) < 2:
        return ""
    of_sample = f", of {len(chosen):,} that were read" if len(chosen) < len(captioned) else ""
    return (
        f"The captions mix forms: {', '.join(counts)}{of_sample}. A model that is trained on both learns the "
        "form as a switch; [Dataset] existing = overwrite writes all in one form."
    )
