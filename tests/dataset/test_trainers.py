"""Exported files give each trainer, by its own rules for reading, the captions that were written."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from captioning.project import Project
from captioning.trainer_files import what_to_write, write_after_run
from commands.export import export
from dataset.listing import forms_of
from dataset.pictures import Picture
from dataset.side_files import ai_toolkit_ending, by_class
from dataset.trainers import TARGETS, captioned, captions_in, text_of
from errors import UserError
from settings.checks import TEXT_EXTENSIONS, VARIANTS
from tests.dataset import trainer_rules
from tests.dataset.trainer_rules import RULES, Rule
from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program import project as program
from writing.subjects import subject_of

LONG, SHORT = "A girl {left|right} holds a sign “:}”.", "A girl, in short."
MANY = "long, short"
NAMES = ("long", "short")


FILES = {
    "sd-scripts": "4 files",
    "diffusion-pipe": "2 files",
    "imagefolder": "1 file",
    "ai-toolkit": "6 files",
    "musubi-tuner": "4 files",
    "diffsynth-studio": "1 file",
}


def line(text: str) -> str:
    return " ".join(text.split())


def opened(folder: Path, *settings: str) -> Project:
    (folder / "config.ini").write_text(config.default_ini(), encoding="utf-8")
    return Project(config.load(folder / "config.ini", settings))


def said(folder: Path, words: list[str], *settings: str) -> tuple[int, str]:
    lines: list[str] = []
    code = export(opened(folder, *settings), words, lines.append)
    return code, "\n".join(lines)


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Three pictures, one in a folder and one with brackets in its name, with two captions each."""
    folder = program.Project(tmp_path)
    for name in ("a.png", "deep/er [1]/b [x].png", "c.png"):
        folder.add(name)
        path = (tmp_path / "captions" / name).with_suffix(".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{LONG}\n{SHORT}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("target", "rule"), RULES)
@pytest.mark.parametrize("name", ["a.png", "deep/er [1]/b [x].png"])
def test_each_trainer_reads_what_was_written_for_it(
    data_set: Path, target: str, rule: Rule, name: str
) -> None:
    out, files = data_set / "out", FILES.get(target, "3 files")
    code, words = said(data_set, [target, str(out)], f"Interpreter.variants={MANY}")
    assert code == 0
    assert words.splitlines()[0] == f"For {target}: 3 captions, {files} written to {out}."
    # Copying the exported files over the pictures gives a complete data set.
    shutil.copytree(data_set / "images", data_set / "training", ignore=shutil.ignore_patterns("*.txt"))
    shutil.copytree(out, data_set / "training", dirs_exist_ok=True)
    both = [LONG] if TARGETS[target].takes_one else [LONG, SHORT]
    assert rule(data_set / "training", name, NAMES) == both


def test_without_wildcards_sd_scripts_reads_the_first_caption_and_never_an_empty_one(data_set: Path) -> None:
    said(data_set, ["sd-scripts", str(data_set / "out")], f"Interpreter.variants={MANY}")
    (first,) = trainer_rules.sd_scripts_first_line(data_set / "out", "c.png", NAMES) or [""]
    assert trainer_rules.expanded(first) == LONG


@pytest.mark.parametrize("captions", [[], [""], ["one\ntwo"], ["fine", " "], ["a\u2028b"], ["a\rb"]])
def test_a_caption_that_is_empty_or_has_line_breaks_is_refused(captions: list[str]) -> None:
    with pytest.raises(ValueError, match="one line with something in it"):
        text_of(captions)


@given(st.lists(st.text(alphabet="ab{}|“ ", min_size=1).map(line).filter(bool), min_size=2, max_size=4))
def test_the_text_of_a_picture_gives_back_its_captions_and_sd_scripts_reads_them_too(
    captions: list[str],
) -> None:
    text = text_of(captions)
    assert captions_in(text, ["a"] * len(captions)) == captions
    assert text == text.strip()
    escaped = TARGETS["sd-scripts"].text(captions)
    assert [trainer_rules.expanded(each) for each in escaped.split("\n")] == captions


def test_a_text_that_somebody_broke_into_lines_is_one_caption_and_is_reported(data_set: Path) -> None:
    (data_set / "captions/a.txt").write_bytes("\ufeffA girl.\r\n\r\nShe waits.\r\n".encode())
    _, words = said(data_set, ["imagefolder"])
    assert "3 texts of several lines read as one caption" in words
    shutil.copytree(data_set / "images", data_set / "captions", dirs_exist_ok=True)
    assert trainer_rules.imagefolder(data_set / "captions", "a.png", ["caption"]) == ["A girl. She waits."]


def test_pictures_without_caption_are_counted_and_those_never_captioned_left_out(data_set: Path) -> None:
    folder = program.Project(data_set)
    folder.add("new.png")
    folder.add("out.png", "1girl, loli, nude")
    (data_set / "captions/out.txt").write_text("A caption.", encoding="utf-8")
    _, words = said(data_set, ["imagefolder"], f"Interpreter.variants={MANY}")
    assert words.splitlines()[0].endswith("; 1 picture without a caption.")
    assert "out.png" not in (data_set / "captions/metadata.jsonl").read_text(encoding="utf-8")


def test_names_are_relative_to_the_folder_of_the_file_if_the_pictures_are_below_it(data_set: Path) -> None:
    for place, name in ((data_set / "all.jsonl", "images/a.png"), (data_set / "images/m.jsonl", "a.png")):
        said(data_set, ["imagefolder", str(place)])
        assert json.loads(place.read_text(encoding="utf-8").splitlines()[0])["file_name"] == name
    said(data_set, ["imagefolder", str(data_set / "elsewhere" / "m.jsonl")])
    first = (data_set / "elsewhere/m.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(first)["file_name"] == "a.png"
    # sd-scripts is told the folder of the pictures by itself.
    said(data_set, ["sd-scripts", str(data_set / "all.json")])
    assert str(data_set / "images/a.png") in json.loads((data_set / "all.json").read_text(encoding="utf-8"))


def test_a_parquet_table_has_names_captions_and_tags(data_set: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.parquet

    said(data_set, ["parquet", str(data_set)], f"Interpreter.variants={MANY}", "Tags.exclude=solo")
    rows = pyarrow.parquet.read_table(data_set / "captions.parquet").to_pylist()
    captions = {"caption": LONG, "captions": [LONG, SHORT]}
    assert rows[0] == {"file_name": "images/a.png", **captions, "tags": ["1girl", "smile"]}
    assert len(rows) == 3


def test_ai_toolkit_gets_one_caption_alone_in_a_file_of_its_own(data_set: Path) -> None:
    (data_set / "captions/a.txt").write_text(LONG, encoding="utf-8")
    said(data_set, ["ai-toolkit", str(data_set / "out")])
    assert (data_set / "out/a.ai-toolkit").read_text(encoding="utf-8") == LONG.replace(", ", ",")


def test_no_file_for_ai_toolkit_has_the_name_of_a_tag_file(tmp_path: Path) -> None:
    endings = {f".{ai_toolkit_ending(name)}" for name in ("caption", *VARIANTS)}
    assert len(endings) == len(VARIANTS) + 1
    assert endings.isdisjoint((*forms_of("auto")[0], *TEXT_EXTENSIONS))
    project = program.Project(tmp_path, Interpreter__variants="tags, short", Dataset__target="ai-toolkit")
    tags = project.add("a.png", "1girl, smile, solo")
    tags.with_suffix(".txt").rename(tags.with_suffix(".csv"))
    for _ in range(2):
        assert 'caption_ext: "tag-list"  # or short' in project.run("--beside").out
        assert (project.images / "a.tag-list").read_text(encoding="utf-8") == "1girl,smile,solo"
        project.set["Dataset.existing"] = "overwrite"
    assert not (project.images / "a.tags").exists()


ANIMA = [
    (
        "newest, safe, 1girl, mychar, ganyu, genshin impact, @wlop, blue hair, horns, smile, :3, night, "
        "outdoors. A girl, smiling. She waits.",
        [
            "newest, safe",
            "1girl, mychar",
            "ganyu",
            "genshin impact",
            "@wlop",
            "blue hair, horns",
            "smile, :3",
            "night, outdoors",
            "A girl, smiling. She waits.",
        ],
    ),
    ("mychar, ganyu, smile", ["mychar", "", "ganyu", "", "", "", "smile", "", ""]),
    ("1girl, horns, blue hair", ["", "1girl", "", "", "", "horns, blue hair", "", "", ""]),
    # What stands behind a later class goes with it, so that the order stays.
    ("ganyu, 1girl, smile. Hm.", ["", "", "ganyu, 1girl", "", "", "", "smile", "", "Hm."]),
    (
        "ganyu, outdoors, smile, horns. Hm.",
        ["", "", "ganyu", "", "", "", "outdoors, smile, horns", "", "Hm."],
    ),
]
NO_TAGS_FIRST = [
    *(
        "A girl, smiling. She waits.",
        "Smile.",
        "smile",
        "1girl, hat, smile. A girl.",
        "1girl, smile, Smile. A girl.",
    ),
    *("smile, , 1girl. Hm.", "A girl smiles. 1girl, smile"),
]


def test_anima_lora_toolkit_gets_the_tags_of_a_caption_by_class_if_it_joins_them_again_as_they_were() -> None:
    seen = ("blue_hair", "horns", "smile", ":3", "night", "outdoors")
    tags = ("1girl", "ganyu_(genshin_impact)", "genshin_impact", "wlop", *seen)
    categories = {"ganyu_(genshin_impact)": "character", "genshin_impact": "copyright", "wlop": "artist"}

    def classes(caption: str) -> dict[str, object]:
        return by_class(
            captioned(
                Picture("a.png", ".txt"), [caption], ["caption"], tags, "", categories, "mychar", subject_of
            )
        )

    for caption, values in ANIMA:
        lists = [each.split(", ") if each else [] for each in values]
        keys = (
            "quality",
            "count",
            "character",
            "series",
            "artist",
            "appearance",
            "tags",
            "environment",
            "nl",
        )
        expected = dict(zip(keys, (lists[0], *values[1:5], *lists[5:8], values[8]), strict=True))
        assert classes(caption) == expected, caption
    for caption in NO_TAGS_FIRST:
        assert classes(caption) == {"count": caption}


@pytest.mark.parametrize(
    ("target", "file"), [("ai-toolkit", "b.ai-toolkit"), ("diffusion-pipe", "captions.json")]
)
def test_a_trainer_is_left_no_caption_that_is_gone_or_that_must_not_be(
    tmp_path: Path, target: str, file: str
) -> None:
    project = program.Project(tmp_path, Dataset__target=target)
    project.add("a.png")
    for folder in ("gone", "excluded", "edited"):
        project.add(f"{folder}/b.png")
    assert project.run().code == 0
    (project.captions / "gone/b.txt").write_text("", encoding="utf-8")
    project.add("excluded/b.png", "1girl, loli, nude")
    (project.captions / "edited/b.txt").write_text("", encoding="utf-8")
    (project.captions / "edited" / file).write_text("{}", encoding="utf-8")
    project.run("--set", "Interpreter.skip=True", "--set", "Dataset.existing=refresh")
    left = {path.parent.name for path in project.captions.rglob(file)}
    assert left == {"edited", *(["captions"] if target == "diffusion-pipe" else [])}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["kohya"], "should be one of txt, sd-scripts, onetrainer, simpletuner"),
        (["txt", "a", "b"], "and then a place"),
        (["txt", "images"], "is a tag file"),
        (["diffusion-pipe", "captions.json"], "name a folder instead of"),
        (["ai-toolkit", "a.json"], "name a folder instead of"),
    ],
)
def test_a_refused_export_is_one_sentence_and_changes_no_file_of_the_user(
    data_set: Path, words: list[str], message: str
) -> None:
    place = [words[0], *(str(data_set / each) for each in words[1:])]
    with pytest.raises(UserError, match=message):
        said(data_set, place)
    assert (data_set / "images/a.txt").read_text(encoding="utf-8") == "1girl, solo, smile"


