"""The pictures of a folder, their tag files, and everything that can be wrong with them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dataset.file_names import natural_order
from dataset.listing import Folder, find_pictures
from dataset.pictures import Picture
from errors import UserError
from printing import printable

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
needs_any_bytes = pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows any bytes in a name")


def make(root: Path, *names: str) -> None:
    """Create empty files, and the folders they are in."""
    for folder in {name.rpartition("/")[0] for name in names}:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        (root / name).touch()


def find(root: Path, *, recursive: bool = True, tag_extension: str = "auto") -> Folder:
    """Find pictures as most users do."""
    return find_pictures(root, recursive=recursive, tag_extension=tag_extension)


def names(folder: Folder) -> list[str]:
    """The names of the pictures."""
    return [picture.name for picture in folder.pictures]


def reasons(folder: Folder) -> list[tuple[str, str]]:
    """What is wrong with which file."""
    return [(problem.name, problem.reason) for problem in folder.problems]


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert find(tmp_path) == Folder((), ())


def test_a_picture_and_its_tag_file_are_found(tmp_path: Path) -> None:
    make(tmp_path, "a/b.png", "a/b.txt")
    folder = find(tmp_path)
    assert folder == Folder((Picture("a/b.png", ".txt"),), ())
    picture = folder.pictures[0]
    assert (picture.stem_name, picture.folder, picture.tag_file) == ("a/b", "a", "a/b.txt")


def test_names_are_right_in_the_picture_folder_itself_and_with_more_dots() -> None:
    picture = Picture("b.c.png", ".png.txt")
    assert (picture.stem_name, picture.folder, picture.tag_file) == ("b.c", "", "b.c.png.txt")
    assert Picture("b.png", "").tag_file is None


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "webp", "avif", "gif", "tif", "tiff", "JPG", "Png"])
def test_every_supported_format_is_a_picture(tmp_path: Path, suffix: str) -> None:
    make(tmp_path, f"b.{suffix}", "b.txt")
    assert find(tmp_path) == Folder((Picture(f"b.{suffix}", ".txt"),), ())


@pytest.mark.parametrize("suffix", ["bmp", "heic", "heif", "jxl", "jp2", "HEIC"])
def test_a_format_that_cannot_be_sent_is_a_problem_and_its_tag_file_is_none(
    tmp_path: Path, suffix: str
) -> None:
    make(tmp_path, f"b.{suffix}", "b.txt", f"b.{suffix}.txt")
    folder = find(tmp_path)
    assert folder.pictures == ()
    assert reasons(folder) == [(f"b.{suffix}", "format not supported")]
    assert "PNG or JPEG" in folder.problems[0].message


TAG_FILES = ["b.tags", "b.txt", "b.caption", "b.csv", "b.png.txt", "b.png.json", "b.json"]


@pytest.mark.parametrize("first", range(len(TAG_FILES)))
def test_of_several_tag_files_the_first_in_order_is_taken(tmp_path: Path, first: int) -> None:
    make(tmp_path, "b.png", *TAG_FILES[first:])
    folder = find(tmp_path)
    assert folder.pictures[0].tag_file == TAG_FILES[first]
    assert folder.problems == ()


def test_a_tag_extension_is_the_only_one_that_counts(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "a.txt", "b.png", "b.txt", "b.foo", "c.png", "c.png.foo", "d.csv")
    folder = find(tmp_path, tag_extension=".foo")
    assert [picture.tag_suffix for picture in folder.pictures] == ["", ".foo", ".png.foo"]
    assert reasons(folder) == [("a.png", "no tag file")]


def test_a_tag_file_may_be_written_in_capitals(tmp_path: Path) -> None:
    make(tmp_path, "B.PNG", "B.TXT", "c.JPG", "c.JPG.Txt")
    folder = find(tmp_path)
    assert [picture.tag_file for picture in folder.pictures] == ["B.TXT", "c.JPG.Txt"]
    assert folder.problems == ()


def test_a_picture_without_a_tag_file_is_a_problem_and_still_a_picture(tmp_path: Path) -> None:
    make(tmp_path, "b.png")
    folder = find(tmp_path)
    assert folder.pictures == (Picture("b.png", ""),)
    assert reasons(folder) == [("b.png", "no tag file")]


@pytest.mark.parametrize("pair", [("a.png", "a.jpg"), ("A.png", "a.jpg"), ("é.png", "e\u0301.jpg")])
def test_two_pictures_of_one_name_are_both_left_out(tmp_path: Path, pair: tuple[str, str]) -> None:
    make(tmp_path, *pair, "a.txt", "other.png", "other.txt", "below/a.png", "below/a.txt")
    folder = find(tmp_path)
    assert names(folder) == ["other.png", "below/a.png"]
    twice = [problem for problem in folder.problems if problem.reason == "same name twice"]
    assert {problem.name for problem in twice} == set(pair)
    assert all(name in problem.message for problem in twice for name in pair)


@pytest.mark.parametrize("name", ["a.txt", "a.caption", "a.tags", "a.csv", "a.png.txt", "a.png.json"])
def test_a_tag_file_without_a_picture_is_a_problem(tmp_path: Path, name: str) -> None:
    make(tmp_path, name, "b.png", "b.txt")
    folder = find(tmp_path)
    assert names(folder) == ["b.png"]
    assert reasons(folder) == [(name, "tag file without picture")]


@pytest.mark.parametrize(
    "name",
    ["README.txt", "license.txt", "metadata.csv", "a.json", "metadata.jsonl", "dataset.json", "a.md", "x"],
)
def test_loose_files_are_no_problem(tmp_path: Path, name: str) -> None:
    make(tmp_path, name, "b.png", "b.txt")
    assert find(tmp_path).problems == ()


def test_a_picture_may_have_the_name_of_a_loose_file(tmp_path: Path) -> None:
    make(tmp_path, "readme.png", "readme.txt")
    assert find(tmp_path).pictures == (Picture("readme.png", ".txt"),)


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, ".b.png", ".thumbnails/c.png", "d/.e.txt", ".txt", ".png")
    assert find(tmp_path) == Folder((), ())


def test_pictures_come_in_natural_order_folder_by_folder(tmp_path: Path) -> None:
    order = ["file2.png", "File3.png", "file10.png", "a/file1.png", "a/x/file1.png", "a b/file1.png"]
    order += ["f2/007.png", "f2/8.png", "f2/0010.png", "f10/1.png"]
    make(tmp_path, *sorted(order))
    assert names(find(tmp_path)) == order


def test_numbers_of_any_length_have_an_order() -> None:
    ordered = ["0", "1", "9", "10", "9" * 40, "1" + "0" * 40, "8" * 200, "9" * 190, "a"]
    mixed = ordered[4:] + ordered[:4]
    assert sorted(mixed, key=natural_order) == ordered


def test_folders_below_are_left_alone_unless_asked_for(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "a.txt", "below/b.png")
    assert find(tmp_path, recursive=False) == Folder((Picture("a.png", ".txt"),), ())


def test_folders_and_pipes_with_names_of_pictures_are_none(tmp_path: Path) -> None:
    make(tmp_path, "folder.png/b.jpg", "folder.txt/c.jpg")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        os.mkfifo(tmp_path / "pipe.txt")
    folder = find(tmp_path)
    assert names(folder) == ["folder.png/b.jpg", "folder.txt/c.jpg"]


STRANGE = [
    "with space",
    "-rf",
    "--help",
    "ünïcödé 初音ミク",
    "a;b&c|d$e`f'g",
    "%20",
    "[a]",
    "CON.fig",
    "~",
    "#",
]


@pytest.mark.parametrize("stem", STRANGE)
def test_strange_names_are_found_with_their_tag_files(tmp_path: Path, stem: str) -> None:
    make(tmp_path, f"{stem}/{stem}.png", f"{stem}/{stem}.txt")
    assert find(tmp_path) == Folder((Picture(f"{stem}/{stem}.png", ".txt"),), ())


@needs_any_bytes
@pytest.mark.parametrize("raw", [b"\xff\xfe", b"caf\xe9", b"a\nb", b"tab\there", b'"quote"', b"back\\slash"])
def test_any_bytes_in_a_name_are_found_and_can_be_shown(tmp_path: Path, raw: bytes) -> None:
    stem = os.fsdecode(raw)
    make(tmp_path, f"{stem}.png", f"{stem}.txt", f"{stem}.jpg")
    folder = find(tmp_path)
    assert {problem.name for problem in folder.problems} == {f"{stem}.png", f"{stem}.jpg"}
    (tmp_path / f"{stem}.jpg").unlink()
    found = find(tmp_path).pictures
    assert found == (Picture(f"{stem}.png", ".txt"),)
    assert (tmp_path / found[0].name).is_file()
    for shown in (printable(found[0].name), folder.problems[0].message):
        assert shown.isprintable()
        shown.encode("utf-8")


@pytest.mark.parametrize("name", ["a/b.png", "初音.png", "with space.png"])
def test_ordinary_names_are_shown_as_they_are(name: str) -> None:
    assert printable(name) == name


@needs_links
def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    make(tmp_path, "store/a.png", "store/a.txt")
    (tmp_path / "b.png").symlink_to("store/a.png")
    (tmp_path / "b.txt").symlink_to(tmp_path / "store" / "a.txt")
    assert find(tmp_path) == Folder((Picture("b.png", ".txt"), Picture("store/a.png", ".txt")), ())


@needs_links
def test_a_folder_that_is_also_linked_is_read_once_under_its_real_name(tmp_path: Path) -> None:
    make(tmp_path, "real/a.png", "real/a.txt")
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "twice").symlink_to("again")
    assert find(tmp_path) == Folder((Picture("real/a.png", ".txt"),), ())


@needs_links
def test_a_hidden_folder_is_read_through_the_first_link_to_it(tmp_path: Path) -> None:
    make(tmp_path, ".store/a.png", ".store/a.txt", ".store/below/b.png", ".store/below/b.txt")
    (tmp_path / "link10").symlink_to(".store")
    (tmp_path / "link2").symlink_to(".store")
    assert find(tmp_path) == Folder(
        (Picture("link2/a.png", ".txt"), Picture("link2/below/b.png", ".txt")), ()
    )


@needs_links
def test_circles_of_links_end(tmp_path: Path) -> None:
    make(tmp_path, "a/x.png", "a/x.txt", "b/y.png", "b/y.txt")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "other").symlink_to("../b")
    (tmp_path / "b" / "other").symlink_to("../a")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "self.png").symlink_to("self.png")
    folder = find(tmp_path)
    assert names(folder) == ["a/x.png", "b/y.png"]
    assert reasons(folder) == [("self.png", "broken link")]


@needs_links
def test_links_out_of_the_folder_are_problems_and_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "outside/p.png", "outside/p.txt", "outside-too/q.png", "outside/readme.md")
    root = tmp_path / "out"
    make(root, "kept.png", "kept.csv")
    (root / "p.png").symlink_to("../outside/p.png")
    (root / "kept.txt").symlink_to(tmp_path / "outside" / "p.txt")
    (root / "folder").symlink_to("../outside")
    (root / "gone.png").symlink_to("/nowhere/at/all.png")
    (root / "notes.md").symlink_to("../outside/readme.md")
    folder = find(root)
    assert folder.pictures == (Picture("kept.png", ".csv"),)
    out = "link out of the folder"
    assert reasons(folder) == [("gone.png", out), ("kept.txt", out), ("p.png", out), ("folder", out)]


@needs_links
def test_a_neighbour_whose_name_begins_alike_is_outside(tmp_path: Path) -> None:
    make(tmp_path, "images-private/p.png", "images/a.png", "images/a.txt")
    (tmp_path / "images" / "link.png").symlink_to("../images-private/p.png")
    assert reasons(find(tmp_path / "images")) == [("link.png", "link out of the folder")]


@needs_links
def test_a_link_to_nothing_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to("gone.png")
    (tmp_path / "a.md").symlink_to("gone.md")
    folder = find(tmp_path)
    assert folder.pictures == ()
    assert reasons(folder) == [("a.png", "broken link")]


@needs_links
def test_the_picture_folder_may_be_a_link_itself(tmp_path: Path) -> None:
    make(tmp_path, "real/a.png", "real/a.txt")
    (tmp_path / "images").symlink_to("real")
    assert find(tmp_path / "images").pictures == (Picture("a.png", ".txt"),)


def test_a_relative_folder_works(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "a.txt")
    assert find(Path(os.path.relpath(tmp_path))).pictures == (Picture("a.png", ".txt"),)


@needs_any_bytes
def test_a_folder_that_cannot_be_read_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    # A path longer than the system takes cannot be read by anybody, whatever rights the tests run with.
    make(tmp_path, "a.png", "a.txt")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    folder = find(tmp_path)
    assert names(folder) == ["a.png"]
    assert [problem.reason for problem in folder.problems] == ["unreadable folder"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_folder_is_a_problem_or_for_the_user(tmp_path: Path) -> None:
    make(tmp_path, "closed/a.png")
    (tmp_path / "closed").chmod(0)
    assert reasons(find(tmp_path)) == [("closed", "unreadable folder")]
    with pytest.raises(UserError, match="cannot be read"):
        find(tmp_path / "closed")
    (tmp_path / "closed").chmod(0o700)


@pytest.mark.parametrize(("name", "says"), [("gone", "does not exist"), ("file", "not a folder")])
def test_a_folder_that_is_none_is_for_the_user_to_mend(tmp_path: Path, name: str, says: str) -> None:
    make(tmp_path, "file")
    with pytest.raises(UserError, match=says):
        find(tmp_path / name)


def test_two_thousand_files_are_matched(tmp_path: Path) -> None:
    for number in range(10):
        make(tmp_path, *(f"f{number}/{index}.{suffix}" for index in range(100) for suffix in ("png", "txt")))
    folder = find(tmp_path)
    assert names(folder) == [f"f{number}/{index}.png" for number in range(10) for index in range(100)]
    assert folder.problems == ()
    assert len({id(picture.tag_suffix) for picture in folder.pictures}) == 1
