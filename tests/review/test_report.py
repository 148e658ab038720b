"""The report: what it shows of each picture, and that no text of a picture can become markup."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from review.pages import json_in_html
from tests.fakes.albums import FIRST, SECOND, Album
from tests.program.project import Project
from tests.program.starts import ROOT

HOSTILE = "</script><script>hacked = 1</script><img src=x onerror='hacked = 1'>{{7*7}}\u2028<!--"
CSS = (ROOT / "review" / "page" / "report.css").read_text(encoding="utf-8")


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path)


def entry(album: Album, name: str) -> dict[str, object]:
    """The data of one picture in the report."""
    (found,) = [each for each in album.values()["pictures"] if each["name"] == name]
    return found


def test_a_run_writes_the_report_unless_nothing_was_to_do(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    page = project.captions / "report.html"
    assert f"See all of it in {page}." in project.run().out
    page.unlink()
    assert "Nothing to do" in project.run().out
    assert not page.exists()
    result = project.run("--report")
    assert (result.code, result.out) == (0, f"The report is {page}.\n")
    assert "a.png" in page.read_text(encoding="utf-8")


def test_report_false_writes_no_report(tmp_path: Path) -> None:
    project = Project(tmp_path, Dataset__report="False")
    project.add("a.png")
    assert "See all of it" not in project.run().out
    assert not (project.captions / "report.html").exists()


def test_a_tag_counts_as_said_if_a_said_tag_implies_it(album: Album) -> None:
    entries = {"ao_dai": {"description": "A split dress.", "implies": ["vietnamese_clothes"]}}
    album.project.cache.write_text(json.dumps(entries), encoding="utf-8")
    album.caption(album.add("a.png", "1girl, vietnamese clothes, ao dai, umbrella"), "A girl in an ao dai.")
    page = album.write().read_text(encoding="utf-8")
    assert '"marks":"sssm"' in page.replace(" ", "")


def test_a_picture_shows_what_its_caption_adds_unless_its_description_bears_that_out(album: Album) -> None:
    name = album.add("a.png", "1girl, solo, smile")
    album.caption(name, 'A girl smiles at a dog. The sign says "Open late".')
    assert entry(album, name)["adds"] == ['"a dog"', '"Open late"']
    (album.project.descriptions / f"{name}.txt").write_text("A girl and her puppy.", "utf-8")
    assert entry(album, name)["adds"] == ['"Open late"']


def test_a_picture_has_its_caption_cost_and_the_marks_of_its_tags(album: Album) -> None:
    name = album.add("a/b.png", "1girl, solo, red dress, hat, umbrella, holding umbrella")
    caption = "A girl in a red dress holds an umbrella."
    album.caption(name, caption, prompt_tokens=90, completion_tokens=10, seconds=2)
    found = entry(album, "a/b")
    tags = album.values()["tags"]
    marks = {tags[at][0]: mark for at, mark in zip(found["tags"], found["marks"], strict=True)}  # type: ignore[call-overload]
    assert marks["red dress"] == marks["umbrella"] == "s"
    assert marks["hat"] == "m"
    assert {key: found[key] for key in ("file", "model", "tokens", "seconds", "time")} == {
        "file": "a/b.png",
        "model": "tiny",
        "tokens": 100,
        "seconds": 2.0,
        "time": found["time"],
    }
    assert found.keys().isdisjoint({"draft", "edited", "again", "changed", "failures"})


def test_tags_that_the_model_read_in_its_caption_are_said_until_somebody_edits_it(album: Album) -> None:
    name = album.add("a.png", "1girl, ripped jeans, jeans, hat")
    caption = "A girl whose Levis have seen better days." + " She waits." * 30
    album.caption(name, caption, read=["ripped_jeans"])
    assert (entry(album, name)["marks"], "read" in entry(album, name)) == ("sssp", False)
    album.caption(name, caption, read=["ripped_jeans"], reading="quotes")
    assert (entry(album, name)["marks"], entry(album, name)["read"]) == ("sssm", True)
    album.by_hand(name, f"{caption} She waits.")
    assert (entry(album, name)["marks"], "read" in entry(album, name)) == ("sppp", False)


def test_a_caption_is_compared_with_the_one_before(album: Album) -> None:
    kept, redone, edited = (album.add(f"{name}.png") for name in ("kept", "redone", "edited"))
    for name in (kept, redone, edited):
        album.caption(name, "A girl.", FIRST)
    album.caption(redone, "A girl smiles.", SECOND)
    album.by_hand(edited, "My own words.")
    assert "before" not in entry(album, kept)
    assert (entry(album, redone)["before"], entry(album, redone)["changed"]) == ("A girl.", True)
    found = entry(album, edited)
    assert (found["caption"], found["before"], found["edited"]) == ("My own words.", "A girl.", True)


def test_a_change_of_an_earlier_run_is_not_marked(album: Album) -> None:
    first, second = album.add("a.png"), album.add("b.png")
    album.caption(first, "A girl.", "2026-11-18T10:00:00+00:00")
    album.caption(first, "A girl smiles.", FIRST)
    album.caption(second, "A boy.", SECOND)
    assert entry(album, first)["before"] == "A girl."
    assert "changed" not in entry(album, first)


def test_a_failure_is_shown_until_the_picture_has_a_caption(album: Album) -> None:
    name = album.add("a.png")
    album.caption(name, "A girl.", FIRST)
    album.failure(name, "refused", "the model declined")
    assert entry(album, name)["failures"] == [("interpreter", "refused", "the model declined")]
    assert entry(album, name)["refused"] is True
    assert entry(album, name)["caption"] == "A girl."
    album.caption(name, "A girl smiles.", SECOND)
    assert "failures" not in entry(album, name)


@pytest.mark.parametrize(
    ("reason", "is_refusal"), [("refused", True), ("request refused (400)", True), ("key refused", False)]
)
def test_a_refusal_by_the_model_or_its_server_is_marked(album: Album, reason: str, is_refusal: bool) -> None:
    name = album.add("a.png")
    album.failure(name, reason, "a message")
    assert entry(album, name).get("refused", False) is is_refusal


def test_of_an_excluded_picture_only_its_name_and_the_reason_are_shown(album: Album) -> None:
    name = album.add("out.png", "1girl, loli, nude")
    album.by_hand(name, "Somebody's words.")
    assert entry(album, name).keys() == {"name", "file", "excluded"}
    assert "loli" not in json.dumps(album.values()["tags"])


def test_files_that_cannot_be_used_are_listed_too(album: Album) -> None:
    album.add("a.png")
    album.add("b.png")
    (album.project.images / "b.txt").unlink()
    (album.project.images / "c.bmp").write_bytes(b"BM")
    reasons = {str(each["file"]): each.get("failures") for each in album.values()["pictures"]}
    assert reasons["a.png"] is None
    assert "no tag file" in str(reasons["b.png"])
    assert "format not supported" in str(reasons["c.bmp"])


def test_a_journal_with_strange_lines_still_makes_a_report(album: Album) -> None:
    name = album.add("a.png")
    album.caption(name, "A girl.")
    strange = [
        {"stage": "interpreter", "picture": name, "outcome": "done", "written": 7, "seconds": "x"},
        {"stage": "interpreter", "picture": {}, "outcome": "done"},
        {"stage": ["interpreter"], "picture": name},
        {"stage": "interpreter", "picture": name, "outcome": "failed", "reason": None},
        {"stage": "interpreter", "picture": name, "outcome": "done", "prompt_tokens": 1e999, "seconds": True},
    ]
    with (album.project.captions / "journal.jsonl").open("a", encoding="utf-8") as journal:
        journal.writelines(f"{json.dumps(line)}\n" for line in strange)
        journal.write('{"torn')
    assert entry(album, name)["caption"] == "A girl."


@pytest.mark.parametrize("text", [HOSTILE, "&lt;b&gt;", "\ud83d", "\\u003c", "]]>", "-->"])
def test_no_text_can_end_the_script_element_that_holds_it(text: str) -> None:
    written = str(json_in_html({"caption": text}))
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == {"caption": text}


PAIRS = [
    *(("ink", paper) for paper in ("paper", "card", "sunk", "accent-soft")),
    *(("quiet", paper) for paper in ("paper", "card", "sunk")),
    *(("accent", paper) for paper in ("paper", "card", "accent-soft")),
    *(("on-accent", "accent"), ("said", "said-soft"), ("missed", "missed-soft"), ("wrong", "wrong-soft")),
    ("perhaps", "perhaps-soft"),
    *(("wrong", "card"), ("paper", "ink")),
]


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark by the system", "dark by choice"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_texts_have_enough_contrast(theme: int, front: str, back: str) -> None:
    block = re.findall(r"color-scheme: \w+;(.*?)\}", CSS, re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", block))
    light, dark = sorted((luminance(colours[name]) for name in (front, back)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """The relative luminance as WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_a_caption_that_says_nothing_has_a_coverage_of_0(album: Album) -> None:
    album.caption(album.add("a.png", "hat, umbrella"), "It rains.")
    assert entry(album, "a")["score"] == 0


