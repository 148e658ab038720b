"""What the user has to know so that the trainer reads the captions as the report shows them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from captioning.project import Project
from dataset.pictures import evenly_spread
from dataset.text_digests import text_in
from dataset.trainer_configs import Setup
from dataset.trainer_readers import why_misread
from dataset.trainers import Target, captions_in
from english import amount, first_few

# Of a large data set so many texts are looked at as takes some tenths of a second.
_MOST_LOOKED_AT = 20_000


def what_to_write(project: Project, target: Target, folder: Path | None = None) -> Iterator[str]:
    """What to write in the config of a trainer, line by line; `folder` is where captions were exported to."""
    chosen = project.settings.dataset
    if target.config is None:
        return
    place, images = _address(folder or chosen.captions), _address(chosen.images)
    folders = tuple(dict.fromkeys(picture.folder for picture in project.collection.pictures))
    names = project.settings.interpreter.caption_names
    where, *lines = target.config(Setup(place, images, folders, names, chosen.caption_extension))
    if place != images and not target.names_pictures:
        yield f"Copy the pictures that have a caption, and no others, into the same folders below {place}."
    yield f"To train on the captions, write {where}:"
    for line in lines:
        yield f"  {line}"
    if also := project.forms.style.configs.get(target.name):
        yield f"For style = {project.forms.style.name} write also {also}"


def misread_texts(project: Project, target: Target, most: int = _MOST_LOOKED_AT) -> Iterator[str]:
    """Which texts the trainer would read in another way than they are meant, and what to do.

    At most so many are looked at, evenly spread over the data set.
    """
    texts = project.captions.texts
    names = project.settings.interpreter.caption_names
    found: dict[str, list[str]] = {}
    for picture in evenly_spread(project.collection.pictures, most):
        name = picture.stem_name
        try:
            data = texts.read_bytes(name)
        except OSError:
            continue
        captions = captions_in(text_in(data) or "", names)
        meant = [target.caption(each, project.forms.style) for each in captions]
        if captions and (why := why_misread(data, captions, meant, target.reads)):
            found.setdefault(why, []).append(texts.path(name).name)
    if found:
        yield _sentence(target.name, found)


def _sentence(target: str, found: Mapping[str, list[str]]) -> str:
    reader = "some trainers" if target == "txt" else target
    kinds = "; ".join(f"{why}: {first_few(names)}" for why, names in found.items())
    count = amount(sum(map(len, found.values())), "text")
    return (
        f"{count} in another form than {reader} would read right ({kinds}): python caption.py --export "
        f"{target} FOLDER writes all of them as they are meant, for training on FOLDER."
    )


def _address(path: os.PathLike[str]) -> str:
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - links stay as the user wrote them
