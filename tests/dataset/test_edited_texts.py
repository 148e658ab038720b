"""What a trainer reads of captions that people edited, or that were written for another trainer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import config
from captioning.project import Project
from captioning.trainer_files import write_after_run
from commands.export import export
from dataset.text_digests import text_in
from dataset.trainers import TARGETS, captions_in, why_misread
from styling.newbie import in_lines
from tests.dataset.trainer_rules import RULES, Rule, sd_scripts_wildcards
from tests.program import project as program

EDITED = [
    (b"A girl.", 1, ""),
    (b"A girl.\n", 1, ""),
    (b"\xef\xbb\xbfA girl.", 1, "byte order mark"),
    ("The girl’s hat. Café.".encode("cp1252"), 1, "not UTF-8"),
    ("A girl.".encode("utf-16"), 1, "not UTF-8"),
    (b"\nA girl.\n", 1, "first line is empty"),
    (b"A girl.\r\nShe waits.\r\n", 1, "one caption on several lines"),
    (b"A girl.\r\n", 1, "spaces or other line ends around a line"),
    (b"A {sign|flag}.", 1, "braces, which are read as a choice"),
    (b"A {{sign|flag}}.", 1, "doubled braces, as an earlier version wrote them for sd-scripts"),
    (b"A girl.\nGirl.", 2, "several captions, which are read as one"),
]
# What each trainer reads right all the same.
FORGIVEN = {
    "txt": ("spaces", "braces", "several captions"),
    "onetrainer": ("first line", "spaces", "braces", "several captions"),
    "simpletuner": ("first line", "braces", "several captions"),
    "sd-scripts": ("spaces", "several captions"),
    "newbie-lora-trainer": ("first line", "spaces", "braces"),
}


@pytest.mark.parametrize("target", [name for name, target in TARGETS.items() if target.reads])
def test_texts_that_a_trainer_reads_in_another_way_are_told(target: str) -> None:
    for data, variants, why in EDITED:
        captions = captions_in(text_in(data) or "", ["v"] * variants)
        expected = "" if why.startswith(FORGIVEN[target]) else why
        assert why_misread(data, captions, captions, TARGETS[target].reads) == expected, data


def test_a_run_names_texts_that_are_misread_and_an_export_writes_them_as_they_are_meant(
    tmp_path: Path,
) -> None:
    project = program.Project(tmp_path, Dataset__target="onetrainer")
    for name in ("a", "deep/b", "c"):
        project.add(f"{name}.png")
    assert "To train on the captions, write in a concept of OneTrainer:" in project.run().out
    before = "The girl’s hair is long. Café.".encode("utf-16")
    (project.captions / "a.txt").write_bytes(before)
    (project.captions / "deep/b.txt").write_bytes(b"A girl.\r\nShe waits.\r\n")
    told = (
        "2 texts in another form than onetrainer would read right (not UTF-8: 1 (a.txt); one caption on "
        "several lines: 1 (b.txt)): python caption.py --export onetrainer FOLDER"
    )
    assert told in project.run().out
    checked = project.run("--check").out
    assert f"warning  {told}" in checked
    assert f"Path: {project.captions.as_posix()}; Prompt Source: From text file per sample; Incl" in checked
    project.run("--export", "onetrainer", str(tmp_path / "out"))
    assert (tmp_path / "out/a.txt").read_bytes() == "The girl’s hair is long. Café.".encode()
    assert (tmp_path / "out/deep/b.txt").read_bytes() == b"A girl. She waits."
    assert (project.captions / "a.txt").read_bytes() == before


def opened(folder: Path, *settings: str) -> Project:
    return Project(config.load(folder / "config.ini", settings))


def said_after_run(project: Project) -> str:
    lines: list[str] = []
    write_after_run(project, lines.append, lines.append)
    return "\n".join(lines)


def trained(project: Project, rule: Rule, place: Path, name: str) -> list[str] | None:
    """What a trainer reads in a place once the pictures are copied there, as the program says."""
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(project.settings.dataset.images / name, place / name)
    return rule(place, name, project.settings.interpreter.caption_names)


HANDMADE = {
    "mark.png": b"\xef\xbb\xbfA girl, smiling.",
    "empty_line.png": b"\n  A girl, smiling.\n",
    "ends.png": b"A girl, smiling.\r\n",
    "two_lines.png": b"A girl,\r\nsmiling.\r\n",
    "a/utf16.png": "A girl, smiling.".encode("utf-16"),
    "a/ansi.png": "Café girl, smiling.".encode("cp1252"),
}


@pytest.mark.parametrize(("target", "rule"), RULES)
def test_every_trainer_gets_what_people_wrote_put_right_and_their_files_stay_as_they_are(
    tmp_path: Path, target: str, rule: Rule
) -> None:
    folder = program.Project(tmp_path)
    for name, data in HANDMADE.items():
        folder.add(name)
        path = (folder.captions / name).with_suffix(".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    project = opened(tmp_path, f"Dataset.target={target}")
    meant = {name: ["Café girl, smiling." if "ansi" in name else "A girl, smiling."] for name in HANDMADE}
    told = said_after_run(project)
    if TARGETS[target].reads:
        # Its files are those of the user: which of them are misread is told, and what to do.
        assert "not UTF-8: 2 (ansi.txt, utf16.txt)" in told
        assert f"python caption.py --export {target} FOLDER writes all of them as they are meant" in told
    if TARGETS[target].side_files and rule is not sd_scripts_wildcards:
        assert {name: trained(project, rule, folder.captions, name) for name in HANDMADE} == meant
    lines: list[str] = []
    export(project, [target], lines.append)
    assert ("in another form than" in "".join(lines)) == bool(TARGETS[target].reads)
    out = tmp_path / "out"
    assert export(project, [target, str(out)], lambda line: None) == 0
    assert {name: trained(project, rule, out, name) for name in HANDMADE} == meant
    assert {name: (folder.captions / name).with_suffix(".txt").read_bytes() for name in HANDMADE} == HANDMADE


PREFIX = "You are an assistant designed to generate anime images based on textual prompts. <Prompt Start>"
XML = "<character_1> <n>ann, bea</n> </character_1> <general_tags> <other>:>, >_<</other> </general_tags>"
# As in the README of the model, without its indentation.
XML_IN_LINES = """<character_1>
<n>ann, bea</n>
</character_1>