def test_a_caption_that_is_a_list_of_tags_is_a_fault_unless_the_style_wants_tags(album: Album) -> None:
    name = album.add("a.png", "1girl, solo, red dress, umbrella, night")
    album.caption(name, "girl, red dress, umbrella, night")
    fault = "The caption is a list of tags, not a sentence."
    assert fault in entry(album, name)["faults"]  # type: ignore[operator]
    album.by_hand(name, "A girl in a red dress, with an umbrella, at night.")
    assert "faults" not in entry(album, name)
    album.by_hand(name, "1girl, solo, red dress, umbrella, night")
    config_file = album.project.folder / "config.ini"
    settings = config_file.read_text(encoding="utf-8")
    config_file.write_text(re.sub(r"(?m)^style = .*$", "style = tags", settings), encoding="utf-8")
    assert "faults" not in entry(album, name)


def test_a_picture_without_tags_cannot_be_corrected_as_apply_would_refuse_it(album: Album) -> None:
    for name in ("a", "b"):
        album.add(f"{name}.png")
    (album.project.images / "b.txt").unlink()
    assert ("fixed" in entry(album, "a"), entry(album, "b")["fixed"]) == (False, True)


USUAL = [f"The image shows a girl with {thing}. She {act}." for thing, act in (
    ("a hat", "reads a book"), ("a scarf", "waits for a train"), ("an umbrella", "looks at the river"),
    ("a sword", "walks through snow"), ("a cat", "sleeps on a bench"), ("a lamp", "climbs a hill"),
)]  # fmt: skip


