"""--apply: corrections.json, which the report saves ─▶ captions that later runs keep, or write again.

    {"version": 1, "corrections": [
        {"picture": "a/b", "caption": "A girl smiles.", "seen": "0f31…"},
        {"picture": "c", "again": true}
    ]}

A picture has the name of its caption file, without the extension. `seen` is the digest of the caption that
the report showed, "" if it showed none; a file written by hand may leave it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from captioning.beside import rename_tag_files, renamed_sentence
from captioning.project import Project
from captioning.summary import replaced_sentence
from dataset.images import Picture
from dataset.locks import locked
from dataset.outcomes import Made
from dataset.texts import digest
from dataset.trainers import captions_in
from decoding import decoded, open_file
from english import amount
from errors import ExcludedError, ItemError, KeptError, UserError
from printing import printable
from settings import Settings

_FIELDS = {"picture", "caption", "seen", "again"}
_LARGEST_FILE = 64 << 20
_LONGEST_CAPTION = 20_000
_MOST_LISTED = 20
# Control characters, and halves of surrogate pairs, which a text file cannot hold.
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_FORM = 'it should be as the report saves it: {"version": 1, "corrections": […]}'


@dataclass(frozen=True, slots=True)
class Correction:
    """The new caption of a picture, or None to have the next run write another one."""

    picture: str
    caption: str | None
    seen: str | None


def apply(settings: Settings, path: Path) -> str:
    """Apply the corrections in the file at `path`; what to tell the user.

    Raises UserError with all mistakes in the file, and then changes nothing.
    """
    project = Project(settings)
    with locked(settings.dataset.captions):
        try:
            corrections = _read(project, path)
            written = {each.picture for each in corrections if each.caption}
            renamed = rename_tag_files(project, written)
            _refuse_taken(project, written)
            made = project.captions.outcomes.made()
            saved, kept = 0, []
            for each in corrections:
                try:
                    saved += _save(project, each, made.get(each.picture))
                except KeptError:
                    kept.append(each.picture)
        finally:
            project.close()
    again = sum(each.caption is None for each in corrections)
    unchanged = len(corrections) - again - saved - len(kept)
    parts = []
    if saved or not corrections:
        parts.append(f"{amount(saved, 'caption')} of yours saved, which later runs keep")
    if unchanged:
        parts.append(f"{amount(unchanged, 'caption')} of yours saved already")
    if again:
        parts.append(f"{amount(again, 'picture')} to be captioned again by the next run")
    if kept:
        names = ", ".join(map(printable, kept[:_MOST_LISTED]))
        parts.append(f"{amount(len(kept), 'caption')} left as somebody just wrote it: {names}")
    summary = f"{'; '.join(parts)}."
    if project.captions.saved:
        folder = project.captions.replaced.folder
        summary += f"\n{printable(replaced_sentence('caption', project.captions.saved, folder))}"
    if renamed:
        summary += f"\n{renamed_sentence(renamed, settings.dataset.caption_extension)}"
    if settings.dataset.report:
        summary += f"\n{printable(f'See all of it in {project.write_report()}.')}"
    return summary


def _save(project: Project, correction: Correction, last: Made | None) -> bool:
    """Apply one correction; whether a caption was written."""
    name, caption = correction.picture, correction.caption
    if caption is None:
        project.captions.again(name)
        return False
    if last is not None and last.edited and project.captions.read(name) == caption:
        return False
    project.captions.edited(name, caption)
    return True


def _read(project: Project, path: Path) -> list[Correction]:
    """The corrections in the file; all of them are checked before the first one is applied."""
    pictures = {picture.stem_name: picture for picture in project.collection.pictures}
    problems: list[str] = []
    found: dict[str, Correction] = {}
    for number, entry in enumerate(_entries(path), start=1):
        try:
            correction = _correction(entry, project.settings.interpreter.caption_names)
            if correction.picture in found:
                raise ValueError("the picture is in the file twice; keep one of the entries")
            _check(project, pictures, correction)
            found[correction.picture] = correction
        except (ValueError, ItemError) as error:
            name = entry.get("picture") if isinstance(entry, dict) else None
            named = f" ({printable(name[:200])})" if isinstance(name, str) else ""
            problems.append(f"entry {number}{named}: {error}")
    if problems:
        rest = len(problems) - _MOST_LISTED
        more = [f"… and {rest:,} more"] if rest > 0 else []
        raise UserError(f"{path} is not applied and nothing is changed", [*problems[:_MOST_LISTED], *more])
    return list(found.values())


def _entries(path: Path) -> list[object]:
    try:
        with open_file(path) as file:
            data = file.read(_LARGEST_FILE + 1)
        if len(data) > _LARGEST_FILE:
            raise UserError(f"{path} is too large for a file of corrections: name another one")
        raw = json.loads(decoded(data))
    except FileNotFoundError:
        raise UserError(
            f"there is no file {path}: name the one that the report saved in your downloads folder"
        ) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its name") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not valid JSON ({error}): {_FORM}") from error
    if not (isinstance(raw, dict) and raw.get("version") == 1 and isinstance(raw.get("corrections"), list)):
        raise UserError(f"{path} is not a file of corrections: {_FORM}")
    entries: list[object] = raw["corrections"]
    return entries


def _correction(entry: object, names: Sequence[str]) -> Correction:
    """An entry of the file as a Correction; `names` are those of captions.

    Raises ValueError that says what is wrong with it.
    """
    if not isinstance(entry, dict):
        raise ValueError("should be an object in braces")
    name, caption, seen, again = (entry.get(key) for key in ("picture", "caption", "seen", "again"))
    if unknown := sorted(entry.keys() - _FIELDS):
        raise ValueError(f"should have {', '.join(sorted(_FIELDS))}, and no {printable(unknown[0])}")
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
    return Correction(name, _caption(caption, names), seen)


def _caption(written: str, names: Sequence[str]) -> str:
    """A caption as it is saved: one line, or one for each variant."""
    text = "\n".join(captions_in("\n".join(written.splitlines()), names))
    if not text:
        raise ValueError("the caption is empty")
    if len(text) > _LONGEST_CAPTION:
        raise ValueError(f"the caption is longer than {_LONGEST_CAPTION:,} characters")
    if _NO_TEXT.search(text):
        raise ValueError("the caption has characters that are not text")
    return text


def _check(project: Project, pictures: Mapping[str, Picture], correction: Correction) -> None:
    """Raise ValueError or ItemError if the correction does not fit the data set."""
    picture = pictures.get(correction.picture)
    if picture is None:
        raise ValueError("there is no such picture with tags in the data set")
    # A picture may be corrected even if its tags cannot be read, but not if they exclude it.
    try:
        project.collection.admit(picture, *(correction.caption or "").split("\n"))
    except ItemError as error:
        if isinstance(error, ExcludedError):
            raise
    if correction.caption is None:
        return
    current = project.captions.read(correction.picture) or ""
    seen = digest(current) if current else ""
    if correction.seen not in (None, seen) and current != correction.caption:
        raise ValueError(
            "its caption has changed since the report was made: run python caption.py --report, "
            "and save the corrections again from there"
        )
    if correction.picture not in project.captions.texts.tag_files:
        project.captions.make_room(correction.picture)


def _refuse_taken(project: Project, names: Set[str]) -> None:
    """Raise UserError where a tag file that could not be renamed stands in the place of a caption."""
    try:
        for name in names & project.captions.texts.tag_files:
            project.captions.make_room(name)
    except ItemError as error:
        raise UserError(f"nothing is applied: {error}") from error
