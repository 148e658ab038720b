"""What a training would see is what the report shows, byte for byte, for every trainer."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import ClassVar, cast

import pytest

from dataset.finishing import Finishing
from dataset.pictures import Picture
from dataset.trainers import TARGETS, Target, captioned, captions_in
from english import amount
from settings import InterpreterSettings
from styling import ideogram4
from styling.forms import Forms
from styling.style import Style
from styling.tag_line import Tagged
from tags.filters import HiddenTraits
from tests.dataset.trainer_rules import RULES, Rule
from tests.dataset.training_set import (
    add_captions_of_every_style,
    by_line,
    caption,
    data_set,
    exported,
    opened,
    shown,
)
from tests.program import project as program
from tests.program.starts import ROOT
from tests.styling.example_page import STYLES
from writing.judging import PictureTags
from writing.structures import TASKS
from writing.subjects import subject_of

# The program is run over so many, and its functions over so many others in each style. Some trainers look for
# a picture in a table of all, so the time grows with the square.
RUN, GENERATED = 50, 120
# ai-toolkit changes these, whatever is written into its files.
_CHANGED = re.compile(r",(?! )|\[name\]|\[trigger\]")


@pytest.mark.parametrize(("variants", "count"), [("", RUN), ("long, short", RUN)])
def test_every_trainer_trains_on_what_the_report_shows(tmp_path: Path, variants: str, count: int) -> None:
    folder = data_set(tmp_path, count, "\nIn short, {a girl}." if variants else "")
    project = opened(folder, variants)
    captions = shown(project)
    names = project.settings.interpreter.caption_names
    assert len(captions) == count + 2 + 10
    assert {len(each) for each in captions.values()} == ({1, 2} if variants else {1})
    for target, rule in RULES:
        told: list[str] = []
        out = exported(project, target, captions, told)
        changed = {
            name
            for name, both in captions.items()
            if not trained_as_shown(target, rule, out, name, names, both)
        }
        if target == "ai-toolkit":
            affected = {name for name, both in captions.items() if any(map(_CHANGED.search, both))}
            assert changed == affected != set()
            assert f"changes {amount(len(affected), 'caption')}" in " ".join(told)
        else:
            assert not changed, target


def trained_as_shown(
    target: str, rule: Rule, folder: Path, name: str, names: Sequence[str], both: list[str]
) -> bool:
    """Whether a rule gives all captions of a picture, or the main one where it takes no more."""
    wanted = both[:1] if TARGETS[target].takes_one else both
    return rule(folder, name, names[: len(both)]) == wanted


ALONE = ("caption",)


def test_every_trainer_trains_on_the_captions_of_every_style_as_the_report_shows_them(tmp_path: Path) -> None:
    program.Project(tmp_path)
    add_captions_of_every_style(tmp_path)
    opened_once = opened(tmp_path)
    texts = shown(opened_once)
    assert len(texts) == 10 * len(STYLES)
    for target, rule in RULES:
        out = exported(opened_once, target, texts)
        changed = {
            name for name, both in texts.items() if not trained_as_shown(target, rule, out, name, ALONE, both)
        }
        # ai-toolkit puts a space behind every comma, also between the keys of JSON, which stays JSON.
        is_changed = {name for name, both in texts.items() if any(map(_CHANGED.search, both))}
        assert changed == (is_changed if target == "ai-toolkit" else set()), target


TAGS = (
    *("1girl", "1boy", "solo", "hatsune_miku", "ganyu_(genshin_impact)", "vocaloid", "wlop", "long_hair"),
    *(":3", ">_<", "^_^", "\\(^o^)/", "{o}", "2024", "school_uniform", "smile", "outdoors", "from_below"),
    *("masterpiece", "score_7", "watercolor_(medium)", "newest", "source_anime"),
)
CATEGORIES = {
    **dict.fromkeys(("hatsune_miku", "ganyu_(genshin_impact)"), "character"),
    **{"vocaloid": "copyright", "wlop": "artist", "watercolor_(medium)": "meta"},
}


class Held(PurePosixPath):
    """A path below a folder that is held in memory: tens of thousands of files would take minutes."""

    files: ClassVar[dict[str, bytes]] = {}

    def read_bytes(self) -> bytes:
        return self.files[str(self)]

    def read_text(self, encoding: str) -> str:
        return io.TextIOWrapper(io.BytesIO(self.read_bytes()), encoding=encoding).read()

    def is_file(self) -> bool:
        return str(self) in self.files

    exists = is_file

    def stat(self) -> SimpleNamespace:
        return SimpleNamespace(st_mtime_ns=hash(self.read_bytes()))


@dataclass(frozen=True)
class Generated:
    """Pictures with tags, and a caption of each by the name of its picture."""

    folder: Path
    pictures: Sequence[Picture]
    tagged: Mapping[str, Tagged]
    said: Mapping[str, str]


def generated(folder: Path, seed: str) -> Generated:
    """Pictures and captions that are others for each seed."""
    chance = random.Random(seed)
    pictures = [
        Picture(f"{part}{number:03} [x].png", ".txt")
        for part in ("", "a/", "a/deep er/")
        for number in range(GENERATED // 3 + 1)
    ][:GENERATED]
    tagged, said = {}, {}
    for picture in pictures:
        (folder / "images" / picture.name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "images" / picture.name).touch()
        tags = chance.sample(TAGS, chance.randint(1, len(TAGS)))
        tagged[picture.name] = Tagged(tags, CATEGORIES, chance.choice(["g", "e", None]), year=2021)
        # One in thirty is longer than any encoder reads.
        times = 150 if chance.random() < 0.03 else 1
        said[picture.name] = by_line(f"Seen: {caption(chance)} " * times)
    return Generated(folder, pictures, tagged, said)


def sentences_for(style: Style, tagged: Tagged, said: str) -> str:
    """What a model would say for this style."""
    if style.structure == "ideogram4":
        return ideogram4.caption_of(said, said, [said, said])
    if style.structure:
        known = frozenset[str](), lambda tag: (), HiddenTraits(())
        return TASKS[style.structure].from_tags(PictureTags(tagged.tags, CATEGORIES, *known, {}), "")
    return said


def held_for(target: Target, texts: Mapping[str, list[str]], style: Style, made: Generated) -> Held:
    """A folder with all that is written for a trainer, as an export writes it, and the pictures."""
    Held.files.clear()
    Held.files.update((f"/held/{name}", b"") for name in texts)
    captioned_pictures = [
        captioned(
            picture,
            [target.caption(each, style) for each in texts[picture.name]],
            ALONE,
            tuple(made.tagged[picture.name].tags),
            f"{made.folder.as_posix()}/images/{picture.name}",
            CATEGORIES,
            "mychar",
            subject_of,
        )
        for picture in made.pictures
    ]
    for each in captioned_pictures if target.reads else ():
        Held.files[f"/held/{each.picture.stem_name}.txt"] = target.text(each.captions).encode()
    for side in target.side_files(captioned_pictures) if target.side_files else ():
        pieces = (piece if isinstance(piece, bytes) else piece.encode() for piece in side.pieces)
        Held.files[f"/held/{side.name}"] = b"".join(pieces)
    return Held("/held")


@pytest.mark.parametrize("name", STYLES)
def test_every_trainer_trains_on_generated_captions_of_every_style_as_they_are_written(
    tmp_path: Path, name: str
) -> None:
    made = generated(tmp_path, name)
    settings = InterpreterSettings().model_copy(update={"style": ROOT / "styles" / f"{name}.ini"})
    forms = Forms.of(settings, subject_of)
    finishing = Finishing(settings, "mychar", HiddenTraits(()), TARGETS["txt"], forms)
    texts = {}
    for picture in made.pictures:
        tagged = made.tagged[picture.name]
        said = sentences_for(forms.style, tagged, made.said[picture.name])
        text, notes = finishing.text({"caption": said if forms.sentences_of("caption") else ""}, tagged)
        (one,) = texts[picture.name] = captions_in(text, ALONE)
        # What would be cut is told.
        is_told = any(note.reason == "longer than its encoder reads" for note in notes)
        assert is_told or forms.limit is None or forms.limit.count(one) <= forms.limit.most
    for target, rule in RULES:
        held = cast(Path, held_for(TARGETS[target], texts, forms.style, made))
        for file, both in texts.items():
            wanted = [TARGETS[target].trains_on(TARGETS[target].caption(each, forms.style)) for each in both]
            assert rule(held, file, ALONE) == wanted, (target, file)