def test_without_any_caption_there_is_nothing_to_export(tmp_path: Path) -> None:
    program.Project(tmp_path).add("a.png")
    with pytest.raises(UserError, match="there are no captions in"):
        said(tmp_path, ["txt"])


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="such names exist on Linux alone")
def test_a_name_that_is_not_utf8_leaves_every_file_readable(data_set: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    program.Project(data_set).add(f"{odd}.png")
    (data_set / "captions" / f"{odd}.txt").write_text("Odd.", encoding="utf-8")
    said(data_set, ["imagefolder"])
    (data_set / "captions/metadata.jsonl").read_text(encoding="utf-8")
    assert "Odd." not in (data_set / "captions/metadata.jsonl").read_text(encoding="utf-8")
    said(data_set, ["diffusion-pipe", str(data_set / "out")])
    assert trainer_rules.diffusion_pipe(data_set / "out", f"{odd}.png", ["caption"]) == ["Odd."]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_that_leads_out_of_the_folder_is_not_written_through(data_set: Path) -> None:
    (data_set / "outside").mkdir()
    (data_set / "out").mkdir()
    (data_set / "out/deep").symlink_to(data_set / "outside", target_is_directory=True)
    with pytest.raises(UserError, match="cannot be written"):
        said(data_set, ["onetrainer", str(data_set / "out")])
    assert list((data_set / "outside").iterdir()) == []


def test_a_run_writes_the_files_of_its_target_and_updates_them_from_edited_captions(
    tmp_path: Path,
) -> None:
    with FakeEndpoint() as endpoint:
        project = program.Project(
            tmp_path,
            url=endpoint.url,
            Dataset__target="sd-scripts",
            Interpreter__repairs="0",
            Interpreter__min_coverage="0",
        )
        project.add("a.png")
        project.add("b.png")
        endpoint.script(Reply("A girl with a {sign|flag} smiles."), Reply("A girl waves."))
        first = project.run()
        metadata = project.captions / "metadata.json"
        written, stamp = metadata.read_text(encoding="utf-8"), metadata.stat().st_mtime_ns
        assert first.code == 0, first
        assert "For sd-scripts: 2 captions, 1 file written to" in first.out
        key = str(project.images / "a.png")
        assert json.loads(written)[key]["caption"] in (
            "A girl with a {{sign|flag}} smiles.",
            "A girl waves.",
        )
        # The truth has single braces, and the trainer would take them for a choice.
        assert "A girl with a {sign|flag} smiles." in (project.caption("a"), project.caption("b"))
        assert (
            "1 text in another form than sd-scripts would read right (braces, which are read as" in first.out
        )

        project.run()
        assert metadata.stat().st_mtime_ns == stamp
        (project.captions / "a.txt").write_text("My own words.", encoding="utf-8")
        assert project.run().code == 0
        assert json.loads(metadata.read_text(encoding="utf-8"))[key]["caption"] == "My own words."

        # Nothing was edited but a.
        project.set |= {"Dataset.existing": "refresh"}
        project.add("a.png", "1girl, hat")
        project.add("b.png", "1girl, coat")
        asked = len(endpoint.requests)
        project.run()
        assert len(endpoint.requests) == asked + 1
        assert project.caption("a") == "My own words."


def test_a_run_removes_the_files_of_an_earlier_target_and_names_them(tmp_path: Path) -> None:
    project = program.Project(tmp_path, Dataset__target="ai-toolkit")
    for name in ("a.png", "b.png"):
        project.add(name)
    project.run()
    (project.captions / "b.ai-toolkit").write_text("Mine.", encoding="utf-8")
    project.set["Dataset.target"] = "diffusion-pipe"
    assert "made for another trainer: 1 (a.ai-toolkit)." in project.run().out
    assert not (project.captions / "a.ai-toolkit").exists()
    assert (project.captions / "b.ai-toolkit").read_text(encoding="utf-8") == "Mine."
    assert (project.captions / "captions.json").exists()


@pytest.mark.parametrize("target", [name for name, target in TARGETS.items() if target.config])
def test_what_to_write_names_places_that_are_there(data_set: Path, target: str) -> None:
    project = opened(data_set, f"Dataset.target={target}", f"Interpreter.variants={MANY}")
    write_after_run(project, lambda line: None, lambda line: None)
    told = "\n".join(what_to_write(project, project.target))
    places = [place for place in re.findall(r'"(/[^"]*)"', told) if not place.endswith("/cache")]
    assert places or target == "onetrainer"
    assert all(Path(place).exists() for place in places), told
    assert ("Copy the pictures" in told) != TARGETS[target].names_pictures


def test_a_run_says_all_lines_of_the_config_though_blocks_begin_alike(tmp_path: Path) -> None:
    project = program.Project(tmp_path, Dataset__target="musubi-tuner")
    for name in ("a.png", "deep/b.png"):
        project.add(name)
    lines = project.run().out.splitlines()
    at = lines.index("To train on the captions, write in the dataset config of musubi-tuner:")
    assert [line.split(" = ")[0] for line in lines[at + 1 : at + 7]] == 2 * [
        "  [[datasets]]",
        "  image_jsonl_file",
        "  cache_directory",
    ]


def test_a_file_of_another_program_is_not_replaced_and_the_user_is_told(tmp_path: Path) -> None:
    project = program.Project(tmp_path, Dataset__target="imagefolder")
    project.add("a.png")
    project.captions.mkdir()
    metadata = project.captions / "metadata.jsonl"
    metadata.write_text("mine\n", encoding="utf-8")
    result = project.run()
    assert result.code == 1
    assert f"{metadata} was left as it is" in result.out
    assert metadata.read_text(encoding="utf-8") == "mine\n"
    metadata.unlink()
    assert project.run("--export", "imagefolder").code == 0
    metadata.write_text(metadata.read_text(encoding="utf-8") + "edited\n", encoding="utf-8")
    result = project.run("--export", "imagefolder")
    assert result.code == 1
    assert metadata.read_text(encoding="utf-8").endswith("edited\n")
    result = project.run("--export", "txt")
    assert "reads the texts in" in result.out
    assert project.run("--export", "nobody").code == 2
    alone = project.run("--export")
    assert alone.code == 0
    assert all(f"\n  {name} " in alone.out for name in (*TARGETS, "parquet"))
