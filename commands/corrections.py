"""--apply: corrections.json, which the report saves ─▶ captions that later runs keep, or write again.

    {"version": 1, "corrections": [
        {"picture": "a/b", "caption": "A girl smiles.", "seen": "0f31…"},
        {"picture": "c", "again": true}
    ]}

A picture has the name of its caption file, without the extension. `seen` is the digest of the caption that
the report showed, "" if it showed none; a file written by hand may leave it out. All good entries are
applied, and the others are named.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, InstanceOf, ValidationError, model_validator

from captioning.project import Project
from captioning.run_summary import renamed_sentence, replaced_sentence, say_lines
from dataset.locks import locked
from dataset.outcomes import Made
from dataset.pictures import Picture
from dataset.text_digests import digest
from dataset.trainers import captions_in
from decoding import read_edited, text_of_edited
from english import amount, first_few, first_lines
from errors import ExcludedError, ExitCode, ItemError, KeptError, UserError
from printing import printable
from settings import Settings

_SHOULD_BE = {
    "picture": "picture should be the name of a picture, as text",
    "seen": "seen should be text",
    "again": "again should be true or false",
    "caption": "should have either a caption, as text, or again = true",
}
_LARGEST_FILE = 64 << 20
LONGEST_CAPTION = 20_000
# Control characters, and halves of surrogate pairs: a text file cannot hold them.
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_FORM = 'it should be as the report saves it: {"version": 1, "corrections": […]}'


class Correction(BaseModel):
    """The new caption of a picture, or None to have the next run write another one."""

    # Texts are not pydantic's own, which refuse half a surrogate pair: the name of a picture may hold one.
    model_config = ConfigDict(extra="forbid", strict=True)

    picture: InstanceOf[str]
    seen: InstanceOf[str] | None = None
    again: bool | None = None
    caption: InstanceOf[str] | None = None

    @model_validator(mode="after")
    def _caption_or_again(self) -> Correction:
        if (self.again is True) == (self.caption is not None):
            raise ValueError
        return self


@dataclass(slots=True)
class Applied:
    """What came of corrections: the pictures by what was done, and what is wrong with the entries left out.

    `kept` are pictures whose captions somebody wrote at the same time. `problems` are pairs of an entry's
    picture, "" where it names none, and a sentence.
    """

    saved: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_anything_done(self) -> bool:
        """Whether an entry was taken over now or before."""
        return bool(self.saved or self.unchanged or self.again or self.kept)


def apply(settings: Settings, path: Path, say: Callable[[str], None]) -> ExitCode:
    """Apply the good corrections in a file, and say what was done and what is wrong; the exit code.

    Raises UserError where nothing in the file can be applied.
    """
    project = Project(settings)
    entries = _entries(path)
    with locked(settings.dataset.captions):
        try:
            applied = apply_entries(project, entries)
        finally:
            project.close()
    problems = [problem for _, problem in applied.problems]
    if problems and not applied.is_anything_done:
        raise UserError(f"{path} is not applied and nothing is changed", first_lines(problems))
    say(_summary(applied))
    say_lines("Not applied", problems, say)
    for line in filter(None, (replaced_sentence("caption", project.captions), renamed_sentence(project))):
        say(line)
    if settings.dataset.report:
        say(f"See all of it in {project.write_report()}.")
    return ExitCode.SOME_FAILED if problems else ExitCode.DONE


def apply_entries(project: Project, entries: Sequence[object]) -> Applied:
    """Apply the good ones among the entries of a file; the folder of captions must be locked."""
    applied = Applied()
    corrections = _good(project, entries, applied)
    made = project.captions.outcomes.made()
    for each in corrections:
        try:
            _save(project, each, made.get(each.picture), applied)
        except KeptError:
            applied.kept.append(each.picture)
        except ItemError as error:
            applied.problems.append((each.picture, str(error)))
    return applied


def _summary(applied: Applied) -> str:
    parts = []
    if applied.saved or not applied.is_anything_done:
        parts.append(f"{amount(len(applied.saved), 'caption')} of yours saved, which later runs keep")
    if applied.unchanged:
        parts.append(f"{amount(len(applied.unchanged), 'caption')} of yours saved already")
    if applied.again:
        parts.append(f"{amount(len(applied.again), 'picture')} to be captioned again by the next run")
    if applied.kept:
        names = first_few(list(map(printable, applied.kept)))
        parts.append(f"captions left as somebody just wrote them: {names}")
    return f"{'; '.join(parts)}."


def _save(project: Project, correction: Correction, last: Made | None, applied: Applied) -> None:
    """Apply one correction, and note what was done."""
    name, caption = correction.picture, correction.caption
    if caption is None:
        project.captions.again(name)
        applied.again.append(name)
    elif last is not None and last.edited and project.captions.read(name) == caption:
        applied.unchanged.append(name)
    else:
        project.captions.edited(name, caption)
        applied.saved.append(name)


def _good(project: Project, entries: Sequence[object], applied: Applied) -> list[Correction]:
    """The entries that can be applied; the others become problems."""
    pictures = {picture.stem_name: picture for picture in project.collection.pictures}
    names = list(map(_name_in, entries))
    counts, found = Counter(names), []
    for number, (name, entry) in enumerate(zip(names, entries, strict=True), start=1):
        try:
            correction = _correction(entry, project)
            if counts[name] > 1:
                raise ValueError("the picture is in the file twice; keep one of the entries")
            _check(project, pictures, correction)
            found.append(correction)
        except (ValueError, ItemError) as error:
            named = f" ({printable(name[:200])})" if name else ""
            applied.problems.append((name, f"entry {number}{named}: {error}"))
    return found


def _name_in(entry: object) -> str:
    """The picture that an entry names; "" where it names none."""
    name = entry.get("picture") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _entries(path: Path) -> list[object]:
    try:
        data = read_edited(path, _LARGEST_FILE, str(path), "name a file of corrections")
        raw = json.loads(text_of_edited(data, str(path)))
    except FileNotFoundError:
        raise UserError(
            f"there is no file {path}: name the one that the report saved in your downloads folder"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not valid JSON ({error}): {_FORM}") from error
    if not (isinstance(raw, dict) and raw.get("version") == 1 and isinstance(raw.get("corrections"), list)):
        raise UserError(f"{path} is not a file of corrections: {_FORM}")
    entries: list[object] = raw["corrections"]
    return entries


def _correction(entry: object, project: Project) -> Correction:
    """An entry of the file as a Correction; raises ValueError that says what is wrong with it."""
    try:
        correction = Correction.model_validate(entry)
    except ValidationError as error:
        raise ValueError(_what_is_wrong(entry, error)) from error
    if correction.caption is None:
        return correction
    return correction.model_copy(update={"caption": _caption(correction.caption, project)})


def _what_is_wrong(entry: object, error: ValidationError) -> str:
    if not isinstance(entry, dict):
        return "should be an object in braces"
    fields = Correction.model_fields
    if unknown := sorted(entry.keys() - fields):
        return f"should have {', '.join(sorted(fields))}, and no {printable(unknown[0])}"
    place = error.errors()[0]["loc"]
    return _SHOULD_BE[str(place[0]) if place else "caption"]


def _caption(written: str, project: Project) -> str:
    """A caption as it is saved: one line, or one for each variant, as the trainer wants them."""
    lines = captions_in("\n".join(written.splitlines()), project.settings.interpreter.caption_names)
    text = "\n".join(project.target.caption(line, project.forms.style) for line in lines)
    if not text:
        raise ValueError("the caption is empty")
    if len(text) > LONGEST_CAPTION:
        raise ValueError(f"the caption is longer than {LONGEST_CAPTION:,} characters")
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
    current = project.captions.read(correction.picture)
    _refuse_broken_structure(project, current, correction.caption)
    seen = digest(current) if current else ""
    if correction.seen not in (None, seen) and current != correction.caption:
        raise ValueError(
            "its caption has changed since the report was made: run python caption.py --report, "
            "and save the corrections again from there"
        )
    project.captions.make_room(correction.picture)


def _refuse_broken_structure(project: Project, before: str, after: str) -> None:
    """Raise ValueError where a correction breaks JSON or XML; what was broken may be mended step by step."""
    structure, names = project.forms.structure, project.settings.interpreter.caption_names
    if structure is None or any(map(structure.faults_in, captions_in(before, names))):
        return
    if faults := structure.faults_in(after):
        style = project.forms.style.name
        raise ValueError(f"it would not fit style = {style} any more ({faults[0]}): the old caption stays")
