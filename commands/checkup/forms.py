"""--check: whether the captions that are there have the form of the style, and are read to their end."""

from __future__ import annotations

from collections.abc import Iterator

from captioning.mixed_forms import told_of_mixed_forms
from captioning.project import Project
from commands.checkup.findings import Finding, sample, warning, warnings_by_reason
from dataset.trainers import captions_in
from errors import Problem


def check_forms(project: Project) -> Iterator[Finding]:
    """Look at a sample of the captions, those that people wrote or edited too."""
    if mixed := told_of_mixed_forms(project):
        yield warning(mixed.removesuffix("."))
    there = project.captions.texts.names()
    captioned = [picture for picture in project.collection.pictures if picture.stem_name in there]
    found = []
    for picture in sample(captioned):
        text = project.captions.read(picture.stem_name) or ""
        for caption in captions_in(text, project.settings.interpreter.caption_names):
            found += [each._replace(name=picture.name) for each in _problems(project, caption)]
    yield from warnings_by_reason(found)


def _problems(project: Project, caption: str) -> Iterator[Problem]:
    forms = project.forms
    if forms.structure and (faults := forms.structure.faults_in(caption)):
        yield Problem("", f"captions that are not as {forms.style.name} wants them", faults[0])
    if told := forms.exceeded(caption):
        yield Problem("", "captions that are longer than their encoder reads", told)
