"""What is read of a tar, and what is refused."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from dataset.pictures import Picture
from errors import NO_TAG_FILE, ItemError
from shards.finding import OnDisk
from shards.tar import Contents, read_contents, samples_of
from tests.shards.tars import tar


def _contents(path: Path) -> Contents:
    return read_contents(path.name, OnDisk(path))


@pytest.mark.parametrize(
    ("names", "picture", "tags", "further"),
    [
        (["a/1.txt", "a/1.png"], "a/1.png", ["a/1.txt"], []),
        (["1.json", "1.jpg", "1.txt"], "1.jpg", ["1.txt", "1.json"], []),
        (["1.orig.webp", "1.json", "1.cls"], "1.webp", ["1.json"], []),
        (["1.PNG", "1.png.txt"], "1.png", ["1.png.txt"], []),
        (["Mr. Cat.png", "Mr. Cat.txt"], "Mr.png", ["Mr. Cat.txt"], []),
    ],
)
def test_a_key_joins_a_picture_with_its_tag_files(
    names: list[str], picture: str, tags: list[str], further: list[str]
) -> None:
    found, problems = samples_of(names, "auto")
    ((each, sample),) = found.items()
    assert (each.name, sample.tags, sample.further) == (picture, tags, further)
    assert not problems


def test_by_tag_files_of_another_extension_a_picture_is_judged() -> None:
    found, _ = samples_of(["1.png", "1.txt", "1.json"], ".json")
    (sample,) = found.values()
    assert (sample.tags, sample.further) == (["1.json"], ["1.txt"])


def test_pictures_of_one_key_are_told_apart_by_the_rest_of_their_names() -> None:
    names = ["Mr. Cat.png", "Mr. Cat.txt", "Mr. Dog.png", "Mr. Dog.png.txt"]
    found, problems = samples_of(names, "auto")
    assert {each.name: sample.tags for each, sample in found.items()} == {
        "Mr. Cat.png": ["Mr. Cat.txt"],
        "Mr. Dog.png": ["Mr. Dog.png.txt"],
    }
    assert not problems


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["1.png", "1.txt", "1.txt"], "same name twice"),
        (["1.png", "1.jpg", "1.txt"], "same name twice"),
        (["1.bmp", "1.txt"], "format not supported"),
        (["1.png"], NO_TAG_FILE),
    ],
)
def test_what_cannot_be_used_is_named_and_has_no_tags(names: list[str], reason: str) -> None:
    found, problems = samples_of(names, "auto")
    assert {problem.reason for problem in problems} == {reason}
    assert not any(sample.tags for sample in found.values())
    assert Picture("1.png", ".txt") not in found


def test_members_that_lead_out_of_a_tar_or_are_no_files_are_refused(tmp_path: Path) -> None:
    bad = {
        **dict.fromkeys(
            ("/etc/1.png", "../2.png", "a/../../3.png", "C:\\4.png", "..\\5.png"), tarfile.REGTYPE
        ),
        **{
            "6.png": tarfile.SYMTYPE,
            "7.png": tarfile.LNKTYPE,
            "8.png": tarfile.CHRTYPE,
            "9.png": tarfile.FIFOTYPE,
        },
    }
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in bad.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        archive.addfile(tarfile.TarInfo("./good/10.png"))
    contents = _contents(tmp_path / "a.tar")
    assert [member.name for member in contents.members] == ["good/10.png"]
    assert {problem.name for problem in contents.problems} == set(bad)


def test_a_tar_that_breaks_off_anywhere_is_told_with_the_member(tmp_path: Path) -> None:
    whole = tar(tmp_path / "a.tar", [(f"{number}.txt", b"x" * 700) for number in range(3)])
    data = whole.read_bytes()
    member = 512 + 1024
    for end, number in ((100 + member, 2), (600 + member, 2), (2 * member, 3), (3 * member, 4)):
        whole.write_bytes(data[:end])
        contents = _contents(whole)
        assert (contents.cut_at, len(contents.members)) == (number, number - 1)
    whole.write_bytes(data)
    assert _contents(whole).cut_at is None


def test_what_is_no_tar_is_refused_and_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    long = tarfile.TarInfo("x")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
    for data in (b"", b"no tar at all" * 100, gzip.compress(b"x" * 5000), long.tobuf()):
        path.write_bytes(data)
        with pytest.raises(ItemError, match=r"a\.tar is no tar file that can be read"):
            _contents(path)


def test_a_member_is_read_as_it_is_and_not_after_its_tar_has_changed(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar", {"1.txt": b"one", "2.txt": b"0123456789"})
    contents = _contents(path)
    second = contents.members[1]
    with contents.open(second) as file:
        file.seek(-4, 2)
        assert file.read() == b"6789"
        file.seek(0)
        assert file.read(3) == b"012"
    assert contents.read(second, 5) == b"01234"
    tar(path, {"1.txt": b"one", "2.txt": b"01234567890"})
    with pytest.raises(OSError, match="has changed"):
        contents.read(second, 5)
