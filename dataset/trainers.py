"""The files each trainer reads.

A picture has one text in the captions folder, and that text is the truth: a caption a line, each in one
line. Every trainer below either reads these texts or is given further files that are made from them.

    target          text of a picture              further files
    txt             a caption a line               -
    onetrainer      a caption a line, one of       -
                    them drawn each epoch
    simpletuner     each line a caption            -
    sd-scripts      the first line; with           metadata.json: {"a/b": {"caption": ...}}, "a/b" being the
                    enable_wildcard any line       picture a/b.png below image_dir
    diffusion-pipe  (not read)                     captions.json in each folder: {"b.png": [captions]}
    ai-toolkit      (the whole file)               a/b.json: {"caption": ..., "caption_short": ...}
    imagefolder     (not read)                     metadata.jsonl: {"file_name": "a/b.png", "text": ...}

Further files lie in the captions folder as they have to lie in the folder of the pictures, whose tree it
mirrors: whoever copies one over the other has a data set. All names in them are relative to it. JSON is
written in ASCII, because some trainers read it in whatever encoding their computer prefers.

sd-scripts appends the "tags" of its metadata to each caption; they would bring back what was hidden or
filtered, so they are left out.
"""

from __future__ import annotations

import glob
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataset.images import Picture

Pieces = Iterator[str | bytes]


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture and its captions: the main one, and the further ones by the names of their variants."""

    picture: Picture
    caption: str
    further: Mapping[str, str]
    tags: tuple[str, ...]

    @property
    def captions(self) -> list[str]:
        """All captions, the main one first."""
        return [self.caption, *self.further.values()]


@dataclass(frozen=True, slots=True)
class SideFile:
    """A file beside the texts: its name below the captions folder, and what it holds, piece by piece."""

    name: str
    pieces: Pieces


SideFiles = Callable[[Iterable[Captioned]], Iterator[SideFile]]


@dataclass(frozen=True, slots=True)
class Target:
    """How one trainer wants its captions: whether braces mean something to it, and its further files.

    `single` is the name of the one further file where there is but one; `reads_texts` is whether the text
    of a picture is read even where further files are there.
    """

    name: str
    has_wildcards: bool = False
    reads_texts: bool = True
    single: str = ""
    side_files: SideFiles | None = None

    def text(self, captions: Iterable[str]) -> str:
        """The text of a picture; raises ValueError for captions that are empty or no single lines."""
        lines = list(captions)
        if not lines or any(not line or line != " ".join(line.split()) for line in lines):
            raise ValueError("a caption is one line with something in it")
        return "\n".join(map(_with_braces_escaped, lines) if self.has_wildcards else lines)

    def captions(self, text: str, variants: Sequence[str]) -> list[str]:
        """The captions in the text of a picture, which a person may have edited.

        Lines are captions where `variants` are written; else they are one caption that was broken up.
        """
        lines = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
        if len(variants) < 2 and lines:
            lines = [" ".join(lines)]
        return (
            [re.sub(r"\{\{|\}\}", lambda found: found[0][0], line) for line in lines]
            if (self.has_wildcards)
            else lines
        )


def captioned(
    picture: Picture, captions: Sequence[str], variants: Sequence[str], tags: tuple[str, ...]
) -> Captioned:
    """The captions of a picture with the names of their variants; lines beyond those are numbered."""
    names = [*variants[: len(captions)], *(str(number + 1) for number in range(len(variants), len(captions)))]
    return Captioned(picture, captions[0], dict(zip(names[1:], captions[1:], strict=False)), tags)


def is_utf8(name: str) -> bool:
    """Whether a file name can stand in a file that must be valid UTF-8."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _with_braces_escaped(caption: str) -> str:
    return caption.replace("{", "{{").replace("}", "}}")


def _sd_scripts(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    def entries() -> Iterator[tuple[str, object]]:
        for each in pictures:
            # The name is looked for with glob, to which a bracket is no bracket.
            key = glob.escape(each.picture.stem_name)
            yield key, {"caption": "\n".join(map(_with_braces_escaped, each.captions))}

    yield SideFile("metadata.json", _json_object(entries()))


def _imagefolder(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    def lines() -> Pieces:
        for each in pictures:
            # One name that is no UTF-8 would make the whole file unreadable to its reader.
            if is_utf8(each.picture.name):
                texts = {f"text_{variant}": caption for variant, caption in each.further.items()}
                yield json.dumps({"file_name": each.picture.name, "text": each.caption, **texts}) + "\n"

    yield SideFile("metadata.jsonl", lines())


def _diffusion_pipe(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    for folder, group in itertools.groupby(pictures, key=lambda each: each.picture.folder):
        entries = ((each.picture.name.rpartition("/")[2], each.captions) for each in group)
        yield SideFile(f"{folder}/captions.json" if folder else "captions.json", _json_object(entries))


def _ai_toolkit(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    for each in pictures:
        values = {"caption": each.caption}
        short = next((caption for variant, caption in each.further.items() if "short" in variant), None)
        if short is not None:
            values["caption_short"] = short
        yield SideFile(f"{each.picture.stem_name}.json", iter([json.dumps(values)]))


def _json_object(entries: Iterable[tuple[str, object]]) -> Pieces:
    """A JSON object, an entry a line, without holding all of it."""
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
