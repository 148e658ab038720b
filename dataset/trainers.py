"""The trainers: which files each reads, and in what form.

A picture has one text in the captions folder, with one caption on each line, and that text is the truth: it
holds what the report shows, with single braces. Some trainers read these texts, and others get further files
that are made from them (`side_files.py`). A trainer is an entry of TARGETS. The rule by which it reads, with
the lines of its source, is in docs/trainers.md, and a reader that follows the rule in
tests/dataset/trainer_rules.py.

The captions folder has the same tree as the folder of the pictures, so copying one over the other gives a
complete data set.

Parquet is one table, written by the optional library pyarrow. Its columns: `file_name`, `caption`, `captions`
(all variants, the main one first) and `tags`. Trainers that read Parquet are told in their own settings which
columns to take.
"""

from __future__ import annotations

import codecs
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataset import side_files, trainer_configs
from dataset.pictures import Picture
from dataset.side_files import Captioned, SideFiles, is_utf8
from dataset.trainer_configs import Config
from settings.checks import TRAINERS
from styling.structures import STRUCTURES
from styling.style import Style
from styling.tag_line import SubjectOf, no_subject

PARQUET_FILE = "captions.parquet"
_ROWS_AT_ONCE = 10_000


Reader = Callable[[str], Sequence[str]]
"""The captions that a trainer finds in a text; its line ends are as they stand in the file."""


@dataclass(frozen=True, slots=True)
class Target:
    """How one trainer wants its captions.

    `reads` is what it finds in the text of a picture; None if it does not read it. `side_files` makes its
    further files, `files` says in words which they are, and `single` is the name if there is only one.
    `config` is what to write in its config. `names_pictures` is whether its files say where the pictures are,
    so that they need not be copied. `has_wildcards` is whether braces have a meaning for it, and
    `takes_one` whether it takes the main caption only, `needs_classes` whether its files tell tags by their
    category. `keeps_lines` is whether it reads all lines of a text as one caption. `trains_on` is what it
    makes of a caption that it changes, and `changes` says how.
    """

    name: str
    files: str
    reads: Reader | None = None
    side_files: SideFiles | None = None
    single: str = ""
    config: Config | None = None
    names_pictures: bool = False
    has_wildcards: bool = False
    takes_one: bool = False
    needs_classes: bool = False
    keeps_lines: bool = False
    trains_on: Callable[[str], str] = str
    changes: str = ""

    def caption(self, caption: str, style: Style) -> str:
        """A caption as this trainer wants it, whichever it was written for: its prefix, and its lines."""
        caption = style.with_prefix(caption, self.name)
        structure = STRUCTURES.get(style.structure)
        return structure.in_lines(caption) if structure and self.keeps_lines else caption

    def wants_another_form(self, style: Style) -> bool:
        """Whether captions of this style are other texts for this trainer than for most."""
        return self.name in style.prefix_by or (self.keeps_lines and bool(style.structure))

    def text(self, captions: Sequence[str]) -> str:
        """The text of a picture as this trainer reads it right; raises ValueError as `text_of` does."""
        taken = captions[:1] if self.takes_one else captions
        if self.keeps_lines and taken:
            return taken[0]
        return text_of(map(side_files.with_escapes, taken) if self.has_wildcards else taken)


def text_of(captions: Iterable[str]) -> str:
    """The text of a picture; raises ValueError for captions that are empty or not on one line."""
    lines = list(captions)
    if not lines or any(not line or line != " ".join(line.split()) for line in lines):
        raise ValueError("a caption is one line with something in it")
    return "\n".join(lines)


def captions_in(text: str, variants: Sequence[str]) -> list[str]:
    """The captions in the text of a picture, which a person may have edited.

    If `variants` are written, each line is a caption; if not, all lines are one caption, broken up.
    """
    lines = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
    return [" ".join(lines)] if len(variants) < 2 and lines else lines


def captioned(
    picture: Picture,
    captions: Sequence[str],
    variants: Sequence[str],
    tags: tuple[str, ...],
    address: str = "",
    categories: Mapping[str, str] | None = None,
    trigger: str = "",
    subject_of: SubjectOf = no_subject,
) -> Captioned:
    """The captions of a picture with the names of their variants; further ones are numbered."""
    names = [*variants[: len(captions)], *(str(number + 1) for number in range(len(variants), len(captions)))]
    further = dict(zip(names[1:], captions[1:], strict=False))
    words = tuple(filter(None, map(str.strip, trigger.split(","))))
    return Captioned(picture, names[0], captions[0], further, tags, address, categories, words, subject_of)


def each_line(text: str) -> list[str]:
    """Each line is a caption (OneTrainer)."""
    return [line for line in map(str.strip, _lines(text)) if line]


def first_line_counts(text: str) -> list[str]:
    """As `each_line`, but where the first line is empty there is no caption (sd-scripts, and to be safe)."""
    return each_line(text) if _lines(text)[0].strip() else []


def first_line_and_choices(text: str) -> list[str]:
    """As `first_line_counts`, where braces are a choice (sd-scripts with enable_wildcard)."""
    return [] if "{" in text or "}" in text else first_line_counts(text)


