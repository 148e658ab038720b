"""What a person corrected: corrections.json ─▶ captions that no run overwrites, and what is to redo.

    {"version": 1, "corrections": [
        {"picture": "a/b", "caption": "A girl smiles.", "seen": "0f31…"},
        {"picture": "c", "again": true}
    ]}

A picture is named as its caption file is, without the extension. `seen` is the digest of the caption that the
person had before them, "" where there was none; it may be left out by who writes such a file by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from captioning.amounts import amount
from captioning.project import Project
from dataset.disk import locked
from dataset.file_names import printable
from dataset.images import Picture
from dataset.results import Made
from dataset.texts import digest
from decoding import decoded
from errors import ExcludedError, ItemError, UserError
from settings import Settings

_FIELDS = {"picture", "caption", "seen", "again"}
_LARGEST_FILE = 64 << 20
_LONGEST_CAPTION = 20_000
_MOST_LISTED = 20
# Control signs, and halves of a sign, which no file of text can hold.
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_FORM = 'it should be as the report saves it: {"version": 1, "corrections": […]}'


@dataclass(frozen=True, slots=True)
class Correction:
    """What is wanted of one picture: this caption, or, where it is None, another one from the next run."""

    picture: str
    caption: str | None
    seen: str | None


def apply(settings: Settings, path: Path) -> str:
    """Do what the file at `path` says; the sentences that tell what came of it.

    Raises UserError, with a line for each mistake, and then leaves everything as it was.
    """
    project = Project(settings)
    with locked(settings.dataset.captions):
        try:
            corrections = _checked(project, path)
            made = project.captions.made()
            written = [each for each in corrections if _write(project, each, made.get(each.picture))]
        finally:
            project.close()
    again = sum(each.caption is None for each in corrections)
    there = len(corrections) - again - len(written)
    parts = [f"{amount(len(written), 'caption')} taken over in your words, which no run overwrites"]
    if there:
        parts.append(f"{there:,} there already")
    if again:
        parts.append(f"{amount(again, 'picture')} to be captioned again by the next run")
    told = f"{'; '.join(parts)}."
    return f"{told}\nSee all of it in {project.write_report()}." if settings.dataset.report else told


def _write(project: Project, correction: Correction, last: Made | None) -> bool:
    """Do what one correction says; whether a caption was written."""
    name, caption = correction.picture, correction.caption
    if caption is None:
        project.captions.again(name)
        return False
    if last is not None and last.edited and project.captions.texts.read(name) == caption:
        return False
    project.captions.edited(name, caption)
    return True


def _checked(project: Project, path: Path) -> list[Correction]:
    """The corrections of the file; none of them is believed before all of them are right."""
    pictures = {picture.stem_name: picture for picture in project.collection.pictures}
    problems: list[str] = []
    found: dict[str, Correction] = {}
    for number, entry in enumerate(_entries(path), start=1):
        try:
            correction = _correction(entry)
            if correction.picture in found:
                raise ValueError("the picture stands in the file a second time; keep one of them")
            found[correction.picture] = _fitting(project, pictures, correction)
        except (ValueError, ItemError) as error:
            problems.append(f"entry {number}{_name_of(entry)}: {error}")
    if problems:
        rest = len(problems) - _MOST_LISTED
        more = [f"… and {rest:,} more"] if rest > 0 else []
        raise UserError(f"{path} is not applied, and nothing is changed", [*problems[:_MOST_LISTED], *more])
    return list(found.values())


def _entries(path: Path) -> list[object]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UserError(f"{path} is too large to be a file of corrections: name another one")
        raw = json.loads(decoded(path.read_bytes()))
    except FileNotFoundError:
        raise UserError(
            f"there is no file {path}: name the one that the report saved, in your folder of downloads"
        ) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its name") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON that can be read ({error}): {_FORM}") from error
    if not (isinstance(raw, dict) and raw.get("version") == 1 and isinstance(raw.get("corrections"), list)):
        raise UserError(f"{path} is no file of corrections: {_FORM}")
    entries: list[object] = raw["corrections"]
    return entries


def _correction(entry: object) -> Correction:
    """One entry of the file, if it has the right form; raises ValueError with what is wrong."""
    if not isinstance(entry, dict):
        raise ValueError("should be an object in braces")
    name, caption, seen, again = (entry.get(key) for key in ("picture", "caption", "seen", "again"))
    if strangers := sorted(entry.keys() - _FIELDS):
        raise ValueError(f"should hold {', '.join(sorted(_FIELDS))}, and no {printable(strangers[0])}")
    if not isinstance(name, str):
        raise ValueError("picture should be the name of a picture, as text")
    if not isinstance(seen, str | None):
        raise ValueError("seen should be text")
    if not isinstance(again, bool | None):
        raise ValueError("again should be true or false")
    if again is True and caption is None:
        return Correction(name, None, seen)
    if again is True or not isinstance(caption, str):
        raise ValueError("should have either a caption, as text, or again = true")
    return Correction(name, _caption(caption), seen)


def _caption(written: str) -> str:
    """A caption as it goes into a file: one line, or one for each variant."""
    text = "\n".join(line for raw in written.splitlines() if (line := " ".join(raw.split())))
    if not text:
        raise ValueError("the caption is empty")
    if len(text) > _LONGEST_CAPTION:
        raise ValueError(f"the caption is longer than {_LONGEST_CAPTION:,} characters")
    if _NO_TEXT.search(text):
        raise ValueError("the caption holds signs that are no text")
    return text


def _fitting(project: Project, pictures: Mapping[str, Picture], correction: Correction) -> Correction:
    """The correction, if it fits the data set as it is; raises ValueError or ItemError with what is wrong."""
    picture = pictures.get(correction.picture)
    if picture is None:
        raise ValueError("there is no such picture with tags in the data set")
    # Whether tags can be read is no matter here, unless they say that the picture must have no caption.
    try:
        project.collection.tags(picture)
    except ExcludedError:
        raise
    except ItemError:
        pass
    if correction.caption is None:
        return correction
    there = project.captions.texts.read(correction.picture) or ""
    seen = digest(there) if there else ""
    if correction.seen not in (None, seen) and there != correction.caption:
        raise ValueError(
            "its caption has changed since the report was made: run python caption.py --report, "
            "and save the corrections again from there"
        )
    project.captions.make_room(correction.picture)
    return correction


def _name_of(entry: object) -> str:
    name = entry.get("picture") if isinstance(entry, dict) else None
    return f" ({printable(name[:200])})" if isinstance(name, str) else ""
