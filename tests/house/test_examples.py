"""The example pictures: drawn by our own script, each with its tags, each fit to be sent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import pyvips

from dataset.picture_file import PictureFile
from dataset.preprocessing import describe, prepare
from examples import tag_files
from examples.tag_files import Tags

PROJECT = Path(__file__).resolve().parents[2]
IMAGES = PROJECT / "images"
SUFFIXES = (".png", ".jpg", ".webp")
SHIPPED = sorted(path.relative_to(IMAGES).as_posix() for path in IMAGES.rglob("*") if path.suffix in SUFFIXES)
WONDERLAND = tag_files.tags("1girl solo :d star_(sky)", "alice_(alice_in_wonderland)", "alice_in_wonderland")


def tag_file_of(picture: Path) -> Path:
    candidates = [picture.with_suffix(suffix) for suffix in (".txt", ".caption")]
    candidates += [picture.with_name(picture.name + suffix) for suffix in (".txt", ".json")]
    (found,) = [path for path in candidates if path.exists()]
    return found


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the script as its users do: in a process of its own, where libvips may still read SVG."""
    folder = tmp_path_factory.mktemp("drawn")
    command = [sys.executable, "-m", "examples.draw_pictures", str(folder)]
    child = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert (child.returncode, child.stdout, child.stderr) == (0, "", "")
    return folder


def test_the_script_makes_the_shipped_set_and_nothing_else(drawn: Path) -> None:
    made = sorted(path.relative_to(drawn).as_posix() for path in drawn.rglob("*") if path.is_file())
    pairs = [[name, tag_file_of(IMAGES / name).relative_to(IMAGES).as_posix()] for name in SHIPPED]
    assert made == sorted(name for pair in pairs for name in pair)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_script_draws_the_shipped_picture_again(drawn: Path, name: str) -> None:
    ours, theirs = (pyvips.Image.new_from_file(str(folder / name)) for folder in (IMAGES, drawn))
    assert (ours.width, ours.height, ours.bands) == (theirs.width, theirs.height, theirs.bands)
    # Not byte for byte: another version of libvips may pack the same pixels otherwise.
    assert (ours - theirs).abs().avg() < 2
    assert describe(PictureFile.at(IMAGES / name)) == describe(PictureFile.at(drawn / name))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_script_writes_the_shipped_tag_file_again(drawn: Path, name: str) -> None:
    shipped = tag_file_of(IMAGES / name)
    assert shipped.read_bytes() == (drawn / shipped.relative_to(IMAGES)).read_bytes()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_picture_is_light_and_can_be_sent(name: str) -> None:
    path = IMAGES / name
    assert path.stat().st_size < 250_000
    prepared = prepare(PictureFile.at(path), 1024)
    assert 640 <= max(prepared.width, prepared.height) <= 1024


def test_the_set_shows_every_kind_of_picture_that_users_have() -> None:
    facts = [describe(PictureFile.at(IMAGES / name)) for name in SHIPPED]
    transparent = [name for name in SHIPPED if pyvips.Image.new_from_file(str(IMAGES / name)).hasalpha()]
    assert len(SHIPPED) >= 8
    assert {fact.format for fact in facts} == {"PNG", "JPEG", "WebP"}
    assert sum(fact.rotated for fact in facts) == 1
    assert transparent == ["black_cat.png"]
    assert any("/" in name for name in SHIPPED)


def test_the_rotated_picture_arrives_upright() -> None:
    lying = describe(PictureFile.at(IMAGES / "red_riding_hood.jpg"))
    upright = prepare(PictureFile.at(IMAGES / "red_riding_hood.jpg"), 1024)
    assert (lying.width, lying.height) == (upright.height, upright.width) == (1024, 768)
    ground = pyvips.Image.new_from_buffer(upright.data, "").crop(0, 700, 60, 60)
    red, green, blue = (ground[band].avg() for band in range(3))
    assert green > red > blue


@pytest.mark.parametrize(
    ("spell", "text"),
    [
        (
            tag_files.commas,
            r"alice \(alice in wonderland\), alice in wonderland, 1girl, solo, :d, star \(sky\)" + "\n",
        ),
        (
            tag_files.people_first,
            "1girl, solo, alice (alice in wonderland), alice in wonderland, :d, star (sky)",
        ),
        (
            tag_files.underscores,
            "alice_(alice_in_wonderland), alice_in_wonderland, 1girl, solo, :d, star_(sky)\n",
        ),
        (
            tag_files.lines,
            "alice_(alice_in_wonderland)\nalice_in_wonderland\n1girl\nsolo\n:d\nstar_(sky)\n",
        ),
        (
            tag_files.post_string,
            "1girl :d alice_(alice_in_wonderland) alice_in_wonderland solo star_(sky)\n",
        ),
        (
            tag_files.namespaces,
            "character:alice (alice in wonderland)\nseries:alice in wonderland\n"
            "1girl\nsolo\n:d\nstar (sky)\n",
        ),
        (
            tag_files.kept_and_shuffled,
            "alice (alice in wonderland), alice in wonderland, 1girl, solo ||| :d, star (sky)\n",
        ),
        (
            tag_files.from_windows,
            "\ufeffalice (alice in wonderland), alice in wonderland, 1girl, solo, :d, star (sky)\r\n",
        ),
    ],
)
def test_each_spelling_is_what_its_program_writes(spell: Callable[[Tags], str], text: str) -> None:
    assert spell(WONDERLAND) == text


def test_the_json_sorts_tags_into_categories() -> None:
    content = json.loads(tag_files.gallery_json(WONDERLAND))
    assert content["tags_character"] == ["alice_(alice_in_wonderland)"]
    assert content["tags_general"] == ["1girl", ":d", "solo", "star_(sky)"]
    assert content["tags"] == [
        "1girl",
        ":d",
        "alice_(alice_in_wonderland)",
        "alice_in_wonderland",
        "solo",
        "star_(sky)",
    ]
