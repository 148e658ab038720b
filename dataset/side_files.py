"""The further files that some trainers read instead of the texts, or beside them.

Each function below makes the files of one trainer from the captions. The captions are read anew for each kind
of file, and a file is written piece by piece, so that a million of them fit in memory. JSON is written in
ASCII, because some trainers read it in the default encoding of their computer. What each trainer makes of
these files is in docs/trainers.md, with the lines of its source.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataset.pictures import Picture
from styling.sections import LOOKS, PLACES
from styling.tag_line import SubjectOf, no_subject
from tags.spelling import canonical, words

Pieces = Iterator[str | bytes]


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture and its captions: the main one, and the further ones by the names of their variants.

    `main` is the variant of the main one, or "caption" where there are no variants. `address` is where the
    picture lies, as a whole path with forward slashes. `categories` are those of its tags that are known,
    `subject_of` tells what its general tags are about, and `trigger` are the trigger words beside them.
    """

    picture: Picture
    main: str
    caption: str
    further: Mapping[str, str]
    tags: tuple[str, ...]
    address: str = ""
    categories: Mapping[str, str] | None = None
    trigger: Sequence[str] = ()
    subject_of: SubjectOf = no_subject

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
"""Makes the further files of a trainer; it may go through the pictures more than once."""


def is_utf8(name: str) -> bool:
    """Whether a file name can be written into a file that must be valid UTF-8."""
    return name.encode("utf-8", "ignore").decode("utf-8") == name


def with_escapes(caption: str) -> str:
    """A caption as sd-scripts reads it where a brace begins a choice."""
    return caption.replace("{", "{{").replace("}", "}}")


