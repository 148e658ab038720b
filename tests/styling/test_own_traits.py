"""hide = auto: the traits that belong to the trigger's character are found by the whole data set."""

from __future__ import annotations

from pathlib import Path

from tests.program.project import Project

FIRST = 12


def of_miku(project: Project, count: int = FIRST, more: str = "") -> None:
    """So many pictures of one character whose hair never changes, and whose clothes do."""
    for number in range(count):
        often = "aqua hair, twintails" if number else "aqua hair, ponytail"
        sometimes = ", glasses, blue eyes" if number % 2 else ", black hat"
        project.add(
            f"a{number:02}.png", f"1girl, solo, hatsune miku, {often}{sometimes}, smile, standing{more}"
        )


def made(folder: Path, **settings: str) -> Project:
    return Project(folder, Tags__trigger="mychar", Tags__hide="auto", Interpreter__style="tags", **settings)


def test_traits_on_nearly_all_pictures_are_left_out_and_told_with_what_varies(tmp_path: Path) -> None:
    project = made(tmp_path, Interpreter__variants="tags, all-tags")
    of_miku(project)
    told = (
        "hide = auto: part of mychar on 12 pictures, and left out: aqua hair (12), twintails (11); what "
        "varies stays: blue eyes (6)"
    )
    assert told in project.run("--check").out
    assert told in project.run().out
    rest = "glasses, blue eyes, smile, standing"
    assert project.caption("a01").split("\n") == [
        f"mychar, 1girl, hatsune miku, solo, {rest}",
        f"mychar, 1girl, hatsune miku, solo, aqua hair, twintails, {rest}",
    ]
    # What each picture has of the traits is in its prompts neither.
    project.set |= {"Interpreter.style": "prose", "Interpreter.variants": "", "Dataset.existing": "overwrite"}
    project.set["Interpreter.floor"] = "draft"
    project.run()
    assert "twintails" not in project.caption("a01")
    assert "blue eyes" in project.caption("a01")


def test_check_proposes_it_where_a_trigger_is_set_and_nothing_hidden(tmp_path: Path) -> None:
    project = made(tmp_path)
    of_miku(project)
    project.set["Tags.hide"] = ""
    assert (
        "hide is empty; hide = auto: part of mychar on 12 pictures, and would be left out: aqua hair (12)"
        in (project.run("--check").out)
    )
    project.set["Tags.trigger"] = ""
    assert "hide" not in project.run("--check").out
    project.set["Tags.hide"] = "auto"
    assert "hide = auto leaves nothing out: [Tags] trigger is empty" in project.run().out


def test_nothing_is_hidden_where_the_set_is_too_small_or_too_mixed(tmp_path: Path) -> None:
    small = made(tmp_path / "small")
    of_miku(small, 9)
    told = "hide = auto leaves nothing out: mychar is alone on 9 pictures, and fewer than 10 tell nothing"
    assert told in small.run().out
    assert "aqua hair" in small.caption("a01")
    mixed = made(tmp_path / "mixed")
    of_miku(mixed, more=", character:hatsune miku")
    for number in range(FIRST):
        mixed.add(f"b{number:02}.png", "1girl, solo, character:luka, pink hair, smile")
    assert (
        "the pictures show several characters (hatsune miku, luka), and mychar is no tag of theirs"
        in mixed.run().out
    )
    # With the trigger as a tag, those that have it are the character's, whoever else is in the set.
    of_miku(mixed, more=", mychar")
    assert (
        "part of mychar on 12 pictures, and left out: aqua hair (12), twintails (11)"
        in mixed.run("--check").out
    )


def test_a_hidden_trait_that_no_picture_has_is_told_with_the_tag_that_may_be_meant(tmp_path: Path) -> None:
    project = Project(tmp_path, Tags__hide="aqua_hiar, Twintails, gray hat, signature")
    project.set |= {"Tags.replace": "gray hat=black hat", "Tags.exclude": "signature"}
    of_miku(project)
    told = (
        "[Tags] hide names what no picture has as a tag; correct what is misspelt: aqua hiar (did you mean "
        "aqua hair?)\n"
    )
    check = project.run("--check")
    assert f"warning  {told}" in check.out and check.code == 0
    assert told in project.run().out
    project.set |= {"Tags.hide": "aqua hair, twintails", "Dataset.existing": "overwrite"}
    for command in ((), ("--check",)):
        assert "[Tags] hide names" not in project.run(*command).out