<general_tags>
<other>:>, >_<</other>
</general_tags>"""
OF_OTHERS = [
    ("lumina2", "sd-scripts", "1girl, smile", "onetrainer", f"{PREFIX} 1girl, smile"),
    ("lumina2", "onetrainer", f"{PREFIX} 1girl, smile", "sd-scripts", "1girl, smile"),
    ("newbie", "onetrainer", XML, "newbie-lora-trainer", XML_IN_LINES),
    ("newbie", "newbie-lora-trainer", XML_IN_LINES, "onetrainer", XML),
]


@pytest.mark.parametrize(("style", "former", "before", "target", "meant"), OF_OTHERS)
def test_captions_that_were_written_for_another_trainer_are_told_and_exported_as_this_one_wants_them(
    tmp_path: Path, style: str, former: str, before: str, target: str, meant: str
) -> None:
    program.Project(tmp_path).add("a.png")
    text = tmp_path / "captions" / "a.txt"
    text.parent.mkdir()
    text.write_text(before, encoding="utf-8")
    project = opened(tmp_path, f"Interpreter.style={style}", f"Dataset.target={former}")
    assert "in another form" not in said_after_run(project)
    project = opened(tmp_path, f"Interpreter.style={style}", f"Dataset.target={target}")
    told = said_after_run(project)
    assert f"1 text in another form than {target} would read right" in told
    # What the trainer adds itself it is to be told.
    system = "For style = lumina2 write also among the options of the training script: --system_prompt"
    assert (system in told) == (target == "sd-scripts")
    gemma = "For style = newbie write also under [Model]: gemma3_prompt"
    assert (gemma in told) == (target == "newbie-lora-trainer")
    export(project, [target, str(tmp_path / "out")], lambda line: None)
    assert (tmp_path / "out" / "a.txt").read_text(encoding="utf-8") == meant
    if target == "sd-scripts":
        metadata = (tmp_path / "captions" / "metadata.json").read_text(encoding="utf-8")
        assert f'{{"caption": "{meant}"}}' in metadata
    assert text.read_text(encoding="utf-8") == before


def test_refresh_writes_lists_anew_for_another_trainer_that_wants_another_form(tmp_path: Path) -> None:
    project = program.Project(tmp_path, Interpreter__style="lumina2", Dataset__existing="refresh")
    project.add("a.png")
    for target, caption in (("onetrainer", f"{PREFIX} 1girl"), ("sd-scripts", "1girl"), ("txt", PREFIX)):
        project.set["Dataset.target"] = target
        project.run()
        assert project.caption("a").startswith(caption)
    assert "1 caption written" not in project.run().out


def test_the_lines_of_xml_are_those_of_its_caption() -> None:
    assert in_lines(XML) == XML_IN_LINES
    assert captions_in(XML_IN_LINES, ["caption"]) == [XML]


def test_a_run_for_newbie_writes_and_corrects_its_xml_in_lines(tmp_path: Path) -> None:
    project = program.Project(tmp_path, Interpreter__style="newbie", Dataset__target="newbie-lora-trainer")
    project.add("a.png", "1girl, solo, character:ann, smile")
    first = project.run()
    assert "in another form" not in first.out
    assert project.caption("a").startswith("<character_1>\n<n>ann</n>\n<gender>1girl</gender>\n<expr")
    assert "</character_1>\n\n<general_tags>\n" in project.caption("a")
    assert "in another form" not in project.run("--check").out
    corrections = tmp_path / "corrections.json"
    corrections.write_text(
        '{"version": 1, "corrections": [{"picture": "a", "caption": "<general_tags> <count>1girl</count> '
        '</general_tags>"}]}',
        encoding="utf-8",
    )
    assert project.run("--apply", str(corrections)).code == 0
    assert project.caption("a") == "<general_tags>\n<count>1girl</count>\n</general_tags>"


def test_a_limit_holds_the_prefix_that_a_trainer_adds_itself(tmp_path: Path) -> None:
    program.Project(tmp_path)
    for target in ("onetrainer", "sd-scripts"):
        project = opened(tmp_path, "Interpreter.style=lumina2", f"Dataset.target={target}")
        caption = TARGETS[target].caption("1girl, smile", project.forms.style)
        assert caption.startswith("1girl") == (target == "sd-scripts")
        assert project.forms.exceeded(caption) == ""
        longest = "smile, " * 108
        told = project.forms.exceeded(TARGETS[target].caption(longest, project.forms.style))
        assert "gemma tokens" in told
        assert not project.forms.limit or not project.forms.limit.exceeded(longest)