def lines_as_they_are(text: str) -> list[str]:
    """Each line is a caption, with the spaces and carriage returns around it (SimpleTuner)."""
    return [line for line in text.split("\n") if line] if "\n" in text else [text]


def whole(text: str) -> list[str]:
    """All of it is one caption (NewbieLoraTrainer)."""
    return ["\n".join(_lines(text)).strip()]


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def why_misread(data: bytes, captions: Sequence[str], meant: Sequence[str], read: Reader | None) -> str:
    """Why a trainer reads other captions in the bytes of a text than are meant; "" where it reads these.

    `captions` are those in the text, and `meant` the same as this trainer wants them. `read` is None for a
    trainer that does not read texts.
    """
    if any("{{" in caption and "}}" in caption for caption in captions):
        return "doubled braces, as an earlier version wrote them for sd-scripts"
    if read is None:
        return ""
    try:
        found = list(read(data.decode("utf-8")))
    except UnicodeDecodeError:
        return "not UTF-8"
    if found == list(meant):
        return ""
    if captions != meant and [" ".join(each.split()) for each in found] == list(captions):
        return "written for another trainer"
    return _why_lines_are_misread(data, captions, found)


def _why_lines_are_misread(data: bytes, captions: Sequence[str], found: Sequence[str]) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "byte order mark"
    lines = _lines(data.decode("utf-8"))
    if not lines[0].strip():
        return "first line is empty"
    if len(each_line("\n".join(lines))) > len(captions):
        return "one caption on several lines"
    if len(captions) > len(found) == 1:
        return "several captions, which are read as one"
    if not found:
        return "braces, which are read as a choice"
    return "spaces or other line ends around a line"


_KNOWN = {
    target.name: target
    for target in (
        Target("txt", "texts, a caption a line, for any trainer", first_line_counts),
        Target(
            "onetrainer", "texts; it draws one of the lines", each_line, config=trainer_configs.onetrainer
        ),
        Target(
            "simpletuner",
            "texts; each line is a caption",
            lines_as_they_are,
            config=trainer_configs.simpletuner,
        ),
        Target(
            "sd-scripts",
            "texts, and metadata.json, which needs no copies of the pictures",
            first_line_and_choices,
            side_files.sd_scripts,
            "metadata.json",
            trainer_configs.sd_scripts,
            names_pictures=True,
            has_wildcards=True,
        ),
        Target(
            "diffusion-pipe",
            "captions.json in each folder of pictures",
            side_files=side_files.diffusion_pipe,
            config=trainer_configs.diffusion_pipe,
        ),
        Target(
            "ai-toolkit",
            "a file for each variant: a.long, a.short; a.ai-toolkit where there are none",
            side_files=side_files.ai_toolkit,
            config=trainer_configs.ai_toolkit,
            trains_on=side_files.ai_toolkit_trains_on,
            changes="it puts a space behind every comma, and the trigger word for [name] and [trigger]",
        ),
        Target(
            "musubi-tuner",
            "musubi-tuner.jsonl in each folder, which needs no copies of the pictures",
            side_files=side_files.musubi_tuner,
            config=trainer_configs.musubi_tuner,
            names_pictures=True,
        ),
        Target(
            "diffsynth-studio",
            "metadata.csv, which needs no copies of the pictures",
            side_files=side_files.diffsynth_studio,
            single="metadata.csv",
            config=trainer_configs.diffsynth_studio,
            names_pictures=True,
        ),
        Target(
            "anima-lora-toolkit",
            "a.json for each picture: the caption, with its tags by class",
            side_files=side_files.anima_lora_toolkit,
            config=trainer_configs.anima_lora_toolkit,
            takes_one=True,
            needs_classes=True,
        ),
        Target(
            "newbie-lora-trainer",
            "texts with one caption each",
            whole,
            config=trainer_configs.newbie_lora_trainer,
            takes_one=True,
            keeps_lines=True,
        ),
        Target(
            "imagefolder",
            "metadata.jsonl",
            side_files=side_files.imagefolder,
            single="metadata.jsonl",
            config=trainer_configs.imagefolder,
        ),
    )
}
TARGETS: Mapping[str, Target] = {name: _KNOWN[name] for name in TRAINERS}
"""What is known of each trainer that the settings name."""


def parquet_pieces(pictures: Iterable[Captioned]) -> Iterator[bytes]:
    """The bytes of a Parquet table; pictures whose names are not valid UTF-8 are left out."""
    import pyarrow
    import pyarrow.parquet

    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    schema = pyarrow.schema({"file_name": text, "caption": text, "captions": texts, "tags": texts})
    rows = (
        dict(zip(schema.names, (each.picture.name, each.caption, each.captions, each.tags), strict=True))
        for each in pictures
        if is_utf8(each.picture.name)
    )
    buffer = io.BytesIO()
    with pyarrow.parquet.ParquetWriter(buffer, schema) as writer:
        while batch := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
    yield buffer.getvalue()
