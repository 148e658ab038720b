"""The example pictures: drawn from our own SVG files, each with its tags, each fit to be sent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import pyvips

from dataset.picture_file import PictureFile
from dataset.preprocessing import describe, prepare

PROJECT = Path(__file__).resolve().parents[2]
IMAGES = PROJECT / "images"
SUFFIXES = (".png", ".jpg", ".webp")
SHIPPED = sorted(path.relative_to(IMAGES).as_posix() for path in IMAGES.rglob("*") if path.suffix in SUFFIXES)


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
    assert made == SHIPPED


def test_each_shipped_picture_has_one_tag_file_and_nothing_else_is_there() -> None:
    pairs = [[name, tag_file_of(IMAGES / name).relative_to(IMAGES).as_posix()] for name in SHIPPED]
    found = sorted(path.relative_to(IMAGES).as_posix() for path in IMAGES.rglob("*") if path.is_file())
    assert found == sorted(name for pair in pairs for name in pair)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_script_draws_the_shipped_picture_again(drawn: Path, name: str) -> None:
    ours, theirs = (pyvips.Image.new_from_file(str(folder / name)) for folder in (IMAGES, drawn))
    assert (ours.width, ours.height, ours.bands) == (theirs.width, theirs.height, theirs.bands)
    # Not byte for byte: another version of libvips may pack the same pixels otherwise.
    assert (ours - theirs).abs().avg() < 2
    assert describe(PictureFile.at(IMAGES / name)) == describe(PictureFile.at(drawn / name))


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
