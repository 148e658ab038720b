"""Whether the captions of a data set mix forms, which a model then learns as a switch."""

from __future__ import annotations

from captioning.project import Project
from dataset.pictures import evenly_spread
from review.findings import form_of, mixed_forms

# So many captions tell, in a few hundredths of a second.
_MOST_READ = 500


def told_of_mixed_forms(project: Project) -> str:
    """What to tell of a data set whose first captions are of several forms; "" where they are of one."""
    there = project.captions.texts.names()
    captioned = [picture for picture in project.collection.pictures if picture.stem_name in there]
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
