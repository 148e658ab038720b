"""The files each trainer reads.

A picture has one text in the captions folder, with one caption on each line, and that text is the truth.
Every trainer below either reads these texts or gets further files that are made from them.

    target          text of a picture              further files
    txt             a caption a line               -
    onetrainer      a caption a line, one of       -
                    them drawn each epoch
    simpletuner     each line a caption            -
    sd-scripts      the first line; with           metadata.json: {"a/b.png": {"caption": ...}}, names below
                    enable_wildcard any line       image_dir
    diffusion-pipe  (not read)                     captions.json in each folder: {"b.png": [captions]}
    ai-toolkit      (not read)                     a/b.long, a/b.short: a file for each variant;
                                                   a/b.ai-toolkit where there are no variants
    imagefolder     (not read)                     metadata.jsonl: {"file_name": "a/b.png", "text": ...}

The captions folder has the same tree as the folder of the pictures, so copying one over the other gives a
complete data set. Names in further files are relative to it. JSON is written in ASCII, because some trainers
read it in the default encoding of their computer.

sd-scripts appends the "tags" of its metadata to each caption. That would bring back tags that were hidden or
filtered, so no tags are written. Since version 0.10 it opens the names in its metadata as they stand
(c6bc632, library/train_util.py:2275); before, it wanted them without an ending.

ai-toolkit takes the whole file with the ending `caption_ext` as one caption. It splits that at commas and
joins the pieces with ", " (27a03a9, toolkit/dataloader_mixins.py:345 and 411-435), so its files have no space
behind a comma. Since June 2026 it no longer reads JSON beside a picture.

Parquet is one table, written by the optional library pyarrow. Its columns: `file_name`, `caption`, `captions`
(all variants, the main one first) and `tags`. Trainers that read Parquet are told in their own settings which
columns to take.
"""

from __future__ import annotations

import importlib.util
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataset.images import Picture
from errors import UserError

PARQUET_FILE = "captions.parquet"
_ROWS_AT_ONCE = 10_000

Pieces = Iterator[str | bytes]


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture and its captions: the main one, and the further ones by the names of their variants.

    `main` is the variant of the main one, or "caption" where there are no variants.
    """

    picture: Picture
    main: str
    caption: str
    further: Mapping[str, str]
    tags: tuple[str, ...]

    @property
    def captions(self) -> list[str]:
        """All captions, the main one first."""
        return [self.caption, *self.further.values()]


@dataclass(frozen=True, slots=True)
class SideFile:
    """A file beside the texts: its name below the captions folder, and its content, piece by piece."""

    name: str
    pieces: Pieces


SideFiles = Callable[[Iterable[Captioned]], Iterator[SideFile]]


@dataclass(frozen=True, slots=True)
class Target:
    """How one trainer wants its captions.

    `has_wildcards` is whether braces have a meaning for it, and `reads_texts` whether it reads the text of a
    picture. `side_files` makes its further files; `single` is the name of the file if there is only one.
    """

    name: str
    has_wildcards: bool = False
    reads_texts: bool = True
    single: str = ""
    side_files: SideFiles | None = None

    def text(self, captions: Iterable[str]) -> str:
        """The text of a picture; raises ValueError for captions that are empty or not on one line."""
        lines = list(captions)
        if not lines or any(not line or line != " ".join(line.split()) for line in lines):
            raise ValueError("a caption is one line with something in it")
        return "\n".join(map(_with_escapes, lines) if self.has_wildcards else lines)

    def captions(self, text: str, variants: Sequence[str]) -> list[str]:
        """The captions in the text of a picture, which a person may have edited.

        If `variants` are written, each line is a caption; if not, all lines are one caption, broken up.
        """
        lines = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
        if len(variants) < 2 and lines:
            lines = [" ".join(lines)]
        return [re.sub(r"([{}])\1", r"\1", line) for line in lines] if self.has_wildcards else lines


def captioned(
    picture: Picture, captions: Sequence[str], variants: Sequence[str], tags: tuple[str, ...]
) -> Captioned:
    """The captions of a picture with the names of their variants; further ones are numbered."""
    names = [*variants[: len(captions)], *(str(number + 1) for number in range(len(variants), len(captions)))]
    further = dict(zip(names[1:], captions[1:], strict=False))
    return Captioned(picture, names[0], captions[0], further, tags)


def _is_utf8(name: str) -> bool:
    """Whether a file name can be written into a file that must be valid UTF-8."""
    return name.encode("utf-8", "ignore").decode("utf-8") == name


def _with_escapes(caption: str) -> str:
    return caption.replace("{", "{{").replace("}", "}}")


def _sd_scripts(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    def entries() -> Iterator[tuple[str, object]]:
        for each in pictures:
            yield each.picture.name, {"caption": "\n".join(map(_with_escapes, each.captions))}

    yield SideFile("metadata.json", _json_object(entries()))


def _imagefolder(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    def lines() -> Pieces:
        for each in pictures:
            # A single name that is not valid UTF-8 would make the whole file unreadable.
            if _is_utf8(each.picture.name):
                texts = {f"text_{variant}": caption for variant, caption in each.further.items()}
                yield json.dumps({"file_name": each.picture.name, "text": each.caption, **texts}) + "\n"

    yield SideFile("metadata.jsonl", lines())


def _diffusion_pipe(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    for folder, group in itertools.groupby(pictures, key=lambda each: each.picture.folder):
        entries = ((each.picture.name.rpartition("/")[2], each.captions) for each in group)
        yield SideFile(f"{folder}/captions.json" if folder else "captions.json", _json_object(entries))


def _ai_toolkit(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    for each in pictures:
        for variant, caption in {each.main: each.caption, **each.further}.items():
            # Texts may have the ending .caption themselves.
            ending = "ai-toolkit" if variant == "caption" else variant.replace(" ", "_")
            yield SideFile(f"{each.picture.stem_name}.{ending}", iter([caption.replace(", ", ",")]))


def _json_object(entries: Iterable[tuple[str, object]]) -> Pieces:
    """A JSON object with an entry on each line, never all of it in memory."""
    yield "{"
    for number, (key, value) in enumerate(entries):
        yield f"{',' if number else ''}\n{json.dumps(key)}: {json.dumps(value)}"
    yield "\n}\n"


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("txt"),
        Target("onetrainer"),
        Target("simpletuner"),
        Target("sd-scripts", has_wildcards=True, single="metadata.json", side_files=_sd_scripts),
        Target("diffusion-pipe", reads_texts=False, side_files=_diffusion_pipe),
        Target("ai-toolkit", reads_texts=False, side_files=_ai_toolkit),
        Target("imagefolder", reads_texts=False, single="metadata.jsonl", side_files=_imagefolder),
    )
}


def require_pyarrow() -> None:
    """Raise UserError, and say what to install, where Parquet cannot be written."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UserError("Parquet is written by pyarrow, which is not installed: pip install pyarrow")


def parquet_pieces(pictures: Iterable[Captioned]) -> Iterator[bytes]:
    """The bytes of a Parquet table; pictures whose names are not valid UTF-8 are left out."""
    import pyarrow
    import pyarrow.parquet

    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    schema = pyarrow.schema({"file_name": text, "caption": text, "captions": texts, "tags": texts})
    rows = (
        dict(zip(schema.names, (each.picture.name, each.caption, each.captions, each.tags), strict=True))
        for each in pictures
        if _is_utf8(each.picture.name)
    )
    buffer = io.BytesIO()
    with pyarrow.parquet.ParquetWriter(buffer, schema) as writer:
        while batch := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
    yield buffer.getvalue()