@pytest.mark.parametrize(
    ("captions", "tags", "found", "places"),
    [
        (USUAL, "1girl", ["“the image shows a girl with” stands in 6 of 6 captions."], [range(6)]),
        ([each.replace("The image shows a", "A") for each in USUAL], "1girl, red hair", [], []),
        (
            [each.replace("The image shows a girl", "A girl with red hair") for each in USUAL],
            "1girl, red hair",
            [],
            [],
        ),
        (
            [*(f"She {at} waits, and so on." for at in range(5)), *(f"hat {at}, cat, bow" for at in "012")],
            "hat",
            ["The captions mix forms, which a model learns as a switch: 5 are sentences (0.png), 3 are lists "
             "of tags (5.png)."],
            [range(5, 8)],
        ),
        (
            [f"A girl {at}." for at in range(5)],
            "hatsune miku",
            ["5 captions are without the name of a character: hatsune miku (5)."],
            [range(5)],
        ),
        (
            ["A blonde girl.", "A girl with blue eyes.", "A blue-eyed girl.", "A boy."],
            "1girl",
            ["2 captions are with a trait that [Tags] hide keeps out: blue eyes (2)."],
            [[1, 2]],
        ),
        (
            [*(f"In {at} the {at} of {at} and a {at} {at} {at}." for at in range(6)), "Short.", "word " * 30],
            "hat",
            ["1 caption is far shorter than the rest: half of all have 11 words or more.",
             "1 caption is far longer than the rest: half of all have 11 words or more."],
            [[6], [7]],
        ),
    ],
    ids=["a habit", "no habit", "what the tags say", "forms", "names", "hidden", "lengths"],
)  # fmt: skip
def test_what_stands_out_in_all_captions_together_is_found(
    album: Album, captions: list[str], tags: str, found: list[str], places: list[list[int]]
) -> None:
    for at, text in enumerate(captions):
        album.caption(album.add(f"{at}.png", tags), text)
    config_file = album.project.folder / "config.ini"
    settings = config_file.read_text(encoding="utf-8")
    config_file.write_text(re.sub(r"(?m)^hide =.*$", "hide = blue_eyes", settings), encoding="utf-8")
    findings = album.values({"hatsune_miku": "character"})["findings"]
    said = [each["text"] for each in findings]
    if found and "mix forms" in found[0]:
        said, findings = said[:1], findings[:1]
    assert said == found
    assert [each["pictures"] for each in findings] == [list(each) for each in places]
