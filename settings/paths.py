"""What may be written where a setting is a path: of a folder, a file, a template or a style.

Paths are relative to the folder of config.ini; `~` is the home folder, and quotation marks around a path are
left out. What cannot be a path raises ValueError, as in settings/checks.py.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationInfo

from decoding import unquoted

PROGRAM_FOLDER = Path(__file__).resolve().parents[1]
BESIDE = "beside"
# A scheme has two letters or more, because one letter and a colon are a drive of Windows.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://")
_WRITTEN_AS_PATH = re.compile(r"([a-z][a-z0-9+.-]+):/+(.*)", re.DOTALL)


def path(value: object, info: ValidationInfo) -> Path:
    """A path of config.ini: relative to the folder of config.ini, `~` is the home folder."""
    if _ADDRESS.match(unquoted(str(value))):
        raise ValueError("should be a path on a disk: only images may be an address")
    if isinstance(value, str) and not value.strip():
        raise ValueError("should be a path, and is empty")
    return _folder_of_config(info) / _expanded(str(value))


def images(value: object, info: ValidationInfo) -> Path:
    """A path of config.ini, or an address such as s3://bucket/*.tar, which `address_of` gives back."""
    text = unquoted(str(value))
    return Path(text) if _ADDRESS.match(text) else path(value, info)


def address_of(images: Path) -> str:
    """The address that was written as a path; "" for a path on a disk."""
    # A path has one slash where an address has two.
    found = _WRITTEN_AS_PATH.fullmatch(images.as_posix())
    return f"{found[1]}://{'/' if found[1] == 'file' else ''}{found[2]}" if found else ""


def _folder_of_config(info: ValidationInfo) -> Path:
    return Path(info.context["folder"]) if info.context else PROGRAM_FOLDER


def _expanded(text: str) -> Path:
    text = unquoted(text)
    if "\0" in text or "\n" in text:
        raise ValueError("should be a path on one line")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("should be a path, and there is no such home folder") from error


def captions(value: object, info: ValidationInfo) -> Path:
    """A path of config.ini, or the folder of the pictures, which stands before this setting."""
    if str(value).strip().lower() == BESIDE and "images" in info.data:
        return Path(info.data["images"])
    return path(value, info)


def template(value: object, info: ValidationInfo) -> Path:
    """A template: beside config.ini, in the `templates` folder there, or among those of the program."""
    written, name = path(value, info), _expanded(str(value))
    beside = _folder_of_config(info) / "templates" / name
    places = (written, beside, PROGRAM_FOLDER / "templates" / name)
    # Unlike Path.is_file, this is False for a name that is too long.
    return next((place for place in places if os.path.isfile(place)), beside)  # noqa: PTH113


def style(value: object, info: ValidationInfo) -> Path:
    """A style: its name, or a file beside config.ini, in the folder `styles` there or of the program.

    Raises ValueError where there is none, so that a mistyped one is told with all other mistakes.
    """
    text = unquoted(str(value))
    file = text if text.lower().endswith(".ini") else f"{text.lower()}.ini"
    written, name = path(file, info), _expanded(file)
    beside, ours = _folder_of_config(info) / "styles" / name, PROGRAM_FOLDER / "styles" / name
    found = next((place for place in (written, beside, ours) if os.path.isfile(place)), None)  # noqa: PTH113
    if found is None:
        names = {each.stem for folder in (beside.parent, ours.parent) for each in folder.glob("*.ini")}
        raise ValueError(f"should be {', '.join(sorted(names))}, or a file of your own that is there")
    return found


# For a picture of which there are only tags, for one that is described, and for a model that sees it.
_SHIPPED = (
    "interpreter_prompt_template_short_no_description.txt",
    "interpreter_prompt_template_short.txt",
    "interpreter_prompt_template_vision_short.txt",
)


@dataclass(frozen=True, slots=True)
class CaptionTemplates:
    """The files of the templates: `named` in the settings, and those to choose from where none is named."""

    named: tuple[Path, ...]
    for_tags: Path
    for_described: Path
    for_seen: Path

    def fitting(self, *, sees: bool, described: bool) -> tuple[Path, ...]:
        """The templates to ask with, by whether the model sees the picture and whether it is described."""
        if self.named:
            return self.named
        if sees:
            return (self.for_seen,)
        return (self.for_described if described else self.for_tags,)

    @property
    def all(self) -> tuple[Path, ...]:
        """All that may be asked with."""
        return self.named or (self.for_tags, self.for_described, self.for_seen)


def templates(value: object, info: ValidationInfo) -> CaptionTemplates:
    """The templates for captions: auto, or names with commas between them."""
    names = [name for name in map(str.strip, str(value).split(",")) if name]
    if not names:
        raise ValueError("should be auto or name a template, and is empty")
    named = [] if [name.lower() for name in names] == ["auto"] else names
    return CaptionTemplates(
        tuple(template(name, info) for name in named), *(template(name, info) for name in _SHIPPED)
    )