def sd_scripts(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """metadata.json: {"/data/a/b.png": {"caption": captions, one a line}}.

    It would append "tags" to each caption, and so bring back what was hidden or filtered: none are written.
    """

    def entries() -> Iterator[tuple[str, object]]:
        for each in pictures:
            yield each.address, {"caption": "\n".join(map(with_escapes, each.captions))}

    yield SideFile("metadata.json", _json_object(entries()))


def imagefolder(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """metadata.jsonl: {"file_name": "a/b.png", "text": caption, "text_short": a further one}."""

    def lines() -> Pieces:
        for each in pictures:
            # A single name that is not valid UTF-8 would make the whole file unreadable.
            if is_utf8(each.picture.name):
                texts = {f"text_{variant}": caption for variant, caption in each.further.items()}
                yield json.dumps({"file_name": each.picture.name, "text": each.caption, **texts}) + "\n"

    yield SideFile("metadata.jsonl", lines())


def diffusion_pipe(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """captions.json in each folder: {"b.png": [captions]}."""
    for folder, group in itertools.groupby(pictures, key=lambda each: each.picture.folder):
        entries = ((each.picture.name.rpartition("/")[2], each.captions) for each in group)
        yield SideFile(_below(folder, "captions.json"), _json_object(entries))


def ai_toolkit(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """a/b.long, a/b.short, a/b.tag-list: a file for each variant; a/b.ai-toolkit where there are none.

    It puts a space behind every comma, so none is written there.
    """
    for each in pictures:
        for variant, caption in {each.main: each.caption, **each.further}.items():
            yield SideFile(
                f"{each.picture.stem_name}.{ai_toolkit_ending(variant)}", iter([caption.replace(", ", ",")])
            )


def ai_toolkit_ending(variant: str) -> str:
    """The ending of the files of a variant: none that texts or tag files may have themselves."""
    taken = {"caption": "ai-toolkit", "tags": "tag-list"}
    return taken.get(variant, variant.replace(" ", "_"))


def ai_toolkit_trains_on(caption: str) -> str:
    """The caption that ai-toolkit trains on, given the one in its file; no trigger word is set there."""
    joined = ", ".join(caption.replace(", ", ",").split(","))
    return joined.replace("[name]", "").replace("[trigger]", "")


def musubi_tuner(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """musubi-tuner.jsonl in each folder, and musubi-tuner.short.jsonl and so on for further variants.

    It names its cache after the file name of a picture alone, so neither two folders nor two captions of a
    picture may be in one data set.
    """
    most = variant = 0

    def lines(group: Iterable[tuple[Captioned, str]]) -> Pieces:
        return (
            json.dumps({"image_path": each.address, "caption": caption}) + "\n" for each, caption in group
        )

    while variant <= most:
        name = ""

        def of_variant(number: int = variant) -> Iterator[tuple[Captioned, str]]:
            nonlocal most, name
            for each in pictures:
                most = max(most, len(each.further))
                if number <= len(each.further):
                    name = musubi_tuner_file(list(each.further)[number - 1] if number else "")
                    yield each, each.captions[number]

        for folder, group in itertools.groupby(of_variant(), key=lambda pair: pair[0].picture.folder):
            yield SideFile(_below(folder, name), lines(group))
        variant += 1


def musubi_tuner_file(variant: str) -> str:
    """The name of its file in each folder; "" is the main variant."""
    return f"musubi-tuner.{variant.replace(' ', '_')}.jsonl" if variant else "musubi-tuner.jsonl"


def diffsynth_studio(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """metadata.csv: image, prompt; a row for each caption, with names below the folder of the pictures."""

    def rows() -> Pieces:
        yield _csv_row("image", "prompt")
        for each in pictures:
            if is_utf8(each.picture.name):
                for caption in each.captions:
                    yield _csv_row(each.picture.name, caption)

    yield SideFile("metadata.csv", rows())


def anima_lora_toolkit(pictures: Iterable[Captioned]) -> Iterator[SideFile]:
    """a/b.json: the caption by class of tag, which it shuffles within their class."""
    for each in pictures:
        content = {"meta": {"path": each.picture.name}, "tags": by_class(each)}
        yield SideFile(f"{each.picture.stem_name}.json", iter([f"{json.dumps(content)}\n"]))


# Words of Anima's tag lines that are no tags of the picture.
_QUALITY = frozenset(
    {"masterpiece", "best quality", "good quality", "normal quality", "low quality", "worst quality"}
    | {"newest", "recent", "mid", "early", "old", "highres", "absurdres", "safe", "sensitive", "nsfw"}
    | {"explicit", *(f"score_{number}" for number in range(10))}
)
_FIXED = ("quality", "count", "character", "series", "artist")
_CLASSES = {"character": "character", "copyright": "series", "artist": "artist"}


def by_class(each: Captioned) -> dict[str, object]:
    """The main caption as AnimaLoraToolkit joins it again: its tags by their class, then the sentences.

    A caption that does not begin with a line of the picture's tags is put whole into `count`, the field that
    is given as it stands: `nl` alone would begin with ". ".
    """
    line, _, sentences = each.caption.partition(". ")
    found = _classed(line.split(", "), each) if sentences else None
    if found is None:
        sentences, found = "", _classed(each.caption.split(", "), each)
    if found is None:
        return {"count": each.caption}
    joined = {key: ", ".join(values) for key, values in found.items() if key in _FIXED[1:]}
    return {"quality": found["quality"], **joined, **_by_subject(found["tags"], each), "nl": sentences}


def _by_subject(items: Sequence[str], each: Captioned) -> dict[str, Sequence[str]]:
    """General tags as it joins them: looks if they are first, then others, then places if they are last."""
    subjects = [each.subject_of(canonical(item)) for item in items]
    first = next((at for at, subject in enumerate(subjects) if subject != LOOKS), len(items))
    last = next((at for at in range(len(items), first, -1) if subjects[at - 1] != PLACES), first)
    return {"appearance": items[:first], "tags": items[first:last], "environment": items[last:]}


def _classed(items: Sequence[str], each: Captioned) -> dict[str, list[str]] | None:
    """Items of a line of tags by their class; None where one is no tag, or the line would be joined anew.

    What stands behind an item of a later class goes with that one, so that the order stays, and so do
    trigger words.
    """
    known = {spelled: tag for tag in each.tags for spelled in (words(tag), tag.replace("_", " "))}
    found: dict[str, list[str]] = {key: [] for key in (*_FIXED, "tags")}
    order = list(found)
    at = 0
    for item in items:
        bare = item.removeprefix("@").replace("\\(", "(").replace("\\)", ")").replace("_", " ").lower()
        tag = known.get(bare)
        is_known = item.lower() in _QUALITY or bare.startswith("year ") or item in each.trigger
        if tag is None and not is_known:
            return None
        if tag is not None:
            is_count = tag[:1].isdigit() or tag == "no_humans"
            key = _CLASSES.get((each.categories or {}).get(tag, ""), "count" if is_count else "tags")
            at = max(at, order.index("artist" if item.startswith("@") else key))
        found[order[at]].append(item)
    # It leaves out what it has had, and spaces around an item.
    is_kept = len({item.lower().strip() for item in items} - {""}) == len(items)
    return found if len(items) > 1 and at and is_kept and items == [*map(str.strip, items)] else None


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _csv_row(*values: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _json_object(entries: Iterable[tuple[str, object]]) -> Pieces:
    """A JSON object with an entry on each line, never all of it in memory."""
    yield "{"
    for number, (key, value) in enumerate(entries):
        yield f"{',' if number else ''}\n{json.dumps(key)}: {json.dumps(value)}"
    yield "\n}\n"
