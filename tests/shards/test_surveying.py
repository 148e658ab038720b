"""What is kept of the tags of all shards, and when a shard is read for it again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import config
from settings import Settings
from shards.finding import find_shards
from shards.surveying import FOLDER, AllShards, SurveySum
from tests.program.project import Project, png
from tests.shards.tars import tar


def _settings(project: Project) -> Settings:
    project.set["Dataset.images"] = str(project.images / "*.tar")
    return config.load(
        project.folder / "config.ini", [f"{key}={value}" for key, value in project.set.items()]
    )


def _summed(settings: Settings) -> tuple[list[str], AllShards]:
    """The shards that are not in the sum that was kept, and the sum with them."""
    found = SurveySum(find_shards(settings.dataset), settings)
    return [shard.name for shard in found.missing], found.complete(lambda tag: ())


def _shard(project: Project, name: str, *tags: bytes) -> Path:
    files = [
        (f"{at}{end}", data)
        for at, line in enumerate(tags)
        for end, data in ((".txt", line), (".png", png()))
    ]
    return tar(project.images / name, files)


def _with_other_content(path: Path) -> None:
    """Make a shard unreadable, which nobody can tell without reading it."""
    found = path.stat()
    path.write_bytes(b"x" * found.st_size)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_a_shard_is_read_for_its_tags_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    first = _shard(project, "a.tar", b"1girl, hat", b"hat")
    second = _shard(project, "b.tar", b"hat, boat")
    settings = _settings(project)
    missing, found = _summed(settings)
    assert missing == ["a.tar", "b.tar"]
    assert found.survey().counts == {"hat": 3, "1girl": 1, "boat": 1}
    assert found.pictures == {"a.tar": 2, "b.tar": 1}
    sample = {found.tags(picture).tags for picture in found.surveyed}
    assert sample == {("1girl", "hat"), ("hat",), ("hat", "boat")}
    # Neither the shards nor what was kept of each is read again, also where one comes.
    _with_other_content(first)
    _with_other_content(second)
    shutil.rmtree(project.captions / FOLDER)
    _shard(project, "c.tar", b"boat")
    missing, found = _summed(settings)
    assert missing == ["c.tar"]
    assert found.survey().counts == {"hat": 3, "1girl": 1, "boat": 2}
    assert len(found.surveyed) == 4
    # One that has changed is read, and of the others what was kept.
    shutil.rmtree(project.captions)
    _shard(project, "a.tar", b"1girl, hat")
    _shard(project, "b.tar", b"boat")
    _summed(settings)
    _with_other_content(project.images / "b.tar")
    _shard(project, "a.tar", b"lantern", b"lantern, hat")
    missing, found = _summed(settings)
    assert missing == ["a.tar", "b.tar", "c.tar"]
    assert found.survey().counts == {"lantern": 2, "hat": 1, "boat": 2}
    (project.images / "c.tar").unlink()
    assert _summed(settings)[1].survey().counts == {"lantern": 2, "hat": 1, "boat": 1}


def test_a_sum_that_cannot_be_used_is_made_anew(tmp_path: Path) -> None:
    project = Project(tmp_path)
    _shard(project, "a.tar", b"hat")
    settings = _settings(project)
    _summed(settings)
    kept = project.captions / ".survey.json"
    for spoilt in (b"", b"[]", b'{"of": 3}', kept.read_bytes()[:-1]):
        kept.write_bytes(spoilt)
        assert _summed(settings)[0] == ["a.tar"]
        assert _summed(settings)[0] == []
